"""The benchmark runs and prints its rows. No test asserts a time."""

import pytest

from tests.bench.__main__ import main

_FEW = "conformance/step02_validation/test_precedence.py"


def test_it_prints_what_an_exchange_costs_and_who_uses_the_cpu(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main([_FEW, "--only", "exchange", "--only", "shares", "--workers", "1"]) == 0
    printed = capsys.readouterr().out
    for row in ("suite against bare", "workers", "reference", "controller", "start-up", "peak"):
        assert f"\n  {row}" in printed
    assert "over 0 requests" not in printed


@pytest.mark.whole
def test_it_prints_runs_by_distance_and_requests_by_tier(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main([_FEW, "--only", "trips", "--only", "tiers", "--round-trip", "5"]) == 0
    printed = capsys.readouterr().out
    for row in (
        "  5 ms, serial",
        "  5 ms, 2 workers",
        "tier smoke",
        "tier deep",
        "certify, measured",
    ):
        assert f"\n  {row}" in printed


def test_a_run_without_a_report_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["conformance/no_such_folder", "--only", "exchange"]) == 1
    assert "the run left no report" in capsys.readouterr().out
