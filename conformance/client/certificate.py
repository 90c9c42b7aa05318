"""The certificate of a client, as data. It proves nothing about a platform."""

from enum import StrEnum
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from conformance.client.catalogue import VERSION, Duty

DISCLAIMER: Final = (
    "This certificate speaks of the client alone. It proves nothing about a platform."
)
CONFORMANT: Final = "CONFORMANT CLIENT"
NOT_CONFORMANT: Final = "NOT CONFORMANT"
INCOMPLETE: Final = "INCOMPLETE"
EXIT: Final = {CONFORMANT: 0, NOT_CONFORMANT: 1, INCOMPLETE: 6}
_WITH_WAIVERS: Final = 8


class Verdict(StrEnum):
    """What became of a duty, worst first."""

    BROKEN = "broken"
    WAIVED = "waived"
    WARNING = "warning"
    NO_TRAFFIC = "no traffic"
    NOT_JUDGED = "not judged"
    STATED = "stated"
    KEPT = "kept"
    OUTSIDE = "outside"


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Breach(_Model):
    """One call that broke a duty, in words that hold nothing of the recording but its shape."""

    where: str
    run: str
    call: str
    said: str
    # The calls before it, the nearest last.
    before: tuple[str, ...] = ()


class DutyResult(_Model):
    """A duty, and what the traffic says of it."""

    duty: Duty
    verdict: Verdict
    occasions: int = 0
    breaches: int = 0
    told: tuple[Breach, ...] = ()
    # Ids of calls that it rests on: those that broke the duty, or the first that kept it.
    exchanges: tuple[str, ...] = ()
    reason: str = ""


class Examinee(_Model):
    """Who was examined: the name, what was run, and the SHA-256 of the file that was run."""

    name: str = ""
    command: tuple[str, ...] = ()
    digest: str = ""
    agents: tuple[str, ...] = ()


class RunOfClient(_Model):
    """One run of the client before the stand; `acted` counts what the stand did to its calls."""

    scenario: str
    exit_status: int | None
    seconds: float
    calls: int
    acted: int
    note: str = ""


class Certificate(_Model):
    """What the traffic of a client says about its duties."""

    kind: Literal["client"] = "client"
    disclaimer: str = DISCLAIMER
    verdict: Annotated[
        str,
        Field(
            pattern=r"^(CONFORMANT CLIENT( WITH [1-9][0-9]* WAIVERS)?|NOT CONFORMANT|INCOMPLETE)$"
        ),
    ]
    duty_set: str = VERSION
    digest: str
    parts: tuple[str, ...]
    examinee: Examinee = Examinee()
    calls: int
    others: int
    files: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    stripped: bool = False
    # Why the stand itself is in doubt; empty where it is not.
    doubts: tuple[str, ...] = ()
    runs: tuple[RunOfClient, ...] = ()
    duties: tuple[DutyResult, ...]

    @property
    def needed(self) -> tuple[DutyResult, ...]:
        """The duties that a conformant client of these parts keeps."""
        return tuple(r for r in self.duties if r.duty.binding and r.verdict is not Verdict.OUTSIDE)

    @property
    def missing(self) -> tuple[DutyResult, ...]:
        """Those of them that nothing exercised."""
        without = (Verdict.NO_TRAFFIC, Verdict.NOT_JUDGED)
        return tuple(result for result in self.needed if result.verdict in without)

    @property
    def exit_status(self) -> int:
        """As the suite's: 0 conformant, 8 with waivers, 1 not conformant, 6 incomplete."""
        return EXIT.get(self.verdict, _WITH_WAIVERS)
