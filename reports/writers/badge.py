"""badge.svg: the verdict in a line, for a README or a dashboard."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from markupsafe import escape

from reports.certificate import CONFORMANT, NOT_CONFORMANT, OF_NO_PLATFORM
from reports.files import ExchangeLog, write_text
from reports.model import Run
from reports.writers.writer import RunWriter

_LABEL: Final = "G3N conformance"
_GREEN, _AMBER, _RED, _GREY = "#1a7f37", "#8a5a00", "#b3261e", "#57606a"
# Of the usual sans serif at 11 pixels; `textLength` has the browser make it fit exactly.
_CHARACTER: Final = 6.6
_PADDING: Final = 8


class Badge(RunWriter):
    """Two fields, as badges are; a self-test never looks like a platform's."""

    output = "badge.svg"

    def tell(self, run: Run, log: ExchangeLog, directory: Path) -> None:
        del log
        write_text(directory / self.output, badge(run))

    def problems(self, path: Path, run: Run) -> Iterator[str]:
        if f">{escape(message(run))}</text>" not in path.read_text(
            encoding="utf-8", errors="replace"
        ):
            yield "does not tell the verdict of run.json"


def message(run: Run) -> str:
    """`CONFORMANT 698/698, full/2, 2026-11-30`; begins with `self-test` on the reference."""
    said = (
        f"{run.verdict} {run.must_met}/{run.must_total}, {run.profile}, {run.finished_at:%Y-%m-%d}"
    )
    before = OF_NO_PLATFORM.get(run.target.kind)
    return f"{before.lower()}: {said}" if before else said


def badge(run: Run) -> str:
    """The badge as SVG: no font, no script and no address of anywhere."""
    told = message(run)
    left, right = (round(len(text) * _CHARACTER) + 2 * _PADDING for text in (_LABEL, told))
    name = escape(f"{_LABEL}: {told}")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="20" role="img"'
        f' aria-label="{name}"><title>{name}</title>'
        f'<rect width="{left}" height="20" fill="#24292f"/>'
        f'<rect x="{left}" width="{right}" height="20" fill="{_colour(run)}"/>'
        '<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">'
        f"{_text(_LABEL, 0, left)}{_text(told, left, right)}</g></svg>\n"
    )


def _text(text: str, at: int, width: int) -> str:
    length = width - 2 * _PADDING
    return f'<text x="{at + _PADDING}" y="14" textLength="{length}">{escape(text)}</text>'


def _colour(run: Run) -> str:
    if run.verdict == NOT_CONFORMANT:
        return _RED
    if run.target.kind == "reference":
        return _GREY
    return _GREEN if run.verdict == CONFORMANT else _AMBER


WRITER: Final = Badge()
