"""Check digits, on published numbers and on any."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.gtin import LENGTHS, check_digit, completed, is_valid

DIGITS = "0123456789"
payloads = st.sampled_from(LENGTHS).flatmap(
    lambda length: st.text(DIGITS, min_size=length - 1, max_size=length - 1)
)


@pytest.mark.parametrize(
    "code", ["96385074", "73513537", "036000291452", "4006381333931", "5901234123457"]
)
def test_published_numbers_are_valid(code: str) -> None:
    assert is_valid(code)


def test_check_digit_of_the_example_in_the_specification() -> None:
    assert check_digit("629104150021") == "3"


@given(payloads)
def test_a_completed_payload_is_valid(payload: str) -> None:
    assert is_valid(completed(payload))


@given(payloads, st.integers(1, 9))
def test_any_other_check_digit_is_not(payload: str, step: int) -> None:
    right = int(check_digit(payload))
    assert not is_valid(f"{payload}{(right + step) % 10}")


@given(payloads, st.data())
def test_one_wrong_digit_anywhere_shows(payload: str, data: st.DataObject) -> None:
    code = completed(payload)
    place = data.draw(st.integers(0, len(code) - 1))
    other = data.draw(st.sampled_from(DIGITS.replace(code[place], "")))
    assert not is_valid(code[:place] + other + code[place + 1 :])


@given(payloads)
def test_a_leading_zero_leaves_the_check_digit(payload: str) -> None:
    assert check_digit(f"0{payload}") == check_digit(payload)


@pytest.mark.parametrize("code", ["", "0", "1234567", "123456789012345", "9638507A", " 96385074"])
def test_other_lengths_and_signs_are_not_valid(code: str) -> None:
    assert not is_valid(code)


@pytest.mark.parametrize("payload", ["12a4567", "٣٤٥٦٧٨٩", "12 4567"])
def test_a_payload_is_ascii_digits(payload: str) -> None:
    with pytest.raises(ValueError, match="digits"):
        check_digit(payload)
