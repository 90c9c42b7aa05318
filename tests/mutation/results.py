"""The results file: what became of each mutant of the sample, and the numbers it comes to."""

import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from conformance.requirements import load
from tests import campaigns
from tests.mutation.campaign import Reach
from tests.mutation.instrument import Mutant
from tests.mutation.judging import Outcome

FILE: Final = Path(__file__).with_name("results.json")
# Mutants that change nothing that a page speaks of, with the reason; by module, function,
# operator and text, since lines move.
EQUIVALENT: Final = Path(__file__).with_name("equivalent.toml")
_WORDS: Final = {
    Outcome.FAILED: "fails",
    Outcome.ADVISED: "told",
    Outcome.NOTICED: "noticed",
    Outcome.SURVIVED: "survived",
}


def of(
    sample: Sequence[Mutant],
    reached: Reach,
    found: Mapping[str, Outcome],
    *,
    seed: int,
    rounds: int,
) -> dict[str, Any]:
    """The content of the results file."""
    reasons = equivalent()
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
        }
        for each in sample
    ]
    counts = Counter(str(row["outcome"]) for row in rows)
    return {
        "measured_on": campaigns.today(),
        "seed": seed,
        "rounds": rounds,
        "counts": dict(sorted(counts.items())),
        "mutants": rows,
    }


def _step(judges: Sequence[str]) -> int | None:
    """The step of the checklist whose requirement reaches it most rarely."""
    steps = {each.id: each.step for each in load().requirements}
    return steps[judges[0]] if judges else None


def _outcome(
    mutant: Mutant, found: Mapping[str, Outcome], reasons: Mapping[tuple[str, ...], str]
) -> str:
    outcome = found.get(mutant.name)
    if outcome is not Outcome.FAILED and name(mutant) in reasons:
        return "equivalent"
    return "not reached" if outcome is None else _WORDS[outcome]


def name(mutant: Mutant) -> tuple[str, ...]:
    module = mutant.module.removeprefix("fixtures.reference.")
    return (module, mutant.function, mutant.operator, mutant.before)


def equivalent() -> dict[tuple[str, ...], str]:
    """Why a mutant is none, by module, function, operator and text."""
    if not EQUIVALENT.exists():
        return {}
    entries = tomllib.loads(EQUIVALENT.read_text(encoding="utf-8"))["equivalent"]
    names = ("module", "function", "operator", "before")
    return {tuple(entry[name] for name in names): entry["because"] for entry in entries}


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
            yield f"{row['outcome']:9} {place} {change}"


def write(told: Mapping[str, Any]) -> None:
    """Write the results file."""
    campaigns.write(FILE, told)
