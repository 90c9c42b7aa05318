"""Which shard has which group of checks: the same on every machine, and of like size."""

from collections import Counter
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.exchange.target import Target
from reports import shards
from reports.model import Shard
from reports.shards import Group, digest, divide, parse, share

GROUPS: Final = st.dictionaries(
    st.builds(
        Group,
        st.sampled_from(["01", "04", "08"]),
        st.sampled_from([f"conformance/test_{letter}.py" for letter in "abcdefgh"]),
        st.sampled_from(["", "crm", "ofm"]),
    ),
    st.integers(1, 1000),
    min_size=1,
)


@given(GROUPS, st.integers(1, 9))
def test_every_group_is_in_one_shard_however_they_are_collected(
    weights: dict[Group, int], total: int
) -> None:
    found = divide(weights, total)
    assert found.keys() == weights.keys()
    assert set(found.values()) <= set(range(1, total + 1))
    assert found == divide(dict(reversed(weights.items())), total)


@given(GROUPS, st.integers(1, 9))
def test_no_shard_is_heavier_than_its_share_and_one_group(
    weights: dict[Group, int], total: int
) -> None:
    loads: Counter[int] = Counter()
    for group, number in divide(weights, total).items():
        loads[number] += weights[group]
    fair = sum(weights.values()) / total
    assert max(loads.values()) <= 1.03 * fair + max(weights.values())


def test_what_stands_on_the_same_stages_is_kept_together_where_there_is_room() -> None:
    weights = {Group(area, f"test_{n}.py", ""): 10 for area in ("04", "08") for n in range(6)}
    found = divide(weights, 2)
    assert {group.area for group, number in found.items() if number == 1} == {"04"}


@pytest.mark.parametrize("text", ["0/2", "3/2", "2", "/", "a/b", "1/0", "-1/2", "1/2/3", ""])
def test_what_names_no_shard_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="give it as 2/5"):
        parse(text)


def test_a_shard_is_named_by_its_number_and_the_total() -> None:
    assert parse("2/5") == Shard(number=2, total=5)
    assert str(parse(" 2/5 ")) == "2/5"


def test_digest_is_of_the_checks_and_not_of_their_order() -> None:
    assert digest(["a", "b"]) == digest(["b", "a"]) != digest(["a"])


def test_shards_spend_the_limit_of_one_org_together() -> None:
    given_org = Target(
        base_url="https://a.example.com",
        operator_url="https://o.example.com",
        orgcode="ACME",
        allow_write=True,
    )
    limits = share(given_org, Shard(number=1, total=4)).limits
    assert limits.requests_per_minute == given_org.limits.requests_per_minute // 4
    assert limits.requests_per_address == given_org.limits.requests_per_address
    own_orgs = given_org.model_copy(update={"orgcode": None})
    assert share(own_orgs, Shard(number=1, total=4)) is own_orgs
    assert shards.share(given_org, None) is given_org
