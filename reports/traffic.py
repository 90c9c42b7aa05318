"""What the exchanges of a run add up to, counted in one pass."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from conformance.contract.envelope import BUILD_PLACES
from fixtures.formats.json_values import at
from reports.exchange import Exchange

# Only the reference answers with this header, whoever has started it and under whatever name.
REFERENCE: Final = "x-conformance-reference"


@dataclass(frozen=True)
class Traffic:
    """`by_status` counts exchanges, `build_places` answers by where their build stands.

    `builds` and `api_versions` are those that the target named, in alphabetical order;
    `reference_hosts` are hosts that gave themselves away as the reference.
    """

    by_status: Mapping[str, int] = field(default_factory=dict)
    build_places: Mapping[str, int] = field(default_factory=dict)
    builds: tuple[str, ...] = ()
    api_versions: tuple[str, ...] = ()
    reference_hosts: tuple[str, ...] = ()


def count(exchanges: Iterable[Exchange]) -> Traffic:
    """The traffic of these exchanges, which are read once and may be a stream."""
    statuses: Counter[str] = Counter()
    places: Counter[str] = Counter()
    builds: set[str] = set()
    versions: set[str] = set()
    references: set[str] = set()
    for exchange in exchanges:
        statuses[exchange.counted_as] += 1
        if exchange.response is None:
            continue
        for place, pointer in BUILD_PLACES.items():
            build = at(exchange.response.body, pointer)
            if isinstance(build, str):
                places[place] += 1
                builds.add(build)
        if version := exchange.response.headers.get("x-api-version"):
            versions.add(version)
        if REFERENCE in exchange.response.headers:
            references.add(urlsplit(exchange.request.url).netloc)
    found = (tuple(sorted(each)) for each in (builds, versions, references))
    return Traffic(statuses, places, *found)
