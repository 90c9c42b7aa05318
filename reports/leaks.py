"""A second look for secrets, at the files as written: independent of how redaction works.

Found are fields known to carry a secret whose value is neither redacted nor the name of a variable,
in JSON, in JSON quoted inside JSON or HTML, in Python reprs, in header lines and in query strings.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from reports.page import evidence

_NAMES = (
    "session_guid|api_key|passcode|token|secret|invitation_code|invite_code"
    "|x-session-guid|x-api-key"
)
_QUOTE = r"""\\*(?:["']|&quot;|&apos;|&#34;|&#39;|&#x27;|\\u0022|\\u0027)"""
_HARMLESS = r"\[redacted|%5Bredacted|\$"
_LEAKS = re.compile(
    rf"{_QUOTE}(?P<field>{_NAMES}){_QUOTE}\s*[:=]\s*{_QUOTE}(?!{_HARMLESS}|{_QUOTE})."
    rf"|(?<![\w-])(?P<header>x-session-guid|x-api-key):\s?(?!{_HARMLESS})[\w-]{{8}}"
    rf"|(?:[?&]|&amp;)(?P<query>{_NAMES})=(?!{_HARMLESS})\w",
    re.IGNORECASE,
)


def leaks(directory: Path) -> Iterator[str]:
    """One line for each field that a file under `directory` shows in clear; never the value."""
    for path in sorted(directory.rglob("*")):
        if path.is_file():
            text = path.read_text(encoding="utf-8", errors="replace")
            if path.suffix == ".html":
                text += "".join(json.dumps(whole) for whole in evidence.exchanges_in(text))
            for field in sorted({match[str(match.lastgroup)] for match in _LEAKS.finditer(text)}):
                yield f"{path.relative_to(directory)}: a value of {field} is not redacted"
