"""The part of a reproduction script that fills in and compares values; it comes before the rest."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta, timezone
from typing import Any

# --- from here on it is part of the script

NAMES: dict[str, Any] = {}
MOMENTS: dict[str, datetime] = {}  # by how they were written
UTC_ZONE = timezone.utc  # noqa: UP017 - the script runs on older versions of Python, too
_MARK = re.compile(r"\$\{([\w.-]+)\}")
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-")
_TOLERANCE_S = 5.0
_DAY = timedelta(days=1)


def filled(part: Any, started: datetime) -> Any:
    """A template with the values of this run of the script."""
    if isinstance(part, dict):
        if set(part) == {"$in_s"}:
            return written(at_time(part["$in_s"], started, keep=True), part["$in_s"][1])
        if set(part) == {"$is"}:
            return NAMES.get(part["$is"][0], part["$is"][1])
        return {name: filled(each, started) for name, each in part.items()}
    if isinstance(part, list):
        return [filled(each, started) for each in part]
    if isinstance(part, str):
        return _MARK.sub(lambda found: str(NAMES[found[1]]), part)
    return part


def at_time(told: list[Any], started: datetime, *, keep: bool = False) -> datetime:
    """The instant that is so many seconds from a call; the same wherever it was the same."""
    seconds, text = told
    moment = started + timedelta(seconds=seconds)
    return MOMENTS.setdefault(text, moment) if keep else MOMENTS.get(text, moment)


def written(moment: datetime, form: str) -> str:
    """An instant in the form of another one."""
    fraction = re.search(r"\.(\d+)", form)
    digits = len(fraction[1]) if fraction else 0
    text = moment.strftime("%Y-%m-%dT%H:%M:%S")
    if digits:
        text += "." + f"{moment.microsecond:06d}"[:digits]
    return text + ("Z" if form.endswith("Z") else "+00:00")


def at(body: Any, pointer: list[Any]) -> Any:
    """The value at a place of an answer, or None."""
    for name in pointer:
        try:
            body = body[name]
        except (KeyError, IndexError, TypeError):
            return None
    return body


def agrees(wanted: Any, got: Any, started: datetime) -> bool:
    """Whether an answer shows what was recorded, but for what differs from run to run."""
    if not isinstance(wanted, dict):
        return bool(filled(wanted, started) == got)
    for mark, holds in MARKS.items():
        if mark in wanted:
            return bool(holds(wanted, got, started))
    return has(wanted, got, started)


def has(wanted: dict[str, Any], got: Any, started: datetime) -> bool:
    """Whether an object has all that is wanted, and no more where it may not."""
    if not wanted:
        return True
    names = wanted.keys() - {"$no_more"}
    if not isinstance(got, dict) or ("$no_more" in wanted and got.keys() - {"stats"} - names):
        return False
    return all(agrees(wanted[name], got.get(name), started) for name in names)


def items_agree(wanted: dict[str, Any], got: Any, started: datetime) -> bool:
    """Of a list, the elements that tell of our records; all of them where there were no others."""
    if not isinstance(got, list):
        return False
    listed = wanted["$items"]
    found = sum(any(agrees(each, item, started) for item in got) for each in listed)
    if wanted["all"]:
        return found == len(listed) == len(got)
    ours = {str(NAMES.get(name, "nothing")) for name in wanted["ours"]}
    told = [json.dumps(item) for item in got]
    mine = [text for text in told if not _ID.search(text) or any(name in text for name in ours)]
    return found == len(listed) == len(mine)


def is_instant(got: Any, wanted: datetime) -> bool:
    found = instant(got)
    return found is not None and abs((found - wanted).total_seconds()) <= _TOLERANCE_S


def is_midnight(got: Any, wanted: datetime) -> bool:
    """Whether it is the beginning of a day, near by."""
    found = instant(got)
    begins = found is not None and found.time() == datetime.min.time()
    return found is not None and begins and abs(found - wanted) <= _DAY


def is_after(got: Any) -> bool | None:
    """Whether it is an instant since the step that had the files written; None for no instant."""
    found = instant(got)
    return None if found is None or "PIVOT" not in NAMES else bool(found >= NAMES["PIVOT"])


def instant(text: Any) -> datetime | None:
    try:
        found = datetime.fromisoformat(str(text).replace("Z", "+00:00"))  # noqa: FURB162
    except ValueError:
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC_ZONE)


#: What stands in the place of a value that is another in each run of the script.
MARKS: dict[str, Any] = {
    "$any": lambda _, got, __: got is not None,
    "$case": lambda wanted, got, _: (
        isinstance(got, str) and [got.islower(), got.isupper()] == wanted["$case"]
    ),
    "$midnight": lambda wanted, got, started: is_midnight(
        got, started + timedelta(seconds=wanted["$midnight"][0])
    ),
    "$after": lambda wanted, got, _: is_after(got) is wanted["$after"],
    "$in_s": lambda wanted, got, started: is_instant(got, at_time(wanted["$in_s"], started)),
    "$items": items_agree,
}
