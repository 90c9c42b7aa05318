"""A warning is an error in the suite's own tests; for those who run the suite it is a notice."""

import pytest


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("filterwarnings", "error")
