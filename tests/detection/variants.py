"""Runs against a reference with permitted differences: none may fail a requirement."""

import random
import tempfile
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from fixtures.exchange.target_lines import as_toml
from tests.detection.runs import Runner
from tests.run.renaming import addresses as plain
from tests.run.renaming import target_file as renamed
from tests.run.servers import reference
from tests.run.suite import ROOT

CATALOGUE: Final = ROOT / "fixtures" / "reference" / "variants" / "catalogue.toml"
# Spelled otherwise, so a target file has to say how; its bindings are part of the variant.
RENAMED: Final = "renamed-inferred-fields"
MOST_AT_ONCE: Final = 6


@dataclass(frozen=True)
class Variant:
    """A permitted difference of the reference platform.

    `rests_on` is the page that allows it, or the silence of pages; `seen_by` are the checks that
    see most of it. `leaves_open` are requirements that can no longer be decided, for the reason in
    `because`; one that `limits_values` leaves open what a made-up value was refused for, since the
    report says which line of `[fresh]` decides it. `excludes` are variants that no platform has
    beside this one. `fresh` is what the operator's target file says of the values that a run makes
    up.
    """

    name: str
    story: str
    rests_on: str
    seen_by: tuple[str, ...]
    leaves_open: tuple[str, ...] = ()
    because: str = ""
    excludes: tuple[str, ...] = ()
    fresh: Mapping[str, Any] = field(default_factory=dict)
    limits_values: bool = False


def catalogue() -> tuple[Variant, ...]:
    """All variants, in the order of the file."""
    entries = tomllib.loads(CATALOGUE.read_text(encoding="utf-8"))["variant"]
    return tuple(_variant(entry) for entry in entries)


def _variant(entry: Mapping[str, Any]) -> Variant:
    lists = {name: tuple(entry.get(name, ())) for name in ("seen_by", "leaves_open", "excludes")}
    return Variant(**{**entry, **lists})


NAMES: Final = tuple(variant.name for variant in catalogue())
LIMITING: Final = frozenset(variant.name for variant in catalogue() if variant.limits_values)


@dataclass(frozen=True)
class Told:
    """What a run against some variants came to."""

    variant: str
    verdict: str
    failed: tuple[str, ...]
    open: tuple[str, ...]
    advised: tuple[str, ...]


def combinations(
    count: int, *, seed: int, largest: int = MOST_AT_ONCE
) -> Iterator[tuple[str, ...]]:
    """Distinct sets of two variants and more, the same ones for the same seed."""
    drawn = random.Random(seed)  # noqa: S311 - a draw of tests, not a secret
    eligible = [name for name in NAMES if name != RENAMED]
    seen: set[tuple[str, ...]] = set()
    while len(seen) < count:
        chosen = tuple(sorted(drawn.sample(eligible, drawn.randint(2, largest))))
        if chosen not in seen:
            seen.add(chosen)
            yield chosen


def attempt(runner: Runner, variants: Sequence[str], *selection: str) -> Told:
    """Run this selection of checks against a platform with these variants."""
    options = [part for name in variants for part in ("--variant", name)]
    told = "+".join(variants)
    if RENAMED not in variants:
        run = runner.run(*selection, *(("--reference-args", " ".join(options)) if options else ()))
        return _told(told, run)
    return _told(told, as_foreign(runner, variants, *selection))


def as_foreign(runner: Runner, variants: Sequence[str], *selection: str) -> dict[str, Any]:
    """`run.json` of this selection, aimed by a target file at a platform with these variants.

    The file holds what its operator knows: the addresses, and how names are spelled otherwise.

    Raises:
        BrokenRunError: the run left no report.
    """
    options = [part for name in variants for part in ("--variant", name)]
    with reference(*options) as addresses, tempfile.TemporaryDirectory() as directory:
        told = renamed if RENAMED in variants else plain
        target = Path(directory) / "target.toml"
        text = told(addresses.base_url, addresses.operator_url)
        target.write_text(f"{fresh_lines(variants)}{text}", encoding="utf-8")
        return runner.run(*selection, "--target", str(target))


def fresh_lines(names: Sequence[str]) -> str:
    """What target files of platforms with these variants say of fresh values."""
    told = {
        kind: how for each in catalogue() if each.name in names for kind, how in each.fresh.items()
    }
    return "".join(f"fresh.{kind} = {as_toml(how)}\n" for kind, how in told.items())


def _told(variant: str, run: dict[str, Any]) -> Told:
    # What no check of this selection is about has a verdict too: it is not decided.
    asked = [each for each in run["requirements"] if each["checks"]]

    def named(*verdicts: str) -> tuple[str, ...]:
        return tuple(each["id"] for each in asked if each["verdict"] in verdicts)

    return Told(
        variant,
        run["verdict"],
        failed=named("fail"),
        open=named("inconclusive", "blocked"),
        advised=named("advisory"),
    )
