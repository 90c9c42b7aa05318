"""exchanges.jsonl: every request and what came back, a line each, by start time."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from reports.files import EXCHANGES_JSONL, ExchangeLog, write_text
from reports.model import Run
from reports.writers.writer import Finished, Writer


class Exchanges(Writer):
    """Lines as they were recorded, secrets removed then."""

    output = EXCHANGES_JSONL

    def write(self, finished: Finished) -> None:
        text = finished.collected.exchanges.path.read_text(encoding="utf-8")
        write_text(finished.directory / EXCHANGES_JSONL, text)

    def problems(self, path: Path, run: Run) -> Iterator[str]:
        ids: Counter[str] = Counter()
        statuses: Counter[str] = Counter()
        log = ExchangeLog(path)
        try:
            for exchange in log:
                ids[exchange.id] += 1
                statuses[exchange.counted_as] += 1
        except ValueError as error:
            yield str(error).removeprefix(f"{path}: ")
            return
        if ids.total() != run.exchanges:
            yield f"holds {ids.total()} exchanges, run.json says {run.exchanges}"
        elif statuses != Counter(run.requests_by_status) or statuses["429"] != run.throttled:
            yield "its counts by status are not those of run.json"
        twice = [name for name, count in ids.items() if count > 1]
        if twice:
            yield f"{len(twice)} ids stand twice, {twice[0]} first"
        lost = sorted(_referred(run) - ids.keys())
        if lost:
            yield f"{len(lost)} exchanges named in run.json are not here, {lost[0]} first"


def _referred(run: Run) -> set[str]:
    """The ids of exchanges that checks and their cards name."""
    referred = {name for check in run.checks for name in check.exchanges}
    return referred | {c.exchange for check in run.checks for c in check.cards if c.exchange}


WRITER: Final = Exchanges()
