"""A run on a platform of other names and shapes, of which it is told nothing but the addresses."""

import json
from pathlib import Path

import pytest

from tests.run.servers import reference
from tests.run.suite import run_suite

VARIANT = ("--variant", "reshaped-inferred-fields")
CHECKS = "conformance/step04_organization/test_facilities.py"


def test_a_run_learns_another_shape_from_the_files_that_the_platform_publishes(
    tmp_path: Path,
) -> None:
    with reference(*VARIANT) as addresses:
        finished = run_suite(
            *(CHECKS, "-k", "reads_it or shows_it"),
            *("--target-url", addresses.base_url, "--operator-url", addresses.operator_url),
            directory=tmp_path,
        )
    assert " passed" in finished.output
    assert " failed" not in finished.output
    assert " error" not in finished.output
    assert "learned: " in finished.output
    assert "attributes = { " in (tmp_path / "bindings.toml").read_text(encoding="utf-8")
    note = json.loads((tmp_path / "run.json").read_text(encoding="utf-8"))["scope"]["note"]
    assert "from the target's own OpenAPI files (bindings.toml)" in note


@pytest.mark.whole
def test_a_run_that_is_told_not_to_learn_goes_by_the_pages_alone(tmp_path: Path) -> None:
    with reference(*VARIANT) as addresses:
        finished = run_suite(
            *(CHECKS, "-k", "reads_it", "--no-learn"),
            *("--target-url", addresses.base_url, "--operator-url", addresses.operator_url),
            directory=tmp_path,
        )
    assert not finished.with_verdict("fail"), finished.output
    assert finished.with_verdict("blocked") or finished.with_verdict("inconclusive")
    assert not (tmp_path / "bindings.toml").exists()
