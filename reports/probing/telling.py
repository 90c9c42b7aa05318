"""What a probe has to say: the lines that the target file lacks, and what a person must answer."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from conformance.contract import OPERATIONS
from fixtures.exchange.target import Spelling
from fixtures.exchange.target_lines import as_toml
from reports import uses
from reports.probing.course import Course

_NOTHING: Final = Spelling()
_NAMED: Final = 6


@dataclass(frozen=True)
class Missing:
    """The lines of one operation, how many documented MUSTs stand on it, and why they are so."""

    operation: str
    lines: tuple[str, ...]
    musts: int
    evidence: tuple[str, ...]


def missing(course: Course, given: Mapping[str, Spelling]) -> list[Missing]:
    """What was learned beside what was `given`, by the MUSTs that it would let a run decide."""
    learner, known = course.learner, uses.read()
    found = [
        Missing(
            name,
            tuple(_lines(name, given.get(name, _NOTHING), spelling)),
            len(known.musts(name)),
            tuple(learner.evidence.get(name, ())),
        )
        for name, spelling in learner.spelled.items()
    ]
    return sorted((each for each in found if each.lines), key=lambda it: (-it.musts, it.operation))


def _lines(name: str, before: Spelling, after: Spelling) -> Iterator[str]:
    """Lines of TOML that stand above the first table of a target file."""
    key = f'operations."{name}"'
    if after.method is not None and after.method != before.method:
        yield f"{key}.method = {as_toml(after.method)}"
    if after.path is not None and after.path != before.path:
        yield f"{key}.path = {as_toml(after.path)}"
    if after.body is not None and after.body != before.body:
        yield f"{key}.body = {as_toml(after.body)}"
    for part in ("yields", "words"):
        was, now = getattr(before, part), getattr(after, part)
        for each in sorted(now):
            if now[each] != was.get(each):
                yield f"{key}.{part}.{each} = {as_toml(now[each])}"
    for part in ("numbers", "unsure"):
        listed = sorted(getattr(after, part))
        if listed != sorted(getattr(before, part)):
            yield f"{key}.{part} = {as_toml(listed)}"


def text(course: Course, given: Mapping[str, Spelling], requests: int) -> Iterator[str]:
    """All of it, line by line; what stopped the probe comes last."""
    learner, known = course.learner, uses.read()
    lacking = missing(course, given)
    count = sum(len(each.lines) for each in lacking)
    if lacking:
        yield f"# {count} lines for the target file, above its first [table], by the documented"
        yield "# MUSTs that stand on them. `unsure` is what is alike by name alone: delete what is"
        yield "# right there."
    for each in lacking:
        yield f"# {each.musts} MUSTs" + "".join(f"; {why}" for why in each.evidence)
        yield from each.lines
    asked = sorted(
        ((len(known.musts(name)), question) for name, question in learner.questions.items()),
        key=lambda pair: (-pair[0], pair[1]),
    )
    if asked:
        yield f"# {len(asked)} questions, for which no answer of the target tells enough:"
    for musts, question in asked:
        yield f"#   {musts} MUSTs: {question}"
    yield from _waiting(course)
    tried = [name for name in OPERATIONS if name in course.accepted or name in course.stuck]
    yield (
        f"# {len(course.accepted)} of {len(tried)} operations accepted a sample;"
        f" {requests} requests, {learner.tries} of them guesses"
    )
    if course.stopped:
        yield f"# STOPPED at the first stage, {course.stopped}: nothing else can be probed"


def _waiting(course: Course) -> Iterator[str]:
    """What has no accepted sample for another reason than its own question, by that reason."""
    waiting: dict[str, list[str]] = {}
    for name, why in course.stuck.items():
        if name not in course.learner.questions:
            waiting.setdefault(why.rpartition("did not come to be: ")[2], []).append(name)
    if waiting:
        count = sum(map(len, waiting.values()))
        yield f"# {count} have no accepted sample for what stands before them:"
    for why, names in sorted(waiting.items(), key=lambda pair: (-len(pair[1]), pair[0])):
        more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        yield f"#   {why}: {', '.join(names[:_NAMED])}{more}"
