"""A synthetic run: as large and as awkward as a test asks for, without a platform."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import JsonValue

from reports.assemble import assemble
from reports.collected import Collected, ProfileLike, RequirementSetLike
from reports.exchange import Exchange, Request, Response, ViolationNote
from reports.files import EXCHANGES_JSONL, ExchangeLog, write_run
from reports.model import (
    Card,
    CauseNote,
    CheckResult,
    DetectingPower,
    Leftover,
    NotCovered,
    Reading,
    Run,
    Scope,
    TargetKind,
    Waiver,
)
from reports.traffic import count
from reports.verdict import Verdict
from reports.writers import write_again
from reports.writers.compliance import write_compliance

TODAY = date(2026, 3, 2)
STARTED = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
TITLES = {
    0: "Whole stack",
    1: "Acquire credentials",
    2: "Validate credentials",
    3: "Confirm org association",
    4: "Establish org, facility and channel context",
    5: "Create product model",
    6: "Publish product",
    7: "Stock and inventory",
    8: "Order lifecycle",
    9: "Procurement",
    10: "Pricing",
    11: "Loyalty",
    12: "Events and webhooks",
    13: "Exports and offboarding",
}
_AREAS = {0: "ENV", 1: "CRED", 2: "VALID", 3: "ASSOC", 4: "ORG"}
_FILES = {
    0: "test_status_map",
    1: "test_01_credentials",
    2: "test_02_validation",
    3: "test_03_association",
    4: "test_04_org_context",
}
_TEXTS = (
    "A stale expected_revision is refused with 409 and the current snapshot and revision",
    "A stranger cannot tell an org that exists from one that does not",
    "The secret of an API key appears in the answer that creates it and never again",
    "A write without expected_revision on a revisioned record is refused with 428",
    "Wrong passcode and unknown email get answers that cannot be told apart",
)


@dataclass(frozen=True)
class Requirement:
    """A requirement as a report sees it."""

    id: str
    step: int = 4
    level: str = "MUST"
    certainty: str = "documented"
    text: str = _TEXTS[0]
    source: str = "ofm/surfaces/; common/troubleshooting.html"
    needs: frozenset[str] = frozenset()
    remedy: str = "Compare the revision in the same statement that writes the record."
    waivable: bool = True
    heading: str | None = None


@dataclass(frozen=True)
class Step:
    """A step the set does not cover."""

    number: int
    gap: str | None = "its operations are not part of this requirement set"


@dataclass(frozen=True)
class Profile:
    """A profile by name, and the needs it can serve."""

    name: str = "full/1"
    needs: frozenset[str] = frozenset({"operator", "second-org"})


@dataclass(frozen=True)
class RequirementSet:
    """Requirements with the rule of the denominator: documented MUSTs within the profile."""

    requirements: Sequence[Requirement]
    version: str = "1.0.0"
    titles: dict[int, str] = field(default_factory=lambda: dict(TITLES))
    steps: Sequence[Step] = tuple(Step(number) for number in range(5, 14))

    def in_profile(self, profile: Profile) -> list[Requirement]:
        return [item for item in self.requirements if item.needs <= profile.needs]

    def denominator(self, profile: Profile) -> list[Requirement]:
        inside = self.in_profile(profile)
        return [i for i in inside if i.level == "MUST" and i.certainty == "documented"]


def scope(
    *,
    target_kind: TargetKind = "foreign",
    host: str = "sandbox.example.com",
    narrowed: str | None = None,
    interrupted: bool = False,
    crashed_workers: int = 0,
    instrument: str = "caught",
) -> Scope:
    """A scope against which nothing can be said, unless asked for."""
    return Scope.model_validate(
        {
            "suite_version": "0.1.0",
            "requirement_set": "1.0.0",
            "profile": "full/1",
            "tier": "certify",
            "target_kind": target_kind,
            "host": host,
            "org": "ACME-EU",
            "started_at": STARTED,
            "finished_at": STARTED + timedelta(minutes=4, seconds=11),
            "builds": ("2026.02.27-1",),
            "api_versions": ("1.4",),
            "seed": 20260302,
            "narrowed": narrowed,
            "interrupted": interrupted,
            "crashed_workers": crashed_workers,
            "instrument": instrument,
        }
    )


def requirements(count: int) -> list[Requirement]:
    """`count` requirements over steps 0 to 4, with some inferred, optional or out of reach."""
    made = []
    for number in range(count):
        step = number % 5
        made.append(
            Requirement(
                id=f"{_AREAS[step]}-{number // 5 + 1}",
                step=step,
                level="SHOULD" if number % 11 == 7 else "MUST",
                certainty="inferred" if number % 9 == 4 else "documented",
                text=_TEXTS[number % len(_TEXTS)],
                needs=frozenset({"clock"}) if number % 13 == 9 else frozenset(),
                waivable=number % 5 != 3,
            )
        )
    return made


def check(
    requirement: str,
    verdict: Verdict = Verdict.PASS,
    *,
    nodeid: str | None = None,
    cards: tuple[Card, ...] = (),
    exchanges: tuple[str, ...] = (),
    message: str = "",
    cause: str | None = None,
    counts: dict[str, int] | None = None,
) -> CheckResult:
    """One check of a requirement."""
    return CheckResult(
        nodeid=nodeid or f"conformance/test_x.py::test_{requirement}_{verdict}",
        kind="invariant" if counts is not None else "test",
        requirement=requirement,
        verdict=verdict,
        message=message,
        cards=cards,
        exchanges=exchanges,
        cause=cause,
        duration_s=0.05,
        started_at=STARTED,
        counts=counts,
    )


def card(requirement: str, nodeid: str, exchange: str | None = None) -> Card:
    """A card as a contradicted expectation leaves it."""
    return Card(
        requirement=requirement,
        text="A write that names an older revision than the record's is refused.",
        expectation="A write from a stale `expected_revision` is refused and changes nothing",
        expected="409 revision-conflict, with error.details.record and error.details.revision",
        observed='200, success true, revision 4; the caption now reads "second writer"',
        source="common/domain-models.html, heading Revisions",
        certainty="documented",
        remedy="Compare the revision in the same statement that writes the record; a read before "
        "the write leaves a window in which both writers pass.",
        move="platform",
        repeat=f"pytest '{nodeid}' --target sandbox.toml",
        curl='curl -X POST "$BASE_URL/ofm/cost-centre/update" -H "x-session-guid: $OWNER_SESSION" '
        '-d \'{"org_guid": "org-1", "expected_revision": 1}\'',
        exchange=exchange,
    )


def exchange(number: int, *, body: JsonValue = None) -> Exchange:
    """One exchange with the usual envelope, or with `body` as its answer."""
    refused = number % 4 == 1
    answer: JsonValue = {
        "success": not refused,
        "data": {"org_guid": f"org-{number:06d}", "caption": "Conformance run", "status": "active"},
        "revision": number % 7,
        "stats": {
            "call": "ofm.cost_centre.update",
            "request_id": f"req-{number * 7919:012x}",
            "session_fingerprint": "b1946ac92492d234",
            "timestamp_utc": "2026-03-02T09:30:00Z",
            "latency_ms": number % 50,
            "build": {"build_major": 2026, "build_minor": 2, "build_id": "2026.02.27-1"},
        },
    }
    return Exchange(
        id=f"gw{number % 2}-{number:06d}",
        check="conformance/test_04_org_context.py::test_stale_revision",
        requirement="ORG-3",
        actor=("owner", "member", "stranger", "anonymous")[number % 4],
        operation="ofm.cost_centre.update",
        started_at=STARTED + timedelta(milliseconds=37 * number),
        elapsed_ms=3.2 + number % 40,
        request=Request(
            method="POST",
            url="https://sandbox.example.com/ofm/cost-centre/update",
            headers={
                "content-type": "application/json",
                "x-session-guid": "[redacted session:1f0c]",
                "user-agent": f"integration-conformance/0.1.0 check=ORG-{number % 60}",
            },
            body={"org_guid": f"org-{number:06d}", "caption": "x", "expected_revision": number % 7},
        ),
        response=Response(
            status=409 if refused else 200,
            headers={"content-type": "application/json", "x-api-version": "1.4"},
            body=answer if body is None else body,
        ),
        watch=(ViolationNote(rule="envelope", detail="stats is missing"),) if number == 1 else (),
    )


def large_checks(listed: Sequence[Requirement], count: int, exchanges: int) -> list[CheckResult]:
    """`count` checks over the requirements, a few of each verdict, sharing the exchanges."""
    made = []
    for number in range(count):
        item = listed[number % len(listed)]
        verdict = _verdict_of(number, item)
        kind = ("owner", "member", "stranger", "anonymous")[number % 4]
        nodeid = (
            f"conformance/{_FILES[item.step]}.py::test_a_stale_revision_is_refused_with_the_current"
            f"_snapshot[ofm.cost_centre.update-{kind}-{number}]"
        )
        used = tuple(f"gw{n % 2}-{n:06d}" for n in range(number, exchanges, count))
        carded = verdict in {Verdict.FAIL, Verdict.ADVISORY}
        made.append(
            CheckResult(
                nodeid=nodeid,
                requirement=item.id,
                verdict=verdict,
                message="" if verdict is Verdict.PASS else "stale revision accepted",
                cards=(card(item.id, nodeid, used[0]),) if carded else (),
                exchanges=used,
                cause="stage:organization" if verdict is Verdict.BLOCKED else None,
                duration_s=(number * 37 % 1000) / 400,
                started_at=STARTED + timedelta(milliseconds=number),
                worker=f"gw{number % 2}",
            )
        )
    return made


def _verdict_of(number: int, item: Requirement) -> Verdict:
    if item.needs:
        return Verdict.NOT_APPLICABLE
    odd = {17: Verdict.FAIL, 18: Verdict.BLOCKED, 19: Verdict.INCONCLUSIVE, 20: Verdict.ADVISORY}
    return odd.get(number % 220, Verdict.PASS)


def collected(
    checks: Iterable[CheckResult],
    rules: RequirementSetLike,
    *,
    profile: ProfileLike | None = None,
    said: Scope | None = None,
    log: Iterable[Exchange] = (),
    recorded: ExchangeLog | None = None,
    **more: Any,
) -> Collected:
    """What a run collected of these checks and exchanges; `more` are further fields, as lists.

    `recorded` is where writers find the exchanges, if they are asked.
    """
    fields: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in more.items()
    }
    return Collected(
        scope=said or scope(),
        requirements=rules,
        profile=profile or Profile(),
        today=TODAY,
        exchanges=recorded or ExchangeLog(Path("nowhere")),
        traffic=count(log),
        tests=tuple(checks),
        **fields,
    )


def large_run(
    checks: int = 2000,
    exchanges: int = 3000,
    *,
    target_kind: TargetKind = "foreign",
    log: Iterable[Exchange] | None = None,
) -> Run:
    """A run of every verdict, with every section of the report filled."""
    listed = requirements(120)
    made = collected(
        large_checks(listed, checks, exchanges),
        RequirementSet(listed),
        said=scope(target_kind=target_kind),
        log=log if log is not None else (exchange(n) for n in range(exchanges)),
        readings=[
            Reading(topic="Place of build", reading="inside stats", source="common/", seen=2987),
            Reading(
                topic="Org mismatch tag",
                reading="context_mismatch",
                source="common/headers-identity.html",
                seen=4,
            ),
        ],
        causes=[
            CauseNote(
                cause="stage:organization",
                kind="refused body",
                what="POST /ofm/org/create answered 400 invalid-input to the body template",
            )
        ],
        leftovers=[
            *(Leftover(kind="api_key", id=f"key-{n:04d}", fate="doomed") for n in range(24)),
            Leftover(kind="org", id="org-000001", fate="permanent"),
            Leftover(kind="zone", id="zone-000007", fate="left"),
        ],
        not_covered=[
            NotCovered(operation="ofm.team.detach", reason="its path is on no page seen"),
            NotCovered(operation="uas.social.login", reason="needs a browser"),
        ],
        bindings_missing=["[bindings]", 'invite_guid = ["/data/invite_guid"]'],
        waivers=[
            Waiver(
                requirement="CRED-5",
                target="sandbox.example.com",
                reason="session cap is lifted for the sandbox",
                owner="store team",
                approver="J. Doe",
                expires=date(2026, 6, 30),
            )
        ],
        detection=DetectingPower(caught=44, defects=44, measured="tests/detection/table.md"),
    )
    return assemble(made)


def write_reports(run: Run, log: Iterable[Exchange], directory: Path) -> Path:
    """Write run.json, exchanges.jsonl and compliance.html; the path of the last."""
    directory.mkdir(parents=True, exist_ok=True)
    write_run(run, directory)
    with (directory / EXCHANGES_JSONL).open("w", encoding="utf-8") as lines:
        lines.writelines(_lines(log))
    return write_compliance(directory)


def write_outputs(run: Run, log: Iterable[Exchange], directory: Path) -> Path:
    """The report directory as pytest leaves it after a run: all that a reviewer gets."""
    write_reports(run, log, directory)
    write_again(run, ExchangeLog(directory / EXCHANGES_JSONL), directory)
    (directory / "pytest.html").write_text("<!doctype html><html></html>", encoding="utf-8")
    return directory


def _lines(log: Iterable[Exchange]) -> Iterator[str]:
    return (f"{item.model_dump_json()}\n" for item in log)
