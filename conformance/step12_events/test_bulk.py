"""Step 12: bulk exports and imports: NDJSON, part by part, and the jobs that tell of them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

import pytest

from conformance.contract.paging import LARGEST_LIMIT
from conformance.contract.services.ipm.bulk import ENDED, STATES
from fixtures import Answer, Caller, Stranger, eventually, expect_listed, pages, require_telling
from fixtures.context import records
from fixtures.formats import ndjson
from fixtures.run.presigned import download
from fixtures.services.ipm.actions import (
    IsolatedFacility,
    accept_deduced,
    expect_request_context,
    read_clock,
)
from fixtures.services.ipm.events import event as event_of
from fixtures.services.ipm.receiver import envelope_of
from fixtures.services.ipm.records import create_upload

EXPORT, EXPORT_ON = "ipm.export.create", "ipm.export.continue"
COMMIT, IMPORT_ON = "ipm.import.commit", "ipm.import.continue"
GET: Final = "ipm.job.get"
PART: Final = 6
LINES: Final = 2
MOST_PARTS: Final = 12
# A worker may take its time (common/policies.html lets it run for 13.5 minutes).
BOUND_OF_REFERENCE_S: Final = 60.0


@dataclass
class Export:
    """An export that was driven to its end: its answers, and the events of each file."""

    answers: list[Answer] = field(default_factory=list)
    files: list[list[dict[str, Any]] | None] = field(default_factory=list)

    @property
    def job_id(self) -> str:
        return str(self.answers[0].value("job_id"))

    @property
    def ids(self) -> list[str]:
        """Event ids in the order of the lines."""
        lines = [line for part in self.files for line in part or []]
        return [str(envelope_of(line).get("event_id")) for line in lines]


def export_events(isolated_facility: IsolatedFacility, **more: Any) -> Export:
    """Export all events of a facility, a few in each file."""
    caller, done = isolated_facility.caller, Export()
    scope = {
        "listened_service": "ics",
        "listened_place": isolated_facility.guid,
        "part_size": PART,
        **more,
    }
    answer = accept_deduced(caller(EXPORT, **scope))
    while True:
        done.answers.append(answer)
        done.files.append(_read_file(caller, answer))
        cursor = answer.optional("cursor")
        if not cursor or len(done.files) == MOST_PARTS:
            return done
        answer = caller(EXPORT_ON, job_id=done.job_id, next_token=cursor).accepted()


def _read_file(caller: Caller, answer: Answer) -> list[dict[str, Any]] | None:
    """The objects in the file of one part; None where it is no NDJSON."""
    job_id = answer.value("job_id")
    ready = answer
    if answer.optional("download_url") is None:
        ready = eventually(
            lambda: caller(GET, job_id=job_id).accepted(),
            lambda told: told.optional("state") in ENDED,
            bound_s=caller.target.patience(BOUND_OF_REFERENCE_S),
        )
    url = str(ready.value("download_url"))
    return ndjson.read(download(caller, url).text)


@pytest.mark.requirement("EVENT-60")
def test_export_is_ndjson(populated_list: IsolatedFacility) -> None:
    done = export_events(populated_list)
    done.answers[0].expect(
        "an export is a file with one JSON object a line",
        holds=None not in done.files and bool(done.ids),
        expected="NDJSON",
        observed=f"{len(done.files)} files, {done.files.count(None)} of them no NDJSON",
        uses=("download_url",),
    )


@pytest.mark.requirement("EVENT-61")
def test_parts_of_an_export_hold_each_event_once(populated_list: IsolatedFacility) -> None:
    done, wanted = export_events(populated_list), populated_list.read_events()
    done.answers[-1].expect(
        "the parts of an export hold each matching event once",
        holds=sorted(done.ids) == sorted(wanted),
        expected=f"{len(wanted)} events in more than one part",
        observed=f"{len(done.ids)} events, {len(set(done.ids))} different, "
        f"in {len(done.files)} parts",
        uses=("download_url", "cursor"),
    )


@pytest.mark.requirement("EVENT-62")
def test_export_holds_what_its_filters_let_through(
    isolated_facility: IsolatedFacility, ipm_owner: Caller
) -> None:
    since = read_clock(ipm_owner)
    (elsewhere,) = IsolatedFacility(ipm_owner).emit()
    require_telling(elsewhere)
    isolated_facility.emit()
    done = export_events(isolated_facility, since=since)
    done.answers[-1].expect(
        "an export of one facility holds no event of another",
        holds=elsewhere not in str(done.files),
        expected="no such event",
        observed="there is one",
        uses=("download_url",),
        inferred=True,
    )


@pytest.mark.requirement("EVENT-63")
def test_status_of_a_job_is_one_of_five(populated_list: IsolatedFacility) -> None:
    job = populated_list.caller(EXPORT, part_size=1).value("job_id")
    made = records.make(populated_list.caller, "ipm.import")["job_id"]
    shown = [populated_list.caller(GET, job_id=each) for each in (job, made)]
    for answer in shown:
        answer.accepted().expect(
            "the status of a job is one of the documented five",
            holds=answer.value("state") in STATES,
            expected=", ".join(STATES),
            observed=str(answer.optional("state")),
            uses=("state",),
        )


@pytest.mark.requirement("EVENT-63")
def test_job_is_told_alike_by_the_call_and_by_a_read(populated_list: IsolatedFacility) -> None:
    done = export_events(populated_list)
    answer = populated_list.caller(GET, job_id=done.job_id)
    last = done.answers[-1].optional("state")
    answer.accepted().expect(
        "a read shows the job at least as far as the last call did",
        holds=answer.value("state") == last or answer.value("state") in ENDED,
        expected=str(last),
        observed=str(answer.optional("state")),
        uses=("state",),
    )


@pytest.mark.requirement("EVENT-71")
def test_job_that_is_done_is_completed(populated_list: IsolatedFacility) -> None:
    done = export_events(populated_list)
    target = populated_list.caller.target
    answer = eventually(
        lambda: populated_list.caller(GET, job_id=done.job_id).accepted(),
        lambda told: told.optional("state") in ENDED,
        bound_s=target.patience(2.0),
        pause_s=0.2,
    )
    answer.in_state("completed", "an export without a further cursor is completed")


@pytest.mark.requirement("EVENT-64")
def test_jobs_are_listed(ipm_owner: Caller) -> None:
    made = [records.make(ipm_owner, f"ipm.{kind}")["job_id"] for kind in ("export", "import")]
    found = pages(ipm_owner, "ipm.job.list", limit=LARGEST_LIMIT)
    for job in made:
        expect_listed(found, str(job))


@pytest.mark.requirement("EVENT-70")
@pytest.mark.parametrize("kind", ["export", "import"])
def test_context_is_stored_with_the_job(ipm_owner: Caller, kind: str) -> None:
    job = records.make(ipm_owner, f"ipm.{kind}")["job_id"]
    expect_request_context(ipm_owner(GET, job_id=job), ipm_owner.world["orgcode"])


# --- imports ---


def _ids(events: Iterable[dict[str, Any]]) -> list[str]:
    return [str(event["event_id"]) for event in events]


def import_text(caller: Caller, text: str, *, part_size: int | None = None) -> Answer:
    """Upload a text, commit it, and go on until the job has ended."""
    job = create_upload(caller, text)
    size = {} if part_size is None else {"part_size": part_size}
    answer = accept_deduced(caller(COMMIT, job_id=job, **size))
    for _ in range(MOST_PARTS):
        if answer.optional("state") in ENDED:
            break
        answer = caller(IMPORT_ON, job_id=job).accepted()
    return answer


def _expect_in_feed(at: IsolatedFacility, events: list[dict[str, Any]]) -> None:
    """Expect all imported events in the feed of their facility."""
    found = at.read_feed(*_ids(events))
    for name in _ids(events):
        # What else an importer wants of an event is not documented.
        expect_listed(found, name)


def _new_events(at: IsolatedFacility, count: int) -> list[dict[str, Any]]:
    """Events of a service that the platform has, at a facility that nobody else works at."""
    return [event_of(at.caller, service="ics") for _ in range(count)]


@pytest.mark.requirement("EVENT-65")
def test_committed_events_are_in_the_feed(isolated_facility: IsolatedFacility) -> None:
    events = _new_events(isolated_facility, 3)
    import_text(isolated_facility.caller, ndjson.lines(*events))
    _expect_in_feed(isolated_facility, events)


@pytest.mark.requirement("EVENT-66")
def test_import_goes_on_after_its_last_line(isolated_facility: IsolatedFacility) -> None:
    events = _new_events(isolated_facility, 5)
    import_text(isolated_facility.caller, ndjson.lines(*events), part_size=LINES)
    _expect_in_feed(isolated_facility, events)


@pytest.mark.requirement("EVENT-71")
def test_import_that_is_done_is_completed(isolated_facility: IsolatedFacility) -> None:
    events = _new_events(isolated_facility, 3)
    answer = import_text(isolated_facility.caller, ndjson.lines(*events), part_size=LINES)
    answer.in_state("completed", "an import that has taken over every line is completed")


_BROKEN: Final = {
    "no-json": "{no json",
    "no-object": "[1, 2]",
    "no-event": '{"colour": "red"}',
}


@pytest.mark.requirement("EVENT-67")
@pytest.mark.parametrize("line", _BROKEN)
def test_lines_around_a_malformed_one_are_taken_over(
    isolated_facility: IsolatedFacility, line: str
) -> None:
    events = _new_events(isolated_facility, 3)
    before, *after = events
    answer = import_text(isolated_facility.caller, ndjson.lines(before, _BROKEN[line], *after))
    _expect_in_feed(isolated_facility, events)
    errors = answer.optional("errors") or []
    told = [error.get("line") for error in errors if isinstance(error, dict)]
    answer.expect(
        "the malformed line is told by its number",
        holds=told == [2],
        expected="line 2",
        observed=f"lines {told}",
        uses=("errors",),
    )


@pytest.mark.requirement("EVENT-67")
def test_valid_event_among_many_malformed_lines_is_taken_over(
    isolated_facility: IsolatedFacility,
) -> None:
    (event,) = _new_events(isolated_facility, 1)
    import_text(isolated_facility.caller, ndjson.lines("{", "}", event, "nothing"), part_size=LINES)
    name = str(event["event_id"])
    expect_listed(isolated_facility.read_feed(name), name)


@pytest.mark.requirement("EVENT-68")
def test_commit_before_the_upload_is_refused(ipm_owner: Caller) -> None:
    ipm_owner(COMMIT, **records.make(ipm_owner, "ipm.uploaded_import")).accepted()
    job = records.make(ipm_owner, "ipm.import")["job_id"]
    ipm_owner(COMMIT, job_id=job).refused()


@pytest.mark.requirement("EVENT-69")
@pytest.mark.needs("second-org")
def test_event_of_another_organisation_is_not_imported(
    isolated_facility: IsolatedFacility, stranger_org: Stranger
) -> None:
    own, foreign = _new_events(isolated_facility, 2)
    there = {**foreign, "orgcode": stranger_org.orgcode}
    import_text(isolated_facility.caller, ndjson.lines(there, own))
    found = isolated_facility.read_feed(str(own["event_id"]))
    expect_listed(found, str(own["event_id"]))
    expect_listed(found, str(foreign["event_id"]), listed=False)
