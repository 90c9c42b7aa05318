"""The documentation pages that a source names: `a/; b/c.html, heading` are two."""

from collections.abc import Sequence

from conformance.contract.facts import DOCUMENTATION


def pages(source: str) -> Sequence[tuple[str, str]]:
    """Name and address of each page, in order; none where it names none."""
    names = (part.partition(",")[0].strip() for part in source.split(";"))
    return [(name, DOCUMENTATION + name) for name in names if name and " " not in name]
