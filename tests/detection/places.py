"""Where each defect bites: the modules of the reference platform in which its name stands."""

import re
from collections.abc import Iterable, Mapping
from typing import Final

from tests.detection.defects import CATALOGUE
from tests.run.suite import ROOT

PLATFORM: Final = ROOT / "fixtures" / "reference"
_QUOTED: Final = re.compile(r'"([a-z0-9]+(?:-[a-z0-9]+)+)"')
_NAME: Final = re.compile(r'name = "(.+)"')


def places() -> dict[str, tuple[str, ...]]:
    """For each name that stands quoted in the code, the modules, relative to the platform."""
    found: dict[str, list[str]] = {}
    for path in sorted(PLATFORM.rglob("*.py")):
        for name in sorted(set(_QUOTED.findall(path.read_text(encoding="utf-8")))):
            found.setdefault(name, []).append(path.relative_to(PLATFORM).as_posix())
    return {name: tuple(modules) for name, modules in found.items()}


def rewrite() -> list[str]:
    """Bring the lines `at = ...` of the catalogue up to date; the names that have no place."""
    known = places()
    missing: list[str] = []
    for path in sorted(CATALOGUE.glob("*.toml")):
        lines = path.read_text(encoding="utf-8").splitlines()
        path.write_text("\n".join(_placed(lines, known)) + "\n", encoding="utf-8")
        missing += [name for name in _names(lines) if name not in known]
    return missing


def _names(lines: Iterable[str]) -> list[str]:
    return [named[1] for line in lines if (named := _NAME.fullmatch(line))]


def _placed(lines: Iterable[str], known: Mapping[str, tuple[str, ...]]) -> list[str]:
    written: list[str] = []
    for line in lines:
        if line.startswith("at = "):
            continue
        written.append(line)
        if (named := _NAME.fullmatch(line)) and named[1] in known:
            written.append(f"at = {_told(known[named[1]])}")
    return written


def _told(modules: tuple[str, ...]) -> str:
    """One module as a string, several as an array."""
    quoted = [f'"{module}"' for module in modules]
    return quoted[0] if len(quoted) == 1 else f"[{', '.join(quoted)}]"
