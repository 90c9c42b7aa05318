"""Whole runs, as their users start them: embedded, by hand, on a renamed platform."""

import json
from pathlib import Path

import pytest

from conformance.contract import ROUTES
from conformance.contract.not_covered import documented_operations
from tests.run.renaming import target_file
from tests.run.servers import reference
from tests.run.suite import TURNS, Finished, run_suite

pytestmark = pytest.mark.whole


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """The main job, with four workers and every parameter set."""
    every = ("conformance", "-q", "--run-seed", "1")
    return run_suite(*every, "-n", "4", directory=tmp_path_factory.mktemp("embedded"))


def executed(finished: Finished) -> int:
    counted = {"pass", "fail", "advisory", "waived"}
    checks = [check for item in finished.run["requirements"] for check in item["checks"]]
    return len({check["nodeid"] for check in checks if check["verdict"] in counted})


def test_embedded_reference_is_conformant(embedded: Finished) -> None:
    assert embedded.exit_status == 0, embedded.output
    assert embedded.run["verdict"] == "CONFORMANT"
    assert len(embedded.verdicts) >= 60
    assert executed(embedded) >= 250
    assert not embedded.with_verdict("fail") + embedded.with_verdict("advisory")


def test_all_six_outputs_are_written(embedded: Finished) -> None:
    for name in ("compliance.html", "pytest.html", "junit.xml", "run.json", "exchanges.jsonl"):
        assert (embedded.directory / name).stat().st_size > 1000, name
    assert len(list((embedded.directory / "allure-results").glob("*-result.json"))) > 250


def test_requests_used_are_printed(embedded: Finished) -> None:
    assert "requests used" in embedded.output


def test_context_is_built_once_for_four_workers(embedded: Finished) -> None:
    lines = (embedded.directory / "exchanges.jsonl").read_text("utf-8").splitlines()
    stages = [e for e in map(json.loads, lines) if e["check"] == "conformance/stages::organization"]
    assert [e["operation"] for e in stages].count("ofm.org.create") == 1


def test_every_documented_operation_is_asked_for_more_than_its_statuses(
    embedded: Finished,
) -> None:
    lines = (embedded.directory / "exchanges.jsonl").read_text("utf-8").splitlines()
    asked = {
        each["operation"]
        for each in map(json.loads, lines)
        if "test_status_map.py" not in each["check"]
    }
    printed = {each.name for each in documented_operations()}
    called = [r.id for r in ROUTES.values() if f"{r.method} {r.path}" in printed]
    assert [name for name in called if name not in asked] == []


def test_reference_started_by_hand_reaches_the_same_verdicts(
    embedded: Finished, tmp_path: Path
) -> None:
    path = tmp_path / "target.toml"
    with reference() as by_hand:
        path.write_text(
            f'base_url = "{by_hand.base_url}"\noperator_url = "{by_hand.operator_url}"\n'
            'profile = "full/2"\n'
        )
        finished = run_suite(*TURNS, "-n", "2", "--target", str(path), directory=tmp_path / "out")
    assert finished.exit_status == 0, finished.output
    assert finished.verdicts == embedded.verdicts


def test_bindings_alone_carry_the_suite_to_a_platform_that_spells_differently(
    embedded: Finished, tmp_path: Path
) -> None:
    with reference("--variant", "renamed-inferred-fields") as addresses:
        path = tmp_path / "target.toml"
        path.write_text(target_file(addresses.base_url, addresses.operator_url))
        finished = run_suite(*TURNS, "-n", "2", "--target", str(path), directory=tmp_path / "out")
    assert finished.exit_status == 0, finished.output
    assert finished.verdicts == embedded.verdicts


def by_its_own_files(variant: str, directory: Path) -> Finished:
    """A run that is told the addresses of a platform, and nothing else."""
    with reference("--variant", variant) as addresses:
        return run_suite(
            *(*TURNS, "-n", "2", "--target-url", addresses.base_url),
            *("--operator-url", addresses.operator_url),
            directory=directory,
        )


@pytest.mark.parametrize("variant", ["reshaped-inferred-fields", "inferred-routes-as-resources"])
def test_a_platform_of_another_shape_is_judged_by_its_own_files_alone(
    embedded: Finished, tmp_path: Path, variant: str
) -> None:
    finished = by_its_own_files(variant, tmp_path)
    assert finished.exit_status == 0, finished.output
    assert finished.verdicts == embedded.verdicts


def test_without_bindings_such_a_platform_is_incomplete_and_never_failed(tmp_path: Path) -> None:
    with reference("--variant", "renamed-inferred-fields") as addresses:
        finished = run_suite(
            *TURNS,
            *("-n", "2", "--no-learn", "--target-url", addresses.base_url),
            *("--operator-url", addresses.operator_url),
            directory=tmp_path,
        )
    assert finished.run["verdict"] == "INCOMPLETE", finished.output
    assert not finished.with_verdict("fail")
    missing = finished.run["bindings_missing"]
    assert any(line.startswith('operations."ofm.physical.create".body = {') for line in missing)
    assert missing[0] in finished.output
