"""Step 13: requests to leave: when the export may begin, and how a request is taken back."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Final

import pytest

from conformance.contract import OPERATIONS
from conformance.contract.errors import Tag
from conformance.contract.paging import LARGEST_LIMIT
from conformance.contract.services.utl import EARLIEST_DAYS, LATEST_DAYS
from fixtures import Answer, Caller, Check, ContextBuilder, Session, instant, without
from fixtures.context import users_and_orgs
from fixtures.formats.clock_changes import next_change
from fixtures.formats.instants import written
from fixtures.run import paging
from fixtures.services.ipm.receiver import envelope_of
from fixtures.services.utl import offboarding
from fixtures.services.utl import trials as drawn
from fixtures.services.utl.offboarding import CANCEL, REQUEST, STATUS, LeavingOrg
from fixtures.services.utl.trials import Offer

EARLIEST: Final = timedelta(days=EARLIEST_DAYS)
LATEST: Final = timedelta(days=LATEST_DAYS)
APPROVE: Final = "operator.utl_offboarding_approve"
HALF_AN_HOUR: Final = timedelta(minutes=30)
BEFORE_CHANGE: Final = timedelta(days=14)
# More than a request takes, and than clocks differ.
MARGIN: Final = timedelta(minutes=5)
# Beyond this the window is outside of the range however days are counted: a day may be one of the
# calendar, of any zone.
A_DAY: Final = timedelta(hours=26)

# --- a request ---


@pytest.mark.requirement("EXIT-130")
def test_request_is_shown_as_it_was_filed(spare_owner: Caller) -> None:
    at = offboarding.read_clock(spare_owner) + timedelta(days=45, hours=7, minutes=13, seconds=9)
    at = at.replace(microsecond=0)
    filed = spare_owner(REQUEST, requested_export_at=written(at), reason="moving on")
    shown = spare_owner(STATUS, offboarding_id=filed.value("offboarding_id"))
    offboarding.cancel(spare_owner, filed)
    found = instant(shown.value("export_at"))
    shown.expect(
        "the status shows the instant of the export and the reason as they were sent",
        holds=found == at and shown.optional("reason") == "moving on",
        expected=f"{written(at)}, moving on",
        observed=f"{shown.optional('export_at')}, {shown.optional('reason')}",
        uses=("export_at", "reason"),
    )


@pytest.mark.requirement("EXIT-135")
def test_request_without_a_reason_is_refused(spare_owner: Caller) -> None:
    spare_owner(REQUEST, without("reason")).refused()


@pytest.mark.requirement("EXIT-131")
def test_window_before_30_days_is_refused(spare_owner: Caller) -> None:
    for ahead in (EARLIEST - A_DAY, timedelta(days=1)):
        offboarding.request_and_cancel(spare_owner, ahead).refused()


@pytest.mark.requirement("EXIT-132")
def test_window_after_90_days_is_refused(spare_owner: Caller) -> None:
    for ahead in (LATEST + A_DAY, timedelta(days=180)):
        offboarding.request_and_cancel(spare_owner, ahead).refused()


@pytest.mark.requirement("EXIT-133")
def test_window_at_the_end_of_its_range_is_accepted(spare_owner: Caller) -> None:
    for ahead in (EARLIEST + MARGIN, LATEST - MARGIN):
        offboarding.request_and_cancel(spare_owner, ahead).accepted()


# --- windows that are drawn ---


@pytest.fixture(scope="session")
def offers(session: Session) -> tuple[Offer, ...]:
    """Requests for windows around day 30 and day 90, and what became of them."""
    return drawn.offers(session)


@pytest.mark.requirement("EXIT-131")
def test_no_drawn_window_before_30_days_is_accepted(
    session: Session, check: Check, offers: tuple[Offer, ...]
) -> None:
    for answer in _answers(session, check, offers, lambda ahead: ahead <= EARLIEST - A_DAY):
        answer.refused()


@pytest.mark.requirement("EXIT-132")
def test_no_drawn_window_after_90_days_is_accepted(
    session: Session, check: Check, offers: tuple[Offer, ...]
) -> None:
    for answer in _answers(session, check, offers, lambda ahead: ahead >= LATEST + A_DAY):
        answer.refused()


@pytest.mark.requirement("EXIT-133")
def test_drawn_window_in_between_is_accepted(
    session: Session, check: Check, offers: tuple[Offer, ...]
) -> None:
    for answer in _answers(session, check, offers, lambda ahead: EARLIEST <= ahead <= LATEST):
        answer.accepted()


@pytest.mark.requirement("EXIT-130")
def test_drawn_window_is_shown_at_the_same_instant(
    session: Session, check: Check, offers: tuple[Offer, ...]
) -> None:
    for offer in offers:
        answer = offer.answer.to(session.target, check)
        if answer.ok:
            answer.expect(
                "the answer shows the instant that was sent, and no other",
                holds=instant(answer.value("export_at")) == instant(offer.at),
                expected=offer.at,
                observed=str(answer.optional("export_at")),
                uses=("export_at",),
            )


def _answers(
    session: Session,
    check: Check,
    offers: tuple[Offer, ...],
    where: Callable[[timedelta], bool],
) -> Iterator[Answer]:
    """The answers to the requests for some windows."""
    return (each.answer.to(session.target, check) for each in offers if where(each.ahead))


# --- changed clocks ---


@pytest.fixture
def clocked_owner(clock_session: Session, check: Check) -> Caller:
    """The owner of a new org beside a clock that can be turned."""
    org = users_and_orgs.verified_org(clock_session, check, "clocked-owner")
    return offboarding.owner_of(clock_session, check, org)


@pytest.mark.requirement("EXIT-134")
@pytest.mark.parametrize("zone", ["America/New_York", "Europe/Berlin"])
def test_days_have_24_hours_while_clocks_are_changed(
    clock_session: Session, clocked_owner: Caller, zone: str
) -> None:
    now = offboarding.read_clock(clocked_owner)
    # Two weeks before the change, so that both ends of the range lie behind it.
    ahead = next_change(zone, now + BEFORE_CHANGE) - BEFORE_CHANGE - now
    owner = offboarding.advance_clock(clock_session, clocked_owner, ahead)
    offboarding.request_and_cancel(owner).accepted()
    for end, outwards in ((EARLIEST, -1), (LATEST, 1)):
        offboarding.request_and_cancel(owner, end + outwards * HALF_AN_HOUR).refused(inferred=True)
        offboarding.request_and_cancel(owner, end - outwards * HALF_AN_HOUR).accepted()


# --- more than one ---


@pytest.mark.requirement("EXIT-136")
def test_second_request_is_refused_while_one_is_under_way(leaving_org: LeavingOrg) -> None:
    offboarding.request(leaving_org.owner, timedelta(days=50)).refused(inferred=True)


@pytest.mark.requirement("EXIT-137")
def test_cancelled_request_is_not_approved(
    leaving_org: LeavingOrg, session: Session, check: Check
) -> None:
    if not session.has_proven(OPERATIONS[APPROVE]):
        offboarding.create_leaving_org(session, check).approve()
    leaving_org.cancel().accepted()
    leaving_org.operate("approve").refused()


@pytest.mark.requirement("EXIT-138")
def test_approved_request_is_cancelled(
    session: Session, check: Check, leaving_org: LeavingOrg
) -> None:
    ContextBuilder(session).proven(check, OPERATIONS[CANCEL])
    leaving_org.approve().cancel().accepted()


# --- whose it is ---


@pytest.mark.requirement("EXIT-102")
@pytest.mark.needs("operator", "throwaway")
def test_member_is_forbidden_to_ask_to_leave(
    session: Session, check: Check, spare_owner: Caller
) -> None:
    actor = users_and_orgs.new_member(session, check, spare_owner, "plain-member")
    offboarding.request(spare_owner.as_(actor), offboarding.UNDISPUTED).refused(403, Tag.FORBIDDEN)


@pytest.mark.requirement("EXIT-102")
@pytest.mark.needs("operator", "throwaway")
def test_member_is_forbidden_what_others_asked_for(
    session: Session, check: Check, leaving_org: LeavingOrg
) -> None:
    member = leaving_org.owner.as_(
        users_and_orgs.new_member(session, check, leaving_org.owner, "plain-member")
    )
    for operation in (STATUS, CANCEL):
        ContextBuilder(session).proven(check, OPERATIONS[operation])
        member(operation, offboarding_id=leaving_org.id).refused(403, Tag.FORBIDDEN)


@pytest.mark.requirement("EXIT-108")
def test_export_administrator_does_not_offboard(
    session: Session, check: Check, spare_owner: Caller
) -> None:
    actor = users_and_orgs.new_member(session, check, spare_owner, "exporter", ["utl_export_admin"])
    offboarding.request(spare_owner.as_(actor), offboarding.UNDISPUTED).refused(403)


@pytest.mark.requirement("EXIT-107")
def test_secondary_owner_files_no_request(
    session: Session, check: Check, spare_owner: Caller
) -> None:
    second = offboarding.add_second_owner(session, check, spare_owner)
    answer = offboarding.request(spare_owner.as_(second), offboarding.UNDISPUTED)
    who = "any owner" if answer.ok else "the primary owner"
    check.reading("who may ask to leave", who)
    if answer.ok:
        offboarding.cancel(spare_owner, answer)
    answer.refused(403, inferred=True)


@pytest.mark.requirement("EXIT-107")
def test_offboarding_administrator_files_a_request_or_not(
    session: Session, check: Check, spare_owner: Caller
) -> None:
    actor = users_and_orgs.new_member(
        session, check, spare_owner, "admin", ["utl_offboarding_admin"]
    )
    answer = offboarding.request(spare_owner.as_(actor), offboarding.UNDISPUTED)
    check.reading("utl_offboarding_admin asks to leave", "accepted" if answer.ok else "refused")
    if answer.ok:
        offboarding.cancel(spare_owner, answer)
    answer.expect(
        "a member with utl_offboarding_admin is accepted, or refused for not being the owner",
        holds=answer.ok or answer.status == 403,
        expected="success or 403",
    )


@pytest.mark.requirement("EXIT-140")
def test_request_of_another_organisation_is_not_found(
    session: Session, check: Check, leaving_org: LeavingOrg
) -> None:
    elsewhere = offboarding.create_leaving_org(session, check)
    for operation in (STATUS, CANCEL):
        ContextBuilder(session).proven(check, OPERATIONS[operation])
        for named in (elsewhere.id, leaving_org.owner.world.fresh("guid")):
            leaving_org.owner(operation, offboarding_id=named).refused(404, Tag.NOT_FOUND)


# --- events ---


@pytest.mark.requirement("EXIT-160")
def test_stage_leaves_an_event(leaving_org: LeavingOrg) -> None:
    leaving_org.approve()
    feed = paging.pages(leaving_org.owner, "ipm.cdc.list", limit=LARGEST_LIMIT)
    events = [envelope_of(item) for page in feed for item in page.items()]
    about = [each for each in events if "offboarding" in str(each.get("action"))]
    feed[-1].expect(
        "request and approval left events of the offboarding",
        holds=len(about) > 1,
        expected="two events whose action names the offboarding",
        observed=f"{len(about)} of {len(events)} events",
        inferred=True,
    )
