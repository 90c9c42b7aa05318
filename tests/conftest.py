"""What holds for the suite's own tests alone: a warning is an error here, and a notice for users."""

import pytest


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("filterwarnings", "error")
