"""Whether the outputs of a run are all there, agree with each other and give nothing away."""

import hashlib
import json
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from reports import certificate
from reports.compliance import COMPLIANCE_HTML
from reports.files import EXCHANGES_JSONL, RUN_JSON, ExchangeLog, read_run, schema_error
from reports.leaks import leaks
from reports.model import RequirementRun, Run
from reports.verdict import Verdict

JUNIT_XML = "junit.xml"
PYTEST_HTML = "pytest.html"
ALLURE_RESULTS = "allure-results"
OUTPUTS = (COMPLIANCE_HTML, PYTEST_HTML, JUNIT_XML, ALLURE_RESULTS, RUN_JSON, EXCHANGES_JSONL)


def problems(directory: Path) -> list[str]:
    """Everything wrong with a report directory, a line each; empty if all is well."""
    missing = [name for name in OUTPUTS if not (directory / name).exists()]
    found = [f"{name}: missing" for name in missing]
    if RUN_JSON not in missing:
        found += _run_problems(directory, missing)
    return [*found, *leaks(directory)]


def _run_problems(directory: Path, missing: list[str]) -> Iterator[str]:
    try:
        broken = schema_error(json.loads((directory / RUN_JSON).read_text(encoding="utf-8")))
        if broken:
            yield f"{RUN_JSON}: {broken}"
            return
        run = read_run(directory)
    except ValueError as error:
        yield f"{RUN_JSON}: {error}"
        return
    yield from (f"{RUN_JSON}: {said}" for said in chain(_verdicts(run), _counts(run)))
    companions = {
        EXCHANGES_JSONL: _exchanges,
        JUNIT_XML: _junit,
        COMPLIANCE_HTML: _compliance,
        PYTEST_HTML: _pytest_html,
        ALLURE_RESULTS: _allure,
    }
    for name, look in companions.items():
        if name not in missing:
            yield from (f"{name}: {said}" for said in look(directory / name, run))


def _verdicts(run: Run) -> Iterator[str]:
    for item in run.requirements:
        verdict = certificate.requirement_verdict(item.checks, in_profile=item.in_profile)
        if verdict is not item.verdict:
            yield f"{item.id} says {item.verdict}, its checks say {verdict}"
        executed = sum(check.executed for check in item.checks)
        if executed != item.executed:
            yield f"{item.id} says {item.executed} executed checks, there are {executed}"
    made = certificate.certify(
        run.scope, run.requirements, unassigned=run.unassigned, waivers=run.waivers
    )
    if made.verdict != run.verdict:
        yield f"the verdict says {run.verdict}, the requirements say {made.verdict}"
    headline = certificate.headline(made.verdict, run.profile, certificate.tally(run.requirements))
    if headline != run.headline:
        yield f"the headline says {run.headline!r}, the requirements say {headline!r}"


def _counts(run: Run) -> Iterator[str]:
    counts = certificate.tally(run.requirements)
    made = (counts.executed, counts.met, counts.total, counts.outside)
    said = (run.must_executed, run.must_met, run.must_total, run.profile_outside)
    if made != said:
        yield f"MUST executed, met, total and outside say {said}, the requirements say {made}"
    for step in run.steps:
        mine = [item for item in run.requirements if item.step == step.number]
        checks = Counter(check.verdict for item in mine for check in item.checks)
        total = certificate.tally(mine)
        if checks != Counter(step.counts) or not _same(step.must_total, step.must_executed, total):
            yield f"the counts of step {step.number} are not those of its requirements"
    yield from _strangers(run.requirements)


def _same(total: int, executed: int, counts: certificate.Tally) -> bool:
    return (total, executed) == (counts.total, counts.executed)


def _strangers(requirements: tuple[RequirementRun, ...]) -> Iterator[str]:
    for item in requirements:
        for check in item.checks:
            if check.requirement != item.id:
                yield f"{check.nodeid} stands under {item.id} and names {check.requirement}"


def _exchanges(path: Path, run: Run) -> Iterator[str]:
    ids: Counter[str] = Counter()
    statuses: Counter[str] = Counter()
    log = ExchangeLog(path)
    try:
        for exchange in log:
            ids[exchange.id] += 1
            statuses[exchange.counted_as] += 1
    except ValueError as error:
        yield str(error).removeprefix(f"{path}: ")
        return
    if ids.total() != run.exchanges:
        yield f"holds {ids.total()} exchanges, run.json says {run.exchanges}"
    elif statuses != Counter(run.requests_by_status) or statuses["429"] != run.throttled:
        yield "its counts by status are not those of run.json"
    twice = [name for name, count in ids.items() if count > 1]
    if twice:
        yield f"{len(twice)} ids stand twice, {twice[0]} first"
    referred = {name for check in run.checks for name in check.exchanges}
    referred |= {card.exchange for check in run.checks for card in check.cards if card.exchange}
    lost = sorted(referred - ids.keys())
    if lost:
        yield f"{len(lost)} exchanges named in run.json are not here, {lost[0]} first"


def _junit(path: Path, run: Run) -> Iterator[str]:
    try:
        root = ET.parse(path).getroot()  # noqa: S314 - written by the run itself
    except ET.ParseError as error:
        yield f"not XML: {error}"
        return
    cases = len(list(root.iter("testcase")))
    tests = len({check.nodeid for check in run.checks if check.kind == "test"})
    if cases < tests:
        yield f"holds {cases} test cases, run.json holds {tests} tests"
    failures = len(list(root.iter("failure")))
    failed = len({check.nodeid for check in run.checks if check.verdict is Verdict.FAIL})
    if failures < failed:
        yield f"holds {failures} failures, run.json holds {failed}"


def _compliance(path: Path, run: Run) -> Iterator[str]:
    text = path.read_text(encoding="utf-8", errors="replace")
    digest = hashlib.sha256((path.parent / RUN_JSON).read_bytes()).hexdigest()
    if digest not in text:
        yield "was not made from this run.json: its digest differs"
    if run.headline not in text:
        yield "does not carry the headline"


def _pytest_html(path: Path, _run: Run) -> Iterator[str]:
    if "<html" not in path.read_text(encoding="utf-8", errors="replace").lower():
        yield "not an HTML page"


def _allure(path: Path, run: Run) -> Iterator[str]:
    if run.checks and not any(path.glob("*-result.json")):
        yield "holds no result"
