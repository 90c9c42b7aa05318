"""Step 4: cost centres, facilities, zones and teams, and the resolvers that lead to them."""

from collections.abc import Callable
from typing import Any

import pytest

from conformance.contract import OPERATIONS, RECORDS
from conformance.contract.errors import Tag
from conformance.contract.paging import LARGEST_LIMIT
from fixtures import (
    Answer,
    Caller,
    Change,
    Inconclusive,
    Stranger,
    World,
    ids,
    pages_with,
    require_telling,
    without,
)
from fixtures.context import records
from fixtures.context.apart import absent_id
from fixtures.exchange.made_up import FOR_CONTENT
from fixtures.probes.indistinguishability import expect_same

LOGICAL, ZONE = "ofm.logical", "ofm.zone"


def proves(requirement: str, value: str) -> Any:
    """A parameter that stands for a requirement of its own."""
    return pytest.param(value, id=value, marks=pytest.mark.requirement(requirement))


SHOWN = [
    proves("ORG-28", "ofm.cost_centre"),
    proves("ORG-31", "ofm.physical"),
    proves("ORG-32", "ofm.legal"),
    proves("ORG-33", LOGICAL),
    proves("ORG-38", ZONE),
    proves("ORG-85", "ofm.team"),
]


# --- what an owner creates is there ---


@pytest.mark.parametrize("kind", SHOWN)
def test_owner_creates_a_record_and_reads_it(owner: Caller, kind: str) -> None:
    record = RECORDS[kind]
    made = records.make(owner, kind)
    answer = records.read(owner, record, made).accepted()
    answer.shows(record.id, made[record.id], "get shows the record that was created")


@pytest.mark.parametrize("kind", SHOWN)
def test_owner_creates_a_record_and_the_list_shows_it(owner: Caller, kind: str) -> None:
    record = RECORDS[kind]
    made = records.make(owner, kind)
    found = pages_with(owner, str(record.list), made[record.id], limit=LARGEST_LIMIT)
    found[-1].expect(
        "the list shows the record that was created",
        holds=str(made[record.id]) in ids(found),
        expected="a list with its guid",
        observed="a list without it",
        uses=("items", "item_id"),
    )


@pytest.mark.requirement("ORG-29")
def test_cccode_is_kept_in_upper_case(owner: Caller) -> None:
    code = str(owner.world.fresh("cccode"))
    made = owner("ofm.cost_centre.create", cccode=code.lower())
    if made.status in FOR_CONTENT:
        raise Inconclusive(f"a cccode in small letters is not kept at all ({made.sketch})")
    answer = owner("ofm.cost_centre.get", cc_guid=made.value("cc_guid"))
    answer.shows("cccode", code, "the cost centre's code is in upper case")


@pytest.mark.requirement("ORG-89")
def test_attribution_header_is_apart_from_the_cost_centre(owner: Caller) -> None:
    code, other = (str(owner.world.fresh("cccode")) for _ in range(2))
    attributed = Change(headers={"x-cccode": other})
    owner("ofm.cost_centre.create").accepted()
    made = owner("ofm.cost_centre.create", attributed, cccode=code).accepted()
    if not made.ok:
        return  # told as advice: nothing was made whose code could be read
    answer = owner("ofm.cost_centre.get", cc_guid=made.value("cc_guid"))
    answer.shows_ignoring_case("cccode", code, "the cost centre has the code of the body")


@pytest.mark.requirement("ORG-90")
def test_attribution_header_of_another_form_is_refused(owner: Caller) -> None:
    code = str(owner.world.fresh("cccode"))
    owner("ofm.org.get", Change(headers={"x-cccode": code})).accepted()
    owner("ofm.org.get", Change(headers={"x-cccode": code[:-1]})).refused()


# --- the records that a record needs ---


def refused_without(owner: Caller, kind: str, parent: str) -> None:
    """Expect that the record is not made without its parent."""
    records.make(owner, kind)
    owner(RECORDS[kind].create, without(parent)).refused()


def refused_on_absent(owner: Caller, kind: str, parent: str) -> None:
    """Expect that the record is not made on a parent that does not exist."""
    made = records.make(owner, kind)
    absent: dict[str, Any] = {parent: absent_id(owner.world, made.get(parent))}
    owner(RECORDS[kind].create, **absent).refused()


EITHER_WAY = pytest.mark.parametrize(
    "refused", [refused_without, refused_on_absent], ids=["missing", "absent"]
)
Refused = Callable[[Caller, str, str], None]


@EITHER_WAY
@pytest.mark.requirement("ORG-34")
def test_logical_facility_needs_a_physical_one(owner: Caller, refused: Refused) -> None:
    refused(owner, LOGICAL, "physical_guid")


@EITHER_WAY
@pytest.mark.requirement("ORG-35")
def test_logical_facility_needs_a_legal_one(owner: Caller, refused: Refused) -> None:
    refused(owner, LOGICAL, "legal_guid")


@EITHER_WAY
@pytest.mark.requirement("ORG-39")
def test_zone_needs_a_logical_facility(owner: Caller, refused: Refused) -> None:
    refused(owner, ZONE, "logical_guid")


@pytest.mark.requirement("ORG-36")
@pytest.mark.parametrize("parent", ["physical_guid", "legal_guid"])
def test_logical_facility_is_not_built_on_one_of_another_org(
    owner: Caller, stranger_org: Stranger, parent: str
) -> None:
    _refused_on_foreign(owner, stranger_org, LOGICAL, parent)


@pytest.mark.requirement("ORG-40")
def test_zone_is_not_made_under_a_facility_of_another_org(
    owner: Caller, stranger_org: Stranger
) -> None:
    _refused_on_foreign(owner, stranger_org, ZONE, "logical_guid")


def _refused_on_foreign(owner: Caller, stranger_org: Stranger, kind: str, parent: str) -> None:
    """Expect the answer about a foreign parent to be the one about a parent that is absent."""
    records.make(owner, kind)
    foreign = str(getattr(stranger_org.facilities, parent))
    # Of logical facilities alone pages say how ids look.
    if parent != "logical_guid":
        require_telling(foreign)
    absent = str(absent_id(owner.world, foreign))
    expect_same(
        lambda: _create_on(owner, kind, parent, foreign).refused(),
        lambda: _create_on(owner, kind, parent, absent).refused(),
        echoes=(foreign, absent),
    )


def _create_on(owner: Caller, kind: str, parent: str, guid: str) -> Answer:
    given: dict[str, Any] = {parent: guid}
    return owner(RECORDS[kind].create, **given)


# --- resolvers ---


@pytest.mark.requirement("ORG-66")
@pytest.mark.parametrize(
    "spell", [str, str.lower, lambda code: f"  {code} "], ids=["as-it-is", "lower-case", "padded"]
)
def test_orgcode_is_resolved(org_owner: Caller, spell: Callable[[str], str]) -> None:
    answer = org_owner("ofm.resolve.orgcode", orgcode=spell(org_owner.world["orgcode"]))
    rule = "the orgcode leads to the organisation's guid"
    answer.shows("org_guid", org_owner.world["org_guid"], rule)


RESOLVED = [
    pytest.param("ofm.resolve.cccode", "ofm.cost_centre", "cccode", id="cccode"),
    pytest.param("ofm.resolve.logical", LOGICAL, "code", id="logical"),
]


@pytest.mark.requirement("ORG-67")
@pytest.mark.parametrize(("operation", "kind", "code"), RESOLVED)
def test_code_is_resolved(owner: Caller, operation: str, kind: str, code: str) -> None:
    record = RECORDS[kind]
    made = records.make(owner, kind)
    sent: dict[str, Any] = {code: made[code]}
    answer = owner(operation, **sent)
    answer.shows(record.id, made[record.id], "the code leads to the record's guid")


@pytest.mark.requirement("ORG-67")
def test_channel_code_is_resolved(owner: Caller) -> None:
    made = records.make(owner, "ofm.sales_channel")
    found = owner("ofm.resolve.channel_code", channel_code=made["channel_code"])
    # A code may be taken once in each facility: which of its channels is meant is not documented.
    answer = owner("ofm.sales_channel.get", channel_guid=found.value("channel_guid"))
    rule = "the code leads to a channel with this code"
    answer.shows_ignoring_case("channel_code", made["channel_code"], rule)


@pytest.mark.requirement("ORG-68")
@pytest.mark.parametrize(("operation", "kind", "code"), RESOLVED)
def test_unknown_code_is_not_found(owner: Caller, operation: str, kind: str, code: str) -> None:
    real, absent = _create_and_invent_code(owner, kind, code)
    owner(operation, **{code: real}).accepted()
    owner(operation, **{code: absent}).refused(404, Tag.NOT_FOUND)


@pytest.mark.requirement("ORG-68")
@pytest.mark.parametrize(("operation", "kind", "code"), RESOLVED)
def test_stranger_cannot_tell_whether_a_code_exists(
    owner: Caller, stranger: Caller, operation: str, kind: str, code: str
) -> None:
    real, absent = _create_and_invent_code(owner, kind, code)
    owner(operation, **{code: real}).accepted()
    expect_same(
        lambda: stranger(operation, **{code: real}).refused(404),
        lambda: stranger(operation, **{code: absent}).refused(404),
        echoes=(real, absent),
    )


def _create_and_invent_code(owner: Caller, kind: str, code: str) -> tuple[str, str]:
    """The code of a new record, and one that no record has."""
    fresh = OPERATIONS[RECORDS[kind].create].fresh[code]
    return str(records.make(owner, kind)[code]), str(owner.world.fresh(fresh))


@pytest.mark.requirement("ORG-68")
@pytest.mark.parametrize("operation", ["ofm.resolve.orgcode", "ofm.resolve.channel_code"])
def test_resolver_does_not_tell_a_stranger_whether_an_org_exists(
    owner: Caller, stranger: Caller, absent_org: Callable[[], World], operation: str
) -> None:
    code, nowhere = records.make(owner, "ofm.sales_channel")["channel_code"], absent_org()
    owner(operation, channel_code=code).accepted()
    expect_same(
        lambda: stranger(operation, channel_code=code).refused(404),
        lambda: stranger.within(nowhere)(operation, channel_code=code).refused(404),
        echoes=(*nowhere.values(), *stranger.world.values()),
    )
