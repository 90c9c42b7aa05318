"""What two runs must have in common to be parts of one: a resumed run, or shards of a run.

Told as texts, by the name under which a difference is told.
"""

import hashlib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Final

from conformance import __version__
from conformance.requirements import load
from fixtures.exchange.target import Target
from reports.options import ROOT, Aim

_ROOMS: Final = ("conformance", "fixtures", "reports")
_KINDS: Final = frozenset({".py", ".toml", ".yaml"})
# Each machine has its own way to the target, and its own way back.
_OF_MACHINE: Final = {"network", "receiver"}


def identity(aim: Aim, narrowed: str | None) -> dict[str, str]:
    """What a run is, but for the part of it that is run here."""
    return {
        "suite": f"{__version__} (files {suite_digest()})",
        "requirement set": load().version,
        "target": _named(aim.target),
        "profile": aim.profile.name,
        "seed": str(aim.seed),
        "tier": aim.tier,
        "choice of cells": aim.cells,
        "narrowing": narrowed or "none",
        "challenge": aim.challenge or "none",
        "reference": " ".join(aim.reference_args) or "as it is",
    }


def difference(before: Mapping[str, str], now: Mapping[str, str]) -> tuple[str, str, str] | None:
    """The first thing that is not the same: its name, what it was, and what it is now."""
    for name in sorted(before.keys() | now.keys()):
        was, is_ = before.get(name, "none"), now.get(name, "none")
        if was != is_:
            return name, was, is_
    return None


@cache
def suite_digest() -> str:
    """A digest of the suite's own files, equal in all checkouts of one commit."""
    digest = hashlib.sha256()
    for path in _files():
        # Line ends are a matter of the checkout.
        content = path.read_bytes().replace(b"\r\n", b"\n")
        digest.update(f"{path.relative_to(ROOT).as_posix()} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()[:12]


def _files() -> Iterator[Path]:
    for room in _ROOMS:
        yield from sorted(path for path in (ROOT / room).rglob("*") if path.suffix in _KINDS)
    yield ROOT / "reports" / "costs.json"


def _named(target: Target | None) -> str:
    """A target by its host and a digest of all that is said of it."""
    if target is None:
        return "embedded reference"
    said = target.model_dump_json(exclude=_OF_MACHINE)
    return f"{target.host} (file {hashlib.sha256(said.encode()).hexdigest()[:8]})"
