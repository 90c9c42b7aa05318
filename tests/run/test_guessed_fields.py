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
