"""Step 12: bulk exports and imports: NDJSON, part by part, and the jobs that tell of them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

import pytest

from conformance.contract.paging import LARGEST_LIMIT
from conformance.contract.services.ipm.bulk import ENDED, STATES
from fixtures.context import records
from fixtures.context.cast import Stranger
from fixtures.exchange.answer import Answer
from fixtures.exchange.request import AS_PROVEN
from fixtures.formats import ndjson
from fixtures.run.client import Caller
from fixtures.run.paging import expect_listed, pages
from fixtures.run.waiting import eventually
from fixtures.services.ipm.actions import Place, deduced, settled, told_at
from fixtures.services.ipm.receiver import envelope_of
from fixtures.services.ipm.records import create_upload
from fixtures.services.pmc import actions as pmc

EXPORT, EXPORT_ON = "ipm.export.create", "ipm.export.continue"
COMMIT, IMPORT_ON = "ipm.import.commit", "ipm.import.continue"
GET: Final = "ipm.job.get"
PART: Final = 6
LINES: Final = 2
MOST_PARTS: Final = 12
# A worker may take its time (common/policies.html lets it run for 13.5 minutes).
BOUND_S: Final = 60.0


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


def exported(place: Place, **more: Any) -> Export:
    """Everything that happened at a place, a few events a file."""
    caller, done = place.caller, Export()
    scope = {"listened_service": "ics", "listened_place": place.guid, "part_size": PART, **more}
    answer = deduced(caller(EXPORT, **scope))
    while True:
        done.answers.append(answer)
        done.files.append(_file(caller, answer))
        cursor = answer.optional("cursor")
        if not cursor or len(done.files) == MOST_PARTS:
            return done
        answer = caller(EXPORT_ON, job_id=done.job_id, next_token=cursor).accepted()


def _file(caller: Caller, answer: Answer) -> list[dict[str, Any]] | None:
    """The objects in the file of one part; None where it is no NDJSON."""
    job_id = answer.value("job_id")
    ready = answer
    if answer.optional("download_url") is None:
        ready = eventually(
            lambda: caller(GET, job_id=job_id).accepted(),
            lambda told: told.optional("state") in ENDED,
            bound_s=BOUND_S,
        )
    url = str(ready.value("download_url"))
    return ndjson.read(pmc.download(caller, url).text)


@pytest.mark.requirement("EVENT-60")
def test_export_is_ndjson(crowd: Place) -> None:
    done = exported(crowd)
    done.answers[0].expect(
        "an export is a file with one JSON object a line",
        holds=None not in done.files and bool(done.ids),
        expected="NDJSON",
        observed=f"{len(done.files)} files, {done.files.count(None)} of them no NDJSON",
        uses=("download_url",),
    )


@pytest.mark.requirement("EVENT-61")
def test_parts_of_an_export_hold_each_event_once(crowd: Place) -> None:
    done, wanted = exported(crowd), crowd.events()
    done.answers[-1].expect(
        "the parts of an export hold each matching event once",
        holds=sorted(done.ids) == sorted(wanted),
        expected=f"{len(wanted)} events in more than one part",
        observed=f"{len(done.ids)} events, {len(set(done.ids))} different, "
        f"in {len(done.files)} parts",
        uses=("download_url", "cursor"),
    )


@pytest.mark.requirement("EVENT-62")
def test_export_holds_what_its_filters_let_through(place: Place, integrator: Caller) -> None:
    since = told_at(integrator("ipm.pagination.get").accepted())
    (elsewhere,) = Place(integrator).emit()
    place.emit()
    done = exported(place, since=since)
    done.answers[-1].expect(
        "an export of one facility holds no event of another",
        holds=elsewhere not in str(done.files),
        expected="no such event",
        observed="there is one",
        uses=("download_url",),
        inferred=True,
    )


@pytest.mark.requirement("EVENT-63")
def test_status_of_a_job_is_one_of_five(crowd: Place) -> None:
    job = crowd.caller(EXPORT, part_size=1).value("job_id")
    made = records.make(crowd.caller, "ipm.import")["job_id"]
    shown = [crowd.caller(GET, job_id=each) for each in (job, made)]
    for answer in shown:
        answer.accepted().expect(
            "the status of a job is one of the documented five",
            holds=answer.value("state") in STATES,
            expected=", ".join(STATES),
            observed=str(answer.optional("state")),
            uses=("state",),
        )


@pytest.mark.requirement("EVENT-63")
def test_job_is_told_alike_by_the_call_and_by_a_read(crowd: Place) -> None:
    done = exported(crowd)
    answer = crowd.caller(GET, job_id=done.job_id)
    last = done.answers[-1].optional("state")
    answer.accepted().expect(
        "a read shows the job at least as far as the last call did",
        holds=answer.value("state") == last or answer.value("state") in ENDED,
        expected=str(last),
        observed=str(answer.optional("state")),
        uses=("state",),
    )


@pytest.mark.requirement("EVENT-71")
def test_job_that_is_done_is_completed(crowd: Place) -> None:
    done = exported(crowd)
    answer = eventually(
        lambda: crowd.caller(GET, job_id=done.job_id).accepted(),
        lambda told: told.optional("state") in ENDED,
        bound_s=2.0 if crowd.caller.client.target.is_loopback else BOUND_S,
        pause_s=0.2,
    )
    answer.expect(
        "an export without a further cursor is completed",
        holds=answer.value("state") == "completed",
        expected="completed",
        observed=str(answer.optional("state")),
        uses=("state",),
    )


@pytest.mark.requirement("EVENT-64")
def test_jobs_are_listed(integrator: Caller) -> None:
    made = [records.make(integrator, f"ipm.{kind}")["job_id"] for kind in ("export", "import")]
    found = pages(integrator, "ipm.job.list", limit=LARGEST_LIMIT)
    for job in made:
        expect_listed(found, str(job))


@pytest.mark.requirement("EVENT-70")
@pytest.mark.parametrize("kind", ["export", "import"])
def test_context_is_stored_with_the_job(integrator: Caller, kind: str) -> None:
    job = records.make(integrator, f"ipm.{kind}")["job_id"]
    answer = integrator(GET, job_id=job)
    stored = answer.accepted().optional("request_context") or {}
    answer.expect(
        "the context of its creation is stored with a job",
        holds=stored.get("orgcode") == integrator.world["orgcode"] and "actor" in stored,
        expected="request_context with org and actor",
        observed=", ".join(sorted(stored)) or "none",
        uses=("request_context",),
    )


# --- imports ---


def _ids(events: Iterable[dict[str, Any]]) -> list[str]:
    return [str(event["event_id"]) for event in events]


def imported(caller: Caller, text: str, *, part_size: int | None = None) -> Answer:
    """Upload a text, commit it, and go on until the job has ended."""
    job = create_upload(caller, text)
    size = {} if part_size is None else {"part_size": part_size}
    answer = deduced(caller(COMMIT, AS_PROVEN, job_id=job, **size))
    for _ in range(MOST_PARTS):
        if answer.optional("state") in ENDED:
            break
        answer = caller(IMPORT_ON, job_id=job).accepted()
    return answer


def _fed(caller: Caller, service: str, *awaited: str) -> list[Answer]:
    """The feed of one service, as soon as these events are in it."""
    values = {"listed_service": service, "limit": LARGEST_LIMIT}
    return settled(caller, lambda: pages(caller, "ipm.cdc.list", **values), *awaited)


def _events(caller: Caller, count: int) -> tuple[str, list[dict[str, Any]]]:
    """Events under a service name of their own, so that the feed can be asked for them."""
    service = f"erp{caller.world.fresh('code').lower()}"
    return service, [ndjson.event(caller, service=service) for _ in range(count)]


@pytest.mark.requirement("EVENT-65")
def test_committed_events_are_in_the_feed(integrator: Caller) -> None:
    service, events = _events(integrator, 3)
    imported(integrator, ndjson.lines(*events))
    found = _fed(integrator, service, *_ids(events))
    for name in _ids(events):
        # What else an importer wants of an event is not documented.
        expect_listed(found, name, inferred=True)


@pytest.mark.requirement("EVENT-66")
def test_import_goes_on_after_its_last_line(integrator: Caller) -> None:
    service, events = _events(integrator, 5)
    imported(integrator, ndjson.lines(*events), part_size=LINES)
    found = _fed(integrator, service, *_ids(events))
    for name in _ids(events):
        # What else an importer wants of an event is not documented.
        expect_listed(found, name, inferred=True)


@pytest.mark.requirement("EVENT-71")
def test_import_that_is_done_is_completed(integrator: Caller) -> None:
    _, events = _events(integrator, 3)
    answer = imported(integrator, ndjson.lines(*events), part_size=LINES)
    answer.expect(
        "an import that has taken over every line is completed",
        holds=answer.value("state") == "completed",
        expected="completed",
        observed=str(answer.optional("state")),
        uses=("state",),
    )


_BROKEN: Final = {
    "no-json": "{no json",
    "no-object": "[1, 2]",
    "no-event": '{"colour": "red"}',
}


@pytest.mark.requirement("EVENT-67")
@pytest.mark.parametrize("line", _BROKEN)
def test_lines_around_a_malformed_one_are_taken_over(integrator: Caller, line: str) -> None:
    service, events = _events(integrator, 3)
    before, *after = events
    answer = imported(integrator, ndjson.lines(before, _BROKEN[line], *after))
    found = _fed(integrator, service, *_ids(events))
    for name in _ids(events):
        expect_listed(found, name, inferred=True)
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
def test_valid_event_among_many_malformed_lines_is_taken_over(integrator: Caller) -> None:
    service, (event,) = _events(integrator, 1)
    imported(integrator, ndjson.lines("{", "}", event, "nothing"), part_size=LINES)
    name = str(event["event_id"])
    expect_listed(_fed(integrator, service, name), name, inferred=True)


@pytest.mark.requirement("EVENT-68")
def test_commit_before_the_upload_is_refused(integrator: Caller) -> None:
    integrator(COMMIT, **records.make(integrator, "ipm.uploaded_import")).accepted()
    job = records.make(integrator, "ipm.import")["job_id"]
    integrator(COMMIT, AS_PROVEN, job_id=job).refused()


@pytest.mark.requirement("EVENT-69")
@pytest.mark.needs("second-org")
def test_event_of_another_organisation_is_not_imported(
    integrator: Caller, stranger_org: Stranger
) -> None:
    service, (own, foreign) = _events(integrator, 2)
    there = {**foreign, "orgcode": stranger_org.orgcode}
    imported(integrator, ndjson.lines(there, own))
    found = _fed(integrator, service, str(own["event_id"]))
    expect_listed(found, str(own["event_id"]), inferred=True)
    expect_listed(found, str(foreign["event_id"]), listed=False, inferred=True)
