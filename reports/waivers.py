"""The waiver file: known failures that somebody answers for, until a day.

[[waiver]]
requirement = "ORG-3"
target = "sandbox.example.com"
reason = "fix is scheduled"
owner = "store team"
approver = "J. Doe"
expires = 2026-12-31
"""

import tomllib
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Protocol

from pydantic import ValidationError

from fixtures.formats.text_files import TextFileError, read_text
from reports.model import RequirementRun, Scope, Waiver, WaiverState


class WaivableLike(Protocol):
    """What a waiver needs to know of a requirement."""

    @property
    def id(self) -> str: ...
    @property
    def waivable(self) -> bool: ...


def aims_at(waiver: Waiver, host: str, kind: str) -> bool:
    """A waiver names a host, with or without the port, or the embedded reference."""
    names = {host, host.rpartition(":")[0] or host}
    return waiver.target in names or waiver.target == kind == "reference"


def in_force(waivers: Iterable[Waiver], host: str, kind: str, today: date) -> dict[str, str]:
    """Reasons, by requirement, of the waivers that hold for this target today."""
    return {
        waiver.requirement: waiver.reason
        for waiver in waivers
        if aims_at(waiver, host, kind) and waiver.expires >= today
    }


def waiver_states(
    waivers: Iterable[Waiver], scope: Scope, requirements: Sequence[RequirementRun], today: date
) -> tuple[WaiverState, ...]:
    """What became of each waiver of the file in this run, told in words."""
    by_id = {requirement.id: requirement for requirement in requirements}
    return tuple(_state(each, scope, by_id.get(each.requirement), today) for each in waivers)


def _state(
    waiver: Waiver, scope: Scope, requirement: RequirementRun | None, today: date
) -> WaiverState:
    fails_no_more = requirement is not None and requirement.in_profile and requirement.met
    state, told = "active", f"answered for by {waiver.owner} until {waiver.expires}"
    if not aims_at(waiver, scope.host, scope.target_kind):
        where = scope.host if scope.target_kind == "foreign" else f"the reference ({scope.host})"
        state = "foreign"
        told = f"written for {waiver.target}, and this run was aimed at {where}: it waives nothing"
    elif waiver.expires < today:
        state, told = "expired", f"ended on {waiver.expires}: it waives nothing any more"
    elif fails_no_more:
        state, told = "stale", "no check of it fails any more: take it out of the waiver file"
    return WaiverState.model_validate({**waiver.model_dump(), "state": state, "told": told})


def load_waivers(path: Path, requirements: Iterable[WaivableLike]) -> tuple[Waiver, ...]:
    """The waivers of a file, expired ones included: whether one is in force is the run's business.

    Raises ValueError with one clear line for a file that cannot be read, an unknown requirement,
    one that cannot be waived, a missing field or a second waiver for the same thing.
    """
    waivable = {requirement.id: requirement.waivable for requirement in requirements}
    found: dict[tuple[str, str], Waiver] = {}
    for number, entry in enumerate(_entries(path), start=1):
        where = f"{path}: waiver {number}"
        waiver = _waiver(where, entry)
        if waiver.requirement not in waivable:
            raise ValueError(f"{where}: unknown requirement {waiver.requirement!r}")
        if not waivable[waiver.requirement]:
            raise ValueError(f"{where}: {waiver.requirement} cannot be waived")
        key = waiver.requirement, waiver.target
        if key in found:
            raise ValueError(f"{where}: second waiver of {key[0]} for {key[1]}")
        found[key] = waiver
    return tuple(found.values())


def _entries(path: Path) -> list[Any]:
    try:
        document = tomllib.loads(read_text(path, "waiver file"))
    except TextFileError:
        raise
    except ValueError as error:
        raise ValueError(f"{path}: not TOML: {' '.join(str(error).split())}") from None
    unknown = sorted(document.keys() - {"waiver"})
    if unknown:
        raise ValueError(f"{path}: unknown key {unknown[0]!r}; waivers stand under [[waiver]]")
    entries = document.get("waiver", [])
    if not isinstance(entries, list):
        raise ValueError(f"{path}: write [[waiver]], with two brackets")  # noqa: TRY004
    return entries


def _waiver(where: str, entry: object) -> Waiver:
    try:
        waiver = Waiver.model_validate(entry)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"]) or "entry"
        raise ValueError(f"{where}: {field}: {first['msg']}") from None
    blank = [name for name, value in waiver.model_dump().items() if not str(value).strip()]
    if blank:
        raise ValueError(f"{where}: {blank[0]}: must not be empty")
    return waiver
