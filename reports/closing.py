"""The end of a run: clean up, gather the evidence, assemble the run, write the reports."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from conformance import __version__
from conformance.contract.envelope import BUILD_PLACES
from conformance.contract.not_covered import not_covered
from fixtures.context.cast import Stranger
from fixtures.context.organization import Org
from fixtures.exchange.actors import Actor
from fixtures.formats.json_values import at
from fixtures.run import ledger
from fixtures.run.cleanup import Closer
from fixtures.run.ledger import Entry, Fate
from fixtures.run.session import Session
from reports.assemble import assemble
from reports.compliance import write_compliance
from reports.detection import detecting_power
from reports.files import EXCHANGES_JSONL, ExchangeLog, write_run, write_text
from reports.model import CauseNote, Leftover, NotCovered, Reading, Run, Scope
from reports.verdict import Verdict

if TYPE_CHECKING:
    from reports.controller import Controller

_KEPT: Final = {Fate.PERMANENT: "permanent", Fate.LEFT: "left", Fate.CREATED: "left"}


def finish(controller: "Controller") -> Run:
    """Write every report of ours; returns the run."""
    entries = _clean_up(controller)
    directory = controller.aim.directory
    controller.session.runtime.evidence.close()
    merge(controller.directory, directory / EXCHANGES_JSONL)
    exchanges = list(_lines(directory / EXCHANGES_JSONL))
    run = assemble(
        _scope(controller, exchanges),
        controller.checks,
        controller.requirements,
        controller.aim.profile,
        today=datetime.now(UTC).date(),
        exchanges=ExchangeLog(directory / EXCHANGES_JSONL),
        readings=list(_readings(controller, exchanges)),
        causes=list(_causes(controller)),
        leftovers=list(_leftovers(entries)),
        not_covered=list(_not_covered()),
        bindings_missing=[p["line"] for p in controller.payloads if p["line"]],
        waivers=controller.aim.waivers,
        detection=detecting_power(),
    )
    write_run(run, directory)
    write_compliance(directory)
    return run


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


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def _clean_up(controller: "Controller") -> list[Entry]:
    entries = list(ledger.read(controller.directory))
    failed = any(check.verdict is Verdict.FAIL for check in controller.checks)
    if controller.aim.keep or (controller.aim.keep_on_failure and failed):
        return entries
    session = controller.session
    made = {
        entry.ids.get(name, "")
        for entry in entries
        for name in ("org_guid", "orgcode")
        if entry.kind == "ofm.org"
    }
    owners = _owners(session)
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
        session.remember(actor)
    return owners


def _scope(controller: "Controller", exchanges: Iterable[dict[str, Any]]) -> Scope:
    builds: set[str] = set()
    versions: set[str] = set()
    for exchange in exchanges:
        response = exchange["response"] or {}
        body = response.get("body")
        found = [at(body, place) for place in BUILD_PLACES.values()]
        builds |= {value for value in found if isinstance(value, str)}
        version = response.get("headers", {}).get("x-api-version")
        versions |= {version} if version else set()
    aim, target = controller.aim, controller.target
    org = controller.session.store.peek("organization", Org)
    return Scope(
        suite_version=__version__,
        requirement_set=controller.requirements.version,
        profile=aim.profile.name,
        tier=aim.tier,
        target_kind=target.kind,
        host=target.host,
        org=org.orgcode if org else target.orgcode,
        started_at=controller.started_at,
        finished_at=datetime.now(UTC),
        builds=tuple(sorted(builds)),
        api_versions=tuple(sorted(versions)),
        seed=aim.seed,
        narrowed=controller.narrowed(),
        interrupted=controller.interrupted,
        crashed_workers=controller.crashed,
        note=_note(controller),
        instrument=controller.canary,
    )


def _note(controller: "Controller") -> str | None:
    taken, total = controller.cells
    parts = [f"reference started with {' '.join(controller.aim.reference_args)}"]
    parts = parts if controller.aim.reference_args else []
    if taken < total:
        parts.append(f"{taken} of {total} parameter sets, chosen by seed")
    return "; ".join(parts) or None


def _readings(controller: "Controller", exchanges: Iterable[dict[str, Any]]) -> Iterator[Reading]:
    places: Counter[str] = Counter()
    for exchange in exchanges:
        body = (exchange["response"] or {}).get("body")
        places.update(n for n, place in BUILD_PLACES.items() if isinstance(at(body, place), str))
    for name, seen in places.items():
        yield Reading(
            topic="where build stands",
            reading=name,
            source="common/, usm/, pmc/surfaces/",
            seen=seen,
        )
    told = Counter(
        (topic, reading) for p in controller.payloads for topic, reading in p["readings"].items()
    )
    for (topic, reading), seen in sorted(told.items()):
        yield Reading(topic=topic, reading=reading, source="see the requirement", seen=seen)


def _causes(controller: "Controller") -> Iterator[CauseNote]:
    for payload in controller.payloads:
        if payload["cause"] and payload["line"]:
            kind = "unbound name" if ".yields." in payload["line"] else "refused body or path"
            yield CauseNote(cause=payload["cause"], kind=kind, what=f"add {payload['line']}")


def _leftovers(entries: Iterable[Entry]) -> Iterator[Leftover]:
    for entry in entries:
        if entry.fate in _KEPT:
            identifier = next((v for k, v in entry.ids.items() if k != "host"), entry.number)
            yield Leftover.model_validate(
                {"kind": entry.kind, "id": identifier, "fate": _KEPT[entry.fate]}
            )


def _not_covered() -> Iterator[NotCovered]:
    for entry in not_covered():
        yield NotCovered(operation=entry.name, reason=entry.reason)
