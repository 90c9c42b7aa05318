"""A platform that does not know a name that we guessed fails no requirement for it."""

import json
import os
import shutil
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import Final

import pytest

from tests.run.guessed_fields import Guess, Refused, Survey, batches, record, refuse

#: A directory that keeps the recorded run and each batch, so that a broken test can be resumed.
KEPT: Final = "G3N_GUESSED_FIELDS"
LARGEST: Final = 250
JOBS: Final = 2
LEAST_SENT: Final = 3


#: Names that pages do not print, refused over the checks of a few files.
FEW: Final = {
    "events": (
        (
            "POST /ipm/cdc/list since_utc",
            "POST /ipm/bulk/export/create since_utc",
            "POST /ipm/webhook/create filters.service",
            "POST /ipm/webhook/replay since_utc",
            "POST /ics/bin/list zone_id",
            "POST /ics/adjustment/create bin_id",
            "POST /ics/allocation/create reservation_id",
            "POST /pvm/style template_econ",
            "POST /accounting/event/list event_type",
            # The prices that checks of resolution share are made with these.
            "POST /ppm/price-list/assign channel_codes",
            "POST /ppm/price/resolve customer_tier",
            "POST /ppm/price/set customer_tier",
            "POST /ppm/price/set effective_from",
            "POST /ppm/price/set for_channel",
            "POST /ppm/price/set for_facility",
            "POST /ppm/price/set layer",
        ),
        (
            "conformance/step05_product/test_styles.py",
            "conformance/step10_pricing/test_resolution.py",
            "conformance/step12_events/test_feed.py",
        ),
    ),
    "prices": (
        (
            "POST /ppm/coupon/create channel_codes",
            "POST /ppm/coupon/create customer_ids",
            "POST /ppm/coupon/create effective_to",
            "POST /ppm/coupon/create max_redemptions",
            "POST /ppm/coupon/redeem customer_id",
            "POST /ppm/fx/rate/get fx_rate_id",
            "POST /ppm/price-list/assign customer_ids",
            "POST /ppm/price/resolve customer_id",
            "POST /ppm/price/set customer_id",
            "POST /ppm/price/set price_zone_id",
        ),
        (
            "conformance/step10_pricing/test_promotions.py",
            "conformance/step10_pricing/test_resolution.py",
        ),
    ),
    "books": (
        (
            "POST /accounting/commission/adjust order_id",
            "POST /accounting/commission/list associate_id",
            "POST /accounting/export/batch/create filters.event_type",
            "POST /accounting/storage/usage/reconcile resource_prefix",
            "POST /crm/account/contact/list account_id",
            "POST /crm/customer/consent/set marketing_consent",
            "POST /crm/customer/consent/set privacy_consent",
            "POST /crm/giftcard/issue customer_id",
            "POST /pcm/consignment/settle lines.unit_cost",
            "POST /pcm/po/create lines.unit_cost",
            "POST /pcm/receipt/record received_at",
            "POST /ppm/price/set price_list_id",
        ),
        (
            "conformance/step11_loyalty/test_cards.py",
            "conformance/step11_loyalty/test_customers.py",
            "conformance/step13_exports/test_batches.py",
            "conformance/step13_exports/test_commissions.py",
            "conformance/step13_exports/test_reconciliation.py",
        ),
    ),
}


@pytest.mark.parametrize(("unknown", "files"), FEW.values(), ids=FEW.keys())
def test_refusal_of_optional_names_of_ours_fails_no_requirement(
    tmp_path: Path, unknown: tuple[str, ...], files: tuple[str, ...]
) -> None:
    told = refuse(unknown, files, tmp_path)
    assert not told.failures, "\n".join(told.failures)
    # What nothing sent was not refused either.
    assert len(set(unknown) - set(told.untried)) >= LEAST_SENT


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    return Path(os.environ.get(KEPT, tmp_path))


@pytest.mark.whole
@pytest.mark.timeout(3000)
def test_refusal_of_any_guessed_field_fails_no_requirement(kept: Path) -> None:
    exchanges = kept / "known" / "exchanges.jsonl"
    if not exchanges.exists():
        record(["conformance", "-n", str(JOBS)], exchanges.parent)
    together = batches(Survey(exchanges).guesses(), largest=LARGEST)
    assert sum(map(len, together)) > 300
    with ThreadPoolExecutor(JOBS) as pool:
        told = list(pool.map(lambda batch: attempt(batch, kept), together))
    failures = [failure for each in told for failure in each.failures]
    assert not failures, "\n".join(failures)
    fields = sum(len(guess.names) for batch in together for guess in batch)
    untried = [name for each in told for name in each.untried]
    assert len(untried) < fields / 20, "\n".join(untried)


def attempt(batch: list[Guess], kept: Path) -> Refused:
    """What a batch came to, in this run or in one before that was kept; tells the progress."""
    unknown = [name for guess in batch for name in guess.unknown]
    checks = sorted({check for guess in batch for check in guess.checks})
    name = sha256(json.dumps([unknown, checks]).encode()).hexdigest()[:12]
    result = kept / f"batch-{name}.json"
    if result.exists():
        return Refused(**json.loads(result.read_text(encoding="utf-8")))
    directory = kept / name
    told = refuse(unknown, checks, directory)
    shutil.rmtree(directory)
    result.write_text(json.dumps(asdict(told)), encoding="utf-8")
    sys.stderr.write(
        f"{time.strftime('%H:%M:%S')} {len(unknown)} fields, {len(checks)} checks, "
        f"{told.seconds:.0f} s: {len(told.failures)} failures, {len(told.untried)} not sent\n"
    )
    return told
