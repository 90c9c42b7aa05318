"""A defect in every run that must be caught: proof that the instrument is alive.

A reference platform with one planted defect is asked the question that defect answers wrongly,
through the same client and the same judge that the checks use.
"""

import tempfile
from pathlib import Path
from typing import Final, Literal

from conformance.contract.errors import Tag
from conformance.requirements import load
from fixtures.context import users_and_orgs
from fixtures.exchange.outcome import Blocked, Inconclusive, Violation
from fixtures.exchange.target import Target
from fixtures.run.reference_process import LIMITS, Embedded, EmbeddedError
from fixtures.run.session import Session

Result = Literal["caught", "missed", "not run"]

DEFECT: Final = "stale-revision-accepted"
REQUIREMENT: Final = "REV-4"


def fly() -> Result:
    """Whether the planted defect is caught; "not run" where the canary never got that far."""
    try:
        embedded = Embedded(["--rate-limit-rpm", "0", "--defect", DEFECT])
    except (EmbeddedError, OSError):
        return "not run"
    try:
        with tempfile.TemporaryDirectory(prefix="conformance-canary-") as directory:
            return _ask(embedded, Path(directory))
    finally:
        embedded.stop()


def _ask(embedded: Embedded, directory: Path) -> Result:
    target = Target(
        kind="reference",
        base_url=embedded.base_url,
        operator_url=embedded.operator_url,
        limits=LIMITS,
    )
    session = Session(
        target=target,
        requirements=load(),
        needs=frozenset({"operator"}),
        directory=directory,
        worker="canary",
    )
    try:
        return _stale_write(session)
    except (Inconclusive, Blocked):
        return "not run"
    finally:
        session.close()


def _stale_write(session: Session) -> Result:
    check = session.stage_check("canary", REQUIREMENT)
    org = users_and_orgs.verified_org(session, check, "canary")
    owner = session.caller(check, org.owner, org.world)
    made = owner("ofm.cost_centre.create")
    first = {"cc_guid": made.value("cc_guid"), "expected_revision": made.value("revision")}
    owner("ofm.cost_centre.update", **first).accepted()
    try:
        owner("ofm.cost_centre.update", **first).refused(409, Tag.CONFLICT)
    except Violation:
        return "caught"
    return "missed"
