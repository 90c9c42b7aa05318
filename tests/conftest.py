"""Of the suite's own tests alone: a warning is an error, and no example of hypothesis is timed.

For those who run the suite a warning is a notice; how long an example takes, its machine knows.
"""

import pytest
from hypothesis import settings


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("filterwarnings", "error")
    settings.register_profile("untimed", deadline=None)
    settings.load_profile("untimed")
