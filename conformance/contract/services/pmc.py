"""PMC: publish profiles, content packs, runs, products and what is online.

All 23 paths are published; of their inputs only a few are. The org is in the header `x-orgcode`;
reads are GET with their inputs in the query.

Read from: pmc/calls.html.
"""

from collections.abc import Mapping
from typing import Final

from conformance.contract.envelope import CONFLICT_REVISION, REVISION, in_data
from conformance.contract.facts import Certainty, documented
from conformance.contract.operation import Access, Binding, Fixed, Kind, Operation, Placement, bound
from conformance.contract.routes import Routes, Terms, lasting
from conformance.contract.shapes import ANY_ORG, GUARD, placed, shown

_CALLS: Final = documented("pmc/calls.html")

READERS: Final = frozenset({"pmc_view", "pvv", "pma"})
PUBLISHERS: Final = frozenset({"pmc_publish", "pma"})
POINTER_KINDS: Final = ("staged", "preview", "fallback")

_RUN: Final[Mapping[str, Binding]] = {
    "run_id": placed("run", "run_id"),
    "state": placed("run", "status"),
    **shown("run", "published_count", "skipped_count", "processed_count", "entries"),
}
_PRODUCT: Final[Mapping[str, Binding]] = {
    **shown("product", "product_id", "variant_id", "channel_guid"),
    "state": placed("product", "status"),
    **shown("product", "online_revision_id", "content"),
    "revision": REVISION,
    "conflict_revision": CONFLICT_REVISION,
}
_PACK: Final[Mapping[str, Binding]] = {
    **shown("pack", "pack_id", "version", "content"),
    "state": placed("pack", "status"),
    "upload_url": in_data("upload_url", "upload/url"),
}

# That reads ask for a role, and which rows are reads, is stated for all of them at once.
route: Final = Routes(
    "pmc",
    _CALLS,
    reads=Terms(READERS, certainty=Certainty.INFERRED, method="GET"),
    writes=Terms(PUBLISHERS),
)
BUILD_STATS = route.read(
    "build.stats", access=Access.PUBLIC, credentials=Placement.NONE, context=ANY_ORG
)
PROFILE_SET = route.action(
    "profile.set",
    path="publish-profile/set",
    acts_on="pmc.profiled_channel",
    body={"channel_code": "$channel_code", "required_attributes": "$required_attributes"},
    fresh={"required_attributes": Fixed([])},
    yields={"required_attributes": in_data("required_attributes")},
)
PROFILE_GET = route.one(
    "profile.get",
    path="publish-profile/get",
    by="channel_code",
    acts_on="pmc.profile",
    yields={"required_attributes": in_data("required_attributes")},
)
PACK_CREATE = route.create(
    "pack.create",
    body={"pack_code": "$pack_code", "content": "$?content", "presigned": "$?presigned"},
    fresh={"pack_code": "pack_code", "content": Fixed({"description": "conformance sample"})},
    yields=_PACK,
    issues=("upload_url",),
)
PACK_COMPLETE = route.action(
    "pack.complete", acts_on="pmc.uploaded_pack", body={"pack_id": "$pack_id"}, yields=_PACK
)
PACK_GET, PACK_LIST = route.get_and_list(
    "pack", _PACK, narrowed={"pack_code": "$pack_code"}, shows={"item_version": bound("/version")}
)
RUN_START = route.create(
    "run.start",
    path="publish/run/start",
    acts_on="pmc.open_channel",
    body={
        "reason": "$reason",
        "channel_guid": "$channel_guid",
        "selector": "$selector",
        "pack_refs": "$?pack_refs",
    },
    fresh={"reason": "reason"},
    yields=_RUN,
)
_ONE_RUN: Final = {"run_id": "$run_id"}
RUN_STEP = route.action(
    "run.step", path="publish/run/step", acts_on="pmc.run", body=_ONE_RUN, yields=_RUN
)
RUN_CANCEL = route.action(
    "run.cancel", path="publish/run/cancel", acts_on="pmc.run", body=_ONE_RUN, yields=_RUN
)
RUN_GET = route.one("run.get", path="publish/run/get", by="run_id", acts_on="pmc.run", yields=_RUN)
MANIFEST_LIST = route.page(
    "manifest.list",
    path="publish/run/manifest/list",
    by=_ONE_RUN,
    acts_on="pmc.finished_run",
    item_id="part_id",
)
MANIFEST_PRESIGN = route.read(
    "manifest.presign",
    path="publish/run/manifest/presign",
    acts_on="pmc.finished_run",
    body={**_ONE_RUN, "part_id": "$part_id"},
    yields={"download_url": in_data("download_url", "url")},
    issues=("download_url",),
)
PRODUCT_GET = route.read(
    "product.get",
    acts_on="pmc.product",
    body={"variant_id": "$variant_id", "channel_guid": "$channel_guid"},
    yields=_PRODUCT,
)
PRODUCT_LIST = route.page(
    "product.list",
    by={"channel_guid": "$channel_guid", "style_id": "$?style_filter"},
    acts_on="pmc.product",
    item_id="product_id",
)
PRODUCT_SEARCH = route.page(
    "product.search",
    by={"q": "$q", "match": "$?match", "channel_guid": "$?channel_guid"},
    acts_on="pmc.product",
    fresh={"q": Fixed("conformance")},
    item_id="product_id",
)
PRODUCT_GROUP = route(
    "product.group",
    Kind.LIST,
    method="POST",
    body={"dimension": "$dimension", "limit": "$?limit"},
    fresh={"dimension": Fixed("status")},
    yields={"items": in_data("items", "groups")},
)
REVISION_LIST = route.page(
    "product.revision_list",
    by={"product_id": "$product_id"},
    acts_on="pmc.product",
    item_id="revision_id",
    shows={
        "item_state": bound("/status"),
        "item_reason": bound("/reason"),
        "item_content": bound("/content"),
    },
)


def _on_product(name: str, **body: str) -> Operation:
    return route.action(
        f"product.{name}",
        acts_on="pmc.product",
        revisioned=True,
        body={"product_id": "$product_id", **body, **GUARD},
        fresh={"kind": Fixed("staged")} if "kind" in body else {},
        yields=_PRODUCT,
    )


ONLINE_SET = _on_product("online_set", revision_id="$revision_id")
ONLINE_CLEAR = _on_product("online_clear")
POINTER_SET = _on_product("pointer_set", kind="$kind", revision_id="$revision_id")
POINTER_CLEAR = _on_product("pointer_clear", kind="$kind")
POINTER_GET = route.read(
    "product.pointer_get",
    acts_on="pmc.product",
    body={"product_id": "$product_id", "kind": "$kind"},
    fresh={"kind": Fixed("staged")},
    yields={"revision_id": in_data("revision_id"), "revision": REVISION},
)

RECORDS = (
    lasting("pmc.pack", "pack_id", PACK_CREATE, PACK_GET, PACK_LIST),
    lasting("pmc.run", "run_id", RUN_START, RUN_GET),
)
