"""Who calls: mostly the owner of an org in which everything may be done, and sometimes others."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Final

from tests.reference.platform_client import Platform
from tests.reference.products import Catalogue
from tests.reference.scm_client import new_scm_client

# Of a hundred requests, so many are the owner's, a key's, a stranger's; the rest are nobody's.
_OWNER, _KEY, _STRANGER = 88, 4, 4
# So many of a thing are there to be sold that no draw uses them up.
_STOCK: Final = 1_000_000
CREDENTIALS: Final = ("x-session-guid", "x-api-key")


@dataclass(frozen=True)
class Callers:
    """Credentials as headers, and what a request may say of them and of where it belongs."""

    owner: Mapping[str, str]
    key: Mapping[str, str]
    stranger: Mapping[str, str]
    fixed: Mapping[str, str]
    favourites: Mapping[str, str]
    """Ids of records with which most can be done."""

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
    """An org with its owner, a key of all rights and goods to sell, and the owner of another."""
    org, other = platform.org(), platform.org()
    seller = new_scm_client(Catalogue(platform, org, org.owner))
    return Callers(
        owner=org.owner.headers,
        key={"x-api-key": platform.key(org, "owner")},
        stranger=other.owner.headers,
        fixed={
            "orgcode": org.code,
            "org_guid": org.guid,
            "session_guid": org.owner.session,
            "logical_guid": seller.logical_guid,
            "channel_code": seller.channel,
            "cccode": platform.cost_centre(org)["cccode"],
        },
        favourites={"variant_id": seller.goods(_STOCK), "user_guid": org.owner.user_id},
    )
