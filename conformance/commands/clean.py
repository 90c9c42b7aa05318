"""Closes what a run made that died, as its ledger lists it, and removes its private files."""

import argparse
import os
import shutil
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from conformance.requirements import load
from fixtures.context import cast, credentials, organization
from fixtures.exchange.actors import Actor
from fixtures.exchange.outcome import Blocked, Inconclusive, Violation
from fixtures.exchange.target import Target
from fixtures.run.cleanup import UNKNOWN
from fixtures.run.ledger import Entry, Fate, Ledger
from fixtures.run.session import Session
from reports import closing, private
from reports.commands.command import say
from reports.private import DeadRun

HELP: Final = "close what a dead run has made on its target, and remove its private files"
OPEN: Final = 6  # records stand that could not be closed
_CLOSED: Final = (Fate.DOOMED, Fate.PERMANENT)
_NO_ANSWER: Final = (Blocked, Inconclusive, Violation)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "name",
        metavar="RUN",
        nargs="?",
        help="id of the run, or its report directory; default: all dead runs",
    )
    parser.add_argument(
        "--forget", action="store_true", help="send nothing: remove the private files alone"
    )


def run(chosen: argparse.Namespace) -> int:
    found = [dead for dead in private.dead_runs() if _is_meant(dead, chosen.name)]
    if chosen.name and not found:
        raise ValueError(f"{chosen.name}: no run of this id or directory has died here")
    if not found:
        say("no run has died here")
    left = sum(_clean(dead, forget=chosen.forget) for dead in found)
    return OPEN if left else 0


def _is_meant(dead: DeadRun, name: str | None) -> bool:
    if name is None or name == dead.origin.run_id:
        return True
    return Path(name).resolve() in (Path(dead.origin.reports), dead.path.resolve())


def _clean(dead: DeadRun, *, forget: bool) -> int:
    """Close what stands; the number of records that could not be closed."""
    origin, there = dead.origin, dead.open_entries()
    owned = dead.own()
    try:
        entries = _closed(dead, origin.target) if origin.target and there and not forget else []
    except BaseException:
        owned.leave()
        raise
    fates = Counter(entry.fate for entry in entries)
    open_ones = [entry for entry in entries if entry.fate is Fate.LEFT]
    # What has no id cannot be tried again: it is told, and that is all that can be done.
    left = [entry for entry in open_ones if entry.note != UNKNOWN]
    for entry in open_ones:
        say(f"  left: {entry.kind} {_identifier(entry)}: {entry.note}")
    told = ", ".join(f"{fates[fate]} {fate}" for fate in (*_CLOSED, Fate.LEFT))
    say(f"run {origin.run_id}: {told}")
    if left:
        say(f"  kept to try again: {dead.path} (--forget removes it)")
        owned.leave()
    else:
        owned.remove()
    return len(left)


def _closed(dead: DeadRun, target: Target) -> list[Entry]:
    """Close the open entries with the credentials of the run; each with its fate."""
    os.chdir(dead.origin.folder)  # files that the target names are relative to it
    session = Session(
        target=target,
        requirements=load(),
        needs=dead.origin.needs,
        directory=dead.path,
        run_id=dead.origin.run_id,
        seed=dead.origin.seed,
        worker=f"clean{os.getpid()}",
    )
    try:
        others = _sign_in(session)
        entries = [e for e in closing.closed(session, others) if e.fate in (*_CLOSED, Fate.LEFT)]
    finally:
        session.close()
    # Of all ledgers the last to be read: what is closed is not closed again.
    settled = Ledger(dead.path / "ledger-zz-clean.jsonl", "clean")
    for entry in entries:
        if entry.fate in _CLOSED:
            settled.settle(entry.number, entry.kind, entry.fate, entry.note)
    return entries


def _sign_in(session: Session) -> Mapping[str, Actor]:
    """Sign the accounts of the target file in anew: sessions of a dead run may have ended.

    Returns owners that no stage of a run knows by now, by code and guid of their orgs.
    """
    if session.target.actors.owner is None:
        return {}
    shutil.rmtree(session.store.directory, ignore_errors=True)
    session.store.directory.mkdir(mode=0o700)
    try:
        credentials.owner(session)
        organization.org(session)
    except _NO_ANSWER as error:
        raise ValueError(
            f"{session.target.host}: cannot sign in to clean up: {_first_line(error)}"
        ) from None
    return _stranger(session)


def _stranger(session: Session) -> Mapping[str, Actor]:
    """The stranger of the target file; where it cannot sign in, what it made is told as left."""
    account = session.target.actors.stranger
    if account is None or account.orgcode is None:
        return {}
    check = session.stage_check("stranger", "ASSOC-10")
    try:
        actor, orgcode, org_guid = cast.given_stranger(session, check, account)
    except _NO_ANSWER as error:
        say(f"  the stranger cannot sign in, its records are left: {_first_line(error)}")
        return {}
    return dict.fromkeys((orgcode, org_guid), actor)


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or ["no answer"])[0]


def _identifier(entry: Entry) -> str:
    return next((v for k, v in entry.ids.items() if k != "host"), entry.number)
