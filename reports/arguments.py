"""Paths, names and expressions of the command line, looked at before anything is started.

pytest finds them wrong when it collects. With `-n` it is the workers that collect, and what they
find wrong ends in a crash, or in a run of nothing.
"""

import ast
from pathlib import Path

import pytest

from fixtures.exchange.wording import did_you_mean


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
        # Not all plugins have registered their marks yet: the name is looked at once more.
        if not str(error).startswith("Unknown marker"):
            raise


def require_known_marks(config: pytest.Config) -> None:
    """Raise pytest.UsageError for -k or -m that cannot be read, or a mark of no plugin's."""
    marks = config.pluginmanager.getplugin("mark")
    marks.pytest_collection_modifyitems(items=[], config=config)
