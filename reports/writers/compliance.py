"""compliance.html: the report somebody signs. One file, no request to anywhere.

Every value may come from the target and is escaped; exchanges are data in a script block that only
ever becomes text. A content security policy with the digests of our own style and script stands
behind both.
"""

import base64
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Final

import pytest
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from reports.exchange import Exchange
from reports.files import EXCHANGES_JSONL, RUN_JSON, ExchangeLog, read_run, run_text, write_text
from reports.history import Entry, read
from reports.history_text import outcomes
from reports.model import VALIDITY_DAYS, RequirementRun, Run
from reports.page import charts, sections
from reports.page.evidence import Block, Evidence
from reports.page.script import Scripts
from reports.page.trend import trend
from reports.verdict import Verdict
from reports.writers.writer import Finished, Writer

COMPLIANCE_HTML = "compliance.html"
DOCUMENTATION = "https://doc.g3nretailstack.com/"
SIZE_LIMIT = 1_950_000  # bytes; promised are 2 MB

_PAGE = re.compile(r"(?<![\w:/.-])[a-z0-9][\w-]*(?:/[\w-]+)*(?:/|\.html)(?:#[\w-]+)?(?![\w/.#-]+)")
_ID = re.compile(r"\b[A-Z]{2,}-\d+[A-Z]?(?:-[A-Z]{3,})?\b")
_NOTE = 200  # bytes set aside for what is said only when the rest of the page is known
_CODE = re.compile(r"`([^`\n]{1,120})`")
_TEMPLATES = Path(__file__).parent.parent / "templates"
# Undecided is said of requirements, never of a check.
_OF_CHECKS: Final = tuple(verdict for verdict in Verdict if verdict is not Verdict.UNDECIDED)


class Compliance(Writer):
    """Made of the run and the log of its exchanges."""

    output = COMPLIANCE_HTML
    rank = 1

    def __init__(self) -> None:
        self._history: Path | None = None

    def configure(self, config: pytest.Config, directory: Path) -> None:
        del directory
        # Where a run is told again there is no such option.
        kept = getattr(config.option, "history", None)
        self._history = Path(kept) if kept else None

    def write(self, finished: Finished) -> None:
        digest = hashlib.sha256(run_text(finished.run).encode()).hexdigest()
        page = render(finished.run, finished.collected.exchanges, digest=digest, past=self._past())
        write_text(finished.directory / COMPLIANCE_HTML, page)

    def _past(self) -> Sequence[Entry] | None:
        """The runs before; a history that cannot be read is told when the run is added to it."""
        if self._history is None:
            return None
        with suppress(ValueError):
            return read(self._history)
        return ()

    def problems(self, path: Path, run: Run) -> Iterator[str]:
        text = path.read_text(encoding="utf-8", errors="replace")
        digest = hashlib.sha256((path.parent / RUN_JSON).read_bytes()).hexdigest()
        if digest not in text:
            yield "was not made from this run.json: its digest differs"
        if run.headline not in text:
            yield "does not carry the headline"


def write_compliance(directory: Path, history: Path | None = None) -> Path:
    """Render compliance.html from the run.json and exchanges.jsonl of a report directory.

    `history` is a folder that remembers the runs before it.

    Raises ValueError with one clear line where one of them cannot be read.
    """
    run = read_run(directory)
    digest = hashlib.sha256((directory / RUN_JSON).read_bytes()).hexdigest()
    log = ExchangeLog(directory / EXCHANGES_JSONL)
    try:
        page = render(run, log, digest=digest, past=read(history) if history else None)
    except OSError as error:
        raise ValueError(f"{log.path}: {error.strerror}") from None
    path = directory / COMPLIANCE_HTML
    write_text(path, page)
    return path


def render(
    run: Run, exchanges: Iterable[Exchange], *, digest: str, past: Sequence[Entry] | None = None
) -> str:
    """The page as text. `digest` is the SHA-256 of run.json, for the signing sheet.

    `past` are the runs of a history, None where none is kept.
    """
    listed = list(exchanges)
    evidence = Evidence(run, listed)
    told = sections.sections(run, evidence)
    scripts, missing = sections.scripts(told, Scripts(run, listed))
    kept = f"kept:{digest}"  # stands where it will be said how much fitted in
    style, script = _asset("compliance.css"), _asset("compliance.js")
    page = (
        _environment()
        .get_template("compliance.html.j2")
        .render(
            run=run,
            digest=digest,
            kept=kept,
            style=Markup(style),  # noqa: S704 - our own file
            policy=_policy(style, script),
            validity_days=VALIDITY_DAYS,
            void_after=run.finished_at + timedelta(days=VALIDITY_DAYS),
            verdicts=_OF_CHECKS,
            all_verdicts=tuple(Verdict),
            by_step=_by_step(run),
            sections=told,
            scripts=scripts,
            missing=missing,
            untested=sections.untested(run),
            card_limit=sections.CARDS,
            bars=charts.bars(run, listed),
            trend=None if past is None else trend(run, past),
            linked=_Linked(item.id for item in run.requirements),
        )
    )
    tail = "</script>\n<script>" + script + "</script>\n</body>\n</html>\n"
    room = SIZE_LIMIT - len(page.encode("utf-8", "replace")) - len(tail.encode()) - _NOTE
    block = evidence.pack(scripts, max(room, 0))
    return page.replace(kept, _told(block), 1) + block.text + tail


def _told(block: Block) -> str:
    """How much of what was recorded is in the page."""
    whole = "all of them" if block.whole == block.total else f"{block.whole} of them"
    kept = f"{whole} stand here in full, {block.lines} as a line"
    return f"{block.total} exchanges were recorded; {kept}."


def source_parts(source: str) -> list[tuple[str, str | None]]:
    """A source as (text, address or None) parts: pages of the documentation become links."""
    parts: list[tuple[str, str | None]] = []
    at = 0
    for match in _PAGE.finditer(source):
        parts += [(source[at : match.start()], None), (match[0], DOCUMENTATION + match[0])]
        at = match.end()
    parts.append((source[at:], None))
    return [part for part in parts if part[0]]


class _Linked:
    """Text in which the ids of requirements lead to them, and `names` are set as code."""

    def __init__(self, known: Iterable[str]) -> None:
        self._known = frozenset(known)

    def __call__(self, text: str) -> Markup:
        return Markup(_ID.sub(self._link, str(_prose(text))))  # noqa: S704 - escaped by `_prose`

    def _link(self, found: re.Match[str]) -> str:
        name = found[0]
        return f'<a href="#{name}">{name}</a>' if name in self._known else name


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


def _commit(text: str) -> str:
    """Enough of a commit to find it by, and whether files differed: `3344bd9f0a1b+changes`."""
    head, plus, changes = text.partition("+")
    return f"{head[:12]}{plus}{changes}"


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
        "commit": _commit,
        "outcomes": outcomes,
        "prose": _prose,
        "source_parts": source_parts,
        "stamp": _stamp,
    }
    return environment


WRITER: Final = Compliance()
