"""`python -m conformance COMMAND`: runs and what belongs to them; see `conformance.commands`."""

import sys

from conformance.commands import main

if __name__ == "__main__":
    sys.exit(main())
