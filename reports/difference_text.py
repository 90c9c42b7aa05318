"""A difference as text, Markdown, JSON or HTML."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from reports.cases import about
from reports.difference import Change, CheckChange, Difference, Group
from reports.files import json_text
from reports.markdown import fold, plain, table

_IDS: Final = 12  # spelt out in a line; more only hide the first ones
_CHECKS: Final = 5
SCHEMA_VERSION: Final = "1"


def as_text(found: Difference) -> str:
    """For a terminal: a line for each kind of turn in a step, new failures with their checks."""
    if not found.count:
        return "".join(f"{line}\n" for line in [*_cautions(found), _totals(found)])
    lines = [f"before  {_one(found.before)}", f"after   {_one(found.after)}", *_cautions(found)]
    for group, listed in found.groups.items():
        lines += ["", f"{group} ({len(listed)})", *_alike(group, listed)]
    return "".join(f"{line}\n" for line in [*lines, "", _totals(found)])


def _one(run: Any) -> str:
    return f"{run.headline}, {run.scope.host}, {run.started_at:%Y-%m-%d %H:%M} UTC"


def _cautions(found: Difference) -> Iterator[str]:
    return (f"warning {_line(warning)}" for warning in found.warnings)


def _totals(found: Difference) -> str:
    told = f"{found.count} changes, {found.worse} for the worse, {found.new} new failures"
    moved = [f"{found.came} checks came", f"{found.went} went"] if found.came or found.went else []
    return ", ".join([told, *moved])


def _alike(group: Group, listed: Sequence[Change]) -> Iterator[str]:
    """Changes of one group: those of a step that turned alike are one line."""
    for (step, turn), same in groupby(
        sorted(listed, key=lambda it: (it.step, it.turn)), key=lambda it: (it.step, it.turn)
    ):
        changes = list(same)
        if group is Group.NEW:
            for change in changes:
                yield f"  step {step:>2}  {turn}  {change.requirement} {_line(change.text)}"
                yield from _of_checks(change.checks)
        else:
            yield f"  step {step:>2}  {turn}  {_names([it.requirement for it in changes])}"


def _of_checks(checks: Sequence[CheckChange]) -> Iterator[str]:
    failing = [check for check in checks if check.is_new_failure]
    for check in failing[:_CHECKS]:
        yield f"             {check.nodeid}, was {check.before or 'not run'}"
    if len(failing) > _CHECKS:
        yield f"             and {len(failing) - _CHECKS} more checks"


def _names(names: Sequence[str]) -> str:
    rest = len(names) - _IDS
    return ", ".join(names[:_IDS]) + (f" and {rest} more" if rest > 0 else "")


def _line(text: str) -> str:
    """What may come from a target, without what a terminal would obey."""
    return "".join(c if c.isprintable() else "?" for c in " ".join(text.split()))


def as_markdown(found: Difference) -> str:
    """For a comment on a change, or the summary of a job."""
    sign = "❌" if found.new else "⚠️" if found.worse else "✅"
    lines = [f"## {sign} {plain(_totals(found))}", ""]
    lines += [f"- before: {plain(_one(found.before))}", f"- after: {plain(_one(found.after))}"]
    lines += [f"- **{plain(warning)}**" for warning in found.warnings]
    lines += [""]
    for group, listed in found.groups.items():
        rows = [[it.requirement, it.step, it.turn, it.text] for it in listed]
        told = table(["requirement", "step", "verdict", "what it says"], rows)
        title = f"{group} ({len(listed)})"
        lines += ([f"### {title}", "", *told, ""]) if group is Group.NEW else fold(title, told)
    return "\n".join(lines).rstrip() + "\n"


def as_json(found: Difference) -> str:
    """For programs: every change, with the checks below it."""
    document = {
        "schema_version": SCHEMA_VERSION,
        "before": about(found.before),
        "after": about(found.after),
        "warnings": list(found.warnings),
        "changes": found.count,
        "worse": found.worse,
        "new_failures": found.new,
        "run_changed": found.turned,
        "checks_came": found.came,
        "checks_went": found.went,
        "requirements": [_document(change) for change in found.changes],
    }
    return json_text(document)


def _document(change: Change) -> Mapping[str, Any]:
    return {
        "requirement": change.requirement,
        "step": change.step,
        "group": change.group.value,
        "before": change.before,
        "after": change.after,
        "worse": change.worse,
        "new_failure": change.is_new_failure,
        "checks": [
            {"nodeid": check.nodeid, "before": check.before, "after": check.after}
            for check in change.checks
        ],
    }


def as_html(found: Difference) -> str:
    """A page of its own, without a script and without a request to anywhere."""
    environment = Environment(
        loader=PackageLoader("reports"), autoescape=True, undefined=StrictUndefined
    )
    page = environment.get_template("difference.html.j2")
    return page.render(found=found, totals=_totals(found), one=_one)


FORMATS: Final[Mapping[str, Callable[[Difference], str]]] = {
    "text": as_text,
    "markdown": as_markdown,
    "json": as_json,
    "html": as_html,
}
