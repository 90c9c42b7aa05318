"""Nothing wrong is accepted on a platform of other names and shapes, whatever words are drawn."""

import pytest

from tests.learning.seeds import judged


@pytest.mark.parametrize("seed", [2, pytest.param(6, marks=pytest.mark.whole)])
def test_what_is_bound_is_right_for_any_words(seed: int) -> None:
    count = judged(seed)
    assert count["wrong"] == []
    assert count["paths"] >= 50
    assert count["fields"] >= 440
    assert count["places"] >= 1000
