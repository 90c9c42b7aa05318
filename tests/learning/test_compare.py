"""`conformance compare`: of changes to OpenAPI files, exactly those are told."""

import copy
import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from conformance.commands import main
from conformance.contract import ROUTES
from conformance.contract.documented import INPUTS, Fact, facts
from fixtures.exchange import openapi
from fixtures.learning import comparing, sources
from fixtures.learning.comparing import Kind, Remark
from fixtures.reference.kernel import openapi as published
from fixtures.reference.kernel.renames import Renames
from fixtures.reference.services import ALL

CHANGES: Final = 30
SEED: Final = 20261130
Document = dict[str, Any]


@pytest.fixture(scope="module")
def documents() -> dict[str, Document]:
    """The files that the reference publishes, by service."""
    return {
        each.name: yaml.load(published.document(each, Renames()), yaml.CSafeLoader) for each in ALL
    }


@pytest.fixture(scope="module")
def before(documents: dict[str, Document]) -> set[Remark]:
    return _compared(documents)


def test_the_reference_contradicts_no_page(before: set[Remark]) -> None:
    assert [each.line for each in before if each.kind is Kind.CONTRADICTED] == []


def test_integers_are_numbers_where_they_are_shown(before: set[Remark]) -> None:
    told = [each for each in before if each.part == "answer data.estimated_duration_seconds"]
    assert {each.theirs for each in told} == {"is integer", "is listed"}
    assert {each.kind for each in told} == {Kind.CONFIRMED}


def test_its_files_hold_no_dead_reference(documents: dict[str, Document]) -> None:
    for service, document in documents.items():
        description = openapi.parsed(json.dumps(document), service, service)
        assert list(sources.dead_references(description)) == []


def test_of_thirty_changes_exactly_those_are_told(
    documents: dict[str, Document], before: set[Remark]
) -> None:
    changed, expected = copy.deepcopy(documents), set[tuple[str, str, str]]()
    drawn = random.Random(SEED)  # noqa: S311 - which changes, no secret
    possible = list(_possible(documents))
    taken: set[str] = set()
    while len(taken) < CHANGES:
        route, part, kind, change = drawn.choice(possible)
        if route in taken:
            continue
        taken.add(route)
        change(changed[route.split("/")[1]])
        expected.add((route, part, kind))
    after = _compared(changed)
    worse = {each for each in after - before if each.kind is not Kind.CONFIRMED}
    found = {(each.route, each.part, str(each.kind)) for each in worse}
    kinds = {kind for _, _, kind in expected}
    assert {"contradicted", "not published", "new"} <= kinds
    assert found == expected


def test_the_command_tells_them_in_three_forms(
    tmp_path: Path, documents: dict[str, Document], capsys: pytest.CaptureFixture[str]
) -> None:
    document = copy.deepcopy(documents["ofm"])
    document["paths"]["/ofm/org/get"]["post"]["requestBody"]["content"]["application/json"][
        "schema"
    ]["required"] = ["odd"]
    document["paths"]["/ofm/odd"] = {"get": {}}
    (tmp_path / "ofm.json").write_text(json.dumps(document))
    assert main(["compare", str(tmp_path)]) == 0
    assert "new            GET /ofm/odd route: is listed" in capsys.readouterr().out
    assert main(["compare", str(tmp_path), "--format", "markdown"]) == 0
    assert "| new | GET /ofm/odd | route |" in capsys.readouterr().out
    target = tmp_path / "told.json"
    assert main(["compare", str(tmp_path), "--format", "json", "--write", str(target)]) == 0
    told = json.loads(target.read_text(encoding="utf-8"))
    assert told["counts"]["new"] == 2
    routes = [each["route"] for each in told["remarks"] if each["kind"] == "new"]
    assert routes == ["GET /ofm/odd", "POST /ofm/org/list"]


def _compared(documents: dict[str, Document]) -> set[Remark]:
    return set(
        comparing.compared(
            {
                service: openapi.parsed(json.dumps(document), service, service)
                for service, document in documents.items()
            }
        )
    )


Possible = tuple[str, str, str, Callable[[Document], None]]


def _possible(documents: dict[str, Document]) -> Iterator[Possible]:
    """Changes that a page or our own reading speaks about: route, part, what is told of it."""
    for operation in ROUTES.values():
        path, method = operation.path, operation.method.lower()
        described = documents[operation.service]["paths"].get(path, {}).get(method)
        if described is None:
            continue
        route = f"{operation.method} {path}"
        yield route, "route", "not published", _without_route(path, method)
        yield route, "status 2xx", "not published", _without_success(path, method)
        headers = [
            each["name"] for each in described.get("parameters", ()) if each["in"] == "header"
        ]
        if "x-orgcode" in headers and operation.service in (
            "pvm",
            "pmc",
            "ics",
            "scm",
            "pcm",
            "crm",
        ):
            yield route, "header x-orgcode", "not published", _without_header(path, method)
        if method != "post":
            continue
        properties = _body(described)["properties"]
        yield route, "field odd", "new", _asking(path, "odd")
        for fact in _of_one_route(route):
            if properties.get(fact.name, {}).get("type") == fact.type == "string":
                told = (route, f"field {fact.name}", "contradicted")
                yield *told, _retyped(path, fact.name)


def _of_one_route(route: str) -> Iterator[Fact]:
    for fact in facts():
        stated = fact.states("field", "type", "route")
        if fact.route == route and fact.place in INPUTS and stated and "." not in fact.name:
            yield fact


def _body(described: Document) -> Document:
    schema: Document = described["requestBody"]["content"]["application/json"]["schema"]
    return schema


def _without_route(path: str, method: str) -> Callable[[Document], None]:
    return lambda document: document["paths"][path].pop(method)


def _without_success(path: str, method: str) -> Callable[[Document], None]:
    def change(document: Document) -> None:
        responses = document["paths"][path][method]["responses"]
        responses["399"] = responses.pop("200")
        responses["399"] = {"description": "moved"}
        # What was described of its answer is described under no success any more.
        del responses["399"]

    return change


def _without_header(path: str, method: str) -> Callable[[Document], None]:
    def change(document: Document) -> None:
        described = document["paths"][path][method]
        described["parameters"] = [
            each for each in described["parameters"] if each["name"] != "x-orgcode"
        ]

    return change


def _asking(path: str, name: str) -> Callable[[Document], None]:
    def change(document: Document) -> None:
        schema = _body(document["paths"][path]["post"])
        schema["properties"][name] = {"type": "string"}
        schema["required"] = [*schema.get("required", []), name]

    return change


def _retyped(path: str, name: str) -> Callable[[Document], None]:
    def change(document: Document) -> None:
        _body(document["paths"][path]["post"])["properties"][name] = {"type": "integer"}

    return change
