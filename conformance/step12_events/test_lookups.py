"""Step 12: what the integration plane tells of the platform, and key figures."""

from decimal import Decimal
from typing import Any, Final

import pytest

from conformance.contract.paging import LARGEST_LIMIT
from conformance.contract.services.event_context import BASE_EVENT
from fixtures import Caller, Inconclusive, expect_listed, pages, read_all
from fixtures.context import records
from fixtures.services.ipm.actions import event_in

CATALOG, CONTRACTS = "ipm.event.catalog_list", "ipm.export.contract_list"
LIFECYCLES, RECORD, QUERY = "ipm.lifecycle.list", "ipm.kpi.record", "ipm.kpi.query"
# The conventions that lists follow (common/pagination-filtering.html).
CONVENTIONS: Final = {"default_limit": 8, "min_limit": 1, "max_limit": 256}


def _expect_entries(caller: Caller, operation: str, name: str, **more: Any) -> None:
    answer = caller(operation, limit=LARGEST_LIMIT, **more).accepted()
    entries = [answer.read_item(item, name) for item in answer.items()]
    if entries and all(entry is None for entry in entries):
        # No page prints a row; that none of them shows this name is no breach.
        raise Inconclusive(f"{operation}: no row shows a name", cause=f"{operation}:{name}")
    answer.expect(
        f"{operation} lists entries, each with its name",
        holds=bool(entries) and None not in entries,
        expected="entries",
        observed=f"{len(entries)} entries, {entries.count(None)} without a name",
        uses=("items", name),
    )


@pytest.mark.requirement("EVENT-50")
def test_event_catalogue_lists_actions(ipm_owner: Caller) -> None:
    _expect_entries(ipm_owner, CATALOG, "item_action", listed_service="ofm")


@pytest.mark.requirement("EVENT-50")
def test_event_catalogue_is_narrowed_to_a_service(ipm_owner: Caller) -> None:
    answer = ipm_owner(CATALOG, limit=LARGEST_LIMIT, listed_service="ofm")
    found = set(read_all([answer], "item_service"))
    answer.expect(
        "the catalogue of one service holds no action of another",
        holds=found == {"ofm"},
        expected="ofm alone",
        observed=", ".join(sorted(map(str, found))),
        uses=("items", "item_service"),
    )


@pytest.mark.requirement("EVENT-52")
def test_export_contracts_are_listed(ipm_owner: Caller) -> None:
    _expect_entries(ipm_owner, CONTRACTS, "item_service", listed_service="ofm")


@pytest.mark.requirement("EVENT-53")
def test_lifecycles_are_listed(ipm_owner: Caller) -> None:
    _expect_entries(ipm_owner, LIFECYCLES, "item_entity", listed_service="ofm")


@pytest.mark.requirement("EVENT-54")
def test_specimen_is_of_the_action_that_is_asked_for(ipm_owner: Caller) -> None:
    answer = ipm_owner("ipm.specimen.get")
    specimen = event_in(answer, "specimen")
    wanted = ipm_owner.world["specimen_action"]
    answer.expect(
        "a specimen is an event of the action that was asked for",
        holds=specimen.get("action") == wanted and all(name in specimen for name in BASE_EVENT),
        expected=f"a base event with action {wanted}",
        observed=f"action {specimen.get('action')}, {len(specimen)} fields",
        uses=("specimen",),
    )


@pytest.mark.requirement("EVENT-55")
def test_paging_is_told_as_it_is_documented(ipm_owner: Caller) -> None:
    answer = ipm_owner("ipm.pagination.get")
    told = {name: answer.value(name) for name in CONVENTIONS}
    answer.expect(
        "the conventions of paging are told",
        holds=told == CONVENTIONS,
        expected=str(CONVENTIONS),
        observed=str(told),
        uses=tuple(CONVENTIONS),
    )


@pytest.mark.requirement("EVENT-56")
@pytest.mark.parametrize("limit", [3, 8])
def test_walk_through_the_catalogue_shows_each_action_once(ipm_owner: Caller, limit: int) -> None:
    walk = pages(ipm_owner, CATALOG, listed_service="ofm", limit=limit)
    seen = read_all(walk, "item_action")
    whole = read_all(pages(ipm_owner, CATALOG, listed_service="ofm", limit=256), "item_action")
    walk[-1].expect(
        "a walk shows each action once",
        holds=sorted(seen) == sorted(whole) and len(set(seen)) == len(seen),
        expected=f"{len(whole)} actions",
        observed=f"{len(seen)} actions, {len(set(seen))} different",
        uses=("items", "item_action"),
    )


# --- key figures ---


@pytest.mark.requirement("EVENT-75")
def test_recorded_snapshot_is_shown(ipm_owner: Caller) -> None:
    metric = str(ipm_owner.world.fresh("metric"))
    snapshot = ipm_owner(RECORD, metric=metric).value("kpi_id")
    expect_listed(pages(ipm_owner, QUERY, metric=metric), str(snapshot))


@pytest.mark.requirement("EVENT-75")
def test_snapshot_of_another_metric_is_not_shown(ipm_owner: Caller) -> None:
    snapshot = ipm_owner(RECORD).value("kpi_id")
    # Nothing shows whether the name of the metric was understood.
    expect_listed(pages(ipm_owner, QUERY), str(snapshot), listed=False, sends=("metric",))


@pytest.mark.requirement("EVENT-76")
@pytest.mark.parametrize("dimension", ["measured_place", "measured_channel"])
def test_query_for_a_dimension_shows_no_other(ipm_owner: Caller, dimension: str) -> None:
    metric = str(ipm_owner.world.fresh("metric"))
    values = _two_of(ipm_owner, dimension)
    made = [
        str(ipm_owner(RECORD, metric=metric, **{dimension: value}).value("kpi_id"))
        for value in values
    ]
    found = pages(ipm_owner, QUERY, metric=metric, **{dimension: values[0]})
    expect_listed(found, made[0])
    expect_listed(found, made[1], listed=False, sends=(dimension,))


def _two_of(caller: Caller, dimension: str) -> list[str]:
    if dimension == "measured_channel":
        return ["g3npos", "kiosk"]
    other = records.make(caller, "ofm.logical")["logical_guid"]
    return [str(caller.world["logical_guid"]), str(other)]


@pytest.mark.every
@pytest.mark.requirement("EVENT-77")
@pytest.mark.parametrize("value", ["1234567890.123456", "0.10", "-3"])
def test_value_is_kept_with_every_digit(ipm_owner: Caller, value: str) -> None:
    metric = str(ipm_owner.world.fresh("metric"))
    ipm_owner(RECORD, metric=metric, value=value).accepted()
    answer = ipm_owner(QUERY, metric=metric)
    shown = [answer.read_item(item, "item_value") for item in answer.items()]
    if None in shown:
        raise Inconclusive(f"{QUERY}: a row shows no value", cause=f"{QUERY}:item_value")
    answer.expect(
        "the value of a snapshot is shown with every digit",
        holds=[Decimal(str(each)) for each in shown] == [Decimal(value)],
        expected=value,
        observed=str(shown),
        uses=("items", "item_value"),
    )


@pytest.mark.requirement("EVENT-78")
def test_alert_is_taken(ipm_owner: Caller) -> None:
    ipm_owner("ipm.kpi.alert").accepted()
