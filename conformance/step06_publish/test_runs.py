"""Step 6: publish a product, by runs that the client steps."""

import pytest

from fixtures import Answer, Caller, Change, without
from fixtures.context import users_and_orgs
from fixtures.run.world import PROFILED_CODE
from fixtures.services.pmc import actions as pmc
from fixtures.services.pmc.actions import COMPLETE


def count(answer: Answer, name: str) -> int:
    return int(answer.value(name))


@pytest.mark.requirement("PUB-1")
def test_profile_is_read_back_as_it_was_set(pmc_owner: Caller) -> None:
    channel = pmc.open_channel(pmc_owner)
    # An attribute that every product has: the profile holds for all channels of its code.
    wanted = ["caption"]
    pmc_owner(
        "pmc.profile.set",
        channel_code=channel["channel_code"],
        required_attributes=wanted,
    ).accepted()
    answer = pmc_owner("pmc.profile.get", channel_code=channel["channel_code"])
    found = answer.value("required_attributes")
    answer.expect(
        "the profile is what was set",
        holds=found == wanted,
        expected=f"{wanted}",
        observed=f"{found}",
        uses=("required_attributes",),
    )


@pytest.mark.requirement("PUB-2")
def test_inline_pack_is_read_back(pmc_owner: Caller) -> None:
    content = {"description": "as it was made"}
    made = pmc_owner("pmc.pack.create", content=content)
    answer = pmc_owner("pmc.pack.get", pack_id=made.value("pack_id"))
    answer.expect(
        "the pack holds what it was made with",
        holds=answer.value("content") == content,
        expected=f"{content}",
        uses=("content",),
    )


@pytest.mark.requirement("PUB-3")
def test_later_version_leaves_an_earlier_pack_as_it_was(pmc_owner: Caller) -> None:
    code = pmc_owner.world.fresh("pack_code")
    first = pmc_owner("pmc.pack.create", pack_code=code, content={"description": "first"})
    pmc_owner("pmc.pack.create", pack_code=code, content={"description": "second"}).accepted()
    answer = pmc_owner("pmc.pack.get", pack_id=first.value("pack_id"))
    answer.expect(
        "the first version is still what it was",
        holds=answer.value("content") == {"description": "first"},
        expected="its own content",
        observed=f"{answer.optional('content')}",
        uses=("content",),
    )


@pytest.mark.requirement("PUB-4")
def test_pack_list_shows_every_version(pmc_owner: Caller) -> None:
    code = pmc_owner.world.fresh("pack_code")
    made = {str(pmc_owner("pmc.pack.create", pack_code=code).value("pack_id")) for _ in range(3)}
    answer = pmc_owner("pmc.pack.list", pack_code=code)
    found = {str(answer.read_item(item, "item_id")) for item in answer.items()}
    answer.expect(
        "the list holds all versions",
        holds=made <= found,
        expected="3 versions",
        observed=f"{len(made & found)} of them",
        uses=("items", "item_id"),
    )


@pytest.mark.requirement("PUB-5")
def test_presigned_pack_is_complete_only_after_its_upload(pmc_owner: Caller) -> None:
    proven = pmc.create_uploaded_pack(pmc_owner)
    answer = pmc_owner("pmc.pack.complete", pack_id=proven["pack_id"])
    answer.expect(
        "a completed pack holds what was uploaded",
        holds=answer.value("content") == {"description": "uploaded"},
        expected="the uploaded content",
        observed=f"{answer.optional('content')}",
        uses=("content",),
    )
    waiting = pmc.create_presigned_pack(pmc_owner)
    pmc_owner("pmc.pack.complete", pack_id=waiting["pack_id"]).refused()


@pytest.mark.requirement("PUB-6")
def test_run_is_started_and_read_back(pmc_owner: Caller) -> None:
    run = pmc.start_new_run(pmc_owner)
    answer = pmc_owner("pmc.run.get", run_id=run["run_id"])
    answer.expect(
        "the run is read back by its id",
        holds=str(answer.value("run_id")) == run["run_id"],
        expected=run["run_id"],
        uses=("run_id",),
    )


@pytest.mark.requirement("PUB-7")
def test_run_without_a_reason_is_refused(pmc_owner: Caller) -> None:
    channel = pmc.start_new_run(pmc_owner)
    names = {name: channel[name] for name in ("channel_guid", "selector")}
    pmc_owner("pmc.run.start", without("reason"), **names).refused()


@pytest.mark.requirement("PUB-8")
def test_variant_without_its_style_is_no_selection(pmc_owner: Caller) -> None:
    channel = pmc.start_new_run(pmc_owner)
    alone = {"variant_id": pmc_owner.world["variant_id"]}
    pmc.start_run(pmc_owner, channel, selector=alone).refused()


@pytest.mark.requirement("PUB-9")
def test_run_moves_only_when_it_is_stepped(pmc_owner: Caller) -> None:
    # The read is proven by a product that is there.
    pmc.read_product(pmc_owner, pmc.publish_new_product(pmc_owner)).accepted()
    run = pmc.start_new_run(pmc_owner)
    for _ in range(3):
        answer = pmc_owner("pmc.run.get", run_id=run["run_id"])
    answer.expect(
        "reading a run does not move it",
        holds=str(answer.value("state")) not in COMPLETE,
        expected="a run that is not complete",
        observed=str(answer.value("state")),
        uses=("state",),
    )
    pmc.read_product(pmc_owner, run).refused(404)


@pytest.mark.requirement("PUB-10")
def test_stepped_run_publishes_what_was_selected(pmc_owner: Caller) -> None:
    channel = pmc.open_channel(pmc_owner)
    last = pmc.publish(pmc_owner, channel)
    last.expect(
        "the run published the variant",
        holds=count(last, "published_count") == 1,
        expected="1 published",
        observed=f"{last.optional('published_count')} published",
        uses=("published_count",),
    )
    pmc.read_product(pmc_owner, channel).accepted()


@pytest.mark.requirement("PUB-11")
def test_variant_that_is_not_active_is_not_published(pmc_owner: Caller) -> None:
    pmc.read_product(pmc_owner, pmc.publish_new_product(pmc_owner)).accepted()
    withdrawn = pmc.with_new_variant(pmc_owner, active=False)
    channel = pmc.open_channel(withdrawn)
    pmc.publish(withdrawn, channel)
    pmc.read_product(withdrawn, channel).refused(404)


@pytest.mark.requirement("PUB-12")
def test_skipped_variant_is_reported(pmc_owner: Caller) -> None:
    withdrawn = pmc.with_new_variant(pmc_owner, active=False)
    last = pmc.publish(withdrawn, pmc.open_channel(withdrawn))
    last.expect(
        "the run counts what it skipped",
        holds=count(last, "skipped_count") == 1,
        expected="1 skipped",
        observed=f"{last.optional('skipped_count')} skipped",
        uses=("skipped_count",),
    )


@pytest.mark.requirement("PUB-13")
def test_variant_without_a_required_attribute_is_skipped(pmc_owner: Caller) -> None:
    channel = pmc.open_channel(pmc_owner, channel_code=PROFILED_CODE)
    pmc_owner(
        "pmc.profile.set",
        channel_code=channel["channel_code"],
        required_attributes=["description"],
    ).accepted()
    try:
        pack = pmc_owner("pmc.pack.create", content={"description": "given"}).value("pack_id")
        given = pmc.publish(pmc_owner, channel, pack_refs=[pack])
        other = pmc.open_channel(pmc_owner, channel_code=PROFILED_CODE)
        missing = pmc.publish(pmc_owner, other)
    finally:
        pmc_owner("pmc.profile.set", channel_code=channel["channel_code"]).accepted()
    missing.expect(
        "only what has the attribute is published",
        holds=count(given, "published_count") == 1 and count(missing, "published_count") == 0,
        expected="1 published with the attribute, none without it",
        observed=f"{given.optional('published_count')} and {missing.optional('published_count')}",
        uses=("published_count",),
    )


@pytest.mark.requirement("PUB-14")
def test_cancelled_run_takes_no_step(pmc_owner: Caller) -> None:
    pmc.step_to_end(pmc_owner, pmc.start_new_run(pmc_owner)["run_id"])
    run = pmc.start_new_run(pmc_owner)
    pmc_owner("pmc.run.cancel", run_id=run["run_id"]).accepted()
    pmc_owner("pmc.run.step", run_id=run["run_id"]).refused()


@pytest.mark.requirement("PUB-15")
def test_completed_run_takes_no_step(pmc_owner: Caller) -> None:
    run = pmc.finish_new_run(pmc_owner)
    pmc_owner("pmc.run.step", run_id=run["run_id"]).refused()


@pytest.mark.requirement("PUB-16")
def test_finished_run_lists_its_manifest(pmc_owner: Caller) -> None:
    run = pmc.finish_new_run(pmc_owner)
    answer = pmc_owner("pmc.manifest.list", run_id=run["run_id"])
    answer.expect(
        "a run that was stepped has manifest parts",
        holds=bool(answer.items()),
        expected="at least one part",
        observed="none",
        uses=("items",),
    )


@pytest.mark.requirement("PUB-17")
def test_manifest_part_is_read_at_its_presigned_address(pmc_owner: Caller) -> None:
    run = pmc.finish_new_run(pmc_owner)
    answer = pmc_owner("pmc.manifest.presign", run_id=run["run_id"], part_id=run["part_id"])
    shown = pmc.download(pmc_owner, str(answer.value("download_url")))
    answer.expect(
        "the presigned address shows the part, which names the variant",
        holds=shown.is_success and pmc_owner.world["variant_id"] in shown.text,
        expected="the part",
        observed=f"status {shown.status_code}, {len(shown.text)} characters",
        uses=("download_url",),
    )


@pytest.mark.requirement("PUB-28")
def test_product_list_takes_one_filter_at_a_time(pmc_owner: Caller) -> None:
    made = pmc.publish_new_product(pmc_owner)
    pmc_owner("pmc.product.list", channel_guid=made["channel_guid"]).accepted()
    two = {"channel_guid": made["channel_guid"], "style_filter": "no-such-style"}
    answer = pmc_owner("pmc.product.list", **two)
    if answer.ok:
        answer.expect(
            "of two filters at most one is applied",
            holds=len(answer.items()) == 1,
            expected="a refusal, or the products of one filter",
            observed=f"{len(answer.items())} products",
            uses=("items",),
        )
    else:
        answer.refused()


@pytest.mark.requirement("PUB-29")
def test_search_finds_a_product_by_a_part_of_its_name(pmc_owner: Caller) -> None:
    word = f"zebra{pmc_owner.world.run_id}"
    pack = pmc_owner("pmc.pack.create", content={"title": f"striped {word} shirt"})
    channel = pmc.open_channel(pmc_owner)
    pmc.publish(pmc_owner, channel, pack_refs=[pack.value("pack_id")])
    product_id = str(pmc.read_product(pmc_owner, channel).value("product_id"))

    def search() -> Answer:
        return pmc_owner("pmc.product.search", q=word, match="contains")

    def holds(answer: Answer) -> bool:
        return product_id in {str(answer.read_item(item, "item_id")) for item in answer.items()}

    answer = pmc.within_search_lag(search, holds)
    answer.expect(
        "the product is found by a word of its content",
        holds=holds(answer),
        expected=product_id,
        observed=f"{len(answer.items())} products, not this one",
        uses=("items", "item_id"),
        inferred=True,
    )


@pytest.mark.requirement("PUB-30")
def test_get_ignores_a_json_body(pmc_owner: Caller) -> None:
    made = pmc.publish_new_product(pmc_owner)
    plain = pmc.read_product(pmc_owner, made).accepted()
    names = {name: made[name] for name in ("variant_id", "channel_guid")}
    answer = pmc_owner("pmc.product.get", Change(raw='{"variant_id": "another"}'), **names)
    answer.expect(
        "the product asked for in the query is answered",
        holds=answer.ok and answer.optional("product_id") == plain.optional("product_id"),
        expected="the answer to the query alone",
    )


@pytest.mark.requirement("PUB-31")
def test_key_with_the_view_role_reads_products(pmc_owner: Caller) -> None:
    made = pmc.publish_new_product(pmc_owner)
    viewer = users_and_orgs.new_key(pmc_owner, "pmc-viewer", ["pmc_view"]).actor
    pmc.read_product(pmc_owner, made).accepted()
    pmc.read_product(pmc_owner.as_(viewer), made).accepted()


@pytest.mark.requirement("PUB-32")
def test_key_with_the_view_role_does_not_publish(pmc_owner: Caller) -> None:
    run = pmc.start_new_run(pmc_owner)
    viewer = users_and_orgs.new_key(pmc_owner, "pmc-viewer", ["pmc_view"]).actor
    pmc.start_run(pmc_owner.as_(viewer), run).refused(403)


@pytest.mark.requirement("PUB-33")
def test_key_with_the_publishing_role_publishes(pmc_owner: Caller) -> None:
    channel = pmc.open_channel(pmc_owner)
    pmc.start_run(pmc_owner, channel).accepted()
    key = users_and_orgs.new_key(pmc_owner, "pmc-publisher", ["pmc_publish"]).actor
    pmc.start_run(pmc_owner.as_(key), channel).accepted()


@pytest.mark.requirement("PUB-34")
def test_build_stats_need_no_org(pmc_owner: Caller) -> None:
    pmc_owner("pmc.build.stats").accepted()
    pmc_owner("pmc.build.stats", without("orgcode")).accepted()
