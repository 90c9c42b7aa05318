"""The OpenAPI files of the reference are complete, and true of what was really exchanged."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

import jsonschema_rs
import pytest
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from fixtures.reference.kernel import examples, openapi, openapi_parts
from fixtures.reference.kernel.operations import Operation
from fixtures.reference.kernel.renames import Renames
from fixtures.reference.services import ALL
from tests.reference.platform_client import Org, Platform, running

JSON: Final = "application/json"
SECRET: Final = re.compile(
    r'"(session_guid|api_key|passcode|secret|token|invitation_code|invite_code)": "([^"]*)"'
)
# Announced, and not at work: nothing was ever answered but 501.
PARKED: Final = {"POST /ics/search/comments", "POST /ics/search/inbox"}
Document = dict[str, Any]


def _documents() -> dict[str, Document]:
    return {each.name: json.loads(openapi.document(each, Renames())) for each in ALL}


DOCUMENTS: Final = _documents()
OPERATIONS: Final[dict[str, Operation]] = {
    " ".join(each.route): each for service in ALL for each in service.operations
}


def described(route: str) -> Document:
    method, path = route.split(" ")
    told: Document = DOCUMENTS[path.split("/")[1]]["paths"][path][method.lower()]
    return told


def validator(route: str, schema: Document) -> jsonschema_rs.Draft202012Validator:
    document = DOCUMENTS[route.split("/")[1]]
    return jsonschema_rs.Draft202012Validator({**schema, "components": document["components"]})


def references(part: Any) -> Iterator[str]:
    if isinstance(part, list):
        for each in part:
            yield from references(each)
    elif isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        for each in part.values():
            yield from references(each)


@pytest.mark.parametrize("service", DOCUMENTS)
def test_each_reference_leads_somewhere(service: str) -> None:
    document = DOCUMENTS[service]
    whole = Resource.from_contents(document, default_specification=DRAFT202012)
    resolver = Registry().with_resource("", whole).resolver()
    found = set(references(document))
    assert found
    for reference in found:
        assert resolver.lookup(reference).contents


@pytest.mark.parametrize("service", DOCUMENTS)
def test_what_is_shared_is_used_and_what_is_used_is_listed(service: str) -> None:
    document = DOCUMENTS[service]
    told = [each for item in document["paths"].values() for each in item.values()]
    assert {tag for each in told for tag in each["tags"]} == {
        tag["name"] for tag in document["tags"]
    }
    names = [each["operationId"] for each in told]
    assert len(set(names)) == len(names)
    assert {name for each in told for way in each["security"] for name in way} <= set(
        document["components"]["securitySchemes"]
    )


@pytest.mark.parametrize("route", OPERATIONS)
def test_an_operation_is_described_whole(route: str) -> None:
    told = described(route)
    assert told["tags"]
    assert told["summary"]
    operation = OPERATIONS[route]
    if operation.method == "POST":
        schema = told["requestBody"]["content"][JSON]["schema"]
        assert told["requestBody"]["required"] is bool(schema["required"])
        in_body = {"session_guid", "api_key"} & schema["properties"].keys()
        # A credential is told by a scheme, or where only the body may hold it by the body.
        takes_none = operation.callers.value == "anyone"
        assert bool(told["security"]) or bool(in_body) or takes_none
    for status, response in told["responses"].items():
        assert status.isdigit(), "a default would make any answer a described one"
        whole = resolved(route, response)
        assert whole["description"]
        assert {"X-API-Version"} <= whole["headers"].keys()
        assert ("Retry-After" in whole["headers"]) == (status == "429")
        assert whole["content"][JSON]["schema"]


def resolved(route: str, response: Document) -> Document:
    reference = response.get("$ref")
    if reference is None:
        return response
    found: Document = DOCUMENTS[route.split("/")[1]]
    for key in str(reference).split("/")[1:]:
        found = found[key]
    return found


@pytest.mark.parametrize("route", [each for each in OPERATIONS if each not in PARKED])
def test_examples_were_exchanged_and_are_valid(route: str) -> None:
    told = described(route)
    shown = examples.of(route.split("/")[1], OPERATIONS[route].route)
    answer = told["responses"]["200"]["content"][JSON]
    assert answer["examples"]["recorded"]["value"] == shown["answer"]
    validator(route, answer["schema"]).validate(shown["answer"])
    assert shown["answer"]["stats"]["call"] == route.replace(f"/{route.split('/')[1]}", "", 1)
    if OPERATIONS[route].method == "POST":
        request = told["requestBody"]["content"][JSON]
        assert request["examples"]["recorded"]["value"] == shown["request"]
        validator(route, request["schema"]).validate(shown["request"])
        return
    queries = {each["name"]: each for each in told["parameters"] if each["in"] == "query"}
    assert {name for name, each in queries.items() if "examples" in each} == set(shown["request"])
    for name, value in shown["request"].items():
        assert queries[name]["examples"]["recorded"]["value"] == value


def test_no_example_holds_a_secret() -> None:
    for route, operation in OPERATIONS.items():
        text = json.dumps(examples.of(route.split("/")[1], operation.route))
        assert "redacted" not in text
        for name, value in SECRET.findall(text):
            assert value.startswith("example-"), (route, name)


def test_each_refusal_shows_an_answer_that_was_given() -> None:
    responses = openapi_parts.responses()
    document = DOCUMENTS["crm"]
    schema = {"$ref": "#/components/schemas/Refusal", "components": document["components"]}
    checked = jsonschema_rs.Draft202012Validator(schema)
    for response in responses.values():
        shown = response["content"][JSON]["examples"]["recorded"]["value"]
        checked.validate(shown)


@pytest.mark.parametrize("route", OPERATIONS)
def test_each_status_that_was_seen_is_described(route: str) -> None:
    seen = examples.of(route.split("/")[1], OPERATIONS[route].route)["statuses"]
    assert seen
    assert {str(status) for status in seen} <= described(route)["responses"].keys()


def test_each_status_that_is_described_was_seen_of_most_that_describe_it() -> None:
    told, seen = Counter[str](), Counter[str]()
    for route, operation in OPERATIONS.items():
        statuses = examples.of(route.split("/")[1], operation.route)["statuses"]
        told.update(described(route)["responses"].keys())
        seen.update(str(status) for status in statuses)
    # These come of the platform and not of an operation: one of each is enough.
    anywhere = {"429", "503", "403"}
    assert {each for each in told if not seen[each]} == set()
    assert {each for each in told.keys() - anywhere if 2 * seen[each] < told[each]} == set()


@pytest.fixture(scope="module")
def org(platform: Platform) -> Org:
    return platform.org()


def test_answers_bear_the_headers_that_are_described(platform: Platform, org: Org) -> None:
    answer = platform.ask("/ofm/org/get", {"org_guid": org.guid}, org.owner)
    told = resolved("POST /ofm/org/get", described("POST /ofm/org/get")["responses"]["200"])
    assert {name.lower() for name in told["headers"]} <= {name.lower() for name in answer.headers}


def test_throttling_bears_its_header() -> None:
    with running("--rate-limit-rpm", "1") as platform:
        org = platform.org()
        body = {"org_guid": org.guid}
        answers = [platform.ask("/ofm/org/get", body, org.owner) for _ in range(3)]
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert int(refused.headers["retry-after"]) >= 0


def test_the_status_of_a_platform_that_creates_with_201_is_described() -> None:
    service = next(each for each in ALL if each.name == "ofm")
    told = json.loads(
        openapi.document(service, Renames(), lambda each: 201 if each.kind == "create" else 200)
    )
    responses = told["paths"]["/ofm/team/create"]["post"]["responses"]
    assert "201" in responses
    assert "200" not in responses
