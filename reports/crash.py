"""A run that ends with an exception says so, on the terminal and in its outputs."""

import traceback
from contextlib import suppress

import pytest

from fixtures.exchange.redaction import Vault
from reports.claim import Claim


def give_up(session: pytest.Session, claim: Claim, vault: Vault, error: BaseException) -> None:
    """Have the outputs say that the run did not come to its end, and pytest end with its status."""
    interrupted = isinstance(error, KeyboardInterrupt)
    said = "interrupted twice" if interrupted else f"{type(error).__name__}: {error}"
    said = vault.redact_text(said)
    status = pytest.ExitCode.INTERRUPTED if interrupted else pytest.ExitCode.INTERNAL_ERROR
    session.exitstatus = status
    writer = session.config.get_terminal_writer()
    writer.line(f"\nERROR: the end of the run failed: {said}")
    if not interrupted:
        writer.write(vault.redact_text("".join(traceback.format_tb(error.__traceback__))))
    with suppress(OSError):
        claim.tell(said)
