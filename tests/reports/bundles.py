"""Report directories to make bundles of, and what is in a bundle."""

from pathlib import Path
from typing import Any, Final

from conformance.requirements import load
from reports.assemble import assemble
from reports.bundle_file import members_of
from reports.challenge import challenge_of
from reports.exchange import Exchange
from reports.verdict import Verdict
from tests.reports.synthetic import (
    RequirementSet,
    card,
    check,
    collected,
    exchange,
    requirements,
    scope,
    write_outputs,
)

COUNT: Final = 20
LOG: Final = "outputs/exchanges.jsonl"
NONCE: Final = "reviewer's nonce 17"
SECRET: Final = "Aa1!never-in-a-bundle"
TARGET: Final = f"""
base_url = "https://sandbox.example.com"
[actors.owner]
email = "owner@example.com"
passcode = "{SECRET}"
passcode_env = "OWNER_PASSCODE"
[network]
proxy = "http://somebody:{SECRET}@proxy.example.com:3128"
"""


def answering(number: int, nonce: str | None) -> Exchange:
    """An exchange of a run that answers a challenge."""
    told = exchange(number).model_dump(mode="json")
    mark = f" challenge={challenge_of(nonce)}" if nonce else ""
    told["request"]["headers"]["user-agent"] = f"g3n-conformance/0.1.0 run=abc check=ORG-1{mark}"
    return Exchange.model_validate(told)


def outputs(directory: Path, *, nonce: str | None = None, **said: Any) -> Path:
    """A report directory as a small run leaves it, with a failure in it."""
    rules = requirements(4)
    log = [answering(number, nonce) for number in range(COUNT)]
    ids = tuple(it.id for it in log)
    failed = card(rules[3].id, "a.py::test_3", ids[0])
    checks = [check(rule.id, exchanges=ids) for rule in rules[:3]]
    checks += [check(rules[3].id, Verdict.FAIL, cards=(failed,), exchanges=ids[:2])]
    mine = {"requirement_set": load().version, "challenge": nonce and challenge_of(nonce), **said}
    made = collected(checks, RequirementSet(rules), said=scope().model_copy(update=mine), log=log)
    run = assemble(made)
    return write_outputs(run, log, directory)


def files_of(content: bytes) -> dict[str, bytes]:
    return {name: it.data for name, it in members_of(content).items()}
