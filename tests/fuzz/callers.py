"""Who calls: mostly the owner of an org in which everything may be done, and sometimes others."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Final

from tests.reference.platform_client import Platform

# Of a hundred requests, so many are the owner's, a key's, a stranger's; the rest are nobody's.
_OWNER, _KEY, _STRANGER = 88, 4, 4
CREDENTIALS: Final = ("x-session-guid", "x-api-key")


@dataclass(frozen=True)
class Callers:
    """Credentials as headers, and what a request may say of them and of where it belongs."""

    owner: Mapping[str, str]
    key: Mapping[str, str]
    stranger: Mapping[str, str]
    fixed: Mapping[str, str]

    @property
    def secrets(self) -> tuple[str, ...]:
        """What is shown nowhere."""
        return (*self.owner.values(), *self.key.values(), *self.stranger.values())

    def drawn(self, random: Random) -> Mapping[str, str]:
        """The credentials of the next request."""
        draw = random.randrange(100)
        if draw < _OWNER:
            return self.owner
        if draw < _OWNER + _KEY:
            return self.key
        return self.stranger if draw < _OWNER + _KEY + _STRANGER else {}


def callers(platform: Platform) -> Callers:
    """An org with its owner and a key of all rights, and the owner of another org."""
    org, other = platform.org(), platform.org()
    return Callers(
        owner=org.owner.headers,
        key={"x-api-key": platform.key(org, "owner")},
        stranger=other.owner.headers,
        fixed={
            "orgcode": org.code,
            "org_guid": org.guid,
            "session_guid": org.owner.session,
            "logical_guid": platform.facility(org),
            "cccode": platform.cost_centre(org)["cccode"],
        },
    )
