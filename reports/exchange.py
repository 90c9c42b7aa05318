"""The model of exchanges: `exchanges.jsonl` holds one `Exchange` a line, redacted."""

from typing import Annotated, Final

from pydantic import AwareDatetime, Field, JsonValue

from reports.model import Frozen

# Who calls in a delivery of events, and what deliveries are counted under.
PLATFORM: Final = "platform"
DELIVERED: Final = "delivered"
# Who answers where a file is put or read beside the platform, and what that is counted under.
STORAGE: Final = "storage"
FETCHED: Final = "files"
#: Those that ask for nothing, or are asked beside the platform: their exchanges are no requests.
BESIDE: Final = frozenset({PLATFORM, STORAGE})


class Request(Frozen):
    """A request as sent, redacted."""

    method: str
    url: str
    headers: dict[str, str] = Field(default_factory=dict)
    body: JsonValue = None


class Response(Frozen):
    """An answer as received, redacted; `body` is JSON where it parsed, else text."""

    status: int
    headers: dict[str, str] = Field(default_factory=dict)
    body: JsonValue = None


class ViolationNote(Frozen):
    """An invariant that one answer violates, and how."""

    rule: str
    detail: str


class Exchange(Frozen):
    """One request and what came back: an answer or a transport error."""

    id: str
    check: str = Field(description="node id, or stage:<name>")
    requirement: str | None = None
    actor: str
    operation: str
    started_at: AwareDatetime
    elapsed_ms: Annotated[float, Field(ge=0)]
    request: Request
    response: Response | None = None
    error: str | None = None
    watch: tuple[ViolationNote, ...] = ()

    @property
    def counted_as(self) -> str:
        """What it is counted under: its status, `none`, or that it was no request to the target."""
        if self.actor in BESIDE:
            return DELIVERED if self.actor == PLATFORM else FETCHED
        return str(self.response.status) if self.response else "none"
