"""A reviewer's nonce, and how a run answers it: every request bears a digest of it."""

from hashlib import sha256
from typing import Final

_DIGITS: Final = 16


def challenge_of(nonce: str) -> str:
    """The digest of a nonce by which requests, run.json and bundles tell it."""
    return sha256(nonce.encode()).hexdigest()[:_DIGITS]
