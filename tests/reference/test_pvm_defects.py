"""Defects and variants of the catalogue: each shows in the answers."""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.reference.platform_client import running
from tests.reference.products import Catalogue, code, gtin


@contextmanager
def started(*options: str) -> Iterator[Catalogue]:
    with running(*options) as platform:
        org = platform.org()
        yield Catalogue(platform, org, org.owner)


def defective(*names: str) -> tuple[str, ...]:
    return tuple(option for name in names for option in ("--defect", name))


def member(catalogue: Catalogue, *roles: str) -> Catalogue:
    platform, org = catalogue.platform, catalogue.org
    return Catalogue(platform, org, platform.member(org, *roles))


def test_defects_of_states_codes_and_aliases() -> None:
    with started(
        *defective(
            "doom-reversible",
            "edit-while-active",
            "code-mutable",
            "code-pattern-never-exhausts",
            "product-code-too-long-accepted",
            "aliases-unlimited",
            "alias-not-unique",
            "get-reads-json-body",
        )
    ) as catalogue:
        aliases = [{"tag": f"t{n}", "value": "same"} for n in range(17)]
        for _ in range(2):
            vendor = catalogue.make("vendor", aliases=aliases, code="LONGCODE" + code())
        active = catalogue.move("vendor", vendor, "active")
        changed = catalogue.change("/vendor/update", "vendor", active, code="NEW")
        assert changed["code"] == "NEW"
        catalogue.move("vendor", changed, "inactive", "doomed", "active")
        for _ in range(2):
            drawn = catalogue.post("/season", code_pattern="FIXED", caption="S")
            assert drawn["code"] == "FIXED"
        wanted = {"season_id": drawn["season_id"]}
        assert catalogue.ask("/season/get", wanted, method="GET").is_success


def test_defects_of_styles() -> None:
    with started(
        *defective(
            "style-without-supplier",
            "style-with-doomed-category",
            "style-starts-active",
            "brand-coverage-unchecked",
            "brand-active-without-primary",
            "fx-not-required",
            "currency-not-required",
        )
    ) as catalogue:
        brand, category = catalogue.make("brand"), catalogue.category()
        catalogue.move("brand", brand, "active")
        catalogue.move("category", category, "doomed")
        fields = {"category_id": category["category_id"], "vendors": []}
        for economics in ({"unit_cost": "1"}, {"currency": "EUR"}):
            style = catalogue.style(**fields, brand_id=brand["brand_id"], template_econ=economics)
            assert style["status"] == "active"


def test_defects_of_variants() -> None:
    with started(
        *defective(
            "variant-outside-matrix",
            "signature-not-unique",
            "clone-keeps-revision",
            "barcode-check-digit-unverified",
            "barcode-reuse-unchecked",
            "foreign-barcode-resolved",
        )
    ) as catalogue:
        matrix = catalogue.matrix()
        clone = catalogue.post("/ogm/clone", ogm_id=matrix["ogm_id"])
        assert clone["ogm_rev"] == 1
        style = catalogue.style(ogm_id=matrix["ogm_id"])
        group = matrix["matrix"][0]["option_group_code"]
        outside = [{"option_group_code": group, "option_code": "NONE"}]
        holder, taker = (catalogue.variant(style, selections=outside) for _ in range(2))
        catalogue.move("variant", holder, "active")
        number = gtin()
        wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
        catalogue.barcode(holder, barcode=wrong)
        catalogue.barcode(taker, barcode=wrong, allow_reuse=True, reason="mine now")
        org = catalogue.platform.org()
        stranger = Catalogue(catalogue.platform, org, org.owner)
        assert stranger.get("/barcode/resolve", barcode=wrong)["barcode"] == wrong


def test_a_stale_variant_is_hidden_and_a_doomed_one_blocks() -> None:
    with started(*defective("stale-variant-hidden", "doomed-signature-blocks")) as catalogue:
        matrix = catalogue.matrix()
        style = catalogue.style(ogm_id=matrix["ogm_id"])
        row = matrix["matrix"][0]
        picked = [
            {"option_group_code": row["option_group_code"], "option_code": row["option_codes"][0]}
        ]
        variant = catalogue.variant(style, selections=picked)
        clone = catalogue.post("/ogm/clone", ogm_id=matrix["ogm_id"])
        catalogue.change("/style/set_ogm", "style", style, ogm_id=clone["ogm_id"])
        shown = catalogue.get("/variant/get", variant_id=variant["variant_id"])
        assert (shown["stale"], shown["matrix_rev"]) == (False, 1)
        catalogue.move("variant", variant, "doomed")
        again = {"style_id": style["style_id"], "selections": picked}
        refused = catalogue.refused("/variant", code=code(), caption="V", **again)
        assert refused == (409, "duplicate-signature")


def test_defects_of_roles() -> None:
    with started(*defective("viewer-edits-products", "supplier-admin-edits-products")) as catalogue:
        for role in ("pvv", "vca"):
            member(catalogue, role).make("season")
        assert not member(catalogue).ask("/season", {}).is_success


def test_variants_change_no_rule() -> None:
    with started(
        "--variant", "opaque-ids", "--variant", "strict-fields", "--variant", "other-gate-order"
    ) as catalogue:
        variant = catalogue.variant()
        assert variant["variant_id"].startswith("vari_")
        barcode = catalogue.barcode(variant)
        first = catalogue.get("/vendor", limit=1)
        assert first["items"]
        assert catalogue.change("/barcode/set_primary", "barcode", barcode)["primary"]
        refused = catalogue.refused_change("/variant/update", "variant", variant, code="NEW")
        assert refused == (400, "invalid-input")


def test_inferred_names_are_renamed() -> None:
    with started("--variant", "renamed-inferred-fields") as catalogue:
        made = catalogue.post("/vendor", code=code(), title="V")
        assert made["title"] == "V"
        query = {"vendor_id": made["vendor_id"]}
        assert catalogue.get("/vendor/read", **query)["short_code"] == made["short_code"]
        assert catalogue.ask("/vendor/get", method="GET", **query).status_code == 404
        assert catalogue.get("/vendor")["records"]


def test_defects_of_links_matrices_and_reads() -> None:
    with started(
        *defective(
            "second-primary-link-kept",
            "matrix-options-not-looked-up",
            "product-read-shows-first-state",
            "barcode-read-without-check-digit",
        )
    ) as catalogue:
        brand = catalogue.make("brand")
        for _ in range(2):
            vendor_id = catalogue.make("vendor")["vendor_id"]
            link = {"supplier_type": "vendor", "supplier_id": vendor_id}
            for path in ("/brand/link/add", "/brand/link/set_primary"):
                brand = catalogue.change(path, "brand", brand, **link)
        assert [link["primary"] for link in brand["links"]] == [True, True]
        nothing = [{"option_group_code": code(), "option_codes": [code()]}]
        assert catalogue.post("/ogm", code=code(), caption="M", matrix=nothing)["ogm_rev"] == 1
        season = catalogue.make("season")
        assert catalogue.move("season", season, "active")["status"] == "active"
        assert catalogue.get("/season/get", season_id=season["season_id"])["status"] == "inactive"
        barcode = catalogue.barcode(catalogue.variant())
        read = catalogue.get("/barcode/get", barcode_id=barcode["barcode_id"])
        assert read["barcode"] == barcode["barcode"][:-1]
