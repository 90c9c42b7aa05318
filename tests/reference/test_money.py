"""Money is read in one way by every service that reads any."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from fixtures.reference.kernel.money import MINOR_UNITS, UNNAMED, Money, shown
from fixtures.reference.kernel.refusals import Refusal
from fixtures.reference.kernel.runtime import Kernel
from fixtures.reference.services.accounting.access import MONEY as ACCOUNTING
from fixtures.reference.services.crm.access import MONEY as CRM
from fixtures.reference.services.pcm.access import MONEY as PCM
from fixtures.reference.services.ppm.amounts import MONEY as PPM
from tests.reference.kernel_client import kernel_client

SERVICES = {"accounting": ACCOUNTING, "crm": CRM, "pcm": PCM, "ppm": PPM}


@pytest.fixture
def kernel(tmp_path: Path) -> Iterator[Kernel]:
    kernel = kernel_client(tmp_path).kernel
    yield kernel
    kernel.close()


@pytest.mark.parametrize("money", SERVICES.values(), ids=SERVICES)
def test_every_service_knows_the_same_currencies(kernel: Kernel, money: Money) -> None:
    assert [money.currency(kernel, code) for code in MINOR_UNITS] == list(MINOR_UNITS)
    for unknown in ("QQQ", "usd", "840", ""):
        with pytest.raises(Refusal):
            money.currency(kernel, unknown)


@pytest.mark.parametrize("money", SERVICES.values(), ids=SERVICES)
@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("1.001", "USD"),
        ("1.5", "JPY"),
        ("1.0001", "KWD"),
        ("1e3", "USD"),
        ("٣", "USD"),
        ("", "USD"),
    ],
)
def test_what_a_currency_cannot_express_is_refused(
    kernel: Kernel, money: Money, text: str, currency: str
) -> None:
    with pytest.raises(Refusal):
        money.amount(kernel, text, currency)


@pytest.mark.parametrize("money", SERVICES.values(), ids=SERVICES)
def test_amounts_are_exact(kernel: Kernel, money: Money) -> None:
    assert money.amount(kernel, "90071992547409.93", "USD") == Decimal("90071992547409.93")
    assert money.amount(kernel, "1.005", "KWD") == Decimal("1.005")


def test_only_signed_money_goes_below_zero(kernel: Kernel) -> None:
    assert ACCOUNTING.amount(kernel, "-1.00", "USD") == -1
    for money in (CRM, PCM, PPM):
        with pytest.raises(Refusal):
            money.amount(kernel, "-1.00", "USD")


def test_halves_are_rounded_away_from_zero() -> None:
    assert shown(Decimal("0.125"), "USD") == "0.13"
    assert shown(Decimal("-0.125"), "USD") == "-0.13"
    assert shown(Decimal("0.5"), "JPY") == "1"
    assert shown(Decimal(3), UNNAMED) == "3.00"
