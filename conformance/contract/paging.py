"""How lists are cut into pages, in every service alike (common/pagination-filtering.html)."""

from typing import Final

# How many records a page holds where no limit is sent, and how many at most whatever is sent.
DEFAULT_LIMIT: Final = 8
LARGEST_LIMIT: Final = 256
