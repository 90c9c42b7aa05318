"""axe-core finds nothing to complain about in the compliance page, whatever the run came to."""

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Page

from reports.assemble import assemble
from reports.history import append
from reports.model import Run
from reports.verdict import Verdict
from reports.writers.compliance import write_compliance
from tests.reports.pages import opened_browser
from tests.reports.synthetic import (
    Requirement,
    RequirementSet,
    card,
    check,
    collected,
    exchange,
    large_run,
    scope,
    write_reports,
)

EXCHANGES: Final = 130
NODE: Final = "conformance/a.py::test_b"
# Evaluated through the debugger's protocol, which the page's content security policy leaves alone.
AXE: Final = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
RUN_AXE: Final = """async () => {
  const found = await axe.run(document, {resultTypes: ["violations"]});
  return found.violations.flatMap((rule) => rule.nodes.map(
    (node) => `${rule.impact} ${rule.id}: ${node.html.slice(0, 200)}`));
}"""
# Every fold but those of the list of requirements, of which one stands for all.
OPEN_ALL: Final = """() => {
  for (const fold of document.querySelectorAll("main details:not(.requirement)")) fold.open = true;
  const one = document.querySelector(".requirement");
  if (one) one.open = true;
}"""


def of_verdict(verdict: Verdict) -> Run:
    """A run in which one requirement came to `verdict`, and another one passed."""
    told = (card("ORG-1", NODE, "gw1-000001"),)
    cards = told if verdict is not Verdict.PASS else ()
    checks = [
        check("ORG-1", verdict, nodeid=NODE, cards=cards, exchanges=("gw1-000001",)),
        check("ORG-2", exchanges=("gw0-000000",)),
    ]
    rules = RequirementSet((Requirement("ORG-1"), Requirement("ORG-2")))
    return assemble(collected(checks, rules, said=scope(), log=[exchange(1)]))


STATES: Final = {
    "conformant": lambda: of_verdict(Verdict.PASS),
    "not-conformant": lambda: large_run(EXCHANGES, EXCHANGES),
    "undecided": lambda: of_verdict(Verdict.INCONCLUSIVE),
    "self-test": lambda: large_run(EXCHANGES, EXCHANGES, target_kind="reference"),
}
HEADLINES: Final = {
    "conformant": "CONFORMANT [",
    "not-conformant": "NOT CONFORMANT [",
    "undecided": "INCOMPLETE [",
    "self-test": "Self-test: ",
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with opened_browser() as opened:
        yield opened


def findings(page: Page) -> list[str]:
    """What axe finds on the page as it is shown."""
    page.evaluate(AXE)
    found: list[str] = page.evaluate(RUN_AXE)
    return found


@pytest.mark.parametrize(
    ("state", "scheme", "width"),
    [*((state, "light", 1280) for state in STATES), ("not-conformant", "dark", 390)],
)
def test_axe_finds_nothing(
    browser: Browser, tmp_path: Path, state: str, scheme: Any, width: int
) -> None:
    run = STATES[state]()
    assert run.headline.startswith(HEADLINES[state])
    write_reports(run, map(exchange, range(EXCHANGES)), tmp_path)
    append(tmp_path / "history", run)
    address = write_compliance(tmp_path, tmp_path / "history").as_uri()
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page.goto(address)
    closed = findings(page)
    page.evaluate(OPEN_ALL)
    page.locator(".requirement .check > summary").first.click()
    page.locator(".check[open] .exchange").first.wait_for(state="attached")
    opened = findings(page)
    page.close()
    assert (closed, opened) == ([], [])


def test_axe_is_heard(browser: Browser) -> None:
    """A page that is at fault is found to be, so that silence means something."""
    page = browser.new_page()
    page.set_content("<html><body><img src='data:,'><p style='color:#ddd'>pale</p></body></html>")
    found = findings(page)
    page.close()
    assert {line.split(":")[0] for line in found} >= {
        "critical image-alt",
        "serious color-contrast",
    }
