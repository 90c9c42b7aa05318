"""Step 12: the feed of changes: what it holds, for whom, and how it is narrowed and ordered."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pytest

from conformance.contract import RECORDS
from conformance.contract.errors import Tag
from conformance.contract.operation import RecordKind
from fixtures import (
    Answer,
    Caller,
    Inconclusive,
    Session,
    eventually,
    expect_listed,
    ids,
    pages,
    require_telling,
)
from fixtures.context import records
from fixtures.probes.populated_lists import populated_list
from fixtures.services.ics.actions import StockItem
from fixtures.services.ipm import actions as ipm
from fixtures.services.ipm.actions import (
    ABOUT,
    IsolatedFacility,
    events_of,
    utc_from_now,
    wait_for_texts,
)
from fixtures.services.pvm.context import Catalog

CDC: Final = "ipm.cdc.list"
LARGEST: Final = 256
# How long events may take into the feed.
LATE_OF_REFERENCE_S: Final = 10.0
AN_HOUR: Final = 3600.0


@pytest.mark.requirement("EVENT-30")
def test_accepted_write_is_in_the_feed(isolated_facility: IsolatedFacility) -> None:
    (zone,) = isolated_facility.emit()
    expect_listed(isolated_facility.read_feed(zone), zone, by=ABOUT)


@pytest.mark.requirement("EVENT-30")
def test_event_comes_with_redaction_metadata(isolated_facility: IsolatedFacility) -> None:
    answer = isolated_facility.read_feed(*isolated_facility.emit())[0]
    item = answer.items()[0]
    answer.expect(
        "an event of the feed comes with redaction metadata",
        holds=answer.read_item(item, "item_redaction") is not None,
        expected="redaction metadata",
        observed=", ".join(sorted(item)),
        uses=("items", "item_redaction"),
    )


@pytest.mark.requirement("EVENT-43")
def test_feed_of_more_events_is_cut_at_256(session: Session, ipm_owner: Caller) -> None:
    # Each of these creations has left an event.
    populated_list(session, "ofm.cost_centre.list", cut=True)

    def ask() -> Answer:
        return ipm_owner(CDC, listed_service="ofm", limit=LARGEST * 4).accepted()

    late_s = ipm_owner.target.patience(LATE_OF_REFERENCE_S)
    answer = eventually(ask, lambda it: len(it.items()) >= LARGEST, bound_s=late_s)
    count, goes_on = len(answer.items()), bool(answer.optional("next_token"))
    if count < LARGEST and not goes_on:
        raise Inconclusive(f"{CDC}: {count} events are too few to show a cut")
    answer.expect(
        f"limit {LARGEST * 4} is read as {LARGEST}",
        holds=count <= LARGEST,
        expected=f"{LARGEST} events at most",
        observed=f"{count} events",
        uses=("items",),
    )


# --- changes of every kind, at every service ---


def _expect_in_feed(caller: Caller, service: str, since: str, name: Any) -> None:
    found = wait_for_texts(
        caller,
        lambda: pages(caller, CDC, listed_service=service, since=since, limit=LARGEST),
        str(name),
    )
    expect_listed(found, str(name), by=ABOUT)


@pytest.mark.requirement("EVENT-48")
@pytest.mark.parametrize(
    ("kind", "service"),
    [
        ("ofm.cost_centre", "ofm"),
        ("usm.service_account", "usm"),
        ("ofm.team", "ofm"),
        ("pvm.division", "pvm"),
        ("ipm.webhook", "ipm"),
    ],
)
def test_creation_is_told(ipm_owner: Caller, kind: str, service: str) -> None:
    since = ipm.read_clock(ipm_owner)
    made = records.make(ipm_owner, kind)
    _expect_in_feed(ipm_owner, service, since, made[RECORDS[kind].id])


@pytest.mark.requirement("EVENT-48")
@pytest.mark.parametrize("kind", ["ofm.cost_centre", "pvm.division"])
def test_change_is_told(ipm_owner: Caller, kind: str) -> None:
    record, made, since = _make_before(ipm_owner, kind)
    ipm_owner(str(record.update), **_named(record.id, made)).accepted()
    _expect_in_feed(ipm_owner, record.service, since, made[record.id])


@pytest.mark.requirement("EVENT-48")
@pytest.mark.parametrize("kind", ["ofm.cost_centre", "pvm.division"])
def test_change_of_status_is_told(ipm_owner: Caller, kind: str) -> None:
    record, made, since = _make_before(ipm_owner, kind)
    records.move(ipm_owner, record, made, record.turns[0])
    _expect_in_feed(ipm_owner, record.service, since, made[record.id])


def _make_before(caller: Caller, kind: str) -> tuple[RecordKind, records.Values, str]:
    """A record, and an instant behind its creation."""
    made = records.make(caller, kind)
    return RECORDS[kind], made, ipm.read_clock(caller)


def _named(name: str, made: records.Values) -> records.Values:
    return {name: made[name], "expected_revision": made["expected_revision"]}


@pytest.mark.requirement("EVENT-47")
def test_refused_write_leaves_no_event(isolated_facility: IsolatedFacility) -> None:
    isolated_facility.caller("ics.zone.create").accepted()
    code = str(isolated_facility.caller.world.fresh("code"))
    zone = isolated_facility.caller("ics.zone.create", code=code).value("zone_id")
    before = isolated_facility.read_events(str(zone))
    isolated_facility.caller("ics.zone.create", code=code).refused()
    answer, after = isolated_facility.read_feed()[0], isolated_facility.read_events()
    answer.expect(
        "a refused write leaves no event",
        holds=after.keys() == before.keys(),
        expected=f"{len(before)} events, as before",
        observed=f"{len(after)} events",
        uses=("items", "item_id"),
    )


@pytest.mark.requirement("EVENT-35")
def test_event_keeps_reason_code_and_source_references(
    isolated_facility: IsolatedFacility, catalog: Catalog
) -> None:
    source = {"type": "conformance_run", "id": str(isolated_facility.caller.world.fresh("tag"))}
    explained = {"reason_code": "INVENTORY.ADJUST", "source_refs": [source]}
    StockItem(isolated_facility.caller, catalog.variant_id).adjust(3, **explained).accepted()
    found = isolated_facility.read_feed(str(source["id"]))
    expect_listed(found, source["id"], by="item_sources", rows_show=True)
    expect_listed(found, "INVENTORY.ADJUST", by="item_reason", rows_show=True)


# --- filters ---
# That the feed can be narrowed is documented, and by what; how the filters are called is not, and
# nothing reads them back. So what they leave out is judged as advice.


@pytest.mark.requirement("EVENT-38")
def test_feed_is_narrowed_to_a_service(isolated_facility: IsolatedFacility) -> None:
    (zone,) = isolated_facility.emit()
    expect_listed(isolated_facility.read_feed(zone, listed_service="ics"), zone, by=ABOUT)
    expect_listed(
        isolated_facility.read_feed(listed_service="pvm"),
        zone,
        listed=False,
        sends=("listed_service",),
    )


@pytest.mark.requirement("EVENT-40")
def test_feed_is_narrowed_to_a_facility(
    isolated_facility: IsolatedFacility, ipm_owner: Caller
) -> None:
    (elsewhere,) = IsolatedFacility(ipm_owner).emit()
    (zone,) = isolated_facility.emit()
    found = isolated_facility.read_feed(zone)
    expect_listed(found, zone, by=ABOUT)
    expect_listed(found, elsewhere, listed=False, sends=("listed_place",))


@pytest.mark.requirement("EVENT-39")
def test_feed_is_narrowed_to_a_channel(
    isolated_facility: IsolatedFacility, catalog: Catalog
) -> None:
    stock_item = StockItem(isolated_facility.caller, catalog.variant_id)
    stock_item.adjust(5).accepted()
    channels = ("g3npos", "kiosk")
    held = {
        channel: str(
            isolated_facility.caller(
                "ics.reservation.create",
                variant_id=stock_item.variant_id,
                channel_code=channel,
                quantity=1,
            ).value("reservation_id")
        )
        for channel in channels
    }
    found = isolated_facility.read_feed(held["g3npos"], listed_channel="g3npos")
    expect_listed(found, held["g3npos"], by=ABOUT)
    expect_listed(found, held["kiosk"], listed=False, sends=("listed_channel",))


@pytest.mark.requirement("EVENT-41")
@pytest.mark.parametrize(
    ("since", "until", "listed"),
    [(-1, 1, True), (-1, None, True), (1, None, False), (None, 1, True), (None, -1, False)],
    ids=["around", "from-before", "from-later", "to-later", "to-before"],
)
def test_feed_is_narrowed_to_a_time(
    populated_list: IsolatedFacility, since: int | None, until: int | None, listed: bool
) -> None:
    event = ids(populated_list.read_feed())[0]
    hours = {"since": since, "until": until}
    window = {n: utc_from_now(h * AN_HOUR) for n, h in hours.items() if h is not None}
    expect_listed(populated_list.read_feed(**window), event, listed=listed, sends=tuple(window))


@pytest.mark.requirement("EVENT-46")
def test_feed_shows_no_event_of_another_organisation(
    ipm_owner: Caller, ipm_owner_elsewhere: Caller
) -> None:
    since = ipm.read_clock(ipm_owner)
    foreign = records.make(ipm_owner_elsewhere, "ofm.cost_centre")["cc_guid"]
    own = records.make(ipm_owner, "ofm.cost_centre")["cc_guid"]
    found = wait_for_texts(
        ipm_owner,
        lambda: pages(ipm_owner, CDC, listed_service="ofm", since=since, limit=LARGEST),
        str(own),
    )
    expect_listed(found, str(own), by=ABOUT)
    expect_listed(found, str(foreign), listed=False)


def _leads_to(caller: Caller, onwards: Mapping[str, Any], names: Sequence[str]) -> bool:
    """Whether the walk that goes on with this cursor shows them, sooner or later."""
    found = wait_for_texts(caller, lambda: pages(caller, CDC, **onwards), *names)
    return all(ipm.is_told(found, name) for name in names)


@pytest.mark.requirement("EVENT-46")
def test_cursor_of_another_organisation_leads_to_none_of_its_events(
    ipm_owner: Caller, ipm_owner_elsewhere: Caller
) -> None:
    wanted = {"listed_service": "ofm", "limit": 1}
    token = ipm_owner_elsewhere(CDC, **wanted).accepted().optional("next_token")
    made = (records.make(ipm_owner_elsewhere, "ofm.cost_centre")["cc_guid"] for _ in range(2))
    foreign = [str(guid) for guid in made]
    require_telling(*foreign)
    onwards = {"listed_service": "ofm", "limit": LARGEST, "next_token": token}
    if token is None or not _leads_to(ipm_owner_elsewhere, onwards, foreign):
        raise Inconclusive("the cursor leads to no such event in its own organisation either")
    ipm_owner(CDC, **wanted).accepted()
    answer = ipm_owner(CDC, **onwards)
    shown = [guid for guid in foreign if guid in str(answer.body)]
    answer.expect(
        "a cursor of another organisation is refused, or leads on among one's own events",
        holds=not shown and answer.status < 500,
        expected="no event of the other organisation",
        observed=f"{answer.sketch}, {len(shown)} of its events",
    )


# --- order ---


@pytest.mark.requirement("EVENT-44")
def test_events_of_two_walks_are_in_one_order(populated_list: IsolatedFacility) -> None:
    first, second = populated_list.read_feed(limit=3), populated_list.read_feed(limit=4)
    second[-1].expect(
        "two walks show the same events in the same order",
        holds=ids(first) == ids(second),
        expected="one order",
        observed="another order",
        uses=("items", "item_id"),
    )


@pytest.mark.requirement("EVENT-49")
@pytest.mark.parametrize("token", ["never-given-out", "eyJhZnRlciI6IC0xfQ=="])
def test_cursor_that_was_never_given_out_is_refused(
    populated_list: IsolatedFacility, token: str
) -> None:
    populated_list.caller(CDC, listed_service="ics", listed_place=populated_list.guid).accepted()
    populated_list.caller(CDC, next_token=token).refused(400, Tag.INVALID_INPUT)


@pytest.mark.requirement("EVENT-33")
def test_event_ids_are_unique(populated_list: IsolatedFacility, ipm_owner: Caller) -> None:
    since = ipm.read_clock(ipm_owner)
    records.make(ipm_owner, "ofm.cost_centre")
    found = [*populated_list.read_feed(), *pages(ipm_owner, CDC, listed_service="ofm", since=since)]
    seen = ids(found)
    found[0].expect(
        "no two events have one id",
        holds=len(set(seen)) == len(seen) == len(events_of(found)),
        expected=f"{len(seen)} ids",
        observed=f"{len(set(seen))} ids of {len(seen)} events",
        uses=("items", "item_id"),
    )
