"""Runs against a reference with a permitted difference: none may fail a requirement."""

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from fixtures.reference.kernel.catalogue import VARIANTS
from tests.detection.runs import Runner
from tests.run.renaming import target_file
from tests.run.servers import reference

# Spelled otherwise, so a target file has to say how; its bindings are part of the variant.
RENAMED: Final = "renamed-inferred-fields"
NAMES: Final = tuple(VARIANTS)


@dataclass(frozen=True)
class Told:
    """What a run against one variant came to."""

    variant: str
    verdict: str
    failed: tuple[str, ...]
    open: tuple[str, ...]
    advised: tuple[str, ...]


def attempt(runner: Runner, variant: str, *selection: str) -> Told:
    """Run this selection of checks against the variant."""
    if variant != RENAMED:
        return _told(variant, runner.run(*selection, "--reference-args", f"--variant {variant}"))
    with reference("--variant", variant) as addresses, tempfile.TemporaryDirectory() as directory:
        target = Path(directory) / "target.toml"
        target.write_text(target_file(addresses.base_url, addresses.operator_url), encoding="utf-8")
        return _told(variant, runner.run(*selection, "--target", str(target)))


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
