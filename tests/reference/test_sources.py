"""The reference shows what it read: each module of a service names pages, or says "ours"."""

import ast
import re
from pathlib import Path

import pytest

SERVICES = Path(__file__).parents[2] / "fixtures" / "reference" / "services"
MODULES = [path for path in sorted(SERVICES.rglob("*.py")) if path.parent != SERVICES]
FOLDERS = "|".join(["common", "story", "ops", *sorted({path.parent.name for path in MODULES})])
PAGE = re.compile(rf"\(((?:{FOLDERS})/[^()\s]*)\)")
# An index page ends with a slash, any other with the ending of its file.
WELL_FORMED = re.compile(r"[a-z]+/([a-z]+/)?([A-Za-z0-9-]+\.(html|md|yaml))?")


@pytest.mark.parametrize("module", MODULES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_module_of_a_service_names_its_pages_or_says_ours(module: Path) -> None:
    told = ast.get_docstring(ast.parse(module.read_text())) or ""
    assert PAGE.search(told) or "ours" in told, f"{module.name} names no page"


def test_pages_are_cited_in_one_form() -> None:
    cited = {page for module in MODULES for page in PAGE.findall(module.read_text())}
    assert [page for page in sorted(cited) if not WELL_FORMED.fullmatch(page)] == []
