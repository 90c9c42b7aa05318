"""What a scenario is: it makes the occasion of a duty, and says what a client should do then."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Final

from conformance.client.platform import Org, Platform
from conformance.client.relay import Actor, Answer, Request
from conformance.contract.operation import Operation

if TYPE_CHECKING:
    from conformance.client.judgement import Shown


_THROTTLED: Final = 429


class Scenario(Actor):
    """Acts on the calls of one run of the client, in the org of that run."""

    # What the stand does, and what the client is expected to do next.
    does: ClassVar[str]
    expects: ClassVar[str]
    # Whether the answers are the platform's own, for a request or a record was altered.
    genuine: ClassVar[bool] = True
    needs_operator: ClassVar[bool] = False
    # Parts of the platform of which a client must use one for it to concern it; none: any client.
    parts: ClassVar[tuple[str, ...]] = ()
    # Whether it does something to the whole platform, so that nothing runs beside it.
    alone: ClassVar[bool] = False
    # Duties that are kept where the client's effects are those of the plain run.
    same_effects: ClassVar[tuple[str, ...]] = ()
    # By duty: a text that stands in the log of a client that keeps it.
    logged: Mapping[str, str] = {}
    # Duties that are kept where the client does the same as in the plain run.
    compared: tuple[str, ...] = ()

    def __init__(self, platform: Platform, org: Org) -> None:
        self.platform, self.org = platform, org
        self.shown: list[Shown] = []
        # What it did beside the calls.
        self.acts = 0
        self.begin()

    def begin(self) -> None:
        """What it remembers of the run, as it is before the first call."""

    def ended(self, exit_status: int | None) -> None:
        """The client came to its end, or was stopped (None)."""

    def end(self) -> None:
        """Undo what it did to the platform."""


SCENARIOS: Final[dict[str, type[Scenario]]] = {}


def scenario(found: type[Scenario]) -> type[Scenario]:
    """Registers a scenario by its name; they run in the order in which they are written down."""
    SCENARIOS[found.name] = found
    return found


def made_up(status: int, tag: str, *headers: tuple[str, str]) -> Answer:
    """A refusal in the platform's envelope that the stand makes up."""
    refusal = {"major": {"tag": tag, "message": {"en_US": "Made up."}}, "http_status": status}
    body = {
        "success": False,
        "error": {**refusal, "retryable": status == _THROTTLED},
        "stats": {"request_id": "made-up-by-the-stand", "latency_ms": 0},
    }
    told = (("content-type", "application/json"), *headers)
    return Answer(status, told, json.dumps(body).encode())


def work(request: Request) -> Operation | None:
    """The operation, where it is work in an org and no look at the association."""
    operation = request.operation
    if operation and operation.org_scoped and operation.id != "ofm.member.resolve":
        return operation if operation.service != "usm" else None
    return None


def session_of(request: Request) -> str | None:
    """The session that a request carries."""
    found: Any = request.headers.get("x-session-guid") or request.fields.get("session_guid")
    return found if isinstance(found, str) else None


def identity_of(request: Request) -> dict[str, str]:
    """The headers that say who calls and where, for a call in the client's place."""
    return {
        name: value
        for name, value in request.headers.items()
        if name.startswith("x-") and name not in ("x-api-key", "x-session-guid")
    }


def without(fields: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The fields but one."""
    return {key: value for key, value in fields.items() if key != name}
