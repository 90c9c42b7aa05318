"""Step 13: what a copy of an organisation holds, read out of S3 row by row."""

from collections import Counter
from typing import Final

import pytest

from fixtures.formats.instants import instant
from fixtures.run.client import Caller
from fixtures.run.world import World
from fixtures.services.utl import exports
from fixtures.services.utl.context import KINDS, LISTED, Departure
from fixtures.services.utl.exports import Copy

_FEW: Final = 5


@pytest.mark.requirement("EXIT-112")
def test_every_row_has_the_instant_of_its_export(
    copied: Copy, departed: Departure, departed_owner: Caller
) -> None:
    begun = instant(departed.requested_at)
    ended = instant(departed_owner("utl.stat").value("now"))
    read = [instant(copied.reads(row, "row_exported_at")) for row in copied.rows]
    right = [each for each in read if begun and ended and each and begun <= each <= ended]
    copied.answer.expect(
        "every row has exported_at_utc, an instant between request and download",
        holds=len(right) == len(read),
        expected=f"{len(read)} instants in UTC since {departed.requested_at}",
        observed=f"{read.count(None)} rows without one, {len(read) - len(right)} in all not so",
        uses=("row_exported_at",),
    )


@pytest.mark.requirement("EXIT-113")
def test_row_has_the_revision_of_its_record(copied: Copy, departed: Departure) -> None:
    for record, revision in departed.revisions.items():
        found = [copied.reads(row, "row_revision") for row in copied.holding(record)]
        copied.answer.expect(
            "the row of a changed record has the revision it was changed to",
            holds=revision in found,
            expected=f"source_revision {revision}",
            observed=f"source_revision {found[:_FEW]}",
            uses=("row_revision",),
        )


@pytest.mark.requirement("EXIT-114")
@pytest.mark.parametrize("service", KINDS)
def test_copy_holds_the_records_of_each_service(
    copied: Copy, departed: Departure, service: str
) -> None:
    record = departed.made[service]
    copied.answer.expect(
        f"the copy holds what was made in {service}",
        holds=bool(copied.holding(record)),
        expected=f"a row with {record}",
        observed=f"{len(copied.rows)} rows without it",
    )


@pytest.mark.requirement("EXIT-114")
@pytest.mark.parametrize("service", LISTED)
def test_copy_holds_all_that_is_listed(copied: Copy, departed: Departure, service: str) -> None:
    known = {value for row in copied.rows for value in exports.values(row)}
    lacking = [each for each in departed.listed[service] if each not in known]
    copied.answer.expect(
        f"the copy holds every record that {service} lists",
        holds=not lacking,
        expected=f"{len(departed.listed[service])} records of {KINDS[service]}",
        observed=f"{len(lacking)} of them not there",
    )


@pytest.mark.requirement("EXIT-115")
def test_copy_holds_nothing_of_another_organisation(copied: Copy, world: World) -> None:
    there = {name: str(world[name]) for name in ("org_guid", "orgcode", "logical_guid", "cc_guid")}
    told = [name for name, value in there.items() if copied.holding(value)]
    copied.answer.expect(
        "the copy holds no record of another organisation",
        holds=not told,
        expected="no row with an id of another organisation",
        observed=", ".join(told) or "none",
    )


@pytest.mark.requirement("EXIT-119")
def test_copy_shows_no_secret_again(copied: Copy, departed: Departure) -> None:
    shown = any(departed.secret in text for text in copied.objects.values())
    copied.answer.expect(
        "the secret of a webhook, returned once, is not in the copy",
        holds=not shown,
        expected="no row with the secret",
        observed="a row with it" if shown else "none",
    )


# --- sums ---


@pytest.mark.requirement("EXIT-116")
def test_manifest_counts_the_rows_of_each_service(copied: Copy) -> None:
    services = copied.reads(copied.manifest, "manifest_services")
    told = _counts(copied, services if isinstance(services, list) else [], "service_count")
    found = Counter(str(copied.reads(row, "row_service")) for row in copied.rows)
    copied.answer.expect(
        "the manifest counts rows as they are in the objects",
        holds=told == dict(found),
        expected=str(dict(found)),
        observed=str(told),
        uses=("manifest_services", "service_name", "service_count", "row_service"),
    )


@pytest.mark.requirement("EXIT-116")
def test_summary_counts_rows_and_bytes(
    copied: Copy, departed: Departure, departed_owner: Caller
) -> None:
    answer = exports.status(departed_owner, departed.export_id)
    services = answer.value("services")
    names = ("service_count", "service_bytes")
    told = [sum(_counts(copied, services, name).values()) for name in names]
    size = sum(len(text.encode()) for text in copied.objects.values())
    answer.expect(
        "the summary counts rows and bytes as they are in the objects",
        holds=told == [len(copied.rows), size],
        expected=f"{len(copied.rows)} rows, {size} bytes",
        observed=f"{told[0]} rows, {told[1]} bytes",
        uses=("services", "service_name", *names),
    )


@pytest.mark.requirement("EXIT-117")
def test_summary_tells_the_cost(departed: Departure, departed_owner: Caller) -> None:
    answer = exports.status(departed_owner, departed.export_id)
    answer.expect(
        "the summary tells the total cost",
        holds=answer.optional("cost") is not None,
        expected="a total",
        observed="none" if answer.optional("cost") is None else "one",
        uses=("cost",),
    )


def _counts(copied: Copy, services: list[dict[str, object]], name: str) -> dict[str, int]:
    """A figure of each service in a summary; what is no whole number counts as none."""
    found = {}
    for each in services:
        figure = copied.reads(each, name)
        service = str(copied.reads(each, "service_name"))
        found[service] = figure if isinstance(figure, int) else 0
    return found
