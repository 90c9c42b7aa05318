"""How much two names mean the same."""

import pytest

from fixtures.learning.words import alike, content, words

SURE = 0.85


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("webhook_id", "theWebhookId"),  # an article says nothing
        ("content", "body_text"),  # the second word says again what the first one says
        ("supplier_id", "source_vendor_id"),
    ],
)
def test_words_that_add_nothing_do_not_count(ours: str, theirs: str) -> None:
    assert alike(words(ours), words(theirs)) > SURE


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [("alternative_variant_id", "variant_id"), ("created_at", "updated_at"), ("content", "code")],
)
def test_words_that_are_missing_count(ours: str, theirs: str) -> None:
    assert alike(words(ours), words(theirs)) < SURE


def test_a_name_without_articles_keeps_its_other_words() -> None:
    assert content(words("the_api_key_id")) == ("api", "key", "id")
