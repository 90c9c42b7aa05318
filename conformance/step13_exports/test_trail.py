"""Step 13: the trail that an export leaves in the feed of changes."""

import json
from typing import Final

import pytest

from conformance.contract.paging import LARGEST_LIMIT
from fixtures import Answer, Caller, eventually, pages
from fixtures.services.accounting.actions import BOUND_OF_REFERENCE_S, FacilityAccounting
from fixtures.services.ipm.actions import events_of

# What the catalogue names of the way of a batch (common/event-catalog.html).
TRAIL: Final = frozenset({"export-created", "export-batch-ready", "export-batch-sent"})


def _feed(caller: Caller, since: str) -> list[Answer]:
    wanted = {"listed_service": "accounting", "since": since, "limit": LARGEST_LIMIT}
    return pages(caller, "ipm.cdc.list", **wanted)


def _actions(walk: list[Answer], batch_id: str) -> set[str]:
    """What happened to a batch: the actions of the events that name it, wherever they do."""
    about = (event for event in events_of(walk).values() if batch_id in json.dumps(event))
    return {str(event.get("action")) for event in about}


@pytest.mark.requirement("EXIT-33")
def test_export_leaves_the_events_of_the_catalogue(
    ipm_owner: Caller, facility_accounting: FacilityAccounting
) -> None:
    since = str(facility_accounting.caller("accounting.event.record").value("timestamp_utc"))
    batch_id = str(facility_accounting.send(facility_accounting.create_batch()).value("batch_id"))
    walk = eventually(
        lambda: _feed(ipm_owner, since),
        lambda found: _actions(found, batch_id) >= TRAIL,
        bound_s=ipm_owner.target.patience(BOUND_OF_REFERENCE_S),
    )
    seen = _actions(walk, batch_id)
    walk[-1].expect(
        "the feed tells how a batch was made, made ready and sent",
        holds=seen >= TRAIL,
        expected=", ".join(sorted(TRAIL)),
        observed=", ".join(sorted(seen)) or "no event that names the batch",
        uses=("items", "item_id"),
    )
