"""The end of a run: clean up on the target, and gather all that was collected in one value."""

import json
import shlex
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from conformance import __version__
from conformance.contract import ROUTES
from conformance.contract.not_covered import uncovered
from conformance.requirements import RequirementSet
from fixtures.context.cast import Stranger
from fixtures.context.organization import Org
from fixtures.exchange.actors import Actor
from fixtures.exchange.target import Target
from fixtures.run import ledger
from fixtures.run.cleanup import Closer
from fixtures.run.ledger import Entry, Fate
from fixtures.run.session import Session
from reports import drift, private, results, suite, traffic
from reports.collected import Collected, Observed
from reports.detection import detecting_power
from reports.files import EXCHANGES_JSONL, ExchangeLog, write_text
from reports.messages import Judgement
from reports.model import CauseNote, CheckResult, Leftover, NotCovered, Reading, Scope
from reports.options import Aim
from reports.traffic import Traffic
from reports.verdict import Verdict

_KEPT: Final = {Fate.PERMANENT: "permanent", Fate.LEFT: "left", Fate.CREATED: "left"}


def collect(observed: Observed, session: Session) -> Collected:
    """Clean up, and put together what was observed with what lies in the session's directory."""
    stages = [(stage, results.judgement_of(stage)) for stage in private.stages(session.directory)]
    judgements = (*observed.judgements, *(judgement for _, judgement in stages))
    of_stages = tuple(results.of_stage(*stage) for stage in stages)
    of_invariants = _of_invariants(observed, session.directory)
    checks = (*observed.tests, *observed.carried, *of_stages, *of_invariants)
    entries = _clean_up(session, observed.aim, checks)
    session.runtime.evidence.close()
    exchanges = ExchangeLog(session.directory / EXCHANGES_JSONL)
    merge(session.directory, exchanges.path)
    counted = traffic.count(exchanges)
    return Collected(
        scope=_scope(observed, session, counted),
        requirements=observed.requirements,
        profile=observed.aim.profile,
        today=datetime.now(UTC).date(),
        exchanges=exchanges,
        traffic=counted,
        tests=observed.tests,
        carried=observed.carried,
        stages=of_stages,
        invariants=of_invariants,
        readings=tuple(_readings(judgements, counted, observed.requirements)),
        causes=tuple(_causes(judgements)),
        leftovers=tuple(_leftovers(entries)),
        not_covered=tuple(_not_covered()),
        drift=drift.found(observed.target.openapi, exchanges.path),
        bindings_missing=tuple(it.line for it in judgements if it.line),
        waivers=observed.aim.waivers,
        detection=detecting_power(),
    )


def _of_invariants(observed: Observed, directory: Path) -> tuple[CheckResult, ...]:
    repeat, seen = observed.aim.repeat, observed.seen
    return tuple(results.of_invariants(observed.requirements, seen, _violations(directory), repeat))


def _violations(directory: Path) -> Mapping[str, results.Violations]:
    """What was noted of answers, by the invariant that they violate."""
    found: dict[str, list[tuple[str, str]]] = {}
    for _, exchange in recorded(directory):
        for note in exchange["watch"]:
            found.setdefault(note["rule"], []).append((exchange["id"], note["detail"]))
    return found


def merge(source: Path, destination: Path) -> None:
    """All exchanges of a run in one file, by start time."""
    keyed = sorted((str(exchange["started_at"]), line) for line, exchange in recorded(source))
    write_text(destination, "".join(f"{line}\n" for _, line in keyed))


def recorded(directory: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Exchanges of all processes, as lines and parsed; without what a killed one left half done."""
    for path in sorted(directory.glob("exchanges-*.jsonl")):
        # Not `splitlines`: a caption may hold what Unicode calls a line separator.
        for line in path.read_text(encoding="utf-8", errors="replace").split("\n"):
            with suppress(json.JSONDecodeError):
                yield line, json.loads(line)


def _clean_up(session: Session, aim: Aim, checks: Iterable[CheckResult]) -> list[Entry]:
    entries = list(ledger.read(session.directory))
    failed = any(check.verdict is Verdict.FAIL for check in checks)
    if aim.keep or (aim.keep_on_failure and failed):
        return entries
    return closed(session)


def closed(session: Session, others: Mapping[str, Actor] | None = None) -> list[Entry]:
    """Close all that the ledger of a run lists; each entry with its fate.

    `others` are owners that no stage knows, by guid and code of their orgs.
    """
    entries = list(ledger.read(session.directory))
    made = {
        entry.ids.get(name, "")
        for entry in entries
        for name in ("org_guid", "orgcode")
        if entry.kind == "ofm.org"
    }
    owners = {**_owners(session), **(others or {})}
    session.allow_orgs(*made, throwaway=True)
    users = {entry.ids.get("user_id", "") for entry in entries if entry.kind == "uas.user"}
    session.runtime.permissions.allow_users(*users - {""}, throwaway=True)
    session.allow_orgs(*owners)
    check = session.stage_check("clean-up", "ORG-43")
    return Closer(session, check, owners, frozenset(made - {""})).close_all(entries)


def _owners(session: Session) -> dict[str, Actor]:
    """Who owns the orgs that the stages know, by guid and by code."""
    owners: dict[str, Actor] = {}
    owner, org = session.store.peek("credentials", Actor), session.store.peek("organization", Org)
    if owner is not None and org is not None:
        owners |= dict.fromkeys((org.org_guid, org.orgcode), owner)
    stranger = session.store.peek("stranger", Stranger)
    if stranger is not None:
        owners |= dict.fromkeys((stranger.org_guid, stranger.orgcode), stranger.actor)
    for actor in owners.values():
        session.keep(actor)
    return owners


def _scope(observed: Observed, session: Session, counted: Traffic) -> Scope:
    aim, target = observed.aim, observed.target
    org = session.store.peek("organization", Org)
    return Scope(
        suite_version=__version__,
        suite_commit=suite.commit(),
        challenge=aim.challenge,
        requirement_set=observed.requirements.version,
        profile=aim.profile.name,
        tier=aim.tier,
        target_kind="reference" if _is_reference(target, counted) else target.kind,
        host=target.host,
        org=org.orgcode if org else target.orgcode,
        started_at=observed.started_at,
        finished_at=datetime.now(UTC),
        builds=counted.builds,
        api_versions=counted.api_versions,
        seed=aim.seed,
        narrowed=observed.narrowed,
        interrupted=observed.interrupted,
        lost=observed.lost,
        resumed=observed.resumed,
        crashed_workers=observed.crashed_workers,
        identity=dict(observed.identity),
        shard=aim.shard and aim.shard.model_copy(update={"divided": observed.divided}),
        note=_note(observed),
        instrument=observed.canary,
    )


def _is_reference(target: Target, counted: Traffic) -> bool:
    """Whether any answer of the target came from the reference: then it is no platform's run."""
    return urlsplit(target.base_url).netloc in counted.reference_hosts


def _note(observed: Observed) -> str | None:
    taken, total = observed.cells
    parts = [f"reference started with {shlex.join(observed.aim.reference_args)}"]
    parts = parts if observed.aim.reference_args else []
    if observed.target.given:
        parts.append(f"given by the target file: {', '.join(observed.target.given)}")
    if observed.learned:
        parts.append(f"learned {observed.learned}")
    if observed.resumed:
        when = ", ".join(f"{moment:%Y-%m-%d %H:%M:%S} UTC" for moment in observed.resumed)
        names = {check.nodeid for check in observed.carried}
        parts.append(f"resumed {when}, {len(names)} checks having passed before")
    if observed.lost_answers:
        parts.append(f"{observed.lost_answers} requests sent again, for want of an answer")
    if observed.renewed:
        parts.append(f"{observed.renewed} sessions had expired, and were renewed")
    if taken < total:
        parts.append(f"{taken} of {total} parameter sets, chosen by seed")
    return "; ".join(parts) or None


def _readings(
    judgements: Iterable[Judgement], counted: Traffic, rules: RequirementSet
) -> Iterator[Reading]:
    for name, seen in counted.build_places.items():
        yield Reading(
            topic="where build stands",
            reading=name,
            source="common/, usm/, pmc/surfaces/",
            seen=seen,
        )
    told: dict[tuple[str, str], list[str]] = {}
    for it in judgements:
        for found in it.readings.items():
            told.setdefault(found, []).append(it.requirements[0])
    for (topic, reading), ids in sorted(told.items()):
        named = tuple(dict.fromkeys(ids))
        pages = dict.fromkeys(rules.get(each).source for each in named)
        yield Reading(
            topic=topic,
            reading=reading,
            source=", ".join(pages),
            seen=len(ids),
            requirements=named,
        )


def _causes(judgements: Iterable[Judgement]) -> Iterator[CauseNote]:
    for it in judgements:
        if it.cause and it.line:
            kind = "unbound name" if ".yields." in it.line else "refused body or path"
            yield CauseNote(cause=it.cause, kind=kind, what=f"add {it.line}")


def _leftovers(entries: Iterable[Entry]) -> Iterator[Leftover]:
    for entry in entries:
        if entry.fate in _KEPT:
            identifier = next((v for k, v in entry.ids.items() if k != "host"), entry.number)
            yield Leftover.model_validate(
                {"kind": entry.kind, "id": identifier, "fate": _KEPT[entry.fate]}
            )


def _not_covered() -> Iterator[NotCovered]:
    called = {f"{route.method} {route.path}" for route in ROUTES.values()}
    for entry in uncovered(called):
        yield NotCovered(operation=entry.name, reason=entry.reason)
