"""The files that the documents send their readers to are there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOLDERS = "conformance|fixtures|reports|tests|[.]ci"
NAMED = re.compile(rf"`((?:{FOLDERS})/[^`\s]*)`")
LINKED = re.compile(r"\]\(([^):]+)\)")
# What stands for any one of its kind.
FOR_ANY = re.compile(r"<[a-z]+>|(?<=step)NN")
MADE_BY_A_RUN = "reports/out"


def named(text: str) -> set[str]:
    """The paths that a document names or links to, as patterns."""
    found = {name.partition(": ")[0] for name in (*NAMED.findall(text), *LINKED.findall(text))}
    patterns = {FOR_ANY.sub("*", name).replace("…", ".py").removesuffix("/") for name in found}
    return {pattern for pattern in patterns if not pattern.startswith(MADE_BY_A_RUN)}


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md"])
def test_every_file_that_a_document_names_is_there(document: str) -> None:
    patterns = named((ROOT / document).read_text(encoding="utf-8"))
    assert patterns
    assert [pattern for pattern in sorted(patterns) if not any(ROOT.glob(pattern))] == []
