"""A terse publisher in one org of a reference platform."""

from dataclasses import dataclass
from typing import Any

import httpx

from tests.reference.platform_client import Org, Platform, Record, User, data_of, tag
from tests.reference.products import Catalogue, addressed
from tests.reference.service_client import ServiceClient


@dataclass(frozen=True, kw_only=True)
class Publisher(ServiceClient):
    """Someone who publishes products of a catalogue on one channel."""

    service = "pmc"

    catalogue: Catalogue
    channel_guid: str

    def ask_get(self, path: str, **inputs: Any) -> httpx.Response:
        """A GET, whose inputs are its query."""
        headers = {**self.caller.headers, "x-orgcode": self.org.code}
        url = f"{self.platform.base_url}/pmc{path}"
        return self.platform.client.get(url, headers=headers, params=inputs)

    def get(self, path: str, **inputs: Any) -> Record:
        return data_of(self.ask_get(path, **inputs))

    def refused_get(self, path: str, **inputs: Any) -> tuple[int, str]:
        return tag(self.ask_get(path, **inputs))

    def style(self, count: int = 1) -> tuple[Record, list[Record]]:
        """An active style with `count` active variants."""
        catalogue = self.catalogue
        matrix = catalogue.matrix(options=count)
        row = matrix["matrix"][0]
        ogm = catalogue.move("ogm", matrix, "active")
        style = catalogue.style(ogm_id=ogm["ogm_id"])
        variants = []
        for option in row["option_codes"]:
            selection = {"option_group_code": row["option_group_code"], "option_code": option}
            variant = catalogue.variant(style, selections=[selection])
            variants.append(catalogue.move("variant", variant, "active"))
        return catalogue.move("style", style, "active"), variants

    def start(self, style: Record, variant: Record | None = None, **fields: Any) -> Record:
        selector = {"style_id": style["style_id"]}
        if variant is not None:
            selector["variant_id"] = variant["variant_id"]
        sent = {"channel_guid": self.channel_guid, "selector": selector, "reason": "spring"}
        return self.make("/publish/run/start", **{**sent, **fields})

    def step(self, run: Record) -> Record:
        return self.make("/publish/run/step", run_id=run["run_id"])

    def publish(self, style: Record, variant: Record | None = None, **fields: Any) -> Record:
        """A run stepped to its end, with the entries of all its pages."""
        run = self.start(style, variant, **fields)
        entries: list[Record] = []
        while run["status"] == "running":
            run = self.step(run)
            entries += run["entries"]
        return {**run, "entries": entries}

    def product(self, variant: Record) -> Record:
        return self.get(
            "/product/get", variant_id=variant["variant_id"], channel_guid=self.channel_guid
        )

    def published(self) -> tuple[Record, Record, Record]:
        """A style, its one variant and the product of the two on this channel."""
        style, variants = self.style()
        self.publish(style)
        return style, variants[0], self.product(variants[0])

    def revisions(self, product: Record) -> list[Record]:
        listed = self.get("/product/revision/list", product_id=product["product_id"])
        items: list[Record] = listed["items"]
        return items

    def change(self, path: str, product: Record, **fields: Any) -> Record:
        """A revisioned change of `product`, from the revision it was shown at."""
        return self.make(path, **addressed("product", product, fields))

    def refused_change(self, path: str, product: Record, **fields: Any) -> tuple[int, str]:
        return self.refused(path, **addressed("product", product, fields))


def publisher(catalogue: Catalogue, caller: User | None = None) -> Publisher:
    """A publisher, the owner unless told otherwise, on a fresh active channel."""
    platform, org = catalogue.platform, catalogue.org
    channel = active_channel(platform, org)
    return Publisher(
        platform=platform,
        org=org,
        caller=caller or org.owner,
        catalogue=catalogue,
        channel_guid=channel["channel_guid"],
    )


def active_channel(platform: Platform, org: Org, code: str = "kiosk") -> Record:
    base: Record = {"org_guid": org.guid}
    place = {**base, "logical_guid": platform.facility(org)}
    described = {
        "channel_code": code,
        "market": "US",
        "locale_codes": ["en_US"],
        "caption": "ScmClient",
    }
    draft = platform.make("/ofm/sales-channel/create", {**place, **described}, org.owner)
    move = {"channel_guid": draft["channel_guid"], "expected_revision": draft["revision"]}
    return platform.make(
        "/ofm/sales-channel/status", {**base, **move, "status": "active"}, org.owner
    )
