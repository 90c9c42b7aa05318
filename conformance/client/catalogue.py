"""The duties as data: `duties/*.toml`, frozen by version in `duties/frozen.toml`."""

import hashlib
import json
import tomllib
from functools import cache
from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict

# The steps of the integration checklist that duties count for.
STEPS: Final = {
    0: "In every step",
    1: "Acquire credentials",
    2: "Validate credentials",
    3: "Confirm org association",
    4: "Org, facilities, channels",
    5: "Product model",
    6: "Publish",
    7: "Stock",
    8: "Orders",
    9: "Procurement",
    10: "Pricing",
    11: "Loyalty",
    12: "Events",
    13: "Exports and offboarding",
}
VERSION: Final = "client/2"
FOLDER: Final = Path(__file__).with_name("duties")
_FROZEN: Final = FOLDER / "frozen.toml"


class Duty(BaseModel):
    """One duty. `seen` says which witnesses can decide it, `scenario` what makes its occasion.

    An empty `scenario`: the stand cannot make it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    # What of the platform a client must use for the duty to concern it; all use `core`.
    part: str
    # The step of the integration checklist; 0 is all of them.
    step: int
    strength: Literal["MUST", "SHOULD", "inferred"]
    # The page's own word where it is not settled; such a duty only warns.
    maturity: str
    text: str
    page: str
    seen: tuple[Literal["recording", "relay", "receiver", "statement"], ...]
    scenario: str
    kept: str
    broken: str
    silent: str
    # What to do beyond the text, which says it in most cases.
    remedy: str = ""

    @property
    def binding(self) -> bool:
        """Whether a breach breaks the client: an unqualified MUST. All else warns."""
        return self.strength == "MUST" and not self.maturity

    @property
    def attestable(self) -> bool:
        """Whether no traffic alone can show it, so that a statement of the team counts."""
        return "statement" in self.seen


@cache
def duties() -> tuple[Duty, ...]:
    """All duties, in the order of their ids.

    Raises:
        ValueError: two duties bear one id, or the data is malformed.
    """
    found: dict[str, Duty] = {}
    for path in sorted(FOLDER.glob("*.toml")):
        if path == _FROZEN:
            continue
        for row in tomllib.loads(path.read_text("utf-8"))["duty"]:
            duty = Duty.model_validate(row)
            if found.setdefault(duty.id, duty) is not duty:
                raise ValueError(f"{path.name}: {duty.id}: id of another duty")
    return tuple(sorted(found.values(), key=lambda each: (each.id[0], int(each.id[1:]))))


@cache
def parts() -> tuple[str, ...]:
    """The parts of the platform that duties are about, `core` first."""
    named = dict.fromkeys(duty.part for duty in duties())
    return ("core", *(name for name in named if name != "core"))


def digest() -> str:
    """SHA-256 over all that a duty says, so that a version stays what it was."""
    rows = [duty.model_dump() for duty in duties()]
    return hashlib.sha256(json.dumps(rows, sort_keys=True).encode()).hexdigest()


def frozen() -> dict[str, str]:
    """Digest by version, of all versions that were given out."""
    read: dict[str, str] = tomllib.loads(_FROZEN.read_text("utf-8"))["versions"]
    return read
