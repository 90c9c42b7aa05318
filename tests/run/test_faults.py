"""Whatever goes wrong between a run and its platform, no verdict of a check is made of it."""

import resource
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from reports.commands.check import problems
from tests.run import fault_proxy
from tests.run.fault_proxy import Fault, FaultProxy, faulty, gateway
from tests.run.servers import Addresses, reference
from tests.run.suite import Finished, run_suite

CHECKS: Final = ("conformance/step03_association", "-q", "--run-seed", "5")
UNDECIDED: Final = frozenset({"inconclusive", "blocked"})
TARGET: Final = """
base_url = "{base_url}"
operator_url = "{operator_url}"
profile = "full/2"
[limits]
timeout_seconds = 2
requests_per_minute = 0
requests_per_address = 0
"""
# Of all processes that a test has waited for; the suite's own is the largest.
MEMORY_KB: Final = 700 * 1024
FAULTS: Final = {
    "reset": Fault(fault_proxy.reset),
    "reset before": Fault(fault_proxy.reset, before=True),
    "stall": Fault(fault_proxy.stall, every=23),
    "slow drip": Fault(fault_proxy.drip, every=23),
    "slow drip of headers": Fault(fault_proxy.drip_headers, every=23),
    "truncated": Fault(fault_proxy.truncate),
    "gzip bomb": Fault(fault_proxy.bomb, every=23),
    "large body": Fault(fault_proxy.flood, every=23),
    "burst of 502": Fault(gateway(502), before=True, burst=range(60, 66)),
    "burst of 503": Fault(gateway(503), before=True, burst=range(60, 90)),
    "504 after the work": Fault(gateway(504)),
    "firewall": Fault(fault_proxy.firewall, before=True),
    "closed after each answer": Fault(fault_proxy.hang_up, every=1),
}
ORDINARY: Final = frozenset({"reset"})


@pytest.fixture(scope="module")
def platform() -> Iterator[Addresses]:
    with reference() as addresses:
        yield addresses


def aimed(base_url: str, platform: Addresses, directory: Path, *more: str) -> Finished:
    file = directory / "target.toml"
    text = TARGET.format(base_url=base_url, operator_url=platform.operator_url)
    file.write_text(text, encoding="utf-8")
    return run_suite(*CHECKS, *more, "--target", str(file), directory=directory / "out")


def checks(run: dict[str, Any]) -> dict[str, str]:
    """Verdicts of tests; invariants count answers, and these may be fewer."""
    found = [check for item in run["requirements"] for check in item["checks"]]
    return {f"{c['requirement']} {c['nodeid']}": c["verdict"] for c in found if c["kind"] == "test"}


@pytest.fixture(scope="module")
def healthy(platform: Addresses, tmp_path_factory: pytest.TempPathFactory) -> Finished:
    with faulty(platform.base_url, None) as proxy:
        finished = aimed(proxy.url, platform, tmp_path_factory.mktemp("healthy"))
    assert set(checks(finished.run).values()) == {"pass"}, finished.output
    return finished


def expect_no_other_verdict(finished: Finished, healthy: Finished) -> None:
    told, wanted = checks(finished.run), checks(healthy.run)
    assert told.keys() == wanted.keys()
    other = {name: told[name] for name in wanted if told[name] != wanted[name]}
    assert set(other.values()) <= UNDECIDED, finished.output
    assert not finished.with_verdict("fail"), finished.output
    messages = [c["message"] for r in finished.run["requirements"] for c in r["checks"]]
    assert not [text for text in messages if "suite error" in text]
    assert problems(finished.directory) == []


def expect_all_recorded(finished: Finished, proxy: FaultProxy) -> None:
    """Every request that came to the proxy is in the evidence, and every answer, or its want."""
    lines = (finished.directory / "exchanges.jsonl").read_text("utf-8").splitlines()
    # Files of the platform's own OpenAPI are read as no exchange.
    heard = [path for path in proxy.heard if not path.endswith("openapi.yaml")]
    assert sum(f'"{proxy.url}/' in line for line in lines) == len(heard)
    resources = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert resources.ru_maxrss < MEMORY_KB


@pytest.mark.parametrize(
    "name",
    [pytest.param(n, marks=() if n in ORDINARY else pytest.mark.whole) for n in FAULTS],
)
def test_a_fault_on_the_way_is_no_verdict(
    name: str, platform: Addresses, healthy: Finished, tmp_path: Path
) -> None:
    with faulty(platform.base_url, FAULTS[name]) as proxy:
        finished = aimed(proxy.url, platform, tmp_path)
    assert proxy.struck
    expect_no_other_verdict(finished, healthy)
    expect_all_recorded(finished, proxy)


@pytest.mark.whole
def test_answers_of_another_type_are_told_and_end_nothing(
    platform: Addresses, healthy: Finished, tmp_path: Path
) -> None:
    """It is the platform that answers them, for all that can be seen, so checks may fail."""
    with faulty(platform.base_url, Fault(fault_proxy.wrong_type)) as proxy:
        finished = aimed(proxy.url, platform, tmp_path)
    assert checks(finished.run).keys() == checks(healthy.run).keys()
    assert finished.exit_status in (1, 6), finished.output
    assert "suite error" not in finished.output
    assert problems(finished.directory) == []
    expect_all_recorded(finished, proxy)


@pytest.mark.whole
def test_a_clock_that_jumps_ends_sessions_and_no_check(healthy: Finished, tmp_path: Path) -> None:
    with reference() as own:
        jump = Fault(fault_proxy.clock_jump(own.operator_url, 2 * 3600), burst=range(60, 61))
        with faulty(own.base_url, jump) as proxy:
            finished = aimed(proxy.url, own, tmp_path)
    assert proxy.struck
    expect_no_other_verdict(finished, healthy)
    assert "sessions had expired, and were renewed" in finished.run["scope"]["note"]


@pytest.mark.whole
def test_a_platform_that_breaks_its_sessions_is_not_helped(
    platform: Addresses, tmp_path: Path
) -> None:
    with faulty(platform.base_url, Fault(fault_proxy.expire)) as proxy:
        finished = aimed(proxy.url, platform, tmp_path)
    assert proxy.struck
    assert finished.exit_status == 1, finished.output
    assert "renewed" not in (finished.run["scope"]["note"] or "")


NO_ADDRESS: Final = """
import socket
asked, ask = [0], socket.getaddrinfo
def answer(host, *arguments, **more):
    if host == "localhost":
        asked[0] += 1
        if 40 <= asked[0] < 44:
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
    return ask(host, *arguments, **more)
socket.getaddrinfo = answer
def pytest_unconfigure():
    assert asked[0] > 44
"""


@pytest.mark.whole
def test_a_name_without_an_address_for_a_while_is_no_verdict(
    platform: Addresses, healthy: Finished, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "resolver.py").write_text(NO_ADDRESS, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with faulty(platform.base_url, Fault(fault_proxy.hang_up, every=1)) as proxy:
        named = proxy.url.replace("127.0.0.1", "localhost")
        finished = aimed(named, platform, tmp_path, "-p", "resolver")
    expect_no_other_verdict(finished, healthy)
    lines = (finished.directory / "exchanges.jsonl").read_text("utf-8")
    assert "name resolution" in lines
