"""A client of SCM: someone who sells at a facility, on a channel with published variants."""

from dataclasses import dataclass, replace

from tests.reference.ics_client import IcsClient
from tests.reference.platform_client import Record, User
from tests.reference.products import Catalogue
from tests.reference.publishing import Publisher, active_channel
from tests.reference.service_client import ServiceClient

PLENTY = 10


@dataclass(frozen=True, kw_only=True)
class ScmClient(ServiceClient):
    """Someone who sells at a facility, for a channel on which variants are published."""

    service = "scm"

    publisher: Publisher

    @property
    def ics_client(self) -> IcsClient:
        """The stock behind it."""
        return IcsClient(
            platform=self.platform,
            org=self.org,
            caller=self.caller,
            channel=self.channel,
            logical_guid=self.logical_guid,
        )

    def by(self, caller: User) -> "ScmClient":
        return replace(self, caller=caller)

    def goods(self, units: int = PLENTY) -> str:
        """A variant that is online on the channel, with stock."""
        _, variant, _ = self.publisher.published()
        variant_id: str = variant["variant_id"]
        self.ics_client.make(
            "/adjustment/create", variant_id=variant_id, quantity_delta=units, reason="count"
        )
        return variant_id

    def order(self, variant_id: str, quantity: int, *steps: str) -> Record:
        """An order of one line, taken through these steps; each step's answer joins it."""
        lines = [{"variant_id": variant_id, "quantity": quantity}]
        made = self.make("/order/create", lines=lines)
        for step in steps:
            made |= self.make(step, order_id=made["order_id"])
        return made

    def stock(self, variant_id: str) -> Record:
        return self.ics_client.stock(variant_id)


PLACE, RESERVE, ALLOCATE = "/order/place", "/order/promise/reserve", "/order/promise/allocate"
COMMIT, RELEASE, CANCEL = "/order/promise/commit", "/order/promise/release", "/order/cancel"
SHIP = "/fulfillment/shipment"


def new_scm_client(catalogue: Catalogue) -> ScmClient:
    org, code = catalogue.org, "wholesale_generic"
    channel = active_channel(catalogue.platform, org, code)
    return ScmClient(
        platform=catalogue.platform,
        org=org,
        caller=org.owner,
        channel=code,
        logical_guid=channel["logical_guid"],
        publisher=Publisher(
            platform=catalogue.platform,
            org=org,
            caller=org.owner,
            catalogue=catalogue,
            channel_guid=channel["channel_guid"],
        ),
    )
