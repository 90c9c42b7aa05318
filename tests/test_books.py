"""What the suite reads of an export: sums without binary fractions, and checksums of any digest."""

import hashlib
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

import pytest

from fixtures.books import Export, added_up, number

if TYPE_CHECKING:
    from fixtures.answer import Answer

CONTENT = b'{"event_id": "one"}\n'
EXPORT = Export(cast("Answer", None), CONTENT)


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ("1.10", Decimal("1.10")),
        ("-0.05", Decimal("-0.05")),
        (1.1, None),
        (1, None),
        (None, None),
        ("ten", None),
    ],
)
def test_a_number_is_a_decimal_string(value: Any, wanted: Decimal | None) -> None:
    assert number(value) == wanted


def test_sums_are_exact() -> None:
    assert added_up(["0.10", "0.20"]) == Decimal("0.30")
    assert added_up([]) == Decimal(0)
    assert added_up(["0.10", 0.2]) is None


@pytest.mark.parametrize("name", ["sha256", "md5", "sha1", "sha512"])
@pytest.mark.parametrize("spelt", ["{}", "digest:{}"])
def test_a_checksum_is_of_any_digest(name: str, spelt: str) -> None:
    told = hashlib.new(name, CONTENT).hexdigest()
    assert EXPORT.has_checksum(spelt.format(told))
    assert EXPORT.has_checksum(spelt.format(told.upper()))


def test_a_checksum_of_other_bytes_is_none() -> None:
    assert not EXPORT.has_checksum(hashlib.sha256(CONTENT[:-1]).hexdigest())
    assert not EXPORT.has_checksum("")


def test_an_export_is_searched_and_read() -> None:
    assert EXPORT.holds("one")
    assert not EXPORT.holds("two")
    assert EXPORT.lines == [{"event_id": "one"}]
