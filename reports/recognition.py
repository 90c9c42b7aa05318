"""A reference that was started by hand says so, and says how fast it may be asked."""

from conformance.contract import OPERATIONS
from fixtures.exchange.outcome import Inconclusive
from fixtures.exchange.target import Target
from fixtures.run.operator import OPERATOR
from fixtures.run.session import Session


def reference(session: Session, target: Target) -> Target | None:
    """The target with the limits that it has as a reference; None where it is none."""
    operator = session.operator
    if operator is None or not target.is_loopback:
        return None
    check = session.stage_check("reach", "ORG-16")
    settings = OPERATIONS["operator.reference_settings"]
    try:
        answer = operator.call(check, OPERATOR, settings, {})
    except Inconclusive:
        return None
    limits = target.limits.model_copy(
        update={
            "requests_per_minute": int(answer.value("rate_limit_rpm")),
            "window_seconds": float(answer.value("rate_limit_window_s")),
            "requests_per_address": 0,
        }
    )
    return target.model_copy(update={"kind": "reference", "limits": limits})
