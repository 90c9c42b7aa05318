"""The page of a client's certificate, in a browser."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from conformance.client.certificate import DISCLAIMER, Examinee, RunOfClient
from conformance.client.judgement import Claim, Stand, judge
from conformance.client.reading import read
from conformance.client.writing import write
from tests.client.recording import Mood
from tests.client.samples import SAMPLES, entries
from tests.client.test_judge import har
from tests.reports.test_compliance_browser import CONTRAST

EVIL = "<img src=x onerror=document.title='taken'>"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The page of a client that breaks all that can be broken, and bears an evil name."""
    folder = tmp_path_factory.mktemp("page")
    found = [entry for duty in SAMPLES for entry in entries(duty, Mood.BROKEN, who=duty.lower())]
    run = RunOfClient(
        scenario="lost-answer", exit_status=0, seconds=1.5, calls=40, acted=2, note=EVIL
    )
    claim = Claim(examinee=Examinee(name=EVIL, command=("run.sh", EVIL), agents=(EVIL,)))
    with read([har(folder / "a.har", found)]) as recording:
        certificate = judge(recording, claim, Stand(runs=[run], doubts=[EVIL]))
    write(certificate, folder, {"plain": "log"})
    return (folder / "client.html").as_uri()


def test_it_says_first_that_it_proves_nothing_about_a_platform(page: Page) -> None:
    assert page.locator("body > *").first.inner_text() == DISCLAIMER
    assert page.locator("p.verdict").inner_text().startswith("NOT CONFORMANT [client/2: all parts]")


def test_it_loads_nothing_and_runs_nothing_that_it_shows(browser: Browser, address: str) -> None:
    page, asked = browser.new_page(), []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address)
    title = page.title()
    page.close()
    assert asked == [address]
    assert title.startswith("NOT CONFORMANT: <img")


def test_each_breach_stands_with_its_calls_its_page_and_what_is_kept(page: Page) -> None:
    card = page.locator("#broken-D3")
    text = card.inner_text()
    assert "POST /ofm/cost-centre/update -> 409 conflict" in text
    assert "written again without a read after the refusal" in text
    assert "common/idempotency-retry" in text
    assert "Kept is:" in text
    assert page.locator("#warning-E8").count() == 1
    assert page.locator("#missing + .scroll tr", has_text="F8").count() == 1


def test_every_step_is_there_and_opens(page: Page) -> None:
    steps = page.locator("main > details")
    assert steps.count() == 14
    steps.nth(8).locator("summary").click()
    steps.nth(8).locator("tr", has_text="O9").wait_for(state="visible")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground(browser: Browser, address: str, scheme: Any) -> None:
    page = browser.new_page(color_scheme=scheme)
    page.goto(address)
    page.evaluate("document.querySelectorAll('details').forEach((d) => d.open = true)")
    poor = page.evaluate(CONTRAST)
    page.close()
    assert poor == []


def test_a_narrow_window_does_not_scroll_sideways(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
