"""Scenarios in which the platform refuses: the request or the state of the platform is altered."""

import json
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from conformance.client.operations import subject_of, texts_in
from conformance.client.relay import Act, Answer, Request
from conformance.client.rules.concurrency import TAKEN_OUT
from conformance.client.scenarios.scenario import (
    Scenario,
    identity_of,
    scenario,
    session_of,
    without,
    work,
)

_EXPECTED: Final = "expected_revision"
_MAINTENANCE_S: Final = 1.0
_ATTACK: Final = "<script>"
# So many units no shop has, and a platform that limits quantities takes them all the same.
_FOLD: Final = 10_000


class _Once(Scenario):
    """Acts on the first call that is meant, and on no other."""

    done = False

    def before(self, request: Request) -> Act | None:
        if self.done or not self.is_meant(request):
            return None
        self.done = True
        return self.once(request)

    def is_meant(self, request: Request) -> bool:
        raise NotImplementedError

    def once(self, request: Request) -> Act:
        raise NotImplementedError


def _changes(request: Request) -> bool:
    operation = work(request)
    guarded = operation and operation.writes and _EXPECTED in request.fields
    return bool(operation and guarded and subject_of(operation, request.fields))


@scenario
class StaleRecord(_Once):
    name = "stale-record"
    does = "another writer changes the record just before the client does: a genuine 409"
    expects = "the client reads the record again before it writes again"

    def is_meant(self, request: Request) -> bool:
        return _changes(request)

    def once(self, request: Request) -> Act:
        body = dict(request.fields)
        if isinstance(body.get("caption"), str):
            body["caption"] = "Changed by another writer"
        headers = {**identity_of(request), "x-session-guid": self.platform.session}
        self.platform.ask(request.path, headers, without(body, "session_guid"))
        return Act(self.name)


@scenario
class RevisionMissing(_Once):
    name = TAKEN_OUT
    does = "expected_revision is taken out of a change on its way: a genuine 428"
    expects = "the client reads the record again before it writes again"

    def is_meant(self, request: Request) -> bool:
        return _changes(request)

    def once(self, request: Request) -> Act:
        return Act(self.name, forward=request.with_fields(without(request.fields, _EXPECTED)))


@scenario
class EndedSession(_Once):
    name = "ended-session"
    does = "the client's session is closed behind its back: a genuine 401"
    expects = "the client signs in anew, once, and does not use the old session again"

    def begin(self) -> None:
        self._worked = 0

    def is_meant(self, request: Request) -> bool:
        operation = work(request)
        self._worked += operation is not None
        reads = operation and not operation.writes
        return bool(reads and self._worked > 1 and session_of(request))

    def once(self, request: Request) -> Act:
        self.platform.call("/usm/session/close", session_guid=session_of(request))
        return Act(self.name)


@scenario
class NotAssociated(_Once):
    name = "not-associated"
    does = "a read is turned to an org that the client has no part in: a genuine 404"
    expects = "the client looks at its association before it concludes that the thing is not there"
    _FOREIGN: Final = "00000000-0000-4000-8000-000000000000"

    def is_meant(self, request: Request) -> bool:
        operation = work(request)
        if operation is None or operation.writes:
            return False
        return "org_guid" in request.fields or self._is_by_header(request)

    @staticmethod
    def _is_by_header(request: Request) -> bool:
        return "x-orgcode" in request.headers and "orgcode" not in request.fields

    def once(self, request: Request) -> Act:
        headers = without(request.headers, "x-orgcode")
        if "org_guid" in request.fields:
            elsewhere = request.with_fields({**request.fields, "org_guid": self._FOREIGN})
        else:
            elsewhere, headers = request, {**headers, "x-orgcode": "NOBODYS"}
        return Act(self.name, forward=replace(elsewhere, headers=headers))


@scenario
class WriteBlocked(_Once):
    name = "write-blocked"
    does = "the operator suspends the org before a write: a genuine 403 org-write-blocked"
    expects = "the client stops writing in that org"
    needs_operator = True

    def is_meant(self, request: Request) -> bool:
        operation = work(request)
        return bool(operation and operation.writes)

    def once(self, request: Request) -> Act:
        del request
        self.platform.set_org_status(self.org, "suspended")
        return Act(self.name)

    def end(self) -> None:
        if self.done:
            self.platform.set_org_status(self.org, "verified")


@scenario
class Firewall(_Once):
    name = "firewall"
    does = "a text that looks like an attack is put into a write: a genuine 403 in HTML"
    expects = "the client does not repeat the payload, does not sign in anew, and does not crash"

    def is_meant(self, request: Request) -> bool:
        operation = work(request)
        return bool(operation and operation.writes and request.fields)

    def once(self, request: Request) -> Act:
        fields = {**request.fields, "note": _ATTACK}
        return Act(self.name, forward=request.with_fields(fields))


@scenario
class Maintenance(Scenario):
    name = "maintenance"
    does = "the operator opens a window of maintenance for a second: genuine 503"
    expects = "the client waits, and then tries again"
    needs_operator = True
    alone = True

    def begin(self) -> None:
        self._since: float | None = None
        self._over = False

    def before(self, request: Request) -> Act | None:
        operation = work(request)
        if self._since is None and operation and not operation.writes:
            self.platform.act("ops_maintenancestart")
            self._since = time.monotonic()
        elif self._since is not None and time.monotonic() - self._since >= _MAINTENANCE_S:
            self.end()
        return Act(self.name) if self._since is not None and not self._over else None

    def end(self) -> None:
        if self._since is not None and not self._over:
            self._over = True
            self.platform.act("ops_maintenanceend")


@scenario
class RevokedKey(_Once):
    name = "revoked-key"
    does = "the owner revokes the client's key behind its back: a genuine 401"
    expects = "the client does not go on with the key"
    parts = ("keys",)

    def begin(self) -> None:
        self._made: list[str] = []

    def after(self, request: Request, answer: Answer) -> Answer | None:
        operation = request.operation
        if operation and operation.id == "usm.api_key.create":
            self._made += [v for k, v in texts_in(_json(answer)) if k == "api_key_id"]
        return None

    def is_meant(self, request: Request) -> bool:
        return bool(self._made and work(request) and request.headers.get("x-api-key"))

    def once(self, request: Request) -> Act:
        del request
        self.platform.call(
            "/usm/api_key/revoke",
            session_guid=self.platform.session,
            orgcode=self.org.code,
            api_key_id=self._made[-1],
        )
        return Act(self.name)


def _json(answer: Answer) -> Any:
    try:
        return json.loads(answer.content)
    except ValueError:
        return None


@scenario
class InsufficientStock(_Once):
    name = "insufficient-stock"
    does = "the quantities of a reservation or an order are multiplied: a genuine refusal"
    expects = "the client quotes again, or asks for another quantity"
    parts = ("orders",)

    def is_meant(self, request: Request) -> bool:
        operation = work(request)
        stocked = operation and operation.writes and operation.service in ("scm", "ics")
        return bool(stocked and multiplied(request.fields) != dict(request.fields))

    def once(self, request: Request) -> Act:
        return Act(self.name, forward=request.with_fields(multiplied(request.fields)))


def multiplied(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields with every quantity in them ten thousand times as large."""
    return {name: _many(name, value) for name, value in fields.items()}


def _many(name: str, value: Any) -> Any:
    if name in ("quantity", "qty") and isinstance(value, int | str) and str(value).isdecimal():
        return type(value)(int(value) * _FOLD)
    if isinstance(value, dict):
        return multiplied(value)
    return [_many("", part) for part in value] if isinstance(value, list) else value


@scenario
class TooManySessions(_Once):
    name = "too-many-sessions"
    does = "the operator lowers the number of sessions that the user may have: a genuine refusal"
    expects = "the client closes sessions, or ends and says so; it does not ask again at once"
    needs_operator = True
    alone = True
    _USUAL: Final = 200

    def is_meant(self, request: Request) -> bool:
        return bool(request.operation and request.operation.id == "usm.session.create")

    def once(self, request: Request) -> Act:
        del request
        self._cap(1)
        return Act(self.name)

    def after(self, request: Request, answer: Answer) -> Answer | None:
        del answer
        if self.done and self.is_meant(request):
            self._cap(self._USUAL)
        return None

    def _cap(self, most: int) -> None:
        one = {"user_id": self.platform.user}
        found = self.platform.act("uas_userget", **one)
        self.platform.act(
            "uas_userconfigset",
            **one,
            max_active_sessions=most,
            expected_revision=found["revision"],
        )


@scenario
class ExpiredSession(EndedSession):
    name = "expired-session"
    does = "the platform's clock goes on past the end of the client's session: a genuine 401"
    expects = "the client signs in anew, once, and does not use the old session again"
    needs_operator = True
    alone = True
    _LONGER_S: Final = 4_000

    def once(self, request: Request) -> Act:
        del request
        self.platform.act("reference_clock", advance_seconds=self._LONGER_S)
        self.platform.sign_in()
        return Act(self.name)
