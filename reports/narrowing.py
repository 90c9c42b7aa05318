"""What made a run smaller than the whole suite, as it was given on the command line."""

from pathlib import Path
from typing import Any

import pytest

from reports.options import ROOT


def narrowing(config: pytest.Config) -> str | None:
    """`-k session, conformance/step07_stock`; None where nothing did."""
    given = [f"{flag} {value}" for flag, value in _options(config.option) if value]
    paths = [path for path in config.args if not _is_whole_suite(path)]
    return ", ".join([*given, *paths]) or None


def _options(option: Any) -> list[tuple[str, Any]]:
    tier = option.tier if option.tier == "smoke" else ""
    return [
        ("-k", option.keyword),
        ("-m", option.markexpr),
        ("--deselect", " ".join(option.deselect or [])),
        ("--ignore", " ".join(map(str, option.ignore or []))),
        ("--ignore-glob", " ".join(map(str, option.ignore_glob or []))),
        ("--last-failed", "on" if getattr(option, "lf", False) else ""),
        ("--stepwise", "on" if getattr(option, "stepwise", False) else ""),
        ("--maxfail", option.maxfail or ""),
        ("--tier", tier),
        ("--requirement", " ".join(option.requirement)),
    ]


def _is_whole_suite(path: str) -> bool:
    return Path(path.partition("::")[0]).resolve() == ROOT / "conformance" and "::" not in path
