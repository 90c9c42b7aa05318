"""PVM: option matrices, styles and variants, and what hangs on them.

Read from: common/client-shim.html, pvm/calls.html, pvm/playbooks.html, story/pvm.html.
"""

from collections.abc import Mapping
from typing import Any, Final

from conformance.contract.facts import Source
from conformance.contract.operation import Binding, Fixed, Kind, Operation, RecordKind, bound
from conformance.contract.services.comments import FRESH, WRITTEN
from conformance.contract.services.pvm.suppliers import (
    CALLS,
    PLAYBOOK,
    SHIM,
    STORY,
    VENDOR,
    VIEWERS,
    Family,
    guarded,
    route,
    shown,
)
from conformance.contract.shapes import GUARD, LISTED, ROW_STATUS, STATUS

GTIN_LENGTHS: Final = (8, 12, 13, 14)

OGM = Family(
    "ogm",
    {"matrix": [{"option_group_code": "$group_code", "option_codes": "$option_codes"}]},
    written={},
    yields=("ogm_rev",),
    updated=False,
    copy="pvm.ogm.clone",
)
OGM_CLONE = route.action(
    "ogm.clone",
    PLAYBOOK,
    body={"ogm_id": "$ogm_id", "caption": "$caption"},
    fresh={"caption": "caption"},
    acts_on="pvm.ogm",
    yields=OGM.shown,
)
STYLE = Family(
    "style",
    {
        "category_id": "$category_id",
        "vendors": [{"vendor_id": "$vendor_id", "primary": "$vendor_primary"}],
        "manufacturers": [
            {"manufacturer_id": "$manufacturer_id", "primary": "$manufacturer_primary"}
        ],
        "brand_id": "$?brand_id",
        "ogm_id": "$?ogm_id",
        "template_econ": "$?template_econ",
    },
    written={"get": SHIM},
    filters={"category_id": "$?category_id"},
    fresh={"vendor_primary": Fixed(value=True), "manufacturer_primary": Fixed(value=True)},
    yields=("ogm_rev",),
    tried=True,
)
SET_OGM = STYLE.write("set_ogm", {"ogm_id": "$ogm_id"}, kind=Kind.ACTION, source=STORY)
VARIANT = Family(
    "variant",
    {
        "style_id": "$style_id",
        "selections": [{"option_group_code": "$group_code", "option_code": "$option_code"}],
    },
    written={"get": SHIM},
    filters={"style_id": "$?style_id"},
    within="pvm.style",
    yields=("style_id", "matrix_rev", "stale"),
    # A style has one variant of each signature.
    parents=("pvm.style",),
    # Printed with both ids, and PMC looks a variant up by its style.
    named_with=("style_id",),
)
FAMILIES = (OGM, STYLE, VARIANT)


class Attachment:
    """Records that hang on a variant or another record: added, listed, given a status."""

    def __init__(
        self,
        noun: str,
        verb: str,
        fields: Mapping[str, Any],
        *,
        scope: Mapping[str, str],
        holder: str,
        fresh: Mapping[str, str | Fixed] | None = None,
        sources: tuple[Source, Source, Source] = (CALLS, CALLS, CALLS),
        roles: frozenset[str] | None = None,
        read: Operation | None = None,
        turns: tuple[str, str] = ("inactive", "active"),
        yields: tuple[str, ...] = (),
        parents: tuple[str, ...] = (),
        rows: Mapping[str, Binding] | None = None,
    ) -> None:
        added, listed, moved = sources
        identifier, name = f"{noun}_id", f"pvm.{noun}"
        self.shown = shown(noun, *yields)
        more: dict[str, Any] = {} if roles is None else {"roles": roles}
        self.add = route.create(
            f"{noun}.{verb}",
            added,
            path=f"{noun}/{verb}" if verb == "add" else noun,
            body={**scope, **fields},
            fresh=fresh or {},
            acts_on=holder,
            yields=self.shown,
            **more,
        )
        self.list = route.page(
            f"{noun}.list",
            listed,
            by={**scope, **STATUS},
            fresh={key: value for key, value in (fresh or {}).items() if key == "target_type"},
            item_id=identifier,
            shows={**ROW_STATUS, **(rows or {})},
        )
        self.status = route.step(
            f"{noun}.status",
            moved,
            body={identifier: f"${identifier}", "status": "$status", **GUARD},
            fresh={"status": turns[0]},
            acts_on=name,
            revisioned=True,
            yields=guarded(self.shown),
        )
        self.operations = (self.add, self.list, self.status)
        self.record = RecordKind(
            name,
            identifier,
            self.add.id,
            read.id if read else None,
            self.list.id,
            None,
            self.status.id,
            turns=turns,
            tried=False,
            parents=parents,
        )


_OF_VARIANT: Final = {"variant_id": "$variant_id"}
# Comments and aliases hang on any record; suppliers are the plainest ones.
_OF_VENDOR: Final = {"target_type": "$target_type", "target_id": "$vendor_id"}
_TYPED: Final = {"target_type": Fixed("vendor")}

_BARCODE_SHOWN: Final = shown("barcode", "barcode", "variant_id", "primary")
BARCODE_GET = route.one(
    "barcode.get", CALLS, by="barcode_id", acts_on="pvm.barcode", yields=_BARCODE_SHOWN
)
BARCODE = Attachment(
    "barcode",
    "add",
    {"barcode": "$barcode", "allow_reuse": "$?allow_reuse", "reason": "$?reason"},
    scope=_OF_VARIANT,
    holder=VARIANT.name,
    fresh={"barcode": "gtin"},
    read=BARCODE_GET,
    yields=("barcode", "variant_id", "primary"),
    rows={"item_barcode": bound("/barcode")},
)
BARCODE_RESOLVE = route.resolve(
    "barcode.resolve", CALLS, body={"barcode": "$barcode"}, yields=_BARCODE_SHOWN
)
BARCODE_SET_PRIMARY = route.action(
    "barcode.set_primary",
    CALLS,
    body={"barcode_id": "$barcode_id", **GUARD},
    acts_on="pvm.barcode",
    revisioned=True,
    yields=guarded(_BARCODE_SHOWN),
)
IDENTIFIER = Attachment(
    "identifier",
    "add",
    {"identifier_type": "$identifier_type", "value": "$value"},
    scope=_OF_VARIANT,
    holder=VARIANT.name,
    fresh={"identifier_type": Fixed("mpn"), "value": "tag"},
    sources=(PLAYBOOK, STORY, STORY),
)
ALTERNATIVE = Attachment(
    "alternative",
    "add",
    {"alternative_variant_id": "$other_variant_id"},
    scope=_OF_VARIANT,
    holder=VARIANT.name,
    parents=(VARIANT.name,),
    rows={"item_other": bound("/alternative_variant_id")},
)
COMMENT = Attachment(
    "comment",
    "create",
    WRITTEN,
    scope=_OF_VENDOR,
    holder=VENDOR.name,
    fresh={**_TYPED, **FRESH},
    roles=VIEWERS,
    turns=("archive", "active"),
)
ATTACHMENTS = (BARCODE, IDENTIFIER, ALTERNATIVE, COMMENT)


def _alias(
    verb: str, change: Mapping[str, str], fresh: Mapping[str, str | Fixed], holder: str
) -> Operation:
    return route.action(
        f"alias.{verb}",
        CALLS,
        body={**_OF_VENDOR, **change, **GUARD},
        fresh={**_TYPED, **fresh},
        roles=VENDOR.create.roles,
        acts_on=holder,
        revisioned=True,
        yields=guarded(VENDOR.shown),
    )


ALIAS_SET = _alias(
    "set", {"tag": "$tag", "value": "$value"}, {"tag": "tag", "value": "tag"}, VENDOR.name
)
ALIAS_REMOVE = _alias("remove", {"tag": "$tag"}, {}, "pvm.aliased_vendor")
ALIAS_LIST = route.page("alias.list", CALLS, by={**_OF_VENDOR, **STATUS}, fresh=_TYPED)
COMMENT_REPORT = route.read("comment.report", CALLS, yields=LISTED)

RECORDS = (*(family.record for family in FAMILIES), *(attached.record for attached in ATTACHMENTS))
