"""The catalogue from supplier to barcode, as its playbook builds it, and its records' life."""

import pytest

from tests.reference.platform_client import Record
from tests.reference.products import Catalogue, code

INVALID = (400, "invalid-input")
STATE = (409, "invalid-state")
ABSENT = (404, "not-found")
PLAIN = ("vendor", "manufacturer", "division", "season", "option_group", "brand")


def test_the_build_order_of_the_playbook(catalogue: Catalogue) -> None:
    style = catalogue.style()
    assert style["status"] == "inactive"
    assert style["vendors"][0]["primary"] is True
    variant = catalogue.variant(style)
    assert (variant["matrix_rev"], variant["stale"]) == (None, False)
    barcode = catalogue.barcode(variant)
    found = catalogue.get("/barcode/resolve", barcode=barcode["barcode"])
    assert found["variant_id"] == variant["variant_id"]
    for noun, record in (("style", style), ("variant", variant)):
        assert catalogue.move(noun, record, "active")["status"] == "active"


def test_health_needs_no_credential(catalogue: Catalogue) -> None:
    platform = catalogue.platform
    answer = platform.client.get(f"{platform.base_url}/pvm/stat")
    assert answer.json()["data"] == {"status": "ok"}


@pytest.mark.parametrize("noun", PLAIN)
def test_every_noun_has_its_five_operations(catalogue: Catalogue, noun: str) -> None:
    made = catalogue.make(noun)
    assert (made["status"], made["revision"]) == ("inactive", 1)
    key = f"{noun}_id"
    assert catalogue.get(f"/{noun}/get", **{key: made[key]}) == made
    changed = catalogue.change(f"/{noun}/update", noun, made, caption="Other")
    assert (changed["caption"], changed["revision"], changed["code"]) == ("Other", 2, made["code"])
    listed = catalogue.get(f"/{noun}", text=made["code"].lower())["items"]
    assert [item[key] for item in listed] == [made[key]]
    doomed = catalogue.move(noun, changed, "doomed")
    assert catalogue.get(f"/{noun}", text=made["code"])["items"] == []
    for state in ("inactive", "active", "doomed"):
        assert catalogue.refused_change(f"/{noun}/status", noun, doomed, status=state) == STATE


def test_edits_and_doom_need_the_inactive_state(catalogue: Catalogue) -> None:
    made = catalogue.make("vendor")
    active = catalogue.move("vendor", made, "active")
    assert catalogue.refused_change("/vendor/update", "vendor", active, caption="x") == STATE
    assert catalogue.refused_change("/vendor/status", "vendor", active, status="doomed") == STATE
    doomed = catalogue.move("vendor", active, "inactive", "doomed")
    assert catalogue.refused_change("/vendor/update", "vendor", doomed, caption="x") == STATE


def test_changes_need_the_current_revision(catalogue: Catalogue) -> None:
    made = catalogue.make("season")
    body = {"season_id": made["season_id"], "caption": "x"}
    required = (428, "expected-revision-required")
    assert catalogue.refused("/season/update", **body) == required
    stale = catalogue.ask("/season/update", {**body, "expected_revision": 9})
    assert stale.status_code == 409
    assert stale.json()["error"]["details"]["record"]["code"] == made["code"]


@pytest.mark.parametrize("bad", ["", "a", "1A", "A B", "ABCDEFGHIJK", "Aé", "A\n"])
def test_codes_have_one_form(catalogue: Catalogue, bad: str) -> None:
    assert catalogue.refused("/vendor", code=bad, caption="V") == INVALID


def test_codes_are_unique_and_fixed(catalogue: Catalogue) -> None:
    made = catalogue.make("vendor")
    again = {"code": made["code"], "caption": "V"}
    assert catalogue.refused("/vendor", **again) == (409, "duplicate-code")
    changed = catalogue.change("/vendor/update", "vendor", made, code=code())
    assert changed["code"] == made["code"]
    catalogue.move("vendor", changed, "doomed")
    assert catalogue.post("/vendor", **again)["vendor_id"] != made["vendor_id"]


def test_codes_are_drawn_from_a_pattern_until_none_is_free(catalogue: Catalogue) -> None:
    pattern = f"{code()}#"
    seen: set[str] = set()
    sent = {"code_pattern": pattern, "code_max_attempts": 100, "caption": "V"}
    for _ in range(3):
        seen.add(catalogue.post("/vendor", **sent)["code"])
    assert len(seen) == 3
    assert all(each[:-1] == pattern[:-1] and each[-1].isdigit() for each in seen)
    fixed = {"code_pattern": code(), "caption": "V"}
    catalogue.post("/vendor", **fixed)
    assert catalogue.refused("/vendor", **fixed) == (409, "code-generation-exhausted")


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"code": "AB", "code_pattern": "AB#"},
        {"code_pattern": "#A"},
        {"code_pattern": "A#########?"},
        {"code_pattern": "A#", "code_max_attempts": 0},
    ],
)
def test_a_code_is_given_or_drawn(catalogue: Catalogue, fields: Record) -> None:
    assert catalogue.refused("/vendor", caption="V", **fields) == INVALID


def test_taxonomy_hangs_together(catalogue: Catalogue) -> None:
    division = catalogue.make("division")
    department = catalogue.make("department", division_id=division["division_id"])
    catalogue.make("department", division_id=catalogue.make("division")["division_id"])
    listed = catalogue.get("/department", division_id=division["division_id"])["items"]
    assert [item["department_id"] for item in listed] == [department["department_id"]]
    plain = {"code": code(), "caption": "C"}
    assert catalogue.refused("/category", **plain, department_id=division["code"]) == ABSENT
    assert catalogue.refused_get("/category", department_id="none") == ABSENT
    catalogue.move("department", department, "doomed")
    below = {**plain, "department_id": department["department_id"]}
    assert catalogue.refused("/category", **below) == STATE


def test_lists_filter_by_state_and_page(catalogue: Catalogue) -> None:
    group = catalogue.make("option_group")
    key = {"option_group_id": group["option_group_id"]}
    made = [catalogue.make("option", **key) for _ in range(3)]
    catalogue.move("option", made[0], "active")
    catalogue.move("option", made[1], "doomed")
    for filters, expected in (
        ({"status": "active"}, [0]),
        ({"status": "doomed"}, [1]),
        ({"status": "all"}, [0, 1, 2]),
        ({"include_doomed": "true"}, [0, 1, 2]),
        ({}, [0, 2]),
    ):
        items = catalogue.get("/option", **key, **filters)["items"]
        assert [item["option_id"] for item in items] == [made[n]["option_id"] for n in expected]
    first = catalogue.get("/option", **key, limit=1)
    second = catalogue.get("/option", **key, limit=1, next_token=first["next_token"])
    assert (second["items"][0]["option_id"], second["next_token"]) == (made[2]["option_id"], None)


def test_get_reads_the_query_alone(catalogue: Catalogue) -> None:
    made, other = catalogue.make("vendor"), catalogue.make("vendor")
    query = {"vendor_id": made["vendor_id"]}
    answer = catalogue.ask("/vendor/get", {"vendor_id": other["vendor_id"]}, method="GET", **query)
    assert answer.json()["data"]["vendor_id"] == made["vendor_id"]
    assert catalogue.ask("/vendor/get", query, method="GET").status_code == 400
    url = f"{catalogue.platform.base_url}/pvm/vendor"
    secret = {"session_guid": catalogue.caller.session}
    context = {"x-orgcode": catalogue.org.code}
    answer = catalogue.platform.client.get(url, params=secret, headers=context)
    assert answer.status_code == 401


def test_a_brand_is_activated_with_primaries_on_both_sides(catalogue: Catalogue) -> None:
    brand = catalogue.make("brand")
    for side in ("vendor", "manufacturer"):
        supplier = catalogue.make(side)
        assert catalogue.refused_change("/brand/status", "brand", brand, status="active") == STATE
        link = {"supplier_type": side, "supplier_id": supplier[f"{side}_id"]}
        brand = catalogue.change("/brand/link/add", "brand", brand, **link)
        assert catalogue.refused_change("/brand/status", "brand", brand, status="active") == STATE
        brand = catalogue.change("/brand/link/set_primary", "brand", brand, **link)
    active = catalogue.move("brand", brand, "active")
    assert catalogue.refused_change("/brand/link/remove", "brand", active, **link) == STATE


def test_brand_links_are_kept_once(catalogue: Catalogue) -> None:
    brand = catalogue.make("brand")
    links = []
    for _ in range(2):
        vendor = catalogue.make("vendor")
        links.append({"supplier_type": "vendor", "supplier_id": vendor["vendor_id"]})
        brand = catalogue.change("/brand/link/add", "brand", brand, **links[-1])
        brand = catalogue.change("/brand/link/set_primary", "brand", brand, **links[-1])
    assert [link["primary"] for link in brand["links"]] == [False, True]
    duplicate = catalogue.refused_change("/brand/link/add", "brand", brand, **links[0])
    assert duplicate == (409, "duplicate-link")
    brand = catalogue.change("/brand/link/remove", "brand", brand, **links[0])
    assert catalogue.refused_change("/brand/link/remove", "brand", brand, **links[0]) == ABSENT
    listed = catalogue.get("/brand/link/list", brand_id=brand["brand_id"])
    assert listed["items"] == brand["links"]
