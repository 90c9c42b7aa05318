"""From what was examined of a client to its outputs: the checks run, each format is written."""

import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from conformance import __version__
from conformance.client import checks, telling, writing
from conformance.client.catalogue import VERSION
from conformance.client.certificate import Certificate
from conformance.client.duty_set import DutySet, claimed
from conformance.client.evidence import Examined
from reports import history, suite
from reports.commands.command import say
from reports.examination import Examination, examine
from reports.model import Run, Scope, Waiver
from reports.waivers import in_force, load_waivers

if TYPE_CHECKING:
    from argparse import Namespace

KIND: Final = "client"
UNNAMED: Final = "recorded traffic"


@dataclass(frozen=True)
class Wishes:
    """What the command line asks of the outputs; each None where it asks nothing.

    `name` is that of the client, to which waivers are written.
    """

    name: str
    folder: Path | None = None
    history: Path | None = None
    waivers: tuple[Waiver, ...] = ()
    write_waivers: Path | None = None

    @property
    def waived(self) -> dict[str, str]:
        """Reasons by duty, of the waivers that are in force for this client."""
        return in_force(self.waivers, self.name, KIND, datetime.now(UTC).date())


def wishes(chosen: "Namespace", name: str) -> Wishes:
    """What was chosen on the command line.

    Raises:
        ValueError: the waiver file cannot be used.
    """
    rules = DutySet().requirements
    return Wishes(
        name=name,
        folder=chosen.report_dir,
        history=chosen.history,
        waivers=load_waivers(chosen.waivers, rules) if chosen.waivers else (),
        write_waivers=chosen.write_waivers,
    )


def tell(found: Examined, wished: Wishes, began: datetime) -> int:
    """Run the checks, write what is wished, print the certificate; the exit status.

    Raises:
        ValueError: the report directory holds the run of a platform.
        OSError: it cannot be written to.
    """
    certificate = found.certificate
    if wished.folder:
        wished.folder.mkdir(parents=True, exist_ok=True)
        run = _examined(found, wished, began, wished.folder)
        writing.write(certificate, wished.folder, found.logs)
    else:
        with tempfile.TemporaryDirectory(prefix="client-") as folder:
            run = _examined(found, wished, began, Path(folder))
    if wished.history:
        history.append(wished.history, run)
    for line in telling.lines(certificate):
        say(line)
    if wished.folder:
        say(f"written to {wished.folder}: client.html, compliance.html, run.json, and more")
    return certificate.exit_status


def _examined(found: Examined, wished: Wishes, began: datetime, folder: Path) -> Run:
    certificate = found.certificate
    examination = Examination(
        checks=Path(checks.__file__),
        rules=DutySet(),
        profile=claimed(certificate),
        scope=_scope(certificate, wished, began),
        given={result.duty.id: result for result in certificate.duties},
        exchanges=found.exchanges,
        waivers=wished.waivers,
        options={"write_waivers": wished.write_waivers, "history": wished.history},
        repeat="python -m conformance client",
    )
    return examine(examination, folder, formats=wished.folder is not None).run


def _scope(certificate: Certificate, wished: Wishes, began: datetime) -> Scope:
    canary = [line for line in certificate.doubts if line.startswith("canary")]
    doubts = [*certificate.doubts, *(f"not read: {line}" for line in certificate.unread)]
    return Scope(
        suite_version=__version__,
        suite_commit=suite.commit(),
        requirement_set=VERSION,
        profile=claimed(certificate).name,
        tier="stand" if certificate.runs else "recording",
        target_kind=KIND,
        host=wished.name,
        started_at=began,
        finished_at=datetime.now(UTC),
        doubts=tuple(doubts),
        note="; ".join(_notes(certificate)),
        instrument=("missed" if canary else "caught") if certificate.runs else "not run",
    )


def _notes(certificate: Certificate) -> Iterable[str]:
    yield f"{certificate.calls} calls recorded, {certificate.others} of no account"
    if certificate.files:
        yield f"from {', '.join(certificate.files)}"
    if certificate.examinee.command:
        yield f"command {' '.join(certificate.examinee.command)}"
        yield f"SHA-256 of its files {certificate.examinee.digest}"
