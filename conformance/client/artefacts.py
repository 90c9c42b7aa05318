"""Looks for secrets in what a team hands in: its sources, and what is built of them."""

import re
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Final

_LONGEST: Final = 20_000_000
_SKIPPED: Final = frozenset({".git", "node_modules", ".venv", "__pycache__"})
_LITERAL: Final = re.compile(
    rb"x-(?:api-key|session-guid)[\"']?\s*[:=]\s*[\"'][A-Za-z0-9._~+/-]{16,}[\"']", re.IGNORECASE
)
# What is a secret wherever it stands, whoever issued it.
_KNOWN: Final = (
    (re.compile(rb"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----\s+[A-Za-z0-9+/=]{16}"), "a private key"),
    (re.compile(rb"\bAKIA[0-9A-Z]{16}\b"), "an access key of AWS"),
    (_LITERAL, "a credential of the platform's in a literal"),
)


def found_in(paths: Sequence[Path], secrets: Collection[str]) -> Iterator[str]:
    """A sentence for each file that holds a secret; never the secret itself.

    `secrets` are those of the account that the client was examined with.
    """
    for path in paths:
        for file in sorted(_files(path)):
            content = file.read_bytes()[:_LONGEST]
            if any(secret.encode() in content for secret in secrets if secret):
                yield f"{file.name} holds the passcode or a session of the account"
                continue
            for form, what in _KNOWN:
                if form.search(content):
                    yield f"{file.name} holds {what}"
                    break


def _files(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
        return
    for file in path.rglob("*"):
        if file.is_file() and not _SKIPPED & {*file.relative_to(path).parts}:
            yield file
