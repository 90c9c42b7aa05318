"""Step 13: what a copy of an organisation holds, read out of S3 row by row."""

from collections import Counter
from collections.abc import Mapping
from typing import Final

import pytest

from fixtures import Caller, Inconclusive, World, instant
from fixtures.formats.json_values import leaves
from fixtures.formats.telling import is_telling
from fixtures.services.utl import exports
from fixtures.services.utl.context import KINDS, LISTED, Departure
from fixtures.services.utl.exports import TenantExport

_FEW: Final = 5


def require_own_rows(tenant_export: TenantExport, departed: Departure) -> None:
    """Go on only where the copy holds what this run made: an empty one shows nothing.

    Raises:
        Inconclusive: no row of a record made in this run is there.
    """
    if not any(tenant_export.rows_holding(made) for made in departed.made.values()):
        raise Inconclusive(
            f"none of {len(tenant_export.rows)} rows of the copy is of a record made in this run",
            cause="copy without own rows",
        )


@pytest.mark.requirement("EXIT-112")
def test_every_row_has_the_instant_of_its_export(
    tenant_export: TenantExport, departed: Departure, departed_owner: Caller
) -> None:
    require_own_rows(tenant_export, departed)
    requested = instant(departed.requested_at)
    begun = requested and requested.replace(microsecond=0)  # rows may tell whole seconds
    ended = instant(departed_owner("utl.stat").value("now"))
    read = [instant(tenant_export.read_value(row, "row_exported_at")) for row in tenant_export.rows]
    right = [each for each in read if begun and ended and each and begun <= each <= ended]
    tenant_export.answer.expect(
        "every row has exported_at_utc, an instant between request and download",
        holds=len(right) == len(read),
        expected=f"{len(read)} instants in UTC since {departed.requested_at}",
        observed=f"{read.count(None)} rows without one, {len(read) - len(right)} in all not so",
        uses=("row_exported_at",),
    )


@pytest.mark.requirement("EXIT-113")
def test_row_has_the_revision_of_its_record(
    tenant_export: TenantExport, departed: Departure
) -> None:
    for record, revision in departed.revisions.items():
        found = [
            tenant_export.read_value(row, "row_revision")
            for row in tenant_export.rows_holding(record)
        ]
        tenant_export.answer.expect(
            "the row of a changed record has the revision it was changed to",
            holds=str(revision) in map(str, found),
            expected=f"source_revision {revision}",
            observed=f"source_revision {found[:_FEW]}",
            uses=("row_revision",),
        )


@pytest.mark.requirement("EXIT-114")
@pytest.mark.parametrize("service", KINDS)
def test_copy_holds_the_records_of_each_service(
    tenant_export: TenantExport, departed: Departure, service: str
) -> None:
    record = departed.made[service]
    tenant_export.answer.expect(
        f"the copy holds what was made in {service}",
        holds=bool(tenant_export.rows_holding(record)),
        expected=f"a row with {record}",
        observed=f"{len(tenant_export.rows)} rows without it",
    )


@pytest.mark.requirement("EXIT-114")
@pytest.mark.parametrize("service", LISTED)
def test_copy_holds_all_that_is_listed(
    tenant_export: TenantExport, departed: Departure, service: str
) -> None:
    known = {value for row in tenant_export.rows for value in leaves(row)}
    lacking = [each for each in departed.listed[service] if each not in known]
    tenant_export.answer.expect(
        f"the copy holds every record that {service} lists",
        holds=not lacking,
        expected=f"{len(departed.listed[service])} records of {KINDS[service]}",
        observed=f"{len(lacking)} of them not there",
    )


@pytest.mark.requirement("EXIT-115")
def test_copy_holds_nothing_of_another_organisation(
    tenant_export: TenantExport, departed: Departure, world: World
) -> None:
    require_own_rows(tenant_export, departed)
    there = {name: str(world[name]) for name in ("org_guid", "orgcode", "logical_guid", "cc_guid")}
    # An id that counts up may be that of another thing in the copy.
    sure = {name: value for name, value in there.items() if is_telling(value)}
    told = [name for name, value in sure.items() if tenant_export.rows_holding(value)]
    tenant_export.answer.expect(
        "the copy holds no record of another organisation",
        holds=not told,
        expected="no row with an id of another organisation",
        observed=", ".join(told) or "none",
    )


@pytest.mark.requirement("EXIT-119")
def test_copy_shows_no_secret_again(tenant_export: TenantExport, departed: Departure) -> None:
    require_own_rows(tenant_export, departed)
    shown = any(departed.secret in text for text in tenant_export.objects.values())
    tenant_export.answer.expect(
        "the secret of a webhook, returned once, is not in the copy",
        holds=not shown,
        expected="no row with the secret",
        observed="a row with it" if shown else "none",
    )


# --- sums ---


@pytest.mark.requirement("EXIT-116")
def test_manifest_counts_the_rows_of_each_service(
    tenant_export: TenantExport, departed: Departure
) -> None:
    require_own_rows(tenant_export, departed)
    services = tenant_export.read_value(tenant_export.manifest, "manifest_services")
    told = _counts(tenant_export, services, "service_count")
    found = Counter(str(tenant_export.read_value(row, "row_service")) for row in tenant_export.rows)
    tenant_export.answer.expect(
        "the manifest counts rows as they are in the objects",
        holds=told == dict(found),
        expected=str(dict(found)),
        observed=str(told),
        uses=("manifest_services", "service_name", "service_count", "row_service"),
        # Pages count in the summary; that the manifest counts too is ours.
        inferred=True,
    )


@pytest.mark.requirement("EXIT-116")
def test_summary_counts_the_rows(
    tenant_export: TenantExport, departed: Departure, departed_owner: Caller
) -> None:
    require_own_rows(tenant_export, departed)
    answer = exports.read_status(departed_owner, departed.export_id)
    services = answer.value("services")
    told = sum(_counts(tenant_export, services, "service_count").values())
    answer.expect(
        "the summary counts the rows that are in the objects",
        holds=told == len(tenant_export.rows),
        expected=f"{len(tenant_export.rows)} rows",
        observed=f"{told} rows",
        uses=("services", "service_name", "service_count"),
    )


@pytest.mark.requirement("EXIT-116")
def test_summary_counts_the_bytes(
    tenant_export: TenantExport, departed: Departure, departed_owner: Caller
) -> None:
    require_own_rows(tenant_export, departed)
    answer = exports.read_status(departed_owner, departed.export_id)
    told = sum(_counts(tenant_export, answer.value("services"), "service_bytes").values())
    size = sum(len(text.encode()) for text in tenant_export.objects.values())
    answer.expect(
        "the summary counts bytes as they are in the objects",
        holds=told == size,
        expected=f"{size} bytes",
        observed=f"{told} bytes",
        uses=("services", "service_name", "service_bytes"),
        # Whether bytes are those of the rows or of their objects is not said.
        inferred=True,
    )


@pytest.mark.requirement("EXIT-117")
def test_summary_tells_the_cost(departed: Departure, departed_owner: Caller) -> None:
    answer = exports.read_status(departed_owner, departed.export_id)
    answer.expect(
        "the summary tells the total cost",
        holds=answer.optional("cost") is not None,
        expected="a total",
        observed="none" if answer.optional("cost") is None else "one",
        uses=("cost",),
    )


def _of_its_name(service: str, told: object) -> Mapping[str, object]:
    """What an object tells of a service, as a list would: a number alone is its count."""
    own: Mapping[str, object] = told if isinstance(told, Mapping) else {"count": told}
    return {"service": service, **own}


def _counts(tenant_export: TenantExport, services: object, name: str) -> dict[str, int]:
    """A figure of each service in a summary; what is no whole number counts as none.

    Services come in a list, or in an object under their names.

    Raises:
        Inconclusive: they come in neither.
    """
    if isinstance(services, Mapping):
        services = [_of_its_name(name, each) for name, each in services.items()]
    if not isinstance(services, list):
        raise Inconclusive("the services of a copy are told neither in a list nor in an object")
    found = {}
    for each in services:
        figure = tenant_export.read_value(each, name)
        service = str(tenant_export.read_value(each, "service_name"))
        found[service] = figure if isinstance(figure, int) else 0
    return found
