"""What a run learns before its first check: how the target spells what no page prints.

The bindings are written to the report directory, so that they can be read, mended and kept.
"""

from pathlib import Path
from typing import Final

from fixtures.exchange.target import Target
from fixtures.learning.target import taught
from reports.files import write_text

BINDINGS: Final = "bindings.toml"


def teach(target: Target, directory: Path | None) -> tuple[Target, str]:
    """The target with what its OpenAPI files tell, and that in one line; the line may be empty.

    The bindings go to `directory`, unless there is none.
    """
    found = taught(target)
    if directory is None or not found.summary:
        return found.target, found.summary
    write_text(directory / BINDINGS, found.text())
    return found.target, f"{found.summary} ({BINDINGS})"
