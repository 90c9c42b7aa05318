"""A platform that nobody here has seen, without a file that describes it: what a probe finds."""

from pathlib import Path

import pytest

from tests.run.probing import probe, probed
from tests.run.servers import reference
from tests.run.suite import TURNS, run_suite


def test_a_first_stage_that_is_dead_ends_the_probe_and_is_told_last(tmp_path: Path) -> None:
    target = tmp_path / "target.toml"
    with reference("--variant", "renamed-inferred-fields") as addresses:
        given = f'base_url = "{addresses.base_url}"\noperator_url = "{addresses.operator_url}"\n'
        place = 'operations."usm.session.create".yields.session_guid = "/data/nowhere"\n'
        target.write_text(given + place, encoding="utf-8")
        finished = probe(target, tmp_path / "out")
    told = [line for line in finished.output.splitlines() if line.strip()]
    said = [line for line in told if line.startswith("#")]
    assert said[-1].startswith("# STOPPED at the first stage, sign-in: ")
    assert "no value for 'session_guid' at /data/nowhere" in said[-1]
    assert said[-1] in told[-2:]
    assert finished.exit_status == 7


@pytest.mark.whole
@pytest.mark.parametrize(
    ("variant", "decided"),
    [("renamed-inferred-fields", 0.9), ("reshaped-inferred-fields", 0.93)],
)
def test_four_probes_lead_to_a_verdict_without_a_description(
    tmp_path: Path, variant: str, decided: float
) -> None:
    with reference("--variant", variant) as addresses:
        found = probed(addresses, tmp_path)
        finished = run_suite(
            *(*TURNS, "--no-learn", "--target", str(found.target)), directory=tmp_path / "run"
        )
    assert finished.with_verdict("fail") == []
    assert finished.run["must_met"] / finished.run["must_total"] >= decided


@pytest.mark.whole
def test_a_probe_of_the_reference_finds_nothing_amiss(tmp_path: Path) -> None:
    with reference() as addresses:
        found = probed(addresses, tmp_path)
    assert found.lines == {}
