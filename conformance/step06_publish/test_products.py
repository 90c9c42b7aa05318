"""Step 6: published products, their revisions, which one is online, and the other pointers."""

import pytest

from conformance.contract.services.pmc import POINTER_KINDS
from fixtures import Answer, Caller, Inconclusive, eventually, settled
from fixtures.services.pmc import actions as pmc
from fixtures.services.pmc.actions import Values

ONLINE = "online"


def read_online(caller: Caller, product_id: str) -> list[str]:
    """The ids of the revisions that are online now."""
    return online_in(pmc.list_revisions(caller, product_id))


def online_in(listed: Answer) -> list[str]:
    """The ids of the revisions that a list of them shows as online."""
    revisions = pmc.revisions_in(listed)
    return [str(revision["id"]) for revision in revisions if revision["state"] == ONLINE]


def once_online(caller: Caller, product_id: str, wanted: list[str]) -> Answer:
    """The list of revisions once it shows exactly these as online, or the last one in good time."""
    return settled(
        lambda: pmc.list_revisions(caller, product_id), lambda it: online_in(it) == wanted
    )


def expect_online(
    caller: Caller, product_id: str, wanted: list[str], rule: str, *, shown: bool = False
) -> None:
    """Expect that exactly these revisions are online.

    `shown`: the list was seen to follow what was set, so that is where it shows it.
    """
    answer = once_online(caller, product_id, wanted)
    found = online_in(answer)
    answer.expect(
        rule,
        holds=found == wanted,
        expected=f"{len(wanted)} online: {', '.join(wanted) or 'none'}",
        observed=f"{len(found)} online: {', '.join(found) or 'none'}",
        uses=() if shown else ("items", "item_id", "item_state"),
    )


def publish_twice(pmc_owner: Caller) -> tuple[Values, list[str]]:
    """A new product with two revisions, and their ids, oldest first."""
    made = pmc.publish_new_product(pmc_owner)
    pmc.publish(pmc_owner, made, reason="second time")
    found = pmc.read_revisions(pmc_owner, made["product_id"], 2)
    made["expected_revision"] = pmc.read_product(pmc_owner, made).value("revision")
    return made, [str(revision["id"]) for revision in found[-2:]]


def set_online(pmc_owner: Caller, made: Values, revision_id: str) -> Answer:
    return pmc_owner(
        "pmc.product.online_set",
        product_id=made["product_id"],
        revision_id=revision_id,
        expected_revision=made["expected_revision"],
    ).accepted()


def show_online(pmc_owner: Caller) -> tuple[Values, list[str]]:
    """A product whose list of revisions was seen to follow what is set online.

    The ids of its two revisions; the first one is online.

    Raises:
        Inconclusive: the list does not show it, so it would not show that nothing is online.
    """
    made, (first, second) = publish_twice(pmc_owner)
    # The later one may be online by itself, and what is online need not be set so again.
    for revision_id in (first, second, first):
        made["expected_revision"] = set_online(pmc_owner, made, revision_id).value("revision")
        if online_in(once_online(pmc_owner, made["product_id"], [revision_id])) != [revision_id]:
            raise Inconclusive(
                "the list of revisions does not show which one was set online",
                cause="pmc.product.revision_list:item_state",
            )
    return made, [first, second]


@pytest.mark.requirement("PUB-18")
def test_product_is_read_by_variant_and_channel(pmc_owner: Caller) -> None:
    made = pmc.publish_new_product(pmc_owner)
    answer = pmc.read_product(pmc_owner, made)
    for name in ("variant_id", "channel_guid"):
        answer.shows(name, made[name], "the product is that of the variant on the channel")


@pytest.mark.requirement("PUB-19")
def test_every_publish_makes_a_revision_with_its_reason(pmc_owner: Caller) -> None:
    channel = pmc.open_channel(pmc_owner)
    for reason in ("first reason", "second reason"):
        pmc.publish(pmc_owner, channel, reason=reason)
    product_id = str(pmc.read_product(pmc_owner, channel).value("product_id"))
    answer = pmc.list_so_many_revisions(pmc_owner, product_id, 2)
    found = answer.read_items("item_reason")
    answer.expect(
        "two publishes leave two revisions, each with its reason",
        holds=sorted(map(str, found)) == ["first reason", "second reason"],
        expected="first reason, second reason",
        observed=f"{found}",
        uses=("items", "item_reason"),
    )


@pytest.mark.requirement("PUB-20")
def test_later_publish_leaves_the_earlier_revision_as_it_was(pmc_owner: Caller) -> None:
    channel = pmc.open_channel(pmc_owner)
    packs = [
        pmc_owner("pmc.pack.create", content={"description": text}).value("pack_id")
        for text in ("first", "second")
    ]
    pmc.publish(pmc_owner, channel, pack_refs=packs[:1], reason="first")
    product_id = str(pmc.read_product(pmc_owner, channel).value("product_id"))
    before = pmc.read_revisions(pmc_owner, product_id)[0]
    if before["content"] is None:
        raise Inconclusive(
            "the list of revisions shows no content, so it would not show a change of it",
            cause="pmc.product.revision_list:item_content",
        )
    pmc.publish(pmc_owner, channel, pack_refs=packs[1:], reason="second")
    answer = pmc.list_so_many_revisions(pmc_owner, product_id, 2)
    after = {revision["id"]: revision for revision in pmc.revisions_in(answer)}
    if before["id"] not in after:
        raise Inconclusive(
            "the list of revisions no longer shows the earlier one, which may be its way",
            cause="pmc.product.revision_list:item_id",
        )
    told = (before, after[before["id"]])
    wanted, found = ({name: r[name] for name in ("content", "reason")} for r in told)
    answer.expect(
        "content and reason of the earlier revision are what they were",
        holds=found == wanted,
        expected=f"{wanted}",
        observed=f"{found}",
        uses=("items", "item_content", "item_reason"),
    )


@pytest.mark.requirement("PUB-21")
def test_at_most_one_revision_is_online(pmc_owner: Caller) -> None:
    made, (first, second) = publish_twice(pmc_owner)
    # Cleared first, so that the list is seen to show both: what is online, and what is not.
    # The first one is set: the later one may be online by itself.
    set_online(pmc_owner, made, first)
    now = pmc.read_product(pmc_owner, made).value("revision")
    names = {"product_id": made["product_id"], "expected_revision": now}
    made["expected_revision"] = pmc_owner("pmc.product.online_clear", **names).value("revision")
    shown = False
    for revision_id in (first, second, first):
        before = read_online(pmc_owner, made["product_id"])
        answer = set_online(pmc_owner, made, revision_id)
        made["expected_revision"] = answer.value("revision")
        shown |= revision_id in set(read_online(pmc_owner, made["product_id"])) - set(before)
        rule = "the revision just set is online, and no other"
        expect_online(pmc_owner, made["product_id"], [revision_id], rule, shown=shown)


@pytest.mark.requirement("PUB-22")
def test_revision_set_online_is_the_one_online(pmc_owner: Caller) -> None:
    made, revisions = publish_twice(pmc_owner)
    seen = []
    for revision_id in (*revisions, revisions[0]):
        made["expected_revision"] = set_online(pmc_owner, made, revision_id).value("revision")
        seen.append(read_online(pmc_owner, made["product_id"]))
        rule = "the revision that was set is online"
        # Where some revision is shown as online, that is where it is shown.
        expect_online(
            pmc_owner, made["product_id"], [revision_id], rule, shown=any(len(s) == 1 for s in seen)
        )


@pytest.mark.requirement("PUB-23")
def test_cleared_product_has_no_revision_online(pmc_owner: Caller) -> None:
    made, _ = show_online(pmc_owner)
    names = {name: made[name] for name in ("product_id", "expected_revision")}
    pmc_owner("pmc.product.online_clear", **names).accepted()
    expect_online(pmc_owner, made["product_id"], [], "nothing is online after clear", shown=True)


@pytest.mark.requirement("PUB-24")
def test_published_revision_is_online_by_itself_or_on_request(pmc_owner: Caller) -> None:
    made = pmc.publish_new_product(pmc_owner)
    by_itself = read_online(pmc_owner, made["product_id"]) == [made["revision_id"]]
    reading = "by itself" if by_itself else "by an explicit set"
    pmc_owner.check.reading("a published revision goes online", reading)
    if not by_itself:
        set_online(pmc_owner, made, made["revision_id"])
    expect_online(
        pmc_owner, made["product_id"], [made["revision_id"]], "the published revision is online"
    )


@pytest.mark.requirement("PUB-25")
def test_listing_goes_offline_when_its_variant_is_withdrawn(pmc_owner: Caller) -> None:
    scm_owner = pmc.with_new_variant(pmc_owner)
    made, _ = show_online(scm_owner)
    pmc.set_variant_state(scm_owner, scm_owner.world, "inactive")
    eventually(
        lambda: read_online(scm_owner, made["product_id"]),
        lambda found: not found,
        bound_s=pmc.drift_s(scm_owner),
        pause_s=2.0,
    )
    rule = "nothing is online once the variant is inactive"
    expect_online(scm_owner, made["product_id"], [], rule, shown=True)


@pytest.mark.requirement("PUB-26")
@pytest.mark.parametrize("kind", POINTER_KINDS)
def test_pointer_is_read_back_and_cleared(pmc_owner: Caller, kind: str) -> None:
    made = pmc.publish_new_product(pmc_owner)
    names = {"product_id": made["product_id"], "kind": kind}
    moved = pmc_owner(
        "pmc.product.pointer_set",
        **names,
        revision_id=made["revision_id"],
        expected_revision=made["expected_revision"],
    )
    read = pmc_owner("pmc.product.pointer_get", **names).accepted()
    read.expect(
        f"the {kind} pointer names the revision it was set to",
        holds=str(read.optional("revision_id")) == str(made["revision_id"]),
        expected=made["revision_id"],
        observed=f"{read.optional('revision_id')}",
        uses=("revision_id",),
    )
    revision = moved.value("revision")
    pmc_owner("pmc.product.pointer_clear", **names, expected_revision=revision).accepted()
    cleared = pmc_owner("pmc.product.pointer_get", **names)
    if not cleared.ok:
        cleared.refused()
        return
    cleared.expect(
        f"the {kind} pointer is empty after clear",
        holds=cleared.optional("revision_id") is None,
        expected="no revision",
        observed=f"{cleared.optional('revision_id')}",
        uses=("revision_id",),
    )


@pytest.mark.requirement("PUB-27")
@pytest.mark.parametrize("kind", POINTER_KINDS)
def test_moving_a_pointer_leaves_what_is_online_alone(pmc_owner: Caller, kind: str) -> None:
    made, (first, second) = show_online(pmc_owner)
    pmc_owner(
        "pmc.product.pointer_set",
        product_id=made["product_id"],
        kind=kind,
        revision_id=second,
        expected_revision=made["expected_revision"],
    ).accepted()
    rule = f"{kind} moved, online did not"
    expect_online(pmc_owner, made["product_id"], [first], rule, shown=True)
