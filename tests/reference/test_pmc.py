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
def ics_client(catalogue: Catalogue) -> Publisher:
    return publisher(catalogue)


def test_build_needs_neither_org_nor_credential(platform: Platform) -> None:
    answer = platform.client.get(f"{platform.base_url}/pmc/build/stats")
    assert set(answer.json()["data"]) == {"build_major", "build_minor", "build_id"}


def test_a_run_moves_a_page_a_step_and_not_otherwise(ics_client: Publisher) -> None:
    style, variants = ics_client.style(6)
    run = ics_client.start(style)
    assert (run["status"], run["candidate_count"], run["processed_count"]) == ("running", 6, 0)
    assert ics_client.get("/publish/run/get", run_id=run["run_id"])["processed_count"] == 0
    first = ics_client.step(run)
    assert (first["status"], first["published_count"], len(first["entries"])) == ("running", 5, 5)
    last = ics_client.step(run)
    assert (last["status"], last["processed_count"]) == ("completed", 6)
    found = [entry["variant_id"] for entry in first["entries"] + last["entries"]]
    assert found == [variant["variant_id"] for variant in variants]
    assert ics_client.refused("/publish/run/step", run_id=run["run_id"]) == WRONG_STATE
    assert ics_client.refused("/publish/run/cancel", run_id=run["run_id"]) == WRONG_STATE


def test_a_cancelled_run_stands_still(ics_client: Publisher) -> None:
    style, _ = ics_client.style()
    named = {"run_id": ics_client.start(style)["run_id"]}
    assert ics_client.make("/publish/run/cancel", **named)["status"] == "cancelled"
    assert ics_client.refused("/publish/run/step", **named) == WRONG_STATE
    assert ics_client.refused("/publish/run/cancel", **named) == WRONG_STATE
    assert ics_client.get("/publish/run/get", **named)["processed_count"] == 0


def test_a_start_must_be_sound(ics_client: Publisher, platform: Platform) -> None:
    style, (variant, *_) = ics_client.style(2)
    other, _ = ics_client.style()
    sound: dict[str, Any] = {
        "channel_guid": ics_client.channel_guid,
        "selector": {"style_id": style["style_id"], "variant_id": variant["variant_id"]},
        "reason": "spring",
    }

    def start(**fields: Any) -> tuple[int, str]:
        return ics_client.refused("/publish/run/start", **{**sound, **fields})

    assert start(reason=" ") == start(reason=None) == INVALID
    assert start(selector={"variant_id": variant["variant_id"]}) == start(selector={}) == INVALID
    mixed = {"style_id": other["style_id"], "variant_id": variant["variant_id"]}
    assert start(selector=mixed) == start(selector={"style_id": style["code"]}) == NOT_FOUND
    foreign = active_channel(platform, platform.org())["channel_guid"]
    assert start(channel_guid=foreign) == start(pack_refs=["nothing"]) == NOT_FOUND
    assert ics_client.make("/publish/run/start", **sound)["candidate_count"] == 1


def test_ineligible_candidates_are_skipped_and_reported(ics_client: Publisher) -> None:
    style, variants = ics_client.style(2)
    ics_client.catalogue.move("variant", variants[0], "inactive")
    run = ics_client.publish(style)
    assert [entry["reason"] for entry in run["entries"]] == ["variant-not-active", None]
    assert (run["skipped_count"], run["published_count"]) == (1, 1)
    ics_client.catalogue.move("style", style, "inactive")
    again = ics_client.publish(style)
    assert (again["status"], again["skipped_count"]) == ("completed", 2)
    assert {entry["reason"] for entry in again["entries"]} == {"style-not-active"}


def test_a_stale_variant_is_skipped(ics_client: Publisher) -> None:
    style, _ = ics_client.style(2)
    clone = ics_client.catalogue.post("/ogm/clone", ogm_id=style["ogm_id"])
    clone = ics_client.catalogue.move("ogm", clone, "active")
    resting = ics_client.catalogue.move("style", style, "inactive")
    moved = ics_client.catalogue.change("/style/set_ogm", "style", resting, ogm_id=clone["ogm_id"])
    ics_client.catalogue.move("style", moved, "active")
    run = ics_client.publish(style)
    assert {entry["reason"] for entry in run["entries"]} == {"variant-stale"}


def test_the_profile_of_the_channel_code_decides(catalogue: Catalogue, platform: Platform) -> None:
    org = platform.org()
    ics_client = publisher(replace(catalogue, org=org, caller=org.owner))
    named = {"channel_code": "kiosk"}
    assert ics_client.refused_get("/publish-profile/get", **named) == NOT_FOUND
    attributes = ["description", "category_id"]
    ics_client.make("/publish-profile/set", **named, required_attributes=attributes)
    assert ics_client.get("/publish-profile/get", **named)["required_attributes"] == attributes
    assert (
        ics_client.refused("/publish-profile/set", **named, required_attributes=["A b"]) == INVALID
    )
    absent = {"channel_code": "shopify", "required_attributes": []}
    assert ics_client.refused("/publish-profile/set", **absent) == NOT_FOUND
    style, _ = ics_client.style()
    (entry,) = ics_client.publish(style)["entries"]
    assert (entry["reason"], entry["missing_attributes"]) == ("missing-attributes", ["description"])
    pack = ics_client.make("/pack/create", pack_code="P", content={"description": "Blue"})
    (entry,) = ics_client.publish(style, pack_refs=[pack["pack_id"]])["entries"]
    assert entry["outcome"] == "published"


def test_packs_are_versioned_and_immutable(ics_client: Publisher) -> None:
    first = ics_client.make("/pack/create", pack_code="SPRING", content={"title": "One"})
    second = ics_client.make("/pack/create", pack_code="SPRING", content={"title": "Two"})
    assert (first["version"], second["version"]) == (1, 2)
    assert ics_client.get("/pack/get", pack_id=first["pack_id"])["content"] == {"title": "One"}
    listed = ics_client.get("/pack/list", pack_code="SPRING")["items"]
    assert [pack["pack_id"] for pack in listed] == [first["pack_id"], second["pack_id"]]
    assert ics_client.refused("/pack/complete", pack_id=first["pack_id"]) == WRONG_STATE
    assert ics_client.refused("/pack/create", pack_code="SPRING") == INVALID
    both = {"pack_code": "SPRING", "content": {}, "presigned": True}
    assert ics_client.refused("/pack/create", **both) == INVALID
    assert ics_client.refused("/pack/create", pack_code="a b", content={}) == INVALID


def test_a_pack_may_be_uploaded(ics_client: Publisher) -> None:
    client = ics_client.platform.client
    pack = ics_client.make("/pack/create", pack_code="UPLOAD", presigned=True)
    named, url = {"pack_id": pack["pack_id"]}, pack["upload_url"]
    style, _ = ics_client.style()
    start = {"channel_guid": ics_client.channel_guid, "selector": {"style_id": style["style_id"]}}
    start |= {"reason": "spring", "pack_refs": [pack["pack_id"]]}
    assert pack["status"] == "pending_upload"
    assert ics_client.refused("/publish/run/start", **start) == WRONG_STATE
    assert ics_client.refused("/pack/complete", **named) == WRONG_STATE
    client.put(url, content=b"[1]")
    assert client.get(url.partition("?")[0]).status_code == 403
    assert ics_client.refused("/pack/complete", **named) == INVALID
    assert client.put(url, content=b'{"title": "Up"}').status_code == 200
    assert ics_client.make("/pack/complete", **named)["content"] == {"title": "Up"}
    client.put(url, content=b'{"title": "Late"}')
    shown = ics_client.get("/pack/get", **named)
    assert (shown["content"], "upload_url" in shown) == ({"title": "Up"}, False)
    assert ics_client.refused("/pack/complete", **named) == WRONG_STATE


def test_an_address_is_signed_for_a_quarter_of_an_hour(ics_client: Publisher) -> None:
    url = ics_client.make("/pack/create", pack_code="SIGNED", presigned=True)["upload_url"]
    query = dict(parse_qsl(urlsplit(url).query))
    # The stand-in for S3 asks for a signature and does not judge it.
    assert query["X-Amz-Expires"] == "900"
    assert query["X-Amz-Signature"]


def test_each_step_leaves_a_part_of_the_manifest(ics_client: Publisher) -> None:
    style, _ = ics_client.style(6)
    run = ics_client.publish(style)
    named = {"run_id": run["run_id"]}
    parts = ics_client.get("/publish/run/manifest/list", **named)["items"]
    assert [(part["part_number"], part["entry_count"]) for part in parts] == [(1, 5), (2, 1)]
    entries = []
    for part in parts:
        address = ics_client.get("/publish/run/manifest/presign", **named, part_id=part["part_id"])
        entries += ics_client.platform.client.get(address["download_url"]).json()["entries"]
    assert entries == run["entries"]
    refused = ics_client.refused_get("/publish/run/manifest/presign", **named, part_id="nothing")
    assert refused == NOT_FOUND


def test_each_publish_is_a_new_revision_and_goes_online(ics_client: Publisher) -> None:
    style, variant, product = ics_client.published()
    before = ics_client.revisions(product)
    ics_client.publish(style, reason="again")
    again = ics_client.product(variant)
    first, second = ics_client.revisions(product)
    assert again["product_id"] == product["product_id"]
    assert again["revision"] > product["revision"]
    assert {**first, "status": "online"} == before[0]
    assert (first["status"], second["status"]) == ("offline", "online")
    assert (second["revision_number"], second["reason"]) == (2, "again")
    assert again["online_revision_id"] == second["revision_id"]


def test_online_is_moved_by_the_revision_of_the_product(ics_client: Publisher) -> None:
    style, variant, _ = ics_client.published()
    ics_client.publish(style, reason="again")
    product = ics_client.product(variant)
    first, second = ics_client.revisions(product)
    cleared = ics_client.change("/product/online/clear", product)
    assert (cleared["status"], cleared["online_revision_id"]) == ("offline", None)
    assert {each["status"] for each in ics_client.revisions(product)} == {"offline"}
    back = {"product_id": product["product_id"], "revision_id": first["revision_id"]}
    assert ics_client.refused("/product/online/set", **back)[0] == 428
    stale = ics_client.ask("/product/online/set", **back, expected_revision=product["revision"])
    assert stale.json()["error"]["details"]["record"]["status"] == "offline"
    moved = ics_client.change("/product/online/set", cleared, revision_id=first["revision_id"])
    assert moved["online_revision_id"] == first["revision_id"]
    _, _, other = ics_client.published()
    foreign = ics_client.refused_change(
        "/product/online/set", other, revision_id=second["revision_id"]
    )
    assert foreign == NOT_FOUND


@pytest.mark.parametrize("kind", ["staged", "preview", "fallback"])
def test_pointers_stand_beside_online(ics_client: Publisher, kind: str) -> None:
    _, _, product = ics_client.published()
    (revision,) = ics_client.revisions(product)
    named = {"product_id": product["product_id"], "kind": kind}
    assert ics_client.get("/product/pointer/get", **named)["revision_id"] is None
    cleared = ics_client.change("/product/online/clear", product)
    pointed = {"kind": kind, "revision_id": revision["revision_id"]}
    moved = ics_client.change("/product/pointer/set", cleared, **pointed)
    assert (moved["status"], moved["pointers"][kind]) == ("offline", revision["revision_id"])
    assert ics_client.get("/product/pointer/get", **named)["revision_id"] == revision["revision_id"]
    assert ics_client.refused_change("/product/pointer/clear", product, kind=kind) == (
        409,
        "conflict",
    )
    assert ics_client.change("/product/pointer/clear", moved, kind=kind)["pointers"][kind] is None
    assert ics_client.refused_change("/product/pointer/clear", moved, kind="online") == INVALID


@pytest.mark.parametrize("noun", ["style", "variant"])
def test_a_listing_goes_offline_with_what_stands_behind_it(
    ics_client: Publisher, noun: str
) -> None:
    style, variant, product = ics_client.published()
    behind = {"style": style, "variant": variant}[noun]
    resting = ics_client.catalogue.move(noun, behind, "inactive")
    offline = ics_client.product(variant)
    (revision,) = ics_client.revisions(product)
    assert (offline["status"], revision["status"]) == ("offline", "offline")
    set_online = {"revision_id": revision["revision_id"]}
    assert ics_client.refused_change("/product/online/set", offline, **set_online) == WRONG_STATE
    ics_client.catalogue.move(noun, resting, "active")
    assert ics_client.product(variant)["status"] == "offline"
    assert ics_client.change("/product/online/set", offline, **set_online)["status"] == "online"


def test_products_are_found_by_one_filter_at_a_time(ics_client: Publisher) -> None:
    style, variants = ics_client.style(3)
    ics_client.publish(style)
    by_style = {"style_id": style["style_id"]}
    page = ics_client.get("/product/list", **by_style, limit=2)
    rest = ics_client.get("/product/list", **by_style, next_token=page["next_token"])
    found = [each["variant_id"] for each in page["items"] + rest["items"]]
    assert found == [variant["variant_id"] for variant in variants]
    (one,) = ics_client.get("/product/list", variant_id=found[0])["items"]
    assert one["revision"] == ics_client.product(variants[0])["revision"]
    ics_client.change("/product/online/clear", one)
    offline = ics_client.get("/product/list", status="offline", limit=256)["items"]
    assert found[0] in [each["variant_id"] for each in offline]
    assert ics_client.refused_get("/product/list", **by_style, status="online") == INVALID
    assert ics_client.refused_get("/product/list") == INVALID
    assert ics_client.get("/product/list", channel_guid="nothing")["items"] == []


def test_products_are_searched_and_grouped(ics_client: Publisher) -> None:
    style, _ = ics_client.style(2)
    pack = ics_client.make(
        "/pack/create", pack_code="WORDS", content={"title": "Azure coat (long)"}
    )
    ics_client.publish(style, pack_refs=[pack["pack_id"]])

    def hits(q: str, match: str) -> int:
        return len(ics_client.get("/product/search", q=q, match=match)["items"])

    assert hits("azure", "prefix") == hits("COAT (", "contains") == hits("^az.*g", "regex") == 2
    assert hits("coat", "prefix") == hits("az.*g", "contains") == 0
    assert ics_client.refused_get("/product/search", q="(", match="regex") == INVALID
    groups = ics_client.make("/product/group", dimension="style_id", limit=256)["items"]
    assert {"value": style["style_id"], "count": 2} in groups


def test_viewers_read_and_publishers_write(catalogue: Catalogue, ics_client: Publisher) -> None:
    platform, org = catalogue.platform, catalogue.org
    _, _, product = ics_client.published()
    named = {"product_id": product["product_id"]}
    pack: Record = {"pack_code": "ROLES", "content": {}}
    for role in ("pmc_view", "pvv", "pmc_publish", "pma"):
        member = replace(ics_client, caller=platform.member(org, role))
        assert member.get("/product/get", **named)["product_id"] == product["product_id"]
        writes = member.ask("/pack/create", **pack).status_code
        assert writes == (403 if role in {"pmc_view", "pvv"} else 200)
    bystander = replace(ics_client, caller=platform.member(org))
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
        ics_client = publisher(Catalogue(platform, org, org.owner))
        style, variant, product = ics_client.published()
        (revision,) = ics_client.revisions(product)
        assert (product["status"], revision["status"]) == ("offline", "offline")
        ics_client.change("/product/online/set", product, revision_id=revision["revision_id"])
        ics_client.catalogue.move("style", style, "inactive")
        assert ics_client.product(variant)["status"] == "online"
        platform.do("reference_clock", advance_seconds=2)
        assert ics_client.product(variant)["status"] == "offline"
