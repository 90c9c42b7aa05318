"""The part of a reproduction script that reads files: behind a presigned address, or in S3.

It follows `reproduction.py` in the script where a check read some, and uses its names.
"""

from __future__ import annotations

import hashlib
import html
import re
import sys
import urllib.error
import urllib.parse
import urllib.request
from typing import TYPE_CHECKING, Any

from reports.page.reproduction import parsed
from reports.page.reproduction_aws import signed
from reports.page.reproduction_values import NAMES, filled

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

# --- from here on it is part of the script

_KEY = re.compile(r"<Key>(.*?)</Key>")
_FURTHER = re.compile(r"<NextContinuationToken>(.*?)</NextContinuationToken>")
_OK = 200


def fetched(step: dict[str, Any], started: datetime) -> tuple[int, Any]:
    """What one step reads: the rows of a file, or of all objects under a prefix."""
    url = str(filled(step["url"], started))
    if "prefix" not in step:
        status, content = got(url, is_signed="signed" in step)
        rows, digests = told(content), compared_digests(step, content)
        return status, {"rows": rows, "digests": digests, "lines": is_lines(content)}
    keys = list(listed(url, str(filled(step["prefix"], started))))
    if "besides" not in step:
        return _OK, {"rows": len(keys), "digests": {}}
    besides = filled(step["besides"], started)
    found: list[Any] = []
    for key in (key for key in keys if key not in besides):
        status, content = got(f"{url}/{urllib.parse.quote(key)}")
        if status != _OK:
            return status, {}
        rows = told(content)
        found += rows if isinstance(rows, list) else [rows]
    return _OK, {"rows": found, "digests": {}}


def listed(url: str, prefix: str) -> Iterator[str]:
    """The keys of all objects under a prefix."""
    further: str | None = ""
    while further is not None:
        asked = {"list-type": "2", "prefix": prefix}
        asked |= {"continuation-token": further} if further else {}
        query = urllib.parse.urlencode(sorted(asked.items()), quote_via=urllib.parse.quote, safe="")
        status, content = got(f"{url}?{query}")
        if status != _OK:
            sys.exit(f"the objects cannot be listed: {status} {content[:300].decode()}")
        text = content.decode()
        yield from map(html.unescape, _KEY.findall(text))
        more = _FURTHER.search(text)
        further = html.unescape(more[1]) if more else None


def got(url: str, *, is_signed: bool = True) -> tuple[int, bytes]:
    """Status and content of a file; signed with the keys of the environment, or as it is."""
    parts = urllib.parse.urlsplit(url)
    base, headers = f"{parts.scheme}://{parts.netloc}", {}
    if is_signed:
        headers = signed(base, parts.path, b"", "s3", method="GET", query=parts.query)
    try:
        request = urllib.request.Request(url, headers=headers)  # noqa: S310
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
            return answer.status, answer.read()
    except urllib.error.HTTPError as refusal:
        return refusal.code, refusal.read()
    except urllib.error.URLError as error:
        sys.exit(f"no answer from {base}: {error.reason}")


def told(content: bytes) -> Any:
    """The objects of a file where it has one a line, else its JSON value, else its text."""
    text = content.decode("utf-8", "replace")
    return lines_of(text) if is_lines(content) else parsed(content)


def is_lines(content: bytes) -> bool:
    """Whether a file has one object a line."""
    lines = lines_of(content.decode("utf-8", "replace"))
    return bool(lines) and all(isinstance(row, dict) for row in lines)


def lines_of(text: str) -> list[Any]:
    """What each line tells."""
    return [parsed(line.encode()) for line in text.splitlines() if line.strip()]


def compared_digests(step: dict[str, Any], content: bytes) -> dict[str, bool]:
    """Which of the values that the step names are a digest of this content."""
    made = (hashlib.md5, hashlib.sha1, hashlib.sha256, hashlib.sha512)
    real = {make(content).hexdigest() for make in made}
    named = {name: str(NAMES.get(name, "")) for name in step.get("names", ())}
    return {name: re.split("[:=]", value)[-1].lower() in real for name, value in named.items()}


FETCH = fetched
