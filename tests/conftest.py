"""Of the suite's own tests alone: a warning is an error, and no example of hypothesis is timed.

For those who run the suite a warning is a notice; how long an example takes, its machine knows.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

WHOLE_S: Final = 3000


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("filterwarnings", "error")
    settings.register_profile("untimed", deadline=None)
    settings.load_profile("untimed")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What runs the suite whole takes as long as the machine lets it; it has bounds of its own."""
    for item in items:
        if item.get_closest_marker("whole") is not None:
            item.add_marker(pytest.mark.timeout(WHOLE_S))


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    """Chromium, for the pages that reports are."""
    from tests.reports.pages import opened_browser  # noqa: PLC0415 - takes a second

    with opened_browser() as opened:
        yield opened


@pytest.fixture
def page(browser: "Browser", address: str) -> Iterator["Page"]:
    """The report at the `address` of a test's module, opened in a wide window."""
    opened = browser.new_page(viewport={"width": 1280, "height": 900})
    opened.goto(address)
    yield opened
    opened.close()
