"""The context that writes of the event services state in their body."""

from typing import Any

from conformance.contract.services.event_context import FINGERPRINTS
from fixtures import Caller


def stated_context(caller: Caller) -> dict[str, Any]:
    """What the caller's own sample states of who causes the write."""
    said = caller.context
    return {
        "orgcode": caller.world["orgcode"],
        "actor": said["context_actor"],
        "context_source": said["context_source"],
        **{name: said[name] for name in FINGERPRINTS.values() if name in said},
    }
