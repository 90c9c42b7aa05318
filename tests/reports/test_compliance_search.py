"""Searching, filtering and recounting in the compliance page; the evidence of what passed."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from reports.assemble import assemble
from reports.verdict import Verdict
from tests.reports import synthetic
from tests.reports.pages import tab_to


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A report of 600 checks and 900 exchanges."""
    directory = tmp_path_factory.mktemp("searched")
    return synthetic.write_reports(
        synthetic.large_run(600, 900), (synthetic.exchange(n) for n in range(900)), directory
    ).as_uri()


def shown(page: Page) -> list[str]:
    """The ids of the requirements that are listed."""
    found: list[str] = page.evaluate(
        "[...document.querySelectorAll('.requirement')]"
        ".filter((row) => row.checkVisibility()).map((row) => row.id)"
    )
    return found


def wait_for_rows(page: Page, count: int) -> None:
    """Wait until so many requirements are listed; links tell the page in an event of its own."""
    rows = "[...document.querySelectorAll('.requirement')].filter((row) => row.checkVisibility())"
    page.wait_for_function(f"(count) => {rows}.length === count", arg=count)


def test_a_word_is_searched_for_by_keyboard_alone(page: Page) -> None:
    page.keyboard.press("/")
    page.keyboard.type("vALID-4")
    page.locator("#hits", has_text="1 of 120").wait_for()
    assert shown(page) == ["VALID-4"]
    tab_to(page, ".requirement:not([hidden]) > summary")
    page.keyboard.press("Enter")
    page.locator("#VALID-4[open] .check").first.wait_for(state="visible")


def test_what_checks_are_called_and_what_they_ask_is_searched_too(page: Page) -> None:
    page.locator("#q").fill("stale_revision_is_refused cost_centre.update-owner-0]")
    page.locator("#hits", has_text="1 of 120").wait_for()
    (found,) = shown(page)
    assert found == "ENV-1"


def test_filters_narrow_each_other_and_are_cleared(page: Page) -> None:
    page.locator("#f-verdict").select_option("fail")
    failed = shown(page)
    page.locator("#f-step").select_option("2")
    both = shown(page)
    assert 0 < len(both) <= len(failed)
    assert all(name.startswith("VALID-") for name in both)
    page.locator("form.tools button").click()
    page.locator("#hits", has_text="120 of 120").wait_for()
    assert len(shown(page)) == 120


def test_the_number_in_the_headline_leads_to_the_requirements_it_counts(page: Page) -> None:
    met, total = page.locator(".figures a").all_inner_texts()[:2]
    page.locator(".figures a").nth(1).click()
    wait_for_rows(page, int(total))
    page.locator(".figures a").nth(0).click()
    wait_for_rows(page, int(met))
    row = page.locator(".steps tbody tr").nth(2).locator("[data-filter]")
    met, total = row.inner_text().split(" of ")
    row.click()
    wait_for_rows(page, int(total))
    assert len(page.query_selector_all("[data-c=met]:not([hidden])")) == int(met)


def test_a_link_to_what_a_filter_hides_shows_it(page: Page) -> None:
    page.locator("#f-step").select_option("3")
    page.locator(".reasons a").first.click()
    page.wait_for_function(
        "() => location.hash.length > 1 && document.querySelector(location.hash).checkVisibility()"
    )


def test_a_check_that_passed_shows_what_was_sent_and_what_came(page: Page) -> None:
    page.locator("#ENV-1 > summary").click()
    passed = page.locator("#ENV-1 .check:has(.v.pass)").first
    passed.locator("> summary").click()
    told = passed.locator(".exchange").first
    told.locator("> summary").wait_for()
    if told.get_attribute("open") is None:
        told.locator("> summary").click()
    assert "expected_revision" in told.locator("pre").nth(1).inner_text()
    assert '"success"' in told.locator("pre").nth(3).inner_text()


def test_a_card_tells_the_rule_the_call_and_the_scene(browser: Browser, tmp_path: Path) -> None:
    told = synthetic.card("ORG-1", "conformance/a.py::test_b", "gw1-000001")
    ids = tuple(f"gw{n % 2}-{n:06d}" for n in range(3))
    failed = synthetic.check(
        "ORG-1", Verdict.FAIL, nodeid="conformance/a.py::test_b", cards=(told,), exchanges=ids
    )
    rules = synthetic.RequirementSet(
        (synthetic.Requirement("ORG-1", text="An older revision writes nothing."),)
    )
    run = assemble(synthetic.collected([failed], rules))
    page = browser.new_page(viewport={"width": 390, "height": 844}, color_scheme="dark")
    page.goto(
        synthetic.write_reports(run, [synthetic.exchange(n) for n in range(3)], tmp_path).as_uri()
    )
    shown_card = page.locator("#card-ORG-1")
    assert shown_card.locator("h3").inner_text() == "An older revision writes nothing."
    asked, answered = shown_card.locator(".call").all_inner_texts()
    assert "POST /ofm/cost-centre/update" in asked
    assert answered.startswith("in an answer with ")
    shown_card.locator(".evidence > summary").click()
    page.locator(".scene .judged[open]").wait_for()
    assert page.locator(".scene > li").count() == 3
    shown_card.locator(".script > summary").click()
    page.locator(".script code", has_text="END_OF_SCRIPT").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.close()


def test_ids_are_links_wherever_they_stand(page: Page) -> None:
    places = page.locator(".reasons a, .findings a, .first .plain a[href^='#']")
    hrefs = [link.get_attribute("href") or "" for link in places.all()]
    assert len(hrefs) > 10
    lost = [each for each in hrefs if not page.locator(f'[id="{each[1:]}"]').count()]
    assert lost == []
