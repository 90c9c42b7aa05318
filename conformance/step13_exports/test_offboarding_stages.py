"""Step 13: what an operator does with a request to leave, and what the owner sees of it.

Windows open 30 days ahead at the earliest, so that most of this needs a clock that can be turned.
"""

from collections.abc import Callable
from typing import Final

import pytest

from conformance.contract import OPERATIONS, RECORDS
from conformance.contract.errors import Tag
from conformance.contract.paging import LARGEST_LIMIT
from conformance.contract.services.utl import EXPORTED, EXPORTING, OPEN_WINDOW, PURGED
from fixtures import Answer, Caller, Check, ContextBuilder, Session
from fixtures.run import paging
from fixtures.services.utl import offboarding
from fixtures.services.utl.offboarding import LeavingOrg

# Writes of several services that need nothing to act on.
WRITES: Final = (
    "ofm.cost_centre.create",
    "pvm.vendor.create",
    "usm.service_account.create",
    "utl.export.request",
)
READS: Final = ("ofm.org.get", "ofm.cost_centre.list", "pvm.vendor.list")
STANDARD_STORAGE_DAYS: Final = 90
Go = Callable[[LeavingOrg], object]


def expect_stage(answer: Answer, state: str) -> None:
    """Expect that a request is shown at this stage."""
    answer.in_state(state, f"the request is at {state}")


@pytest.fixture
def proven(session: Session, clock_session: Session, check: Check) -> None:
    """Every stage was accepted once in this run, so that its refusal proves something."""
    stages = ("approve", "export_start", "export_finalize", "purge_start")
    known = [OPERATIONS[f"operator.utl_offboarding_{name}"] for name in stages]
    if not all(session.has_proven(each) for each in known):
        offboarding.create_leaving_org(clock_session, check).purge()


# --- before the window ---


@pytest.mark.requirement("EXIT-150")
def test_approval_is_shown(leaving_org: LeavingOrg) -> None:
    expect_stage(leaving_org.approve().status(), "approved")


@pytest.mark.requirement("EXIT-150")
def test_organisation_works_on_until_its_window(leaving_org: LeavingOrg) -> None:
    leaving_org.owner("ofm.cost_centre.create").accepted()
    leaving_org.approve()
    leaving_org.owner("ofm.cost_centre.create").accepted()


@pytest.mark.requirement("EXIT-151")
def test_window_opens_at_its_time_and_not_before(
    check: Check, clocked_leaving_org: LeavingOrg
) -> None:
    clocked_leaving_org.approve()
    clocked_leaving_org.pass_days(offboarding.LEAD.days - 1)
    expect_stage(clocked_leaving_org.status(), "approved")
    clocked_leaving_org.pass_days(1)
    opened = clocked_leaving_org.wait_for_state(OPEN_WINDOW)
    # The suite did not ask for it: what is seen here, the platform did by itself.
    by_itself = opened.optional("state") == OPEN_WINDOW
    told = "opens by itself" if by_itself else f"is shown as {opened.optional('state')}"
    check.reading("the export window at its instant", told)
    expect_stage(opened, OPEN_WINDOW)


# --- the window is open ---


@pytest.mark.requirement("EXIT-152")
def test_organisation_takes_no_writes_in_its_window(clocked_leaving_org: LeavingOrg) -> None:
    for write in WRITES:
        clocked_leaving_org.owner(write).accepted()
    clocked_leaving_org.open_window()
    for write in WRITES:
        clocked_leaving_org.owner(write).refused(403, Tag.ORG_WRITE_BLOCKED)


@pytest.mark.requirement("EXIT-152")
def test_organisation_is_read_in_its_window_or_not(
    clocked_leaving_org: LeavingOrg, check: Check
) -> None:
    for read in READS:
        clocked_leaving_org.owner(read).accepted()
    clocked_leaving_org.open_window()
    answers = [clocked_leaving_org.owner(read) for read in READS]
    taken = [answer.ok for answer in answers]
    check.reading("reads of an organisation in its window", _how_many(taken))
    for answer in answers:
        answer.expect(
            "a read is answered, or refused",
            holds=answer.ok or 400 <= answer.status < 500,
            expected="success, or a refusal (4xx)",
        )


def _how_many(taken: list[bool]) -> str:
    if all(taken):
        return "answered"
    return "some are answered" if any(taken) else "refused"


@pytest.mark.requirement("EXIT-138")
@pytest.mark.needs("clock")
def test_request_in_its_window_is_cancelled_or_not(
    clocked_leaving_org: LeavingOrg, check: Check
) -> None:
    answer = clocked_leaving_org.open_window().cancel()
    check.reading("cancelling in the window", "accepted" if answer.ok else "refused")
    answer.expect(
        "the request is taken back, or the frozen organisation takes no writes",
        holds=answer.ok or answer.status == 403,
        expected="success, or 403",
        inferred=True,
    )


# --- order ---

WRONG: Final[dict[str, tuple[str, Go]]] = {
    "export-before-approval": ("export_start", lambda _: None),
    "export-before-window": ("export_start", LeavingOrg.approve),
    "finalize-before-export": ("export_finalize", LeavingOrg.open_window),
    "purge-before-export": ("purge_start", LeavingOrg.open_window),
    "purge-before-finalize": ("purge_start", LeavingOrg.start),
}


@pytest.mark.requirement("EXIT-153")
@pytest.mark.usefixtures("proven")
@pytest.mark.parametrize("case", WRONG)
def test_stage_in_wrong_order_is_refused(clocked_leaving_org: LeavingOrg, case: str) -> None:
    stage, before = WRONG[case]
    before(clocked_leaving_org)
    clocked_leaving_org.operate(stage).refused(None, Tag.INVALID_STATE)


@pytest.mark.requirement("EXIT-139")
def test_request_is_not_cancelled_once_its_export_began(
    session: Session, check: Check, clocked_leaving_org: LeavingOrg
) -> None:
    ContextBuilder(session).proven(check, OPERATIONS[offboarding.CANCEL])
    clocked_leaving_org.start().cancel().refused()
    shown = clocked_leaving_org.status()
    shown.expect(
        "the request is not shown as cancelled",
        holds=not str(shown.value("state")).startswith("cancel"),
        expected="a later stage",
        observed=str(shown.optional("state")),
        uses=("state",),
    )


@pytest.mark.requirement("EXIT-154")
def test_stages_are_shown_to_the_owner(clocked_leaving_org: LeavingOrg) -> None:
    expect_stage(clocked_leaving_org.start().status(), EXPORTING)
    clocked_leaving_org.close_export()
    expect_stage(clocked_leaving_org.status(), EXPORTED)
    clocked_leaving_org.operate("purge_start").accepted()
    expect_stage(clocked_leaving_org.wait_for_state(PURGED), PURGED)


# --- purge ---


@pytest.mark.requirement("EXIT-155")
def test_purge_leaves_a_report_of_its_verification(clocked_leaving_org: LeavingOrg) -> None:
    shown = clocked_leaving_org.purge().status()
    report = shown.optional("purge_report")
    shown.accepted().expect(
        "a purge that is done has a report of its verification",
        holds=isinstance(report, dict) and bool(report),
        expected="a report",
        observed="none" if report is None else "one",
        uses=("purge_report",),
    )


@pytest.mark.requirement("EXIT-156")
def test_purged_organisation_shows_no_record(clocked_leaving_org: LeavingOrg) -> None:
    made = {
        kind: _made(clocked_leaving_org.owner, kind) for kind in ("ofm.cost_centre", "pvm.vendor")
    }
    clocked_leaving_org.purge()
    for kind, record in made.items():
        answer = clocked_leaving_org.owner(str(RECORDS[kind].list), limit=LARGEST_LIMIT)
        answer.expect(
            f"{kind} is not shown after the purge",
            holds=not paging.holds([answer], record),
            expected="a refusal, or a list without it",
            observed="it is listed" if answer.ok else answer.sketch,
        )


def _made(owner: Caller, kind: str) -> str:
    """A record that its list shows, so that its absence means something."""
    record = str(owner(RECORDS[kind].create).value(RECORDS[kind].id))
    listed = paging.pages(owner, str(RECORDS[kind].list), limit=LARGEST_LIMIT)
    paging.expect_listed(listed, record)
    return record


@pytest.mark.requirement("EXIT-157")
@pytest.mark.usefixtures("proven")
def test_legal_hold_blocks_the_purge(clocked_leaving_org: LeavingOrg) -> None:
    clocked_leaving_org.finalize()
    clocked_leaving_org.operate("legal_hold_set", legal_hold=True).accepted()
    clocked_leaving_org.operate("purge_start").refused()
    expect_stage(clocked_leaving_org.status(), EXPORTED)


@pytest.mark.requirement("EXIT-158")
@pytest.mark.usefixtures("proven")
def test_purge_begins_once_the_hold_is_lifted(clocked_leaving_org: LeavingOrg) -> None:
    clocked_leaving_org.finalize()
    for held in (True, False):
        clocked_leaving_org.operate("legal_hold_set", legal_hold=held).accepted()
    clocked_leaving_org.operate("purge_start").accepted()
    expect_stage(clocked_leaving_org.wait_for_state(PURGED), PURGED)


@pytest.mark.requirement("EXIT-159")
def test_sweep_archives_no_young_copy(clocked_leaving_org: LeavingOrg) -> None:
    clocked_leaving_org.finalize()
    clocked_leaving_org.pass_days(STANDARD_STORAGE_DAYS - 2)
    clocked_leaving_org.operate("archive_sweep").accepted()
    young = clocked_leaving_org.status().accepted().optional("archived_at")
    clocked_leaving_org.pass_days(3)
    clocked_leaving_org.operate("archive_sweep").accepted()
    shown = clocked_leaving_org.status()
    shown.accepted().expect(
        "a copy is archived after 90 days, and not before",
        holds=young is None and shown.optional("archived_at") is not None,
        expected="not archived after 88 days, archived after 91",
        observed=f"{young or 'not archived'}, then {shown.optional('archived_at')}",
        uses=("archived_at",),
    )
