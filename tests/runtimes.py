"""What a client needs around it, for tests that send nothing."""

from pathlib import Path

from fixtures.exchange.evidence import Evidence
from fixtures.exchange.invariants import Invariants
from fixtures.exchange.pacing import Unpaced
from fixtures.exchange.permissions import Permissions
from fixtures.exchange.redaction import Vault
from fixtures.exchange.target_file import build
from fixtures.run.confirmations import Confirmations
from fixtures.run.ledger import Ledger
from fixtures.run.marks import Marks
from fixtures.run.proofs import Proofs
from fixtures.run.runtime import Runtime

TARGET = build({"base_url": "http://127.0.0.1:1", "operator_url": "http://127.0.0.1:2"}, "test")


class Rule:
    id, level, certainty, source, remedy = "REV-4", "MUST", "documented", "ofm/", "none"
    text = "A write with an old revision is refused."


def runtime_in(directory: Path) -> Runtime:
    vault = Vault()
    return Runtime(
        evidence=Evidence(directory / "exchanges.jsonl", vault, "test"),
        vault=vault,
        invariants=Invariants(),
        proofs=Proofs(Marks(directory / "proofs")),
        confirmations=Confirmations(Marks(directory / "confirmed")),
        permissions=Permissions(TARGET),
        pacer=Unpaced(),
        ledger=Ledger(directory / "ledger.jsonl", "test"),
        run_id="run",
        version="0",
    )
