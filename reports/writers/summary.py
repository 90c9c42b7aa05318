"""summary.md: the run on one page of Markdown, which GitHub shows as the summary of a job."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from reports.cases import Case, cases
from reports.files import ExchangeLog, write_text
from reports.markdown import fold, plain, table
from reports.model import Run
from reports.verdict import Verdict
from reports.writers.writer import Finished, RunWriter

#: Where GitHub tells a step to append its summary.
STEP_SUMMARY: Final = "GITHUB_STEP_SUMMARY"
# A summary may have one megabyte; who wants more reads compliance.html.
_ROWS: Final = 100
_SIGNS: Final = {"CONFORMANT": "✅", "NOT CONFORMANT": "❌", "INCOMPLETE": "⚠️"}


class Summary(RunWriter):
    """Written to the report directory, and to the summary of the job where there is one."""

    output = "summary.md"

    def tell(self, run: Run, log: ExchangeLog, directory: Path) -> None:
        del log
        write_text(directory / self.output, summary(run))

    def print_summary(self, finished: Finished, reporter: Any) -> None:
        if path := os.environ.get(STEP_SUMMARY):
            try:
                with Path(path).open("a", encoding="utf-8") as stream:
                    stream.write(summary(finished.run))
            except OSError as error:
                reporter.write_line(f"{STEP_SUMMARY} cannot be written: {error.strerror}")

    def problems(self, path: Path, run: Run) -> Iterator[str]:
        if not path.read_text(encoding="utf-8", errors="replace").startswith(_head(run)):
            yield "is not headed by the headline and the scope of run.json"


def summary(run: Run) -> str:
    """The run as Markdown."""
    lines = [_head(run)]
    lines += [f"- {plain(reason, 600)}" for reason in run.reasons]
    lines += ["", *_steps(run), ""]
    listed = cases(run)
    for verdict, title in (
        (Verdict.FAIL, "Failures"),
        (Verdict.ADVISORY, "Advisories: contradicted readings of ours, no failure"),
        (Verdict.WAIVED, "Waived"),
    ):
        lines += _told(title, [case for case in listed if case.verdict is verdict])
    causes = [[cause.sentence, cause.what] for cause in run.causes]
    if causes:
        lines += fold(f"What blocks most ({len(causes)})", _few(["cause", "what to do"], causes))
    if run.deciding:
        rows = [[it.decides, it.line] for it in run.deciding]
        lines += fold("What would decide", _few(["decides", "line of the target file"], rows))
    return "\n".join(lines).rstrip() + "\n"


def _head(run: Run) -> str:
    sign = _SIGNS.get(run.verdict, "✅")
    return f"## {sign} {plain(run.headline)}\n\n{_scope(run)}\n"


def _scope(run: Run) -> str:
    scope = run.scope
    told = [
        "self-test on the reference"
        if scope.target_kind == "reference"
        else f"{'client' if scope.target_kind == 'client' else 'target'} {scope.host}",
        f"suite {scope.suite_version}",
        f"requirements {scope.requirement_set}",
        f"seed {scope.seed}",
        f"{run.exchanges} exchanges",
        f"{run.finished_at:%Y-%m-%d %H:%M} UTC",
    ]
    return plain(" · ".join(told))


def _steps(run: Run) -> list[str]:
    heads = ["step", "verdict", "fail", "inconclusive", "blocked", "advisory", "pass", "MUST met"]
    shown = ("fail", "inconclusive", "blocked", "advisory", "pass")
    rows = [
        [
            f"{step.number} {step.title}",
            step.verdict or "not covered",
            *(step.counts.get(Verdict(name), 0) for name in shown),
            f"{step.must_met} of {step.must_total}",
        ]
        for step in run.steps
    ]
    return table(heads, rows)


def _told(title: str, listed: Sequence[Case]) -> list[str]:
    if not listed:
        return []
    heads = ["requirement", "check", "what came", "move"]
    rows = [
        [
            ", ".join(dict.fromkeys(check.requirement for check in case.checks)),
            case.name,
            case.first.message,
            case.move,
        ]
        for case in listed
    ]
    return fold(f"{title} ({len(listed)})", _few(heads, rows))


def _few(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> list[str]:
    lines = table(heads, rows[:_ROWS])
    rest = len(rows) - _ROWS
    return [*lines, "", f"and {rest} more in compliance.html"] if rest > 0 else lines


WRITER: Final = Summary()
