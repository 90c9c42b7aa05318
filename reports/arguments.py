"""Paths, names and expressions of the command line, looked at before anything is started.

pytest finds them wrong when it collects. With `-n` it is the workers that collect, and what they
find wrong ends in a crash, or in a run of nothing.
"""

import ast
import re
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from fixtures.exchange.wording import did_you_mean

_UNKNOWN: Final = re.compile(r"Unknown marker\(s\) in '-m' expression: ([\w, ]+)\.")
_MARK: Final = re.compile(r"^@pytest\.mark\.(\w+)", re.MULTILINE)
_PATIENCE_S: Final = 120.0


def require_usable(config: pytest.Config) -> None:
    """Raise pytest.UsageError, one line, for what no check can be collected by."""
    for argument in config.args:
        path, _, name = argument.partition("::")
        if not Path(path).exists():
            raise pytest.UsageError(f"{path}: there is no such file or folder{_near(Path(path))}")
        if name and Path(path).suffix == ".py":
            _require_test(Path(path), name.partition("[")[0])
    _require_expressions(config)


def _near(path: Path) -> str:
    """What stands in the same folder under a like name."""
    folder = path.parent
    if not folder.is_dir():
        return ""
    names = [each.name for each in folder.iterdir() if each.name[0] not in "._"]
    told = did_you_mean(path.name, names)
    return told if "did you mean" in told else ""


def _require_test(path: Path, name: str) -> None:
    try:
        tree = ast.parse(path.read_bytes())
    except SyntaxError:
        return  # told by whoever imports it, with the line
    tests = {it.name for it in tree.body if isinstance(it, ast.FunctionDef)}
    if name not in tests:
        named = [each for each in tests if each.startswith("test_")]
        raise pytest.UsageError(f"{path} has no check {name}{did_you_mean(name, named)}")


def _require_expressions(config: pytest.Config) -> None:
    """Have pytest read -k and -m as it does after collecting: on no checks at all."""
    try:
        require_known_marks(config)
    except pytest.UsageError as error:
        unknown = _UNKNOWN.match(str(error))
        if unknown is None:
            raise
        known = _marks(config)
        for name in unknown[1].split(", "):
            if name not in known:
                near = did_you_mean(name, known)
                raise pytest.UsageError(f"-m {name}: no such mark{near}") from None


def _marks(config: pytest.Config) -> list[str]:
    """The marks of all plugins, of which most have not registered theirs yet in this process."""
    asked = [*map(str, config.invocation_params.args), "--markers"]
    told = subprocess.run(  # noqa: S603 - the command that is running already
        [sys.executable, "-m", "pytest", *asked],
        cwd=config.invocation_params.dir,
        capture_output=True,
        text=True,
        timeout=_PATIENCE_S,
        check=False,
    )
    return _MARK.findall(told.stdout)


def require_known_marks(config: pytest.Config) -> None:
    """Raise pytest.UsageError for -k or -m that cannot be read, or a mark of no plugin's."""
    marks = config.pluginmanager.getplugin("mark")
    marks.pytest_collection_modifyitems(items=[], config=config)
