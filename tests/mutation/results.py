"""The results file: what became of each mutant of the sample, and the numbers it comes to."""

import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from conformance.requirements import load
from tests import campaigns
from tests.mutation.campaign import Reach
from tests.mutation.instrument import Mutant
from tests.mutation.judging import Met, Outcome

FILE: Final = Path(__file__).with_name("results.json")
# Mutants that no request can tell from the platform as it is, with the reason; by module,
# function, operator and text, since lines move.
EQUIVALENT: Final = Path(__file__).with_name("equivalent.toml")
# Why no check fails the others that were read: a class and the reason.
CLASSES: Final = Path(__file__).with_name("classes.toml")
# What a check says of a request that the target never took.
_NEVER_TAKEN: Final = ("the suite's body was refused", "was refused:", "no accepted sample")
NEVER_TAKEN: Final = (
    "a sample is refused that was never taken before, and it rests on what no page prints, or on "
    "who asks: that decides nothing"
)
ADVISED: Final = "what it changes is a SHOULD, a reading of ours, or stands on a tentative page"
_WORDS: Final = {
    Outcome.FAILED: "fails",
    Outcome.ADVISED: "told",
    Outcome.NOTICED: "noticed",
    Outcome.SURVIVED: "survived",
}


@dataclass(frozen=True)
class Class:
    """Why no check fails a mutant: a word of `classes.toml`, and the reason."""

    name: str
    because: str


def of(
    sample: Sequence[Mutant],
    reached: Reach,
    found: Mapping[str, Met],
    *,
    seed: int,
    rounds: int,
) -> dict[str, Any]:
    """The content of the results file."""
    reasons, classes = equivalent(), classed()
    rows = [
        {
            "module": each.module.removeprefix("fixtures.reference."),
            "function": each.function,
            "operator": each.operator,
            "line": each.line,
            "before": each.before,
            "after": each.after,
            "outcome": _outcome(each, found, reasons),
            "judged_by": len(reached.judges(each.name)),
            "step": _step(reached.judges(each.name)),
            "saw": found[each.name].saw if each.name in found else "",
            **_class(each, found, reasons, classes),
        }
        for each in sample
    ]
    counts = Counter(str(row["outcome"]) for row in rows)
    return {
        "measured_on": campaigns.today(),
        "seed": seed,
        "rounds": rounds,
        "counts": dict(sorted(counts.items())),
        "classes": dict(sorted(Counter(row["class"] for row in rows if "class" in row).items())),
        "mutants": rows,
    }


def _step(judges: Sequence[str]) -> int | None:
    """The step of the checklist whose requirement reaches it most rarely."""
    steps = {each.id: each.step for each in load().requirements}
    return steps[judges[0]] if judges else None


def _outcome(
    mutant: Mutant, found: Mapping[str, Met], reasons: Mapping[tuple[str, ...], str]
) -> str:
    met = found.get(mutant.name)
    if name(mutant) in reasons and (met is None or met.outcome is not Outcome.FAILED):
        return "equivalent"
    return "not reached" if met is None else _WORDS[met.outcome]


def _class(
    mutant: Mutant,
    found: Mapping[str, Met],
    reasons: Mapping[tuple[str, ...], str],
    classes: Mapping[tuple[str, ...], Class],
) -> dict[str, str]:
    """Why no check fails a mutant that is reached: as somebody read it, or as the run said."""
    met = found.get(mutant.name)
    if met is None or met.outcome is Outcome.FAILED:
        return {}
    if (because := reasons.get(name(mutant))) is not None:
        return {"class": "equivalent", "because": because}
    if (read := classes.get(name(mutant))) is not None:
        return {"class": read.name, "because": read.because}
    if met.outcome is Outcome.NOTICED and any(words in met.saw for words in _NEVER_TAKEN):
        return {"class": "never taken", "because": NEVER_TAKEN}
    if met.outcome is Outcome.ADVISED:
        return {"class": "advised", "because": ADVISED}
    return {"class": "not read", "because": ""}


def name(mutant: Mutant) -> tuple[str, ...]:
    module = mutant.module.removeprefix("fixtures.reference.")
    return (module, mutant.function, mutant.operator, mutant.before)


def equivalent() -> dict[tuple[str, ...], str]:
    """Why a mutant is none, by module, function, operator and text."""
    return {_named(entry): entry["because"] for entry in _entries(EQUIVALENT, "equivalent")}


def classed() -> dict[tuple[str, ...], Class]:
    """Why no check fails a mutant, by module, function, operator and text."""
    entries = _entries(CLASSES, "class")
    return {_named(entry): Class(entry["is"], entry["because"]) for entry in entries}


def _entries(path: Path, table: str) -> Sequence[Mapping[str, str]]:
    found: Sequence[Mapping[str, str]] = tomllib.loads(path.read_text(encoding="utf-8"))[table]
    return found


def _named(entry: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(entry[each] for each in ("module", "function", "operator", "before"))


def summary(told: Mapping[str, Any]) -> Iterator[str]:
    """The numbers, and each mutant that no check fails."""
    counts = told["counts"]
    live = sum(counts.get(word, 0) for word in _WORDS.values())
    for word in (*_WORDS.values(), "not reached", "equivalent"):
        number = counts.get(word, 0)
        share = f" ({number / live:.0%} of {live})" if live and word in _WORDS.values() else ""
        yield f"{word}: {number}{share}"
    for row in told["mutants"]:
        if row["outcome"] in {"told", "noticed", "survived"}:
            place = f"{row['module']}.{row['function']}:{row['line']}"
            change = f"[{row['operator']}] {row['before']} -> {row['after']}"
            yield f"{row['outcome']:9} {place} {change}  ({row['class']}: {row['saw']})"


def write(told: Mapping[str, Any]) -> None:
    """Write the results file."""
    campaigns.write(FILE, told)
