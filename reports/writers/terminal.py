"""The terminal summary: a table first, then what to do about it, the headline last."""

import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any, Final

from reports.exchange import DELIVERED, FETCHED
from reports.model import Card, CheckResult, Run, StepRun
from reports.verdict import Verdict
from reports.writers.writer import Finished, Writer

_TITLE = 25
_FAILURES = 40  # more lines than this are scrolled past; the report has them all
_CARDS = 3
_ALIKE = 12
_DECIDING = 10
_MOVES = {"yours": "yours", "platform": "the platform's", "suite": "the suite's"}
_NAMED = 8
# What is easily overlooked where nothing fails.
_BESIDE: Final = {
    (Verdict.ADVISORY,): "Told as advice, neither a pass nor a failure",
    (Verdict.INCONCLUSIVE, Verdict.BLOCKED): "Could not be checked",
}
_COMMAND: Final = re.compile(r"^(\s*)::")
_HEADS = {
    Verdict.FAIL: "fail",
    Verdict.INCONCLUSIVE: "inconcl",
    Verdict.BLOCKED: "blocked",
    Verdict.ADVISORY: "advisory",
    Verdict.WAIVED: "waived",
    Verdict.PASS: "pass",
    Verdict.NOT_APPLICABLE: "n/a",
}


class Terminal(Writer):
    """Printed after pytest's own summary."""

    def print_summary(self, finished: Finished, reporter: Any) -> None:
        width = reporter.config.get_terminal_writer().fullwidth
        reporter.section("conformance")
        reporter.write(summary(finished.run, max(80, width)))
        reporter.write_line(f"reports: {finished.directory}")


def summary(run: Run, width: int = 100) -> str:
    """The whole summary as text, no line wider than `width` but for commands and ids."""
    sections = [
        _table(run),
        _readings(run, width),
        _causes(run, width),
        _failures(run, width),
        _waivers(run, width),
        _undecided(run, width),
        _deciding(run),
        _bindings(run),
        _drift(run, width),
        _slowest(run),
        _requests(run),
        _verdict(run, width),
    ]
    blocks = ["\n".join(section) for section in map(list, sections) if section]
    return "\n\n".join(blocks) + "\n"


def _table(run: Run) -> Iterator[str]:
    columns = "".join(f"{head:>9}" for head in _HEADS.values())
    yield f"{'step':<{_TITLE + 3}}{columns}{'MUST':>9}"
    for step in run.steps:
        yield _row(step)


def _row(step: StepRun) -> str:
    name = f"{step.number:>2} {textwrap.shorten(step.title, _TITLE - 1, placeholder='…')}"
    if not step.covered:
        return f"{name:<{_TITLE + 3}}  not covered: {step.reason}"
    cells = "".join(f"{step.counts.get(verdict, 0) or '·':>9}" for verdict in _HEADS)
    must = f"{step.must_met}/{step.must_total}"
    return f"{name:<{_TITLE + 3}}{cells}{must:>9}"


def _readings(run: Run, width: int) -> Iterator[str]:
    if run.readings:
        yield "Readings of ambiguous pages"
    for item in run.readings:
        yield from _wrapped(
            f"{item.topic}: {item.reading} ({item.source}), seen {item.seen}", width
        )


def _causes(run: Run, width: int) -> Iterator[str]:
    if run.causes:
        yield "What blocks most"
    for rank, cause in enumerate(run.causes):
        first = ", fix this first" if rank == 0 else ""
        yield from _wrapped(f"{cause.sentence}{first}: {cause.what}", width)


def _failures(run: Run, width: int) -> Iterator[str]:
    failed = [check for check in run.counting if check.verdict is Verdict.FAIL]
    if not failed:
        return
    yield f"Failures ({len(failed)})"
    remedies = {requirement.id: requirement.remedy for requirement in run.requirements}
    # One requirement broken on twenty operations is one thing to mend: told once, then listed.
    for requirement, alike in groupby(failed, key=lambda check: check.requirement):
        first, *rest = alike
        yield ""
        yield f"  {requirement}  {first.nodeid}"
        if first.cards:
            for card in first.cards[:_CARDS]:
                yield from _card(card, width)
        else:
            yield from _bare(first, remedies.get(requirement, ""), width)
        yield from _alike(rest, width)


def _alike(rest: Sequence[CheckResult], width: int) -> Iterator[str]:
    if not rest:
        return
    names = [check.nodeid.rpartition("::")[2] for check in rest]
    cases = [name.partition("[")[2].removesuffix("]") or name for name in names[:_ALIKE]]
    more = f" and {len(names) - _ALIKE} more in compliance.html" if len(names) > _ALIKE else ""
    yield from _wrapped(", ".join(cases) + more, width, f"    {'also':<9}")


def _card(card: Card, width: int) -> Iterator[str]:
    yield from _wrapped(card.expectation, width, "    ")
    told = {
        **({"rule": card.text} if card.text else {}),
        "expected": card.expected,
        "by": f"{card.source} ({card.certainty})",
        "came": card.observed,
        "move": _MOVES[card.move],
        "remedy": card.remedy,
    }
    for label, text in told.items():
        yield from _wrapped(text, width, f"    {label:<9}")
    yield f"    {'repeat':<9}{card.repeat}"


def _bare(check: CheckResult, remedy: str, width: int) -> Iterator[str]:
    yield from _wrapped(check.message, width, "    ")
    yield from _wrapped(remedy, width, "    remedy   ")


def _waivers(run: Run, width: int) -> Iterator[str]:
    if run.waivers:
        yield f"Waivers ({len(run.waivers)})"
    for waiver in run.waivers:
        yield from _wrapped(f"{waiver.requirement}  {waiver.state}: {waiver.told}", width)


def _undecided(run: Run, width: int) -> Iterator[str]:
    stuck = [check for check in run.counting if check.verdict is Verdict.INCONCLUSIVE]
    if stuck:
        yield f"Not decided ({len(stuck)})"
    for check in stuck[:_FAILURES]:
        yield from _wrapped(f"{check.requirement}  {check.nodeid}: {check.message}", width)
    if len(stuck) > _FAILURES:
        yield f"  and {len(stuck) - _FAILURES} more in compliance.html"


def _deciding(run: Run) -> Iterator[str]:
    """The few lines of the target file that decide most of what could only be advised."""
    if not run.deciding:
        return
    yield f"What would decide the {run.undecided} undecided MUSTs (each line, how many)"
    for each in run.deciding[:_DECIDING]:
        yield f"  {each.decides:>4}  {each.line}"
    if (more := len(run.deciding) - _DECIDING) > 0:
        yield f"        and {more} more in compliance.html"


def _bindings(run: Run) -> Iterable[str]:
    if not run.bindings_missing:
        return []
    return [
        "Lines to add to the target file, the one on which most MUSTs stand first",
        *(f"  {line}" for line in run.bindings_missing),
    ]


def _drift(run: Run, width: int) -> Iterator[str]:
    """Where answers depart from what the target's own OpenAPI files say of them."""
    if run.drift:
        yield f"Not as the target's own OpenAPI files say ({len(run.drift)}, advice)"
    for each in run.drift[:_DECIDING]:
        where = f" {each.place}" if each.place else ""
        told = f"{each.operation} {each.status}{where}: {each.said}, seen {each.seen}"
        yield from _wrapped(told, width)
    if (more := len(run.drift) - _DECIDING) > 0:
        yield f"  and {more} more in compliance.html"


def _slowest(run: Run) -> Iterable[str]:
    if not run.slowest:
        return []
    rows = (f"  {slow.duration_s:8.2f} s  {slow.nodeid}" for slow in run.slowest)
    return ["Slowest checks", *rows]


def _requests(run: Run) -> Iterator[str]:
    sent = dict(run.requests_by_status)
    delivered, files = sent.pop(DELIVERED, 0), sent.pop(FETCHED, 0)
    statuses = ", ".join(f"{count} of {status}" for status, count in sent.items())
    yield f"requests used {run.exchanges - delivered - files}{f' ({statuses})' if statuses else ''}"
    if delivered:
        yield f"deliveries received {delivered}"
    if files:
        yield f"files put and read beside the target {files}"
    if run.throttled:
        yield f"throttled {run.throttled} times"
    yield f"seed {run.scope.seed if run.scope.seed is not None else 'none'}"


def _verdict(run: Run, width: int) -> Iterator[str]:
    for reason in run.reasons:
        yield from _wrapped(reason, width)
    for told, what in _BESIDE.items():
        ids = [check.requirement for check in run.counting if check.verdict in told]
        if ids:
            yield from _wrapped(_counted(what, ids), width)
    yield run.headline


def _counted(what: str, ids: Sequence[str]) -> str:
    """How many checks came to neither a pass nor a failure, and where to read of them."""
    names = [*dict.fromkeys(ids)]
    more = f" and {len(names) - _NAMED} more" if names[_NAMED:] else ""
    checks = f"{len(ids)} check{'' if len(ids) == 1 else 's'}"
    return f"{what} ({checks}): {', '.join(names[:_NAMED])}{more}; see compliance.html#{names[0]}."


def _wrapped(text: str, width: int, lead: str = "  ") -> list[str]:
    # What came from the target is untrusted: an escape sequence must not reach the terminal.
    plain = "".join(c if c.isprintable() else "?" for c in " ".join(text.split()))
    hang = " " * len(lead) if lead.strip() else f"{lead}  "
    lines = textwrap.wrap(
        plain,
        max(width, len(lead) + 20),
        initial_indent=lead,
        subsequent_indent=hang,
        break_on_hyphens=False,
        break_long_words=False,
    )
    # Nor a command the runner of a build server, which reads them at the beginning of a line.
    return [_COMMAND.sub(r"\1: :", line) for line in lines]


WRITER: Final = Terminal()
