"""Writes every format of a run whose checks ran elsewhere.

Some formats are plugins of pytest's, which write what pytest reports. So pytest is run without any
test, and told of each check as if it had run it.
"""

from collections.abc import Generator
from pathlib import Path
from typing import Final

import pytest

from reports.announce import announce
from reports.assemble import assemble
from reports.collected import Collected
from reports.options import ROOT
from reports.writers import write_all, writers
from reports.writers.writer import Finished

# How pytest is run where the suite itself runs it, beside its own command line.
QUIET: Final = (
    *("-c", str(ROOT / "pyproject.toml"), "--rootdir", str(ROOT), "--noconftest"),
    # What is to be told is told by who runs it; what the suite adds is for its terminal.
    *("-o", "addopts=", "-p", "no:terminal", "-p", "no:cacheprovider"),
)


class _Teller:
    """A plugin of pytest's that reports what others found."""

    def __init__(self, collected: Collected, directory: Path) -> None:
        self._collected, self._directory = collected, directory
        self.finished: Finished | None = None

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        for writer in writers():
            writer.configure(config, self._directory)

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self) -> bool:
        return True

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self) -> bool:
        return True

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Generator[None, object, object]:
        announce(session.config, self._collected.without_test)
        told = Finished(assemble(self._collected), self._collected, self._directory)
        self.finished = write_all(told)
        return (yield)


def retell(collected: Collected, directory: Path) -> Finished:
    """Write all formats into `directory`, which is empty of older ones.

    Raises:
        ValueError: a plugin did not come to its end.
    """
    teller = _Teller(collected, directory)
    status = pytest.main([*QUIET, str(ROOT / "reports")], plugins=[teller])
    if teller.finished is None or status not in (
        pytest.ExitCode.OK,
        pytest.ExitCode.NO_TESTS_COLLECTED,
    ):
        raise ValueError(f"{directory}: the reports could not be written (pytest: {status})")
    return teller.finished
