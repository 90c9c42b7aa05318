"""Step 6: publish a product, by runs that the client steps."""

from functools import partial

import pytest

from conformance.contract import OPERATIONS
from fixtures import Answer, Caller, Change, Inconclusive, settled, without
from fixtures.context import users_and_orgs
from fixtures.run.presigned import download
from fixtures.run.world import PROFILED_CODE
from fixtures.services.pmc import actions as pmc
from fixtures.services.pmc.actions import COMPLETE, Values

PUBLISHED = "published_count"
SET_PROFILE, STEP, READ_RUN = "pmc.profile.set", "pmc.run.step", "pmc.run.get"
CREATE_PACK, READ_PACK, COMPLETE_PACK = "pmc.pack.create", "pmc.pack.get", "pmc.pack.complete"


def expect_count(answer: Answer, name: str, wanted: int, rule: str, *, sent: str = "") -> None:
    """Expect a run to have counted so many products, be the number written as text or not.

    `sent` is an input of its start on which that rests: one that no page prints may not be read.
    """
    count = int(answer.value(name))
    start = OPERATIONS["pmc.run.start"]
    answer.expect(
        rule,
        holds=count == wanted,
        expected=f"{wanted}",
        observed=f"{count}",
        uses=(name,),
        inferred=bool(sent) and not answer.target.input_certainty(start, sent).binding,
    )


@pytest.mark.requirement("PUB-1")
def test_profile_is_read_back_as_it_was_set(pmc_owner: Caller) -> None:
    channel = pmc.open_channel(pmc_owner)
    # An attribute that every product has: the profile applies to all channels of this code.
    wanted = ["caption"]
    pmc_owner(
        SET_PROFILE,
        channel_code=channel["channel_code"],
        required_attributes=wanted,
    ).accepted()
    answer = pmc_owner("pmc.profile.get", channel_code=channel["channel_code"])
    answer.shows("required_attributes", wanted, "the profile is what was set")


@pytest.mark.requirement("PUB-2")
def test_inline_pack_is_read_back(pmc_owner: Caller) -> None:
    content = {"description": "as it was made"}
    made = pmc_owner(CREATE_PACK, content=content)
    answer = pmc_owner(READ_PACK, pack_id=made.value("pack_id"))
    answer.shows("content", content, "the pack holds what it was made with")


@pytest.mark.requirement("PUB-3")
def test_later_version_leaves_an_earlier_pack_as_it_was(pmc_owner: Caller) -> None:
    code = pmc_owner.world.fresh("pack_code")
    first = pmc_owner(CREATE_PACK, pack_code=code, content={"description": "first"})
    pmc_owner(CREATE_PACK, pack_code=code, content={"description": "second"}).accepted()
    answer = pmc_owner(READ_PACK, pack_id=first.value("pack_id"))
    answer.shows("content", {"description": "first"}, "the first version is still what it was")


def _ids_of(listed: Answer) -> set[str]:
    return set(map(str, listed.read_items("item_id")))


@pytest.mark.requirement("PUB-4")
def test_pack_list_shows_every_version(pmc_owner: Caller) -> None:
    code = pmc_owner.world.fresh("pack_code")
    made = {str(pmc_owner(CREATE_PACK, pack_code=code).value("pack_id")) for _ in range(3)}
    answer = settled(
        lambda: pmc_owner("pmc.pack.list", pack_code=code), lambda it: made <= _ids_of(it)
    )
    found = _ids_of(answer)
    answer.expect(
        "the list holds all versions",
        holds=made <= found,
        expected="3 versions",
        observed=f"{len(made & found)} of them",
        uses=("items", "item_id"),
    )


@pytest.mark.requirement("PUB-5")
def test_presigned_pack_is_complete_only_after_its_upload(pmc_owner: Caller) -> None:
    uploaded = pmc.create_uploaded_pack(pmc_owner)
    answer = pmc_owner(COMPLETE_PACK, pack_id=uploaded["pack_id"])
    rule = "a completed pack holds what was uploaded"
    answer.shows("content", {"description": "uploaded"}, rule)
    waiting = pmc.create_presigned_pack(pmc_owner)
    pmc_owner(COMPLETE_PACK, pack_id=waiting["pack_id"]).refused()


@pytest.mark.requirement("PUB-6")
def test_run_is_started_and_read_back(pmc_owner: Caller) -> None:
    run = pmc.start_new_run(pmc_owner)
    answer = pmc_owner(READ_RUN, run_id=run["run_id"])
    answer.expect(
        "the run is read back by its id",
        holds=str(answer.value("run_id")) == run["run_id"],
        expected=run["run_id"],
        uses=("run_id",),
    )


@pytest.mark.requirement("PUB-7")
def test_run_without_a_reason_is_refused(pmc_owner: Caller) -> None:
    pmc.start_new_run(pmc_owner)
    # A channel of its own: another run may be refused where one is open.
    channel = pmc.open_channel(pmc_owner)
    names = {name: channel[name] for name in ("channel_guid", "selector")}
    pmc_owner("pmc.run.start", without("reason"), **names).refused()


@pytest.mark.requirement("PUB-8")
def test_variant_without_its_style_is_no_selection(pmc_owner: Caller) -> None:
    pmc.start_new_run(pmc_owner)
    channel = pmc.open_channel(pmc_owner)
    alone = {"variant_id": pmc_owner.world["variant_id"]}
    pmc.start_run(pmc_owner, channel, selector=alone).refused()


@pytest.mark.requirement("PUB-9")
def test_run_moves_only_when_it_is_stepped(pmc_owner: Caller) -> None:
    # Read once where there is a product, so that a refusal says that there is none.
    pmc.read_product(pmc_owner, pmc.publish_new_product(pmc_owner)).accepted()
    run = pmc.start_new_run(pmc_owner)
    for _ in range(3):
        answer = pmc_owner(READ_RUN, run_id=run["run_id"])
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
    run_id = str(pmc.start_run(pmc_owner, channel).value("run_id"))
    answer = pmc.run_to_end(pmc_owner, run_id)
    expect_count(answer, PUBLISHED, 1, "the run published the variant")
    pmc.read_product(pmc_owner, channel).accepted()


@pytest.mark.requirement("PUB-11")
def test_variant_that_is_not_active_is_not_published(pmc_owner: Caller) -> None:
    pmc.read_product(pmc_owner, pmc.publish_new_product(pmc_owner)).accepted()
    withdrawn = pmc.with_new_variant(pmc_owner, active=False)
    channel = pmc.open_channel(withdrawn)
    run_id = pmc.try_to_start_run(withdrawn, channel)
    if run_id is not None:
        pmc.step_to_end(withdrawn, run_id)
    pmc.read_product(withdrawn, channel).refused(404)
    if run_id is None:
        # Refused for the variant alone: once that is active, all the rest of it is accepted.
        pmc.set_variant_state(withdrawn, withdrawn.world, "active")
        pmc.start_run(withdrawn, channel).accepted()


@pytest.mark.requirement("PUB-12")
def test_skipped_variant_is_reported(pmc_owner: Caller) -> None:
    answer = pmc.run_with_one_to_skip(pmc_owner)
    expect_count(answer, "skipped_count", 1, "the run counts what it skipped")


@pytest.mark.requirement("PUB-13")
def test_variant_without_a_required_attribute_is_skipped(pmc_owner: Caller) -> None:
    channel = pmc.open_channel(pmc_owner, channel_code=PROFILED_CODE)
    pmc_owner(
        SET_PROFILE,
        channel_code=channel["channel_code"],
        required_attributes=["description"],
    ).accepted()
    try:
        pack = pmc_owner(CREATE_PACK, content={"description": "given"}).value("pack_id")
        run_id = str(pmc.start_run(pmc_owner, channel, pack_refs=[pack]).value("run_id"))
        given = pmc.run_to_end(pmc_owner, run_id)
        other = pmc.open_channel(pmc_owner, channel_code=PROFILED_CODE)
        lacking = pmc.try_to_start_run(pmc_owner, other)
        missing = None if lacking is None else pmc.run_to_end(pmc_owner, lacking)
    finally:
        pmc_owner(SET_PROFILE, channel_code=channel["channel_code"]).accepted()
    rule = "only what has the attribute is published"
    expect_count(given, PUBLISHED, 1, rule, sent="pack_refs")
    if missing is None:
        pmc.read_product(pmc_owner, other).refused(404)
    else:
        expect_count(missing, PUBLISHED, 0, rule, sent="pack_refs")


@pytest.mark.requirement("PUB-14")
def test_cancelled_run_takes_no_step(pmc_owner: Caller) -> None:
    pmc.step_to_end(pmc_owner, pmc.start_new_run(pmc_owner)["run_id"])
    run = pmc.start_new_run(pmc_owner)
    pmc_owner("pmc.run.cancel", run_id=run["run_id"]).accepted()
    pmc_owner(STEP, run_id=run["run_id"]).refused()


@pytest.mark.requirement("PUB-15")
def test_completed_run_takes_no_step(pmc_owner: Caller) -> None:
    run = pmc.finish_new_run(pmc_owner)
    pmc_owner(STEP, run_id=run["run_id"]).refused()


@pytest.mark.requirement("PUB-16")
def test_finished_run_lists_its_manifest(pmc_owner: Caller) -> None:
    run = pmc.finish_new_run(pmc_owner)
    answer = pmc.list_manifest(pmc_owner, run["run_id"])
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
    shown = download(pmc_owner, str(answer.value("download_url")))
    answer.expect(
        "the presigned address shows the part",
        holds=shown.is_success and bool(shown.text.strip()),
        expected="the part",
        observed=f"status {shown.status_code}, {len(shown.text)} characters",
        uses=("download_url",),
    )
    # What a part holds is told by no page.
    named = pmc_owner.world["variant_id"] in shown.text
    pmc_owner.check.reading("a part of a manifest", f"{'names' if named else 'no'} variants")


def list_one(caller: Caller, by: Values, product_id: str) -> set[str]:
    """The ids of the products that one filter alone lists, once this one is among them."""
    other = [without("channel_guid")] if "channel_guid" not in by else []
    return _ids_of(
        settled(
            lambda: caller("pmc.product.list", *other, **by), lambda it: product_id in _ids_of(it)
        )
    )


@pytest.mark.requirement("PUB-28")
def test_product_list_takes_one_filter_at_a_time(pmc_owner: Caller) -> None:
    here = pmc.publish_new_product(pmc_owner)
    elsewhere = pmc.publish_new_product(pmc.with_new_variant(pmc_owner))
    channel = {"channel_guid": here["channel_guid"]}
    style = {"style_filter": elsewhere["style_id"]}
    wanted = (here["product_id"], elsewhere["product_id"])
    by_channel, by_style = map(partial(list_one, pmc_owner), (channel, style), wanted)
    if (by_channel, by_style) != ({wanted[0]}, {wanted[1]}):
        raise Inconclusive(
            "one filter alone does not list its own product alone, so two together show nothing",
            cause="pmc.product.list:items",
        )
    answer = pmc_owner("pmc.product.list", **channel, **style)
    if not answer.ok:
        answer.refused()
        return
    found = _ids_of(answer)
    answer.expect(
        "of two filters one is applied, and not both or none",
        holds=found in (by_channel, by_style),
        expected="a refusal, or the products of one filter",
        observed=f"{len(found)} products",
        uses=("items", "item_id"),
    )


@pytest.mark.requirement("PUB-28")
def test_product_list_takes_no_part_of_a_value_for_the_whole(pmc_owner: Caller) -> None:
    made = pmc.publish_new_product(pmc_owner)
    whole = str(made["channel_guid"])
    own = str(made["product_id"])
    if list_one(pmc_owner, {"channel_guid": whole}, own) != {own}:
        raise Inconclusive(
            "the filter alone does not list the product of its channel alone",
            cause="pmc.product.list:items",
        )
    answer = pmc_owner("pmc.product.list", channel_guid=whole[:-1])
    if answer.ok:
        found = _ids_of(answer)
        answer.expect(
            "a filter with the beginning of a value does not find the value",
            holds=own not in found,
            expected="a list without the product",
            observed="the product",
            uses=("items", "item_id"),
        )
    else:
        answer.refused()


@pytest.mark.requirement("PUB-29")
def test_search_finds_a_product_by_a_part_of_its_name(pmc_owner: Caller) -> None:
    word = f"zebra{pmc_owner.world.run_id}"
    pack = pmc_owner(CREATE_PACK, content={"title": f"striped {word} shirt"})
    channel = pmc.open_channel(pmc_owner)
    pmc.publish(pmc_owner, channel, pack_refs=[pack.value("pack_id")])
    product_id = str(pmc.read_product(pmc_owner, channel).value("product_id"))

    def search() -> Answer:
        return pmc_owner("pmc.product.search", q=word, match="contains")

    def holds(answer: Answer) -> bool:
        return product_id in map(str, answer.read_items("item_id"))

    answer = pmc.within_search_lag(pmc_owner, search, holds)
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
    pmc.start_new_run(pmc_owner)
    viewer = users_and_orgs.new_key(pmc_owner, "pmc-viewer", ["pmc_view"]).actor
    pmc.start_run(pmc_owner.as_(viewer), pmc.open_channel(pmc_owner)).refused(403)


@pytest.mark.requirement("PUB-33")
def test_key_with_the_publishing_role_publishes(pmc_owner: Caller) -> None:
    pmc.start_run(pmc_owner, pmc.open_channel(pmc_owner)).accepted()
    key = users_and_orgs.new_key(pmc_owner, "pmc-publisher", ["pmc_publish"]).actor
    pmc.start_run(pmc_owner.as_(key), pmc.open_channel(pmc_owner)).accepted()


@pytest.mark.requirement("PUB-34")
def test_build_stats_need_no_org(pmc_owner: Caller) -> None:
    pmc_owner("pmc.build.stats").accepted()
    pmc_owner("pmc.build.stats", without("orgcode")).accepted()
