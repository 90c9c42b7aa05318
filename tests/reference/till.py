"""A place where orders are taken, for the tests of the sales service."""

from dataclasses import dataclass, replace
from typing import Any

from tests.reference.platform_client import Platform, User
from tests.reference.products import Catalogue, Record
from tests.reference.publishing import Publisher, active_channel
from tests.reference.stock_shop import Shop

PLENTY = 10


@dataclass(frozen=True)
class Till:
    """Someone who sells at a facility, for a channel on which variants are published."""

    shop: Shop
    publisher: Publisher

    @property
    def platform(self) -> Platform:
        return self.shop.platform

    def ask(self, path: str, headers: dict[str, str] | None = None, **body: Any) -> Any:
        context = {
            "x-orgcode": self.shop.org.code,
            "x-logical-guid": self.shop.logical_guid,
            "x-channel-code": self.shop.channel,
        }
        sent = {**context, **self.shop.caller.headers, **(headers or {})}
        return self.platform.client.post(
            f"{self.platform.base_url}/scm{path}",
            json=body,
            headers={name: value for name, value in sent.items() if value},
        )

    def make(self, path: str, **body: Any) -> Record:
        answer = self.ask(path, **body)
        assert answer.is_success, (path, answer.status_code, answer.text)
        envelope = answer.json()
        return {**envelope["data"], "revision": envelope.get("revision")}

    def refused(
        self, path: str, headers: dict[str, str] | None = None, **body: Any
    ) -> tuple[int, str]:
        answer = self.ask(path, headers, **body)
        assert not answer.is_success, answer.text
        return answer.status_code, answer.json()["error"]["major"]["tag"]

    def by(self, caller: User) -> "Till":
        return replace(self, shop=replace(self.shop, caller=caller))

    def goods(self, units: int = PLENTY) -> str:
        """A variant that is online on the channel, with stock."""
        _, variant, _ = self.publisher.published()
        variant_id: str = variant["variant_id"]
        self.shop.make(
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
        return self.shop.stock(variant_id)


PLACE, RESERVE, ALLOCATE = "/order/place", "/order/promise/reserve", "/order/promise/allocate"
COMMIT, RELEASE, CANCEL = "/order/promise/commit", "/order/promise/release", "/order/cancel"
SHIP = "/fulfillment/shipment"


def till_of(catalogue: Catalogue) -> Till:
    channel = active_channel(catalogue.platform, catalogue.org, "wholesale_generic")
    owner = catalogue.org.owner
    shop = Shop(
        catalogue.platform, catalogue.org, owner, channel["logical_guid"], "wholesale_generic"
    )
    return Till(shop, Publisher(catalogue, owner, channel["channel_guid"], "wholesale_generic"))
