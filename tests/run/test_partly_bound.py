"""A platform of which the target file tells only a part: what is not told fails nobody.

The rest of it is right, so that checks come far before they meet what is missing.
"""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from conformance.contract import ROUTES
from tests.run.renaming import target_file
from tests.run.servers import Addresses, reference
from tests.run.suite import TURNS, run_suite

# What every check stands on has to be there, or nothing is judged at all.
_STAGES = ("ofm.org.", "ofm.legal.", "ofm.physical.", "ofm.logical.", "ofm.cost_centre.")
LACKING = {
    ("scm.order.cancel", "path"): "step08_order/test_plans.py::"
    "test_concurrent_cancels_give_the_units_back_once",
    ("ipm.specimen.get", "yields.specimen"): "step12_events/test_lookups.py::"
    "test_specimen_is_of_the_action_that_is_asked_for",
    ("crm.customer.get", "body"): "step11_loyalty/test_customers.py::"
    "test_loyalty_of_an_anonymised_customer_is_refused_as_of_invalid_state",
}


def lines_of(addresses: Addresses) -> Iterator[tuple[str, str]]:
    """The lines of a target file that tells all, each with the operation that it is about."""
    operation = ""
    for line in target_file(addresses.base_url, addresses.operator_url).splitlines():
        if line.startswith("[operations"):
            operation = line.split('"')[1]
        yield operation, line


def without_files(directory: Path) -> str:
    """Lines by which a run reads none of the files that the platform publishes."""
    nothing = directory / "nothing.yaml"
    nothing.write_text("openapi: 3.1.0\npaths: {}\n", encoding="utf-8")
    services = sorted({each.service for each in ROUTES.values()})
    named = (f'openapi.{service} = "{nothing}"' for service in services)
    return "\n".join(["learn = false", *named, ""])


def test_what_is_not_bound_is_judged_by_no_effect(tmp_path: Path) -> None:
    target = tmp_path / "target.toml"
    with reference("--variant", "renamed-inferred-fields") as addresses:
        kept = [
            line
            for operation, line in lines_of(addresses)
            if (operation, line.partition(" = ")[0]) not in LACKING
        ]
        target.write_text(without_files(tmp_path) + "\n".join(kept), encoding="utf-8")
        finished = run_suite(
            "-q",
            "--target",
            str(target),
            *(f"conformance/{each}" for each in LACKING.values()),
            directory=tmp_path / "run",
        )
    judged = {
        check["nodeid"]: check for item in finished.run["requirements"] for check in item["checks"]
    }
    for each in LACKING.values():
        assert judged[f"conformance/{each}"]["verdict"] in ("inconclusive", "blocked")
    assert finished.with_verdict("fail") == []


@pytest.mark.whole
@pytest.mark.parametrize(("seed", "share"), [(1, 0.1), (2, 0.03), (3, 0.01)])
def test_a_part_of_the_lines_that_is_missing_fails_nobody(
    tmp_path: Path, seed: int, share: float
) -> None:
    drawn = random.Random(seed)  # noqa: S311 - which lines, no secret
    target = tmp_path / "target.toml"
    with reference("--variant", "renamed-inferred-fields") as addresses:
        kept = [
            line
            for operation, line in lines_of(addresses)
            if operation.startswith(_STAGES)
            or not line.startswith(("path", "body", "yields"))
            or drawn.random() >= share
        ]
        target.write_text(without_files(tmp_path) + "\n".join(kept), encoding="utf-8")
        finished = run_suite(*TURNS, "--target", str(target), directory=tmp_path / "run")
    assert finished.with_verdict("fail") == []
    assert finished.run["must_met"] > 0
