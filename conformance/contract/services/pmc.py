"""PMC: publish profiles, content packs, runs, products and what is online.

All 23 paths are published; of their inputs only a few are. The org is in the header `x-orgcode`;
reads are GET with their inputs in the query.
"""

from collections.abc import Mapping
from typing import Final

from conformance.contract.facts import Certainty, documented
from conformance.contract.operation import (
    CONFLICT_REVISION,
    REVISION,
    Access,
    Binding,
    Fixed,
    Kind,
    Operation,
    Placement,
    RecordKind,
    bound,
)
from conformance.contract.shapes import ANY_ORG, GUARD, Routes, Terms, placed, shown

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
    "upload_url": bound("/data/upload_url", "/data/upload/url"),
}

# That reads ask for a role, and which rows are reads, is stated for all of them at once.
_operation: Final = Routes(
    "pmc",
    _CALLS,
    reads=Terms(READERS, certainty=Certainty.INFERRED, method="GET"),
    writes=Terms(PUBLISHERS),
)
BUILD_STATS = _operation(
    "build.stats",
    "build/stats",
    Kind.READ,
    access=Access.PUBLIC,
    credentials=Placement.NONE,
    context=ANY_ORG,
)
PROFILE_SET = _operation(
    "profile.set",
    "publish-profile/set",
    Kind.ACTION,
    acts_on="pmc.profiled_channel",
    body={"channel_code": "$channel_code", "required_attributes": "$required_attributes"},
    fresh={"required_attributes": Fixed([])},
    yields={"required_attributes": bound("/data/required_attributes")},
)
PROFILE_GET = _operation.one(
    "profile.get",
    "publish-profile/get",
    by="channel_code",
    acts_on="pmc.profile",
    yields={"required_attributes": bound("/data/required_attributes")},
)
PACK_CREATE = _operation(
    "pack.create",
    "pack/create",
    Kind.CREATE,
    body={"pack_code": "$pack_code", "content": "$?content", "presigned": "$?presigned"},
    fresh={"pack_code": "pack_code", "content": Fixed({"description": "conformance sample"})},
    yields=_PACK,
    issues=("upload_url",),
)
PACK_COMPLETE = _operation(
    "pack.complete",
    "pack/complete",
    Kind.ACTION,
    acts_on="pmc.uploaded_pack",
    body={"pack_id": "$pack_id"},
    yields=_PACK,
)
PACK_GET = _operation.one("pack.get", "pack/get", by="pack_id", acts_on="pmc.pack", yields=_PACK)
PACK_LIST = _operation.page(
    "pack.list",
    "pack/list",
    by={"pack_code": "$pack_code"},
    acts_on="pmc.pack",
    shows={"item_id": bound("/pack_id"), "item_version": bound("/version")},
)
RUN_START = _operation(
    "run.start",
    "publish/run/start",
    Kind.CREATE,
    acts_on="pmc.open_channel",
    body={
        "reason": "$reason",
        "channel_guid": "$channel_guid",
        "selector": "$selector",
        "pack_refs": "$?pack_refs",
    },
    fresh={"reason": "caption"},
    yields=_RUN,
)
_ONE_RUN: Final = {"run_id": "$run_id"}
RUN_STEP = _operation(
    "run.step", "publish/run/step", Kind.ACTION, acts_on="pmc.run", body=_ONE_RUN, yields=_RUN
)
RUN_CANCEL = _operation(
    "run.cancel", "publish/run/cancel", Kind.ACTION, acts_on="pmc.run", body=_ONE_RUN, yields=_RUN
)
RUN_GET = _operation.one("run.get", "publish/run/get", by="run_id", acts_on="pmc.run", yields=_RUN)
MANIFEST_LIST = _operation.page(
    "manifest.list",
    "publish/run/manifest/list",
    by=_ONE_RUN,
    acts_on="pmc.finished_run",
    shows={"item_id": bound("/part_id")},
)
MANIFEST_PRESIGN = _operation(
    "manifest.presign",
    "publish/run/manifest/presign",
    Kind.READ,
    acts_on="pmc.finished_run",
    body={**_ONE_RUN, "part_id": "$part_id"},
    yields={"download_url": bound("/data/download_url", "/data/url")},
    issues=("download_url",),
)
PRODUCT_GET = _operation(
    "product.get",
    "product/get",
    Kind.READ,
    acts_on="pmc.product",
    body={"variant_id": "$variant_id", "channel_guid": "$channel_guid"},
    yields=_PRODUCT,
)
PRODUCT_LIST = _operation.page(
    "product.list",
    "product/list",
    by={"channel_guid": "$channel_guid", "style_id": "$?style_filter"},
    acts_on="pmc.product",
    shows={"item_id": bound("/product_id")},
)
PRODUCT_SEARCH = _operation.page(
    "product.search",
    "product/search",
    by={"q": "$q", "match": "$?match", "channel_guid": "$?channel_guid"},
    acts_on="pmc.product",
    fresh={"q": Fixed("conformance")},
    shows={"item_id": bound("/product_id")},
)
PRODUCT_GROUP = _operation(
    "product.group",
    "product/group",
    Kind.LIST,
    method="POST",
    body={"dimension": "$dimension", "limit": "$?limit"},
    fresh={"dimension": Fixed("status")},
    yields={"items": bound("/data/items", "/data/groups")},
)
REVISION_LIST = _operation.page(
    "product.revision_list",
    "product/revision/list",
    by={"product_id": "$product_id"},
    acts_on="pmc.product",
    shows={
        "item_id": bound("/revision_id"),
        "item_state": bound("/status"),
        "item_reason": bound("/reason"),
        "item_content": bound("/content"),
    },
)


def _on_product(name: str, path: str, **body: str) -> Operation:
    return _operation(
        f"product.{name}",
        f"product/{path}",
        Kind.ACTION,
        acts_on="pmc.product",
        revisioned=True,
        body={"product_id": "$product_id", **body, **GUARD},
        fresh={"kind": Fixed("staged")} if "kind" in body else {},
        yields=_PRODUCT,
    )


ONLINE_SET = _on_product("online_set", "online/set", revision_id="$revision_id")
ONLINE_CLEAR = _on_product("online_clear", "online/clear")
POINTER_SET = _on_product("pointer_set", "pointer/set", kind="$kind", revision_id="$revision_id")
POINTER_CLEAR = _on_product("pointer_clear", "pointer/clear", kind="$kind")
POINTER_GET = _operation(
    "product.pointer_get",
    "product/pointer/get",
    Kind.READ,
    acts_on="pmc.product",
    body={"product_id": "$product_id", "kind": "$kind"},
    fresh={"kind": Fixed("staged")},
    yields={"revision_id": bound("/data/revision_id"), "revision": REVISION},
)

OPERATIONS = (
    BUILD_STATS,
    PROFILE_SET,
    PROFILE_GET,
    PACK_CREATE,
    PACK_COMPLETE,
    PACK_GET,
    PACK_LIST,
    RUN_START,
    RUN_STEP,
    RUN_CANCEL,
    RUN_GET,
    MANIFEST_LIST,
    MANIFEST_PRESIGN,
    PRODUCT_GET,
    PRODUCT_LIST,
    PRODUCT_SEARCH,
    PRODUCT_GROUP,
    REVISION_LIST,
    ONLINE_SET,
    ONLINE_CLEAR,
    POINTER_SET,
    POINTER_CLEAR,
    POINTER_GET,
)
RECORDS = (
    RecordKind("pmc.pack", "pack_id", PACK_CREATE.id, PACK_GET.id, PACK_LIST.id, terminal=None),
    RecordKind("pmc.run", "run_id", RUN_START.id, RUN_GET.id, terminal=None),
)
