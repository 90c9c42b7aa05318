"""Lives of a subscription, as they are drawn."""

from itertools import pairwise

from hypothesis import given

from fixtures.spells import LIFE, Life, lives


def test_the_life_of_every_run_has_every_turn() -> None:
    turns = {(before.status, after.status) for before, after in pairwise(LIFE)}
    assert len(turns) == 4
    assert any(not spell.writes for spell in LIFE)


@given(lives())
def test_lives_are_short(life: Life) -> None:
    assert 2 <= len(life) <= 5
    assert sum(spell.writes for spell in life) <= 15
    assert {spell.is_served for spell in life} <= {spell.status == "active" for spell in life}
