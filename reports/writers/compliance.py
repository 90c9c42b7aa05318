"""compliance.html: the report somebody signs. One file, no request to anywhere.

Every value may come from the target and is escaped; exchanges are data in a script block that only
ever becomes text. A content security policy with the digests of our own style and script stands
behind both.
"""

import base64
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from reports import evidence_block
from reports.exchange import Exchange
from reports.files import EXCHANGES_JSONL, RUN_JSON, ExchangeLog, read_run, run_text, write_text
from reports.model import VALIDITY_DAYS, Card, CheckResult, RequirementRun, Run
from reports.verdict import Verdict
from reports.writers.writer import Finished, Writer

COMPLIANCE_HTML = "compliance.html"
DOCUMENTATION = "https://doc.g3nretailstack.com/"
SIZE_LIMIT = 1_950_000  # bytes; promised are 2 MB
CARDS = 200  # cards on the page; the rest is in run.json

_FOLDS = {
    Verdict.INCONCLUSIVE: ("not-judged", "Not judged", "Could not be judged: no pass and no fail"),
    Verdict.WAIVED: ("waived", "Waived", "Failures that somebody answers for until a day"),
    Verdict.ADVISORY: ("advisories", "Advisories", "Contradicted readings of ours: never a fail"),
}

_PAGE = re.compile(r"(?<![\w:/.-])[a-z0-9][\w-]*(?:/[\w-]+)*(?:/|\.html)(?:#[\w-]+)?(?![\w/.#-]+)")
_CODE = re.compile(r"`([^`\n]{1,120})`")
_TEMPLATES = Path(__file__).parent.parent / "templates"
# Undecided is said of requirements, never of a check.
_OF_CHECKS: Final = tuple(verdict for verdict in Verdict if verdict is not Verdict.UNDECIDED)


class Compliance(Writer):
    """Made of the run and the log of its exchanges."""

    output = COMPLIANCE_HTML
    rank = 1

    def write(self, finished: Finished) -> None:
        digest = hashlib.sha256(run_text(finished.run).encode()).hexdigest()
        page = render(finished.run, finished.collected.exchanges, digest=digest)
        write_text(finished.directory / COMPLIANCE_HTML, page)

    def problems(self, path: Path, run: Run) -> Iterator[str]:
        text = path.read_text(encoding="utf-8", errors="replace")
        digest = hashlib.sha256((path.parent / RUN_JSON).read_bytes()).hexdigest()
        if digest not in text:
            yield "was not made from this run.json: its digest differs"
        if run.headline not in text:
            yield "does not carry the headline"


def write_compliance(directory: Path) -> Path:
    """Render compliance.html from the run.json and exchanges.jsonl of a report directory.

    Raises ValueError with one clear line where either cannot be read.
    """
    run = read_run(directory)
    digest = hashlib.sha256((directory / RUN_JSON).read_bytes()).hexdigest()
    log = ExchangeLog(directory / EXCHANGES_JSONL)
    try:
        page = render(run, log, digest=digest)
    except OSError as error:
        raise ValueError(f"{log.path}: {error.strerror}") from None
    path = directory / COMPLIANCE_HTML
    write_text(path, page)
    return path


def render(run: Run, exchanges: Iterable[Exchange], *, digest: str) -> str:
    """The page as text. `digest` is the SHA-256 of run.json, for the signing sheet."""
    ranked = evidence_block.rank_exchanges(run, exchanges)
    style, script = _asset("compliance.css"), _asset("compliance.js")
    page = (
        _environment()
        .get_template("compliance.html.j2")
        .render(
            run=run,
            digest=digest,
            style=Markup(style),  # noqa: S704 - our own file
            policy=_policy(style, script),
            validity_days=VALIDITY_DAYS,
            void_after=run.finished_at + timedelta(days=VALIDITY_DAYS),
            verdicts=_OF_CHECKS,
            by_step=_by_step(run),
            remedies={requirement.id: requirement.remedy for requirement in run.requirements},
            failures=_carded(run, Verdict.FAIL),
            folds=[(*fold, _carded(run, verdict)) for verdict, fold in _FOLDS.items()],
            card_limit=CARDS,
            refs=_References(evidence_block.positions(ranked)),
        )
    )
    tail = "</script>\n<script>" + script + "</script>\n</body>\n</html>\n"
    runtime = SIZE_LIMIT - len(page.encode("utf-8", "replace")) - len(tail.encode())
    return page + evidence_block.pack(ranked, max(runtime, 0)) + tail


def source_parts(source: str) -> list[tuple[str, str | None]]:
    """A source as (text, address or None) parts: pages of the documentation become links."""
    parts: list[tuple[str, str | None]] = []
    at = 0
    for match in _PAGE.finditer(source):
        parts += [(source[at : match.start()], None), (match[0], DOCUMENTATION + match[0])]
        at = match.end()
    parts.append((source[at:], None))
    return [part for part in parts if part[0]]


class _References:
    """Exchange ids as the indices under which the page's script finds them."""

    def __init__(self, positions: Mapping[str, int]) -> None:
        self._positions = positions

    def __call__(self, ids: Iterable[str | None]) -> str:
        known = (self._positions.get(name) for name in ids if name)
        return " ".join(str(position) for position in known if position is not None)


def _carded(run: Run, verdict: Verdict) -> list[tuple[CheckResult, Card | None]]:
    """Cards of all checks of one verdict; a check without a card still gets its place."""
    found: list[tuple[CheckResult, Card | None]] = []
    for check in run.counting:
        if check.verdict is verdict:
            found += [(check, card) for card in check.cards] or [(check, None)]
    return found


def _by_step(run: Run) -> Mapping[int, Sequence[RequirementRun]]:
    ordered = sorted(run.requirements, key=lambda requirement: requirement.step)
    return {step: list(group) for step, group in groupby(ordered, key=lambda item: item.step)}


def _policy(style: str, script: str) -> str:
    return (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _clip(text: str, limit: int = 1200) -> str:
    return text if len(text) <= limit else f"{text[:limit]}… ({len(text)} characters)"


def _prose(text: str) -> Markup:
    """Text with `names` between backticks set as code, everything escaped."""
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped first


def _stamp(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def _asset(name: str) -> str:
    return (_TEMPLATES / name).read_text(encoding="utf-8")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "clip": _clip,
        "prose": _prose,
        "source_parts": source_parts,
        "stamp": _stamp,
    }
    return environment


WRITER: Final = Compliance()
