"""Writes down what a client calls, as the entries of a HAR, and keeps the samples that do so.

Each client has a session, a key and an org of its own, so that any two can be laid into one
another. `habit` is what the client does wrong; `occasion` is what puts the duty at stake.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import Enum
from json import dumps
from typing import Any, Final

Entry = dict[str, Any]
START: Final = datetime(2026, 1, 5, 10, tzinfo=UTC)
HOST: Final = "https://api.example.test"


class Mood(Enum):
    KEPT = "kept"
    BROKEN = "broken"
    ABSENT = "absent"


@dataclass
class Client:
    """Writes down what a client called, as entries of a HAR."""

    who: str
    mood: Mood
    at: float = 0.0
    entries: list[Entry] = field(default_factory=list)

    @property
    def session(self) -> str:
        return f"SECRET-session-{self.who}-0123456789"

    @property
    def key(self) -> str:
        return f"SECRET-key-{self.who}-9876543210"

    @property
    def org(self) -> str:
        return f"ORG{self.who}".upper()

    @property
    def guid(self) -> str:
        return f"aa0c9a52-0000-4000-8000-{abs(hash(self.who)) % 10**12:012d}"

    def one(self, **more: Any) -> dict[str, Any]:
        return {"org_guid": f"org-{self.guid}", "cc_guid": self.guid, **more}

    @property
    def habit(self) -> bool:
        return self.mood is Mood.BROKEN

    def occasion(self, path: str, body: Any = None, **more: Any) -> None:
        """A call without which the duty is not at stake."""
        if self.mood is not Mood.ABSENT:
            self.call(path, body, **more)

    def call(
        self,
        path: str,
        body: Any = None,
        *,
        method: str = "POST",
        status: int = 200,
        answer: Any = None,
        told: dict[str, str] | None = None,
        wait: float = 1.0,
        base: str = HOST,
        key: bool = False,
        **headers: str,
    ) -> None:
        """One entry, `wait` seconds after the one before."""
        self.at += wait
        sent = {"content-type": "application/json"} if body is not None else {}
        if path.startswith("/usm"):
            body = {"session_guid": self.session, **(body or {})}
            sent = {"content-type": "application/json"}
        else:
            sent |= {"x-api-key": self.key} if key else {"x-session-guid": self.session}
            if not path.startswith(("/ofm", "/utl")):
                sent["x-orgcode"] = self.org
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {n: v for n, v in {**sent, **named}.items() if v}
        request: Entry = {
            "method": method,
            "url": base + path,
            "headers": [{"name": name.title(), "value": value} for name, value in sent.items()],
        }
        if body is not None:
            request["postData"] = {"mimeType": "application/json", "text": dumps(body)}
        given = {"success": status < 300, **(answer if answer is not None else {"data": {}})}
        self.entries.append(
            {
                "startedDateTime": (START + timedelta(seconds=self.at)).isoformat(),
                "time": 5,
                "request": request,
                "response": {
                    "status": status,
                    "headers": [{"name": n, "value": v} for n, v in (told or {}).items()],
                    "content": {"text": dumps(given) if status else ""},
                },
            }
        )

    def lost(self, path: str, body: Any, **more: Any) -> None:
        """A call that got no answer."""
        self.call(path, body, status=0, **more)


Sample = Callable[[Client], None]
REGISTERED: Final[dict[str, Sample]] = {}
_CENTRE: Final = "/ofm/cost-centre"
GET, LIST = f"{_CENTRE}/get", f"{_CENTRE}/list"
CREATE, UPDATE = f"{_CENTRE}/create", f"{_CENTRE}/update"
RESOLVE, SELF_CHECK = "/ofm/resolve/cccode", "/ofm/member/resolve"


def sample(duty: str) -> Callable[[Sample], Sample]:
    def register(made: Sample) -> Sample:
        REGISTERED[duty] = made
        return made

    return register


def refused(tag: str) -> dict[str, Any]:
    return {"error": {"major": {"tag": tag}}}


def at_revision(client: Client, revision: Any) -> dict[str, Any]:
    return {"revision": revision, "data": {"cc_guid": client.guid}}


def stated(c: Client, **more: Any) -> dict[str, Any]:
    stated = {"orgcode": c.org, "actor": "job", "context_source": "session"}
    return {**stated, "session_fingerprint": "ab12", **more}


def ended_session(c: Client, again: int) -> None:
    c.occasion(GET, c.one(), status=401, answer=refused("invalid-credentials"))
    for _ in range(again if c.habit else 0):
        c.call(GET, c.one(), status=401, answer=refused("invalid-credentials"))
    c.call("/usm/session/create", {"session_guid": None, "email": "a@example.test"})
