"""No answer crashes the suite: what calls, remembers, judges and reports, on altered answers."""

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conformance.contract import RECORDS, ROUTES
from conformance.contract.errors import Tag
from conformance.requirements import load
from fixtures.exchange import target_file
from fixtures.exchange.answer import Answer
from fixtures.run.echo import expect_echo
from fixtures.run.paging import pages, read_all
from fixtures.run.session import Session
from reports import closing
from reports.probing.course import STOPS
from reports.probing.probe import Probe
from tests.run.altering import KINDS, altering
from tests.run.fault_proxy import Fault, FaultProxy, faulty
from tests.run.servers import Addresses, reference
from tests.run.suite import run_suite

# Every so many answers is altered: one alone leaves the rest to go on with.
EVERY: Final = (1, 2, 5)
SAMPLES: Final = sorted(each.id for each in ROUTES.values() if each.service in ("ofm", "usm"))
_CHECKS: Final = (
    "conformance/step04_organization/test_facilities.py",
    "conformance/step04_organization/test_states.py",
    "conformance/stack/test_throttling.py",
)


@pytest.fixture(scope="module")
def platform() -> Iterator[Addresses]:
    with reference() as addresses:
        yield addresses


@pytest.fixture(scope="module")
def proxy(platform: Addresses) -> Iterator[FaultProxy]:
    with faulty(platform.base_url, None) as started:
        yield started


def _session(proxy: FaultProxy, platform: Addresses, directory: Path) -> Session:
    lines = [
        f'base_url = "{proxy.url}"',
        f'operator_url = "{platform.operator_url}"',
        "limits = { requests_per_minute = 0, requests_per_address = 0, timeout_seconds = 5 }",
        "network = { tries = 1 }",
    ]
    return Session(
        target=target_file.parsed("\n".join(lines), "target.toml"),
        requirements=load(),
        needs=frozenset({"operator", "member", "second-org", "throwaway"}),
        directory=directory,
    )


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.tuples(
        st.integers(0, 2**32 - 1),
        st.sets(st.sampled_from(KINDS), min_size=1),
        st.sampled_from(EVERY),
        st.lists(st.sampled_from(SAMPLES), min_size=2, max_size=4, unique=True),
    )
)
def test_ledger_learner_and_judge_take_any_answer(
    tmp_path_factory: pytest.TempPathFactory,
    platform: Addresses,
    proxy: FaultProxy,
    draw: tuple[int, set[str], int, list[str]],
) -> None:
    """Whatever comes, a call ends in a verdict, and the clean-up in a fate for each record."""
    seed, kinds, every, names = draw
    session = _session(proxy, platform, tmp_path_factory.mktemp("altered"))
    probe = Probe(session)
    try:
        with suppress(*STOPS):
            # The first stages go by real answers, so that there is something to go on with.
            probe.course.sample("ofm.org.get")
        proxy.fault = Fault(altering(seed, kinds), every=every)
        for name in names:
            probe.course.sample(name)
            _judge(session, name)
        assert list(probe.finish(keep=False))
        assert all(entry.fate for entry in closing.closed(session))
    finally:
        proxy.fault = None
        session.close()


def _judge(session: Session, name: str) -> None:
    """Ask everything of one answer that checks ask."""
    from fixtures.context import credentials  # noqa: PLC0415 - used here alone
    from fixtures.context.cast import furnished_world  # noqa: PLC0415

    with suppress(*STOPS, KeyError):
        check = session.stage_check("judged", "ORG-33")
        caller = session.caller(check, credentials.owner(session), furnished_world(session))
        answer = caller(name)
        for ask in _questions(answer):
            with suppress(*STOPS):
                ask()
        if ROUTES[name].paginated:
            walk = pages(caller, name)
            read_all(walk, "item_id")


def _questions(answer: Answer) -> Iterator[Callable[[], Any]]:
    yield answer.accepted
    yield answer.admitted
    yield lambda: answer.refused(409, Tag.NOT_FOUND)
    yield lambda: (answer.tag, answer.sketch, answer.revision, answer.ok)
    for name in answer.operation.yields:
        yield partial(answer.value, name)
        yield partial(answer.decimal, name)
        yield partial(answer.shows, name, "something")
        yield partial(answer.shows_money, name, Decimal(3))
        yield partial(answer.shows_ignoring_case, name, "something")
        yield partial(expect_echo, answer, name, "something")
    if "items" in answer.operation.yields:
        yield answer.items
        for name in answer.operation.yields:
            yield partial(answer.read_items, name)


@pytest.mark.whole
@pytest.mark.parametrize("seed", range(4))
def test_a_run_on_altered_answers_comes_to_its_end(
    tmp_path: Path, platform: Addresses, proxy: FaultProxy, seed: int
) -> None:
    target = tmp_path / "target.toml"
    target.write_text(
        f'base_url = "{proxy.url}"\noperator_url = "{platform.operator_url}"\n'
        "limits = { requests_per_minute = 0, requests_per_address = 0 }\nnetwork = { tries = 1 }\n",
        encoding="utf-8",
    )
    proxy.fault = Fault(altering(seed, KINDS), every=7)
    try:
        arguments = (*_CHECKS, "-q", "--cells", "turns", "--run-seed", str(seed))
        finished = run_suite(*arguments, "--target", str(target), directory=tmp_path / "out")
    finally:
        proxy.fault = None
    assert finished.exit_status in {1, 6}, finished.output
    assert "INTERNALERROR" not in finished.output
    told = json.dumps(finished.run)
    assert "suite error" not in told


def test_the_samples_are_of_many_kinds() -> None:
    assert {ROUTES[name].kind for name in SAMPLES} == {each.kind for each in ROUTES.values()}
    assert {RECORDS[kind].service for kind in RECORDS if kind.startswith("ofm.")} == {"ofm"}
