"""Routes that a platform serves as resources are found, with their methods and what is in paths."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from fixtures.exchange import openapi
from fixtures.learning import binder
from fixtures.reference.kernel import openapi as published
from fixtures.reference.kernel.resources import Resources
from fixtures.reference.services import ALL
from reports.probing import telling
from reports.probing.probe import Probe
from tests.learning.test_probing import session_at
from tests.run.servers import reference
from tests.run.suite import run_suite

VARIANT = ("--variant", "inferred-routes-as-resources")
MOVED = 51


def test_each_moved_route_is_found_and_no_other_is_moved() -> None:
    shape = Resources.of_inferred()
    described = {
        each.name: openapi.parsed(published.document(each, shape), each.name, each.name)
        for each in ALL
    }
    served = {each.route: shape.route(each) for service in ALL for each in service.operations}
    right = 0
    for found in binder.learned(described, {}):
        ours = (found.operation.method, found.operation.path)
        method, path = found.method or ours[0], found.path or ours[1]
        assert (method, re.sub(r"\{\w+\}", "{id}", path)) == served.get(ours, ours)
        right += found.path is not None or found.method is not None
    assert right == MOVED


def test_a_run_calls_them_as_they_are_served(tmp_path: Path) -> None:
    with reference(*VARIANT) as addresses:
        finished = run_suite(
            *("conformance/step04_organization/test_facilities.py", "-k", "reads_it or updates"),
            *("--target-url", addresses.base_url, "--operator-url", addresses.operator_url),
            directory=tmp_path,
        )
    assert " passed" in finished.output
    assert not finished.with_verdict("fail"), finished.output
    lines = (tmp_path / "exchanges.jsonl").read_text("utf-8").splitlines()
    sent = [
        each["request"] for each in map(json.loads, lines) if each["operation"] == "ofm.zone.get"
    ]
    assert sent
    assert {each["method"] for each in sent} == {"GET"}
    assert all("/ofm/zone/get" not in each["url"] for each in sent)


def test_a_probe_learns_the_method_that_a_path_allows(tmp_path: Path) -> None:
    with reference(*VARIANT) as addresses:
        session = session_at(addresses, tmp_path)
        probe = Probe(session)
        probe.course.sample("ofm.team.create")
        told = "\n".join(telling.text(probe.course, {}, 0))
        session.close()
    assert probe.course.accepted == {"ofm.team.create"}, probe.course.stuck
    assert 'operations."ofm.team.create".method = "PUT"' in told


@pytest.mark.parametrize(
    ("path", "route"),
    [
        ("/ofm/zone/list", ("GET", "/ofm/zone/list")),
        ("/ofm/zone/7d44", ("GET", "/ofm/zone/{id}")),
        ("/ofm/zone/{zone_guid}", ("GET", "/ofm/zone/{id}")),
        ("/ofm/zone/7d44/status", None),
        ("/ofm/zone/", None),
    ],
)
def test_a_path_is_known_by_its_route(path: str, route: tuple[str, str] | None) -> None:
    paths = ("/ofm/zone/{id}", "/ofm/zone/list")
    listed = {("GET", each): dict[str, Any]() for each in paths}
    assert openapi.Description({}, listed).route_of("GET", path) == route
