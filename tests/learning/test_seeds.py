"""Nothing wrong is accepted on a platform of other names and shapes, whatever words are drawn."""

import pytest

from fixtures.exchange import openapi
from fixtures.learning import binder
from fixtures.reference.kernel import openapi as published
from fixtures.reference.kernel.renames import Renames
from fixtures.reference.services import ALL
from tests.learning.seeds import judged


@pytest.mark.parametrize("seed", [2, pytest.param(6, marks=pytest.mark.whole)])
def test_what_is_bound_is_right_for_any_words(seed: int) -> None:
    count = judged(seed)
    assert count["wrong"] == []
    assert count["paths"] >= 50
    assert count["fields"] >= 440
    assert count["places"] >= 1000


def test_where_all_is_spelt_as_we_read_the_pages_nothing_is_bound() -> None:
    described = {
        service.name: openapi.parsed(published.document(service, Renames()), service.name, "")
        for service in ALL
    }
    found = binder.learned(described, {})
    assert [each.operation.id for each in found if each.is_bound] == []
