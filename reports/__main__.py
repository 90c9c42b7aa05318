"""`python -m reports COMMAND`: work on the outputs of a run. Commands are in `reports.commands`.

Exit status: 0 all well, 1 problems or something got worse, 2 bad input.
"""

import sys
from collections.abc import Sequence
from typing import Final

from reports import commands
from reports.dispatch import dispatch, found_in

USAGE: Final = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit status."""
    told = "Work on the outputs of a run."
    return dispatch("reports", told, found_in(commands), arguments, usage=USAGE)


if __name__ == "__main__":
    sys.exit(main())
