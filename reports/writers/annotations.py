"""Annotations of GitHub: a failure is told beside the job, as a line that the runner reads."""

import os
from collections.abc import Iterator
from itertools import chain, islice
from typing import Any, Final

from reports.cases import Case, cases
from reports.model import Run
from reports.verdict import Verdict
from reports.writers.writer import Finished, Writer

#: Set by GitHub in every job.
ACTIONS: Final = "GITHUB_ACTIONS"
# GitHub shows so many of each kind in a step.
_SHOWN: Final = 10
_KINDS: Final = {Verdict.FAIL: "error", Verdict.ADVISORY: "warning"}
_LEVELS: Final = {"CONFORMANT": "notice", "NOT CONFORMANT": "error"}


class Annotations(Writer):
    """Printed, and nothing else; only where GitHub listens."""

    def print_summary(self, finished: Finished, reporter: Any) -> None:
        if os.environ.get(ACTIONS) == "true":
            for line in annotations(finished.run):
                reporter.write_line(line)


def annotations(run: Run) -> Iterator[str]:
    """Commands of a workflow: the verdict first, then failures and advisories."""
    level = _LEVELS.get(run.verdict, "warning")
    # A failure of the job says the verdict anyway, and only ten errors are shown.
    yield _command("notice" if level == "error" else level, "conformance", run.headline)
    listed = cases(run)
    yield from chain.from_iterable(
        islice((_of(case, kind) for case in listed if case.verdict is verdict), _SHOWN)
        for verdict, kind in _KINDS.items()
    )


def _of(case: Case, kind: str) -> str:
    names = ", ".join(dict.fromkeys(check.requirement for check in case.checks))
    text = "\n".join(filter(None, (case.first.message, case.details)))
    return _command(kind, f"{names} ({case.name})", text, file=case.file)


def _command(kind: str, title: str, text: str, file: str = "") -> str:
    where = f"file={_value(file)}," if file else ""
    return f"::{kind} {where}title={_value(title)}::{_data(text)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _value(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


WRITER: Final = Annotations()
