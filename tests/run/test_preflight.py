"""The look at a target before a run: ready is ready, and each mistake has a line of its own."""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import tomlkit

from conformance.contract import OPERATIONS
from conformance.requirements import load
from fixtures.context import given
from fixtures.exchange import target_file
from fixtures.exchange.actors import ANONYMOUS
from fixtures.run.session import Session
from reports import preflight
from reports.preflight import Preflight
from tests.fixtures.scripted import Reply, scripted
from tests.run.mistakes import MISTAKES, Document, made, mistaken
from tests.run.servers import Addresses, reference
from tests.run.suite import Finished, run_suite

BUDGET: Final = 25
PROFILE: Final = "team/1"


@pytest.fixture(scope="module")
def platform() -> Iterator[Addresses]:
    with reference() as addresses:
        yield addresses


@pytest.fixture(scope="module")
def good(platform: Addresses) -> Iterator[Document]:
    """A target file without a fault; its secrets are in the environment."""
    target, secrets = made(platform)
    os.environ.update(secrets)
    yield target
    for name in secrets:
        del os.environ[name]


def looked_at(document: Document, directory: Path, profile: str = PROFILE) -> Preflight:
    """What a look at the target tells."""
    requirements = load()
    session = Session(
        target=target_file.build(document, "target.toml"),
        requirements=requirements,
        needs=requirements.profile(profile).needs,
        directory=directory,
    )
    try:
        knock = session.caller(session.stage_check("reach", "ORG-16"), ANONYMOUS)("ofm.stat")
        return preflight.look(session, knock, profile)
    finally:
        session.close()


def sent(directory: Path) -> list[dict[str, Any]]:
    """The exchanges of a look."""
    lines = (directory / "exchanges-main.jsonl").read_text(encoding="utf-8").split("\n")
    return [json.loads(line) for line in lines if line]


def test_good_target_is_ready(good: Document, tmp_path: Path) -> None:
    found = looked_at(good, tmp_path)
    assert found.faults == []
    assert [*found.lines()][-1] == "READY"
    assert found.status == 0


def test_look_is_cheap_and_leaves_no_session(good: Document, tmp_path: Path) -> None:
    looked_at(good, tmp_path)
    exchanges = sent(tmp_path)
    assert 0 < len(exchanges) < BUDGET
    written = [e["operation"] for e in exchanges if OPERATIONS[e["operation"]].writes]
    assert set(written) == {"usm.session.create", "usm.session.close"}
    assert written.count("usm.session.create") == written.count("usm.session.close")


@pytest.mark.parametrize("name", MISTAKES)
def test_each_mistake_has_its_own_line(good: Document, tmp_path: Path, name: str) -> None:
    mistake = MISTAKES[name]
    found = looked_at(mistaken(good, name), tmp_path)
    first = found.faults[0]
    assert (first.key, mistake.said in first.what) == (mistake.key, True), [*found.lines()]
    assert found.status == preflight.NOT_READY
    assert [*found.lines()][-1].startswith("NOT READY")


def test_no_two_mistakes_read_alike(good: Document, tmp_path: Path) -> None:
    told = set()
    for name in MISTAKES:
        (directory := tmp_path / name).mkdir()
        told.add("\n".join(looked_at(mistaken(good, name), directory).to_mend()))
    assert len(told) == len(MISTAKES)


def test_address_of_something_else_is_told_as_that(good: Document, tmp_path: Path) -> None:
    found = looked_at({**good, "base_url": good["base_url"] + "/no/such/prefix"}, tmp_path)
    assert [fault.key for fault in found.faults] == ["base_url"]
    assert "without a path" in found.faults[0].mend


def test_operator_that_is_not_there_is_told_as_an_address(good: Document, tmp_path: Path) -> None:
    found = looked_at({**good, "operator_url": "http://127.0.0.1:9"}, tmp_path)
    assert found.faults[0].key == "operator_url"


def test_operator_address_of_something_else_is_told(good: Document, tmp_path: Path) -> None:
    found = looked_at({**good, "operator_url": good["base_url"]}, tmp_path)
    assert [fault.key for fault in found.faults] == ["operator_url"]
    assert "invokes no function" in found.faults[0].what


def test_operator_that_answers_is_proven(
    good: Document, platform: Addresses, tmp_path: Path
) -> None:
    found = looked_at({**good, "operator_url": platform.operator_url}, tmp_path)
    assert found.faults == []
    assert f"{platform.operator_url} (operator) answers" in found.proven


def test_receiver_that_cannot_listen_is_told(good: Document, tmp_path: Path) -> None:
    taken = int(good["base_url"].rpartition(":")[2])
    found = looked_at({**good, "receiver": {"port": taken}}, tmp_path, "team/2")
    assert "receiver" in {fault.key for fault in found.faults}


def test_queue_that_cannot_be_reached_is_told(
    good: Document, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("G3N_QUEUE_KEY", "test")
    queue = {
        "url": "http://127.0.0.1:9/123456789012/none",
        "endpoint_url": "http://127.0.0.1:9",
        "region": "us-east-1",
        "access_key_id_env": "G3N_QUEUE_KEY",
        "secret_access_key_env": "G3N_QUEUE_KEY",
    }
    found = looked_at({**good, "queue": queue}, tmp_path, "team/2")
    assert "queue" in {fault.key for fault in found.faults}


def written(document: Document, directory: Path) -> Path:
    path = directory / "target.toml"
    path.write_text(tomlkit.dumps(document), encoding="utf-8")
    return path


def test_smoke_exits_by_what_it_found(good: Document, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    done = run_suite(
        *("conformance", "--tier", "smoke", "--target", str(written(good, tmp_path))),
        directory=tmp_path / "out",
    )
    assert (done.exit_status, "READY" in done.output) == (0, True), done.output
    assert [*(tmp_path / "out").iterdir()] == []
    bad = run_suite(
        *("conformance", "--tier", "smoke", "--target-url", "http://127.0.0.1:9"),
        *("--operator-url", "http://127.0.0.1:9"),
        directory=tmp_path / "out",
    )
    assert bad.exit_status == preflight.NOT_READY, bad.output
    assert "base_url" in bad.output
    assert "Traceback" not in bad.output


def test_plan_of_a_look_tells_what_a_look_costs(good: Document, tmp_path: Path) -> None:
    done = run_suite(
        *("conformance", "--plan", "--tier", "smoke", "--target", str(written(good, tmp_path))),
        directory=tmp_path / "out",
    )
    assert done.exit_status == 0, done.output
    told = re.search(r"at most (\d+): 3 accounts sign in", done.output)
    assert told is not None, done.output
    assert int(told[1]) < BUDGET
    assert re.search(r"records +none", done.output)


def test_address_that_leads_elsewhere_says_where(tmp_path: Path) -> None:
    with scripted() as server:
        server.says(Reply(301, "", {"location": "https://sandbox.example.test/ofm/stat"}))
        look = ("conformance", "--tier", "smoke", "--target-url", server.url)
        done = run_suite(*look, "--operator-url", server.url, directory=tmp_path / "out")
    assert done.exit_status == preflight.NOT_READY, done.output
    assert "a redirect to https://sandbox.example.test/ofm/stat" in done.output


@pytest.mark.whole
@pytest.mark.parametrize("name", MISTAKES)
def test_no_mistake_ends_as_a_failure(good: Document, tmp_path: Path, name: str) -> None:
    done: Finished = run_suite(
        *("conformance/step03_association", "-q", "--run-seed", "1"),
        *("--target", str(written(mistaken(good, name), tmp_path))),
        directory=tmp_path / "out",
    )
    assert done.exit_status == 6, done.output
    assert done.with_verdict("fail") == []
    mistake = MISTAKES[name]
    assert mistake.said in done.output
    cause = given.Fault(key=mistake.key, what="", mend="").cause
    checks = [c for r in done.run["requirements"] for c in r["checks"]]
    stages = [c for c in checks if c["cause"] == cause and c["kind"] == "stage"]
    assert stages
    assert {card["move"] for stage in stages for card in stage["cards"]} == {"yours"}
