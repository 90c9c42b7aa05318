"""The compliance page in a browser: offline, by keyboard, in the dark, on paper, under attack."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from reports.assemble import assemble
from reports.model import Run
from reports.verdict import Verdict
from tests.reports import synthetic
from tests.reports.pages import tab_to
from tests.reports.pdf_text import page_texts

# Text elements whose contrast falls short of WCAG AA, as "ratio selector text".
CONTRAST = """() => {
  const parse = (css) => (css.match(/[\\d.]+/g) ?? []).map(Number);
  const light = (rgb) => {
    const part = rgb.slice(0, 3).map((v) => v / 255)
      .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * part[0] + 0.7152 * part[1] + 0.0722 * part[2];
  };
  const ground = (node) => {
    for (let at = node; at; at = at.parentElement) {
      const rgb = parse(getComputedStyle(at).backgroundColor);
      if (rgb.length === 3 || rgb[3] === 1) return rgb;
    }
    return [255, 255, 255];
  };
  const poor = [];
  for (const node of document.querySelectorAll("body *")) {
    const own = [...node.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
    if (!own || !node.checkVisibility()) continue;
    const style = getComputedStyle(node);
    const [a, b] = [light(parse(style.color)), light(ground(node))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    const large = parseFloat(style.fontSize) >= 24;
    if (ratio >= (large ? 3 : 4.5)) continue;
    poor.push(`${ratio.toFixed(2)} ${node.className} ${node.textContent}`);
  }
  return poor;
}"""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A report of 2,000 checks and 3,000 exchanges."""
    directory = tmp_path_factory.mktemp("large")
    return synthetic.write_reports(
        synthetic.large_run(), (synthetic.exchange(n) for n in range(3000)), directory
    ).as_uri()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    opened = browser.new_page(viewport={"width": 1280, "height": 900})
    yield opened
    opened.close()


def test_it_opens_and_asks_nobody_for_anything(page: Page, address: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("about:blank")
    page.goto(address)
    page.locator("details.evidence > summary").first.click()
    page.locator(".exchange pre").first.wait_for()
    assert {url for url in asked if not url.startswith("data:")} == {address}


def test_the_first_screen_holds_verdict_findings_and_what_limits_them(
    page: Page, address: str
) -> None:
    page.goto(address)
    for selector in ("h1:visible", "#h-scope", "#h-findings", "#h-untested", "#h-power"):
        box = page.locator(selector).first.bounding_box()
        assert box
        assert box["y"] < 900
    assert page.locator("header h1").inner_text() == "NOT CONFORMANT [full/1]"
    order = ["failures", "undecided", "advisories", "h-steps", "requirements", "h-readings"]
    tops = [page.locator(f"#{name}").bounding_box() for name in order]
    heights = [box["y"] for box in tops if box]
    assert len(heights) == len(order)
    assert heights == sorted(heights)
    steps = page.locator("table.steps tbody tr")
    assert steps.count() == 14
    assert "12 of 17" in steps.nth(2).inner_text()


def test_every_fold_works_by_keyboard(page: Page, address: str) -> None:
    page.goto(address)
    tab_to(page, ".card .evidence > summary")
    page.keyboard.press("Enter")
    page.locator(".card .exchange pre").first.wait_for()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.matches('.exchange > summary')")
    tab_to(page, ".requirement > summary")
    page.keyboard.press("Enter")
    tab_to(page, ".check > summary")
    page.keyboard.press("Space")
    shown = page.locator(".check[open] .exchange").first
    shown.wait_for()
    assert "→ 200" in shown.inner_text() or "→ 409" in shown.inner_text()


def test_copying_works_by_keyboard_and_is_announced(page: Page, address: str) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(address)
    tab_to(page, ".card button.copy")
    page.keyboard.press("Enter")
    page.locator("#said", has_text="Copied").wait_for(state="attached")
    tenant_export = page.evaluate("navigator.clipboard.readText()")
    assert tenant_export == page.locator(".card .command code").first.text_content()
    assert tenant_export.startswith("pytest 'conformance/")


def test_a_link_to_a_requirement_opens_it(page: Page, address: str) -> None:
    page.goto(address)
    page.locator(".card a.id").first.click()
    page.locator("details.requirement[open]").first.wait_for()
    assert page.evaluate("location.hash.slice(1)") == page.locator(
        "details.requirement[open]"
    ).get_attribute("id")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground(browser: Browser, address: str, scheme: Any) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900}, color_scheme=scheme)
    page.goto(address)
    page.locator("details.evidence > summary").first.click()
    page.locator(".requirement > summary").first.click()
    page.locator(".check > summary").first.click()
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    poor = page.evaluate(CONTRAST)
    page.close()
    assert poor == []
    assert (sum(map(int, ground[4:-1].split(","))) < 128) == (scheme == "dark")


def test_a_verdict_is_told_without_colour(page: Page, address: str) -> None:
    page.goto(address)
    signs = page.evaluate(
        "[...document.querySelectorAll('.steps thead .v')]"
        ".map((v) => [v.classList[1], getComputedStyle(v, '::before').content.split('/')[0]])"
    )
    of_checks = [str(verdict) for verdict in Verdict if verdict is not Verdict.UNDECIDED]
    assert [word for word, _ in signs] == of_checks
    assert len({sign for _, sign in signs}) == len(of_checks)


def test_printed_page_one_is_the_signing_sheet(page: Page, address: str) -> None:
    page.goto(address)
    sheets = page_texts(page.pdf(prefer_css_page_size=True))
    for part in ("signing sheet", "NOT CONFORMANT", "Name", "Signature", "SHA-256", "90 days"):
        assert part.replace(" ", "") in sheets[0].replace(" ", "")
    assert "Bystep" not in sheets[0].replace(" ", "")
    assert "Failures" in sheets[1]


def test_a_narrow_window_does_not_scroll_sideways(page: Page, address: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(address)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


HOSTILE = (
    "</script></style></title><script>window.broken=1</script>"
    "<img src=x onerror='window.broken=2'><svg onload=window.broken=3>\"'`><!--"
)


def hostile_run() -> Run:
    """A run in which everything that a target or a check can write is an attack."""
    told = synthetic.card("ORG-1", HOSTILE, "gw1-000001")
    fields = ("text", "expectation", "expected", "observed", "source", "remedy", "repeat", "curl")
    told = told.model_copy(update=dict.fromkeys(fields, HOSTILE))
    checks = [
        synthetic.check(
            "ORG-1", Verdict.FAIL, nodeid=HOSTILE, cards=(told,), exchanges=("gw1-000001",)
        ),
        synthetic.check("ORG-2", Verdict.INCONCLUSIVE, message=HOSTILE, cause=HOSTILE),
    ]
    rules = (
        synthetic.Requirement("ORG-1", text=HOSTILE, source=HOSTILE, remedy=HOSTILE),
        synthetic.Requirement("ORG-2"),
    )
    made = synthetic.collected(
        checks,
        synthetic.RequirementSet(rules),
        said=synthetic.scope(host=HOSTILE, narrowed=HOSTILE),
        log=[synthetic.exchange(1)],
        bindings_missing=[HOSTILE],
    )
    return assemble(made)


def test_nothing_from_the_target_becomes_markup(page: Page, tmp_path: Path) -> None:
    attack = synthetic.exchange(1, body=HOSTILE).model_copy(
        update={"actor": HOSTILE, "operation": HOSTILE, "error": HOSTILE}
    )
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(synthetic.write_reports(hostile_run(), [attack], tmp_path).as_uri())
    page.locator("details.evidence > summary").first.click()
    assert HOSTILE in page.locator(".exchange pre").all_text_contents()
    assert page.locator(".card .facing > div:nth-child(2) > p").first.text_content() == HOSTILE
    assert page.evaluate("window.broken") is None
    assert page.locator("img, svg:not(.chart > svg), iframe").count() == 0
    assert complaints == []
