"""Markdown of texts that may come from a target: nothing in them is markup, link or mention."""

import re
from collections.abc import Iterable, Sequence
from typing import Final

_SPECIAL: Final = re.compile(r"([\\`*_{}\[\]()#!|<>~@&:]|(?<=www)\.)")


def plain(text: object, limit: int = 300) -> str:
    """`text` in one line, as text."""
    line = " ".join("".join(c if c.isprintable() else " " for c in str(text)).split())
    line = line if len(line) <= limit else f"{line[: limit - 1]}…"
    # A reference to a character is text whatever stands around it.
    return _SPECIAL.sub(lambda found: f"&#{ord(found[0])};", line)


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """A table; its cells are plain text."""
    lines = [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
    return [*lines, *(f"| {' | '.join(plain(cell) for cell in row)} |" for row in rows)]


def fold(title: str, lines: Iterable[str]) -> list[str]:
    """A section that is folded until it is asked for."""
    return ["<details>", f"<summary>{plain(title)}</summary>", "", *lines, "", "</details>", ""]
