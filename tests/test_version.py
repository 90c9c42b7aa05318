"""The suite has one version, wherever it is told."""

import tomllib
from pathlib import Path

import conformance

PROJECT = Path(__file__).parents[1] / "pyproject.toml"


def test_version_of_the_package_is_that_of_the_project() -> None:
    project = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]
    assert conformance.__version__ == project["version"]
