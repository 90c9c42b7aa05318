"""A second look for secrets, at the files as written: independent of how redaction works.

Found are fields known to carry a secret whose value is neither redacted nor the name of a variable,
in JSON, in JSON quoted inside JSON or HTML, in Python reprs, in header lines and in query strings.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from reports.page import evidence

_NAMES: Final = (
    b"session_guid",
    b"api_key",
    b"passcode",
    b"token",
    b"secret",
    b"invitation_code",
    b"invite_code",
    b"x-session-guid",
    b"x-api-key",
)
_QUOTES: Final = (
    rb"""["']""",
    b"&quot;",
    b"&apos;",
    b"&#34;",
    b"&#39;",
    b"&#x27;",
    rb"\\u0022",
    rb"\\u0027",
)
_QUOTE: Final = rb"\\*(?:%s)" % b"|".join(_QUOTES)
_BEHIND_A_QUOTE: Final = b"|".join(b"(?<=%s)" % quote for quote in _QUOTES)
_HARMLESS: Final = rb"\[redacted|%5Bredacted|\$"
# What makes the value of a field a leak, by how its name stands there: quoted, as a header, in a
# query. Each is tried where a name begins, and not at every place of a text.
_LEAKS: Final = {
    name: re.compile(
        rb"(?:%(behind)s)%(name)s%(quote)s\s*[:=]\s*%(quote)s(?!%(harmless)s|%(quote)s)."
        rb"|(?:(?<=[?&])|(?<=&amp;))%(name)s=(?!%(harmless)s)[\w\x80-\xff]"
        % {
            b"behind": _BEHIND_A_QUOTE,
            b"name": re.escape(name),
            b"quote": _QUOTE,
            b"harmless": _HARMLESS,
        }
        + (
            rb"|(?<![\w\x80-\xff-])%s:\s?(?!%s)[\w\x80-\xff-]{8}" % (re.escape(name), _HARMLESS)
            if name.startswith(b"x-")
            else b""
        ),
        re.IGNORECASE,
    )
    for name in _NAMES
}


def leaks(directory: Path) -> Iterator[str]:
    """One line for each field that a file under `directory` shows in clear; never the value."""
    for path in sorted(directory.rglob("*")):
        if path.is_file():
            text = path.read_bytes()
            if path.suffix == ".html":
                read = text.decode(errors="replace")
                wholes = (json.dumps(whole) for whole in evidence.exchanges_in(read))
                text += "".join(wholes).encode()
            for field in sorted(_shown(text)):
                yield f"{path.relative_to(directory)}: a value of {field} is not redacted"


def _shown(text: bytes) -> set[str]:
    """The fields whose values a text shows."""
    folded = text.lower()
    return {
        text[at : at + len(name)].decode()
        for name, leak in _LEAKS.items()
        for at in _places(folded, name)
        if leak.match(text, at)
    }


def _places(text: bytes, name: bytes) -> Iterator[int]:
    at = text.find(name)
    while at >= 0:
        yield at
        at = text.find(name, at + 1)
