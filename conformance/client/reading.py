"""Reads recordings: HAR 1.2 of any exporter, and one exchange a line as this suite writes them."""

import base64
import binascii
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import IO, Any, Final

from conformance.client import building, streaming
from conformance.client.recording import Call, Recording
from conformance.client.spellings import AS_DOCUMENTED, Spellings

_PROGRESS: Final = 100_000_000
_LONGEST_BODY: Final = 4_000_000
_LINES: Final = (".jsonl", ".ndjson")
# The actor of exchanges which the platform began, as this suite records them.
_BESIDE: Final = frozenset({"platform", "storage"})
_UNREADABLE: Final = (KeyError, TypeError, ValueError, AttributeError, RecursionError)
_NO_LINE: Final = object()


def read(paths: Sequence[Path], spellings: Spellings = AS_DOCUMENTED) -> Recording:
    """All files as one recording; what cannot be read is told in it, and the rest is taken.

    Raises:
        OSError: a file is not there or may not be read.
    """
    recording = Recording()
    try:
        for path in paths:
            name = _name(path, recording.files)
            recording.files.append(name)
            with path.open("rb") as stream:
                _take(recording, path, name, stream, spellings)
    except BaseException:
        recording.close()
        raise
    return recording


def _name(path: Path, taken: Sequence[str]) -> str:
    """The file's name; of two files that bear one name the second is told apart."""
    named = (path.name, *(f"{path.name}({number})" for number in range(2, len(taken) + 3)))
    return next(name for name in named if name not in taken)


def _take(
    recording: Recording, path: Path, name: str, stream: IO[bytes], spellings: Spellings
) -> None:
    by_line = path.suffix.lower() in _LINES
    build = partial(_exchange if by_line else _entry, spellings)
    found = _lines(stream) if by_line else streaming.entries(stream, _progress(name))
    number = -1
    try:
        for number, entry in enumerate(found):
            _keep(recording, f"{name}#{number}", entry, build)
    except streaming.NotHarError as error:
        after = f"after entry {number}" if number >= 0 else "from its beginning on"
        recording.note(f"{name}: {error} ({after})")
        return
    if number < 0:
        recording.note(f"{name}: it has no entries")


def _keep(
    recording: Recording, where: str, entry: Any, build: Callable[[Any, str], Call | None]
) -> None:
    try:
        call = build(entry, where)
    except _UNREADABLE:
        recording.note(f"{where}: the entry is malformed")
        return
    if call is None:
        recording.others += 1
        return
    if call.status is None and call.op:
        recording.note(f"{where}: no response: judged as not answered")
    recording.add(call)


def _progress(name: str) -> Any:
    told = 0

    def progress(read: int) -> None:
        nonlocal told
        if read - told >= _PROGRESS:
            told = read
            sys.stderr.write(f"{name}: {read // 1_000_000} MB read\n")

    return progress


def _lines(stream: IO[bytes]) -> Iterator[Any]:
    for line in stream:
        if line.strip():
            try:
                yield json.loads(line)
            except (ValueError, RecursionError):
                yield _NO_LINE


def _text(content: Mapping[str, Any]) -> str | None:
    """The text of a body, or None where it is binary or was left out."""
    text = content.get("text")
    if text is None or content.get("encoding") != "base64":
        return text
    try:
        return base64.b64decode(text).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None


def _upload(method: str, content: Mapping[str, Any]) -> dict[str, Any]:
    """What is said of the bytes of an upload; nothing where they are not there."""
    text = content.get("text")
    if method.upper() != "PUT" or not isinstance(text, str) or not text:
        return {}
    if content.get("encoding") != "base64":
        return building.upload(text.encode("utf-8", "surrogatepass"))
    try:
        return building.upload(base64.b64decode(text))
    except binascii.Error:
        return {}


def _parsed(text: str | None) -> Any:
    if not text or len(text) > _LONGEST_BODY:
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _instant(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def _entry(spellings: Spellings, entry: Mapping[str, Any], where: str) -> Call | None:
    request, response = entry["request"], entry.get("response") or {}
    posted = request.get("postData") or {}
    text = _text(posted)
    size = request.get("bodySize")
    status = response.get("status")
    return building.call(
        spellings=spellings,
        where=where,
        started=_instant(entry["startedDateTime"]),
        elapsed=max(float(entry.get("time") or 0), 0) / 1000,
        method=str(request["method"]),
        url=str(request["url"]),
        headers=building.headers_of(request.get("headers") or ()),
        body=_parsed(text),
        has_content=_has_content(text, posted, size),
        # An entry that was given up has no status, or 0.
        status=int(status) if isinstance(status, int | float) and status > 0 else None,
        answer_headers=building.headers_of(response.get("headers") or ()),
        answer=_parsed(_text(response.get("content") or {})),
        **_upload(str(request["method"]), posted),
    )


def _has_content(text: str | None, posted: Mapping[str, Any], size: Any) -> bool | None:
    """Whether a request had a body; None where the exporter does not tell."""
    if text or posted.get("params"):
        return True
    if posted and text is None:
        return None
    return None if isinstance(size, int | float) and size != 0 else False


def _exchange(spellings: Spellings, line: Mapping[str, Any], where: str) -> Call | None:
    request, response = line["request"], line.get("response") or {}
    if line.get("actor") in _BESIDE or not str(request["url"]).startswith("http"):
        return None
    body = request.get("body")
    return building.call(
        spellings=spellings,
        where=where,
        started=_instant(line["started_at"]),
        elapsed=float(line.get("elapsed_ms") or 0) / 1000,
        method=str(request["method"]),
        url=str(request["url"]),
        headers=building.headers_of(request.get("headers") or {}),
        body=body,
        has_content=body is not None,
        status=response.get("status"),
        answer_headers=building.headers_of(response.get("headers") or {}),
        answer=response.get("body"),
    )
