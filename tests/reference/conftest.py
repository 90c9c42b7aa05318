"""One platform for all tests that do not need settings of their own."""

from collections.abc import Iterator

import pytest

from fixtures.reference import faults
from tests.reference.platform_client import Org, Platform, running
from tests.reference.products import Catalogue

# Kernels that tests start in this process may have any of them.
faults.load()


@pytest.fixture(scope="session")
def platform() -> Iterator[Platform]:
    with running("--rate-limit-rpm", "0") as started:
        yield started


@pytest.fixture(scope="session")
def org(platform: Platform) -> Org:
    return platform.org()


@pytest.fixture(scope="session")
def catalogue(platform: Platform, org: Org) -> Catalogue:
    return Catalogue(platform, org, org.owner)
