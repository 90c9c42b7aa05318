"""Publish control: runs, packs, products, and who may touch them."""

from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.reference.platform_client import Org, Platform, Record, running
from tests.reference.products import Catalogue
from tests.reference.publishing import Publisher, active_channel, publisher

INVALID = (400, "invalid-input")
WRONG_STATE = (409, "invalid-state")
NOT_FOUND = (404, "not-found")


@pytest.fixture(scope="module")
def shop(catalogue: Catalogue) -> Publisher:
    return publisher(catalogue)


def test_build_needs_neither_org_nor_credential(platform: Platform) -> None:
    answer = platform.client.get(f"{platform.base_url}/pmc/build/stats")
    assert set(answer.json()["data"]) == {"build_major", "build_minor", "build_id"}


def test_a_run_moves_a_page_a_step_and_not_otherwise(shop: Publisher) -> None:
    style, variants = shop.style(6)
    run = shop.start(style)
    assert (run["status"], run["candidate_count"], run["processed_count"]) == ("running", 6, 0)
    assert shop.get("/publish/run/get", run_id=run["run_id"])["processed_count"] == 0
    first = shop.step(run)
    assert (first["status"], first["published_count"], len(first["entries"])) == ("running", 5, 5)
    last = shop.step(run)
    assert (last["status"], last["processed_count"]) == ("completed", 6)
    found = [entry["variant_id"] for entry in first["entries"] + last["entries"]]
    assert found == [variant["variant_id"] for variant in variants]
    assert shop.refused("/publish/run/step", run_id=run["run_id"]) == WRONG_STATE
    assert shop.refused("/publish/run/cancel", run_id=run["run_id"]) == WRONG_STATE


def test_a_cancelled_run_stands_still(shop: Publisher) -> None:
    style, _ = shop.style()
    named = {"run_id": shop.start(style)["run_id"]}
    assert shop.post("/publish/run/cancel", **named)["status"] == "cancelled"
    assert shop.refused("/publish/run/step", **named) == WRONG_STATE
    assert shop.refused("/publish/run/cancel", **named) == WRONG_STATE
    assert shop.get("/publish/run/get", **named)["processed_count"] == 0


def test_a_start_must_be_sound(shop: Publisher, platform: Platform) -> None:
    style, (variant, *_) = shop.style(2)
    other, _ = shop.style()
    sound: dict[str, Any] = {
        "channel_guid": shop.channel_guid,
        "selector": {"style_id": style["style_id"], "variant_id": variant["variant_id"]},
        "reason": "spring",
    }

    def start(**fields: Any) -> tuple[int, str]:
        return shop.refused("/publish/run/start", **{**sound, **fields})

    assert start(reason=" ") == start(reason=None) == INVALID
    assert start(selector={"variant_id": variant["variant_id"]}) == start(selector={}) == INVALID
    mixed = {"style_id": other["style_id"], "variant_id": variant["variant_id"]}
    assert start(selector=mixed) == start(selector={"style_id": style["code"]}) == NOT_FOUND
    foreign = active_channel(platform, platform.org())["channel_guid"]
    assert start(channel_guid=foreign) == start(pack_refs=["nothing"]) == NOT_FOUND
    assert shop.post("/publish/run/start", **sound)["candidate_count"] == 1


def test_ineligible_candidates_are_skipped_and_reported(shop: Publisher) -> None:
    style, variants = shop.style(2)
    shop.catalogue.move("variant", variants[0], "inactive")
    run = shop.publish(style)
    assert [entry["reason"] for entry in run["entries"]] == ["variant-not-active", None]
    assert (run["skipped_count"], run["published_count"]) == (1, 1)
    shop.catalogue.move("style", style, "inactive")
    again = shop.publish(style)
    assert (again["status"], again["skipped_count"]) == ("completed", 2)
    assert {entry["reason"] for entry in again["entries"]} == {"style-not-active"}


def test_a_stale_variant_is_skipped(shop: Publisher) -> None:
    style, _ = shop.style(2)
    clone = shop.catalogue.post("/ogm/clone", ogm_id=style["ogm_id"])
    clone = shop.catalogue.move("ogm", clone, "active")
    resting = shop.catalogue.move("style", style, "inactive")
    moved = shop.catalogue.change("/style/set_ogm", "style", resting, ogm_id=clone["ogm_id"])
    shop.catalogue.move("style", moved, "active")
    run = shop.publish(style)
    assert {entry["reason"] for entry in run["entries"]} == {"variant-stale"}


def test_the_profile_of_the_channel_code_decides(catalogue: Catalogue, platform: Platform) -> None:
    org = platform.org()
    shop = publisher(replace(catalogue, org=org, caller=org.owner))
    named = {"channel_code": "kiosk"}
    assert shop.refused_get("/publish-profile/get", **named) == NOT_FOUND
    attributes = ["description", "category_id"]
    shop.post("/publish-profile/set", **named, required_attributes=attributes)
    assert shop.get("/publish-profile/get", **named)["required_attributes"] == attributes
    assert shop.refused("/publish-profile/set", **named, required_attributes=["A b"]) == INVALID
    absent = {"channel_code": "shopify", "required_attributes": []}
    assert shop.refused("/publish-profile/set", **absent) == NOT_FOUND
    style, _ = shop.style()
    (entry,) = shop.publish(style)["entries"]
    assert (entry["reason"], entry["missing_attributes"]) == ("missing-attributes", ["description"])
    pack = shop.post("/pack/create", pack_code="P", content={"description": "Blue"})
    (entry,) = shop.publish(style, pack_refs=[pack["pack_id"]])["entries"]
    assert entry["outcome"] == "published"


def test_packs_are_versioned_and_immutable(shop: Publisher) -> None:
    first = shop.post("/pack/create", pack_code="SPRING", content={"title": "One"})
    second = shop.post("/pack/create", pack_code="SPRING", content={"title": "Two"})
    assert (first["version"], second["version"]) == (1, 2)
    assert shop.get("/pack/get", pack_id=first["pack_id"])["content"] == {"title": "One"}
    listed = shop.get("/pack/list", pack_code="SPRING")["items"]
    assert [pack["pack_id"] for pack in listed] == [first["pack_id"], second["pack_id"]]
    assert shop.refused("/pack/complete", pack_id=first["pack_id"]) == WRONG_STATE
    assert shop.refused("/pack/create", pack_code="SPRING") == INVALID
    both = {"pack_code": "SPRING", "content": {}, "presigned": True}
    assert shop.refused("/pack/create", **both) == INVALID
    assert shop.refused("/pack/create", pack_code="a b", content={}) == INVALID


def test_a_pack_may_be_uploaded(shop: Publisher) -> None:
    client = shop.platform.client
    pack = shop.post("/pack/create", pack_code="UPLOAD", presigned=True)
    named, url = {"pack_id": pack["pack_id"]}, pack["upload_url"]
    style, _ = shop.style()
    start = {"channel_guid": shop.channel_guid, "selector": {"style_id": style["style_id"]}}
    start |= {"reason": "spring", "pack_refs": [pack["pack_id"]]}
    assert pack["status"] == "pending_upload"
    assert shop.refused("/publish/run/start", **start) == WRONG_STATE
    assert shop.refused("/pack/complete", **named) == WRONG_STATE
    client.put(url, content=b"[1]")
    assert client.get(url.partition("?")[0]).status_code == 403
    assert shop.refused("/pack/complete", **named) == INVALID
    assert client.put(url, content=b'{"title": "Up"}').status_code == 200
    assert shop.post("/pack/complete", **named)["content"] == {"title": "Up"}
    client.put(url, content=b'{"title": "Late"}')
    shown = shop.get("/pack/get", **named)
    assert (shown["content"], "upload_url" in shown) == ({"title": "Up"}, False)
    assert shop.refused("/pack/complete", **named) == WRONG_STATE


def test_an_address_is_signed_for_a_quarter_of_an_hour(shop: Publisher) -> None:
    url = shop.post("/pack/create", pack_code="SIGNED", presigned=True)["upload_url"]
    query = dict(parse_qsl(urlsplit(url).query))
    # The stand-in for S3 asks for a signature and does not judge it.
    assert query["X-Amz-Expires"] == "900"
    assert query["X-Amz-Signature"]


def test_each_step_leaves_a_part_of_the_manifest(shop: Publisher) -> None:
    style, _ = shop.style(6)
    run = shop.publish(style)
    named = {"run_id": run["run_id"]}
    parts = shop.get("/publish/run/manifest/list", **named)["items"]
    assert [(part["part_number"], part["entry_count"]) for part in parts] == [(1, 5), (2, 1)]
    entries = []
    for part in parts:
        address = shop.get("/publish/run/manifest/presign", **named, part_id=part["part_id"])
        entries += shop.platform.client.get(address["download_url"]).json()["entries"]
    assert entries == run["entries"]
    refused = shop.refused_get("/publish/run/manifest/presign", **named, part_id="nothing")
    assert refused == NOT_FOUND


def test_each_publish_is_a_new_revision_and_goes_online(shop: Publisher) -> None:
    style, variant, product = shop.published()
    before = shop.revisions(product)
    shop.publish(style, reason="again")
    again = shop.product(variant)
    first, second = shop.revisions(product)
    assert again["product_id"] == product["product_id"]
    assert again["revision"] > product["revision"]
    assert {**first, "status": "online"} == before[0]
    assert (first["status"], second["status"]) == ("offline", "online")
    assert (second["revision_number"], second["reason"]) == (2, "again")
    assert again["online_revision_id"] == second["revision_id"]


def test_online_is_moved_by_the_revision_of_the_product(shop: Publisher) -> None:
    style, variant, _ = shop.published()
    shop.publish(style, reason="again")
    product = shop.product(variant)
    first, second = shop.revisions(product)
    cleared = shop.change("/product/online/clear", product)
    assert (cleared["status"], cleared["online_revision_id"]) == ("offline", None)
    assert {each["status"] for each in shop.revisions(product)} == {"offline"}
    back = {"product_id": product["product_id"], "revision_id": first["revision_id"]}
    assert shop.refused("/product/online/set", **back)[0] == 428
    stale = shop.ask("/product/online/set", **back, expected_revision=product["revision"])
    assert stale.json()["error"]["details"]["record"]["status"] == "offline"
    moved = shop.change("/product/online/set", cleared, revision_id=first["revision_id"])
    assert moved["online_revision_id"] == first["revision_id"]
    _, _, other = shop.published()
    foreign = shop.refused_change("/product/online/set", other, revision_id=second["revision_id"])
    assert foreign == NOT_FOUND


@pytest.mark.parametrize("kind", ["staged", "preview", "fallback"])
def test_pointers_stand_beside_online(shop: Publisher, kind: str) -> None:
    _, _, product = shop.published()
    (revision,) = shop.revisions(product)
    named = {"product_id": product["product_id"], "kind": kind}
    assert shop.get("/product/pointer/get", **named)["revision_id"] is None
    cleared = shop.change("/product/online/clear", product)
    pointed = {"kind": kind, "revision_id": revision["revision_id"]}
    moved = shop.change("/product/pointer/set", cleared, **pointed)
    assert (moved["status"], moved["pointers"][kind]) == ("offline", revision["revision_id"])
    assert shop.get("/product/pointer/get", **named)["revision_id"] == revision["revision_id"]
    assert shop.refused_change("/product/pointer/clear", product, kind=kind) == (409, "conflict")
    assert shop.change("/product/pointer/clear", moved, kind=kind)["pointers"][kind] is None
    assert shop.refused_change("/product/pointer/clear", moved, kind="online") == INVALID


@pytest.mark.parametrize("noun", ["style", "variant"])
def test_a_listing_goes_offline_with_what_stands_behind_it(shop: Publisher, noun: str) -> None:
    style, variant, product = shop.published()
    behind = {"style": style, "variant": variant}[noun]
    resting = shop.catalogue.move(noun, behind, "inactive")
    offline = shop.product(variant)
    (revision,) = shop.revisions(product)
    assert (offline["status"], revision["status"]) == ("offline", "offline")
    set_online = {"revision_id": revision["revision_id"]}
    assert shop.refused_change("/product/online/set", offline, **set_online) == WRONG_STATE
    shop.catalogue.move(noun, resting, "active")
    assert shop.product(variant)["status"] == "offline"
    assert shop.change("/product/online/set", offline, **set_online)["status"] == "online"


def test_products_are_found_by_one_filter_at_a_time(shop: Publisher) -> None:
    style, variants = shop.style(3)
    shop.publish(style)
    by_style = {"style_id": style["style_id"]}
    page = shop.get("/product/list", **by_style, limit=2)
    rest = shop.get("/product/list", **by_style, next_token=page["next_token"])
    found = [each["variant_id"] for each in page["items"] + rest["items"]]
    assert found == [variant["variant_id"] for variant in variants]
    (one,) = shop.get("/product/list", variant_id=found[0])["items"]
    assert one["revision"] == shop.product(variants[0])["revision"]
    shop.change("/product/online/clear", one)
    offline = shop.get("/product/list", status="offline", limit=256)["items"]
    assert found[0] in [each["variant_id"] for each in offline]
    assert shop.refused_get("/product/list", **by_style, status="online") == INVALID
    assert shop.refused_get("/product/list") == INVALID
    assert shop.get("/product/list", channel_guid="nothing")["items"] == []


def test_products_are_searched_and_grouped(shop: Publisher) -> None:
    style, _ = shop.style(2)
    pack = shop.post("/pack/create", pack_code="WORDS", content={"title": "Azure coat (long)"})
    shop.publish(style, pack_refs=[pack["pack_id"]])

    def hits(q: str, match: str) -> int:
        return len(shop.get("/product/search", q=q, match=match)["items"])

    assert hits("azure", "prefix") == hits("COAT (", "contains") == hits("^az.*g", "regex") == 2
    assert hits("coat", "prefix") == hits("az.*g", "contains") == 0
    assert shop.refused_get("/product/search", q="(", match="regex") == INVALID
    groups = shop.post("/product/group", dimension="style_id", limit=256)["items"]
    assert {"value": style["style_id"], "count": 2} in groups


def test_viewers_read_and_publishers_write(catalogue: Catalogue, shop: Publisher) -> None:
    platform, org = catalogue.platform, catalogue.org
    _, _, product = shop.published()
    named = {"product_id": product["product_id"]}
    pack: Record = {"pack_code": "ROLES", "content": {}}
    for role in ("pmc_view", "pvv", "pmc_publish", "pma"):
        member = replace(shop, caller=platform.member(org, role))
        assert member.get("/product/get", **named)["product_id"] == product["product_id"]
        writes = member.ask("/pack/create", **pack).status_code
        assert writes == (403 if role in {"pmc_view", "pvv"} else 200)
    bystander = replace(shop, caller=platform.member(org))
    assert bystander.refused_get("/product/get", **named) == (403, "forbidden")
    stranger = platform.org()
    other = publisher(Catalogue(platform, stranger, stranger.owner))
    assert other.refused_get("/product/get", **named) == NOT_FOUND
    assert other.refused_get("/product/revision/list", **named) == NOT_FOUND


def test_a_publish_may_leave_the_revision_offline_and_a_listing_go_late() -> None:
    with running(
        "--variant", "publish-stays-offline", "--variant", "late-auto-offline"
    ) as platform:
        org: Org = platform.org()
        shop = publisher(Catalogue(platform, org, org.owner))
        style, variant, product = shop.published()
        (revision,) = shop.revisions(product)
        assert (product["status"], revision["status"]) == ("offline", "offline")
        shop.change("/product/online/set", product, revision_id=revision["revision_id"])
        shop.catalogue.move("style", style, "inactive")
        assert shop.product(variant)["status"] == "online"
        platform.do("reference_clock", advance_seconds=2)
        assert shop.product(variant)["status"] == "offline"
