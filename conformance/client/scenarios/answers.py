"""Scenarios in which an answer is altered on its way, within what the pages permit."""

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any, Final

from conformance.client.judgement import Shown
from conformance.client.relay import Act, Answer, Request
from conformance.client.scenarios.scenario import Scenario, made_up, scenario, without, work
from conformance.contract import envelope
from conformance.contract.operation import Kind
from fixtures.formats.json_values import at

_UNKNOWN: Final = {"zz_unknown": {"since": "2026-01-01", "values": [1, None, "x"]}, "aa_unknown": 7}
_AHEAD: Final = timedelta(days=180)
_MARK: Final = "stand-"
_VERSION: Final = "x-api-version"
_TOKEN: Final = "next_token"  # noqa: S105 - the name of a field
_ALIEN_TOKEN: Final = "tok.9/"  # noqa: S105 - the beginning of all tokens of another form


def _altered(answer: Answer, alter: Callable[[Any], Any]) -> Answer | None:
    """The answer with another body; None where it is no JSON object."""
    try:
        body = json.loads(answer.content)
    except ValueError:
        return None
    if not isinstance(body, dict):
        return None
    return Answer(answer.status, answer.headers, json.dumps(alter(body)).encode())


def _with_unknown(value: Any) -> Any:
    """Every object with unknown fields, and its members in the other order."""
    if isinstance(value, dict):
        inner = {key: _with_unknown(part) for key, part in value.items()}
        return dict(reversed([*inner.items(), *_UNKNOWN.items()]))
    return [_with_unknown(part) for part in value] if isinstance(value, list) else value


class _Altering(Scenario):
    """Alters the answers of the calls that are meant."""

    genuine = False

    def before(self, request: Request) -> Act | None:
        return Act(self.name) if self.is_meant(request) else None

    def is_meant(self, request: Request) -> bool:
        return request.operation is not None


@scenario
class AlienAnswers(_Altering):
    name = "alien-answers"
    does = "every object of every answer has unknown fields, and its members in another order"
    expects = "the client does what it does without them"
    compared = ("F8",)

    def after(self, request: Request, answer: Answer) -> Answer | None:
        del request
        return _altered(answer, _with_unknown)


def _is_list(request: Request) -> bool:
    return bool(request.operation and request.operation.kind is Kind.LIST)


def _lists(body: dict[str, Any]) -> list[list[Any]]:
    data = at(body, envelope.DATA)
    found = data.values() if isinstance(data, dict) else [data]
    return [each for each in found if isinstance(each, list)]


class _AlteringLists(_Altering):
    """Alters the bodies of lists, by `altered`."""

    def is_meant(self, request: Request) -> bool:
        return _is_list(request)

    def after(self, request: Request, answer: Answer) -> Answer | None:
        return _altered(answer, self.altered) if _is_list(request) else None

    @staticmethod
    def altered(body: dict[str, Any]) -> dict[str, Any]:
        """The body with what is meant altered."""
        raise NotImplementedError


@scenario
class OtherOrder(_AlteringLists):
    name = "other-order"
    does = "the records of each page come in the other order"
    expects = "the client does what it does without that"
    compared = ("G6",)

    @staticmethod
    def altered(body: dict[str, Any]) -> dict[str, Any]:
        for records in _lists(body):
            records.reverse()
        return body


@scenario
class EmptyPage(Scenario):
    name = "empty-page"
    does = "a list begins with an empty page that has a token for the next one"
    expects = "the client follows the token, and the walk ends only where there is none"
    genuine = False

    def begin(self) -> None:
        self._emptied: set[str] = set()

    def before(self, request: Request) -> Act | None:
        if not _is_list(request) or request.method != "POST" or not work(request):
            return None
        token = request.fields.get("next_token")
        if token == _MARK + request.path:
            first = {k: v for k, v in request.fields.items() if k != "next_token"}
            return Act(self.name, forward=request.with_fields(first))
        if token is None and request.path not in self._emptied:
            return Act(self.name)
        return None

    def after(self, request: Request, answer: Answer) -> Answer | None:
        is_first = request.fields.get("next_token") is None and request.method == "POST"
        if not _is_list(request) or not is_first or request.path in self._emptied:
            return None
        if work(request) is None:
            return None
        self._emptied.add(request.path)
        return _altered(answer, lambda body: _emptied(body, _MARK + request.path))


def _emptied(body: dict[str, Any], token: str) -> dict[str, Any]:
    for records in _lists(body):
        records.clear()
    data = at(body, envelope.DATA)
    if isinstance(data, dict):
        return {**body, "data": {**data, "next_token": token}}
    return {**body, "next_token": token}


@scenario
class Deprecated(_Altering):
    name = "deprecated"
    does = "every answer announces that its route will end in half a year"
    expects = "the client goes on, and tells somebody"

    def begin(self) -> None:
        self._sunset = format_datetime(datetime.now(UTC) + _AHEAD, usegmt=True)
        self.logged = {"F10": self._sunset}

    def after(self, request: Request, answer: Answer) -> Answer | None:
        if request.operation is None:
            return None
        told = (
            ("deprecation", "true"),
            ("sunset", self._sunset),
            ("link", '<https://docs.example.com/deprecation>; rel="deprecation"'),
        )
        return Answer(answer.status, (*answer.headers, *told), answer.content)


@scenario
class OtherVersion(_Altering):
    name = "other-version"
    does = "every answer bears another X-API-Version than the platform's"
    expects = "the client reports that it differs from the one that it was tested with"
    _ALIEN: Final = "2099-12-31"
    logged: Mapping[str, str] = {"F12": _ALIEN}

    def after(self, request: Request, answer: Answer) -> Answer | None:
        if request.operation is None:
            return None
        kept = tuple(pair for pair in answer.headers if pair[0].lower() != _VERSION)
        return replace(answer, headers=(*kept, (_VERSION, self._ALIEN)))


@scenario
class OtherTokens(_AlteringLists):
    name = "other-tokens"
    does = "the tokens of pages are of another form: longer, and with other characters"
    expects = "the client sends them as they came, and does what it does without that"
    compared = ("G1",)

    def before(self, request: Request) -> Act | None:
        token = request.fields.get(_TOKEN)
        if not _is_list(request):
            return None
        if isinstance(token, str) and (own := own_token(token)):
            fields = {**request.fields, _TOKEN: own}
            return Act(self.name, forward=request.with_fields(fields))
        return Act(self.name)

    @classmethod
    def altered(cls, body: Any) -> Any:
        if isinstance(body, dict):
            return {
                name: alien_token(part) if name == _TOKEN else cls.altered(part)
                for name, part in body.items()
            }
        return [cls.altered(part) for part in body] if isinstance(body, list) else body


def alien_token(token: Any) -> Any:
    """The token in another form; what is none stays as it is."""
    if not isinstance(token, str) or not token:
        return token
    return f"{_ALIEN_TOKEN}{base64.b32encode(token.encode()).decode().rstrip('=')}{'~' * 40}"


def own_token(token: str) -> str | None:
    """The platform's token in one of ours; None for what is none of ours."""
    if not token.startswith(_ALIEN_TOKEN):
        return None
    inner = token.removeprefix(_ALIEN_TOKEN).rstrip("~")
    try:
        return base64.b32decode(inner + "=" * (-len(inner) % 8)).decode()
    except ValueError:
        return None


class _Failing(Scenario):
    """Answers one read with a failure that says so in its body alone, or in words of its own."""

    genuine = False
    status = 200
    tag = ""

    def begin(self) -> None:
        self._failed: tuple[str, str] | None = None
        self._asked_again = False

    def before(self, request: Request) -> Act | None:
        operation = work(request)
        what = (request.path, json.dumps(without(request.fields, "session_guid"), sort_keys=True))
        self._asked_again |= what == self._failed
        if self._failed or not operation or operation.writes:
            return None
        self._failed = what
        return Act(self.name, reply=made_up(self.status, self.tag))

    def ended(self, exit_status: int | None) -> None:
        if self._failed is None:
            return
        crashed = exit_status is None or exit_status < 0
        kept = not crashed and (self._asked_again or exit_status != 0)
        said = "" if kept else "it crashed" if crashed else "the failure was taken for a success"
        self.shown.append(Shown("F1", self.name, kept, said))


@scenario
class FalseSuccess(_Failing):
    name = "false-success"
    does = "a read is answered 200 with success: false"
    expects = "the client takes it for a failure: it asks again, or ends and says so"
    tag = "unavailable"


@scenario
class UnknownTag(_Failing):
    name = "unknown-tag"
    does = "a read is refused with a tag that no page has"
    expects = "the client takes it for a failure: it asks again, or ends and says so"
    status = 422
    tag = "not-on-a-tuesday"


@scenario
class Gateway(Scenario):
    name = "gateway"
    does = "a read is answered 502 in HTML by what stands before the platform, twice"
    expects = "the client waits, longer each time, and asks again"
    genuine = False

    def begin(self) -> None:
        self._meant: str | None = None
        self._left = 2

    def before(self, request: Request) -> Act | None:
        operation = work(request)
        if not operation or operation.writes or self._meant not in (None, request.path):
            return None
        if not self._left:
            return None
        self._meant, self._left = request.path, self._left - 1
        page = b"<html><body><h1>502 Bad Gateway</h1></body></html>"
        return Act(self.name, reply=Answer(502, (("content-type", "text/html"),), page))
