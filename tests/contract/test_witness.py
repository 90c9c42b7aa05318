"""The suite's contract and the reference agree with what pages print, fact by fact.

The facts were taken from the pages and from nothing else, so that a misreading in the suite which
the reference shares is found here.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import Any, Final

import pytest

from conformance.contract import ROUTES, documented
from conformance.contract.documented import Fact, facts, vocabulary
from conformance.contract.envelope import DATA
from conformance.contract.facts import Certainty
from conformance.contract.operation import Operation, published
from conformance.requirements import load
from fixtures.reference.kernel import openapi
from fixtures.reference.kernel.gates import TOLERATED_FIELDS
from fixtures.reference.kernel.renames import Renames
from fixtures.reference.services import ALL

CREDENTIALS: Final = frozenset({"session_guid", "api_key", "x-session-guid", "x-api-key"})
INPUTS: Final = documented.INPUTS
COMBINED: Final = ("allOf", "anyOf", "oneOf")
# What a page calls a type, and what it is in JSON.
TYPES: Final = {
    "string": "string",
    "free text": "string",
    "time, UTC": "string",
    "boolean": "boolean",
    "integer": "integer",
    "object": "object",
    "array of string": "array",
}
# What a text puts in backticks that is a name but no field, with the reason.
NO_FIELDS: Final = {
    "owner": "a word for a person",
    "ofm_view": "a role of service accounts that no operation of the contract asks for by name",
}
# A name as fields have it; tags, paths, patterns and actions of events are spelt otherwise.
NAME: Final = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*")

Schema = Mapping[str, Any]


# --- the templates of the suite ---


def leaves(part: Mapping[str, Any], before: str = "") -> Iterator[str]:
    """All fields of a template; a dot leads into an object or an element of a list."""
    for name, value in part.items():
        yield f"{before}{name}"
        for inner in value if isinstance(value, list | tuple) else [value]:
            if isinstance(inner, Mapping):
                yield from leaves(inner, f"{before}{name}.")


def taken(operation: Operation) -> frozenset[str]:
    return frozenset(leaves(operation.body))


def headers(operation: Operation) -> frozenset[str]:
    return frozenset(name.lower() for name in operation.context)


def asked(operation: Operation, *stated: str) -> list[Fact]:
    """What pages that tell of this very route ask for, credentials left out."""
    return [
        fact
        for fact in documented.about(operation.method, operation.path)
        if fact.names_one_route
        and fact.place in INPUTS | {"header"}
        and fact.name not in CREDENTIALS
        and fact.states("place", "field", "route", *stated)
    ]


def sends(operation: Operation, fact: Fact) -> bool:
    return fact.name in (headers(operation) if fact.place == "header" else taken(operation))


def lacking(operation: Operation) -> Iterator[str]:
    """What a page requires on the route, and the template does not send."""
    groups: dict[str, list[Fact]] = defaultdict(list)
    for fact in asked(operation, "required"):
        if fact.required == "one-of":
            groups[fact.group].append(fact)
        elif fact.required == "yes" and not sends(operation, fact):
            yield f"{operation.id}: {fact.field} ({fact.page})"
    for group, choice in groups.items():
        if not any(sends(operation, fact) for fact in choice):
            yield f"{operation.id}: none of {group} ({choice[0].page})"


def misplaced(operation: Operation) -> Iterator[str]:
    """Fields of the template that a page has at another place, or nested otherwise."""
    query = operation.method == "GET"
    for fact in asked(operation):
        last = fact.name.rpartition(".")[2]
        like = {name for name in taken(operation) if name.rpartition(".")[2] == last}
        header = f"x-{last.replace('_', '-')}"
        right = {
            "header": not like,
            "input": not like or fact.name in like,
            "query": not like or (query and fact.name in like),
            "body": (fact.name in like and not query) or not (like or header in headers(operation)),
        }
        if not right[fact.place]:
            yield f"{operation.id}: {fact.field} is of the {fact.place} ({fact.page})"


def test_templates_have_what_pages_require() -> None:
    assert [each for operation in ROUTES.values() for each in lacking(operation)] == []


def test_templates_have_each_field_where_a_page_has_it() -> None:
    assert [each for operation in ROUTES.values() for each in misplaced(operation)] == []


@pytest.mark.parametrize(
    ("route", "field", "body"),
    [
        ("uas.stat", "email", {"passcode": "$passcode"}),
        ("uas.stat", "email", {"user": {"email": "$email"}, "passcode": "$passcode"}),
        ("utl.export.status", "orgcode", {"export_id": "$export_id"}),
    ],
)
def test_template_without_a_required_field_is_found(
    route: str, field: str, body: dict[str, Any]
) -> None:
    (told,) = lacking(replace(ROUTES[route], body=body, context={}))
    assert told.startswith(f"{route}: {field} (")


def test_field_at_another_place_is_found() -> None:
    stat = ROUTES["uas.stat"]
    nested = {"user": {"email": "$email"}, "passcode": "$passcode"}
    assert [*misplaced(stat)] == []
    assert [*misplaced(replace(stat, body=nested))] == [
        "uas.stat: email is of the body (uas/calls.html)"
    ]
    elsewhere = replace(ROUTES["utl.export.status"], body={}, context={"x-orgcode": "$orgcode"})
    assert [*misplaced(elsewhere)] == [
        "utl.export.status: orgcode is of the body (utl/openapi.yaml)"
    ]


# --- its bindings ---


def spellings(fact: Fact) -> Iterator[str]:
    """How a binding may spell the place: from the data on, or from the element of a list on."""
    yield fact.name.removeprefix("data.")
    outer, _, inner = fact.field.rpartition("[].")
    yield from (inner, outer.removeprefix("data.")) if outer else ()


def printed_places(operation: Operation) -> frozenset[str]:
    """Places of answers that pages print, for the route or for the rows that it leads to."""
    rows = [fact for fact in facts() if fact.place == "row"]
    told = [
        fact
        for fact in documented.about(operation.method, operation.path)
        if fact.place == "answer" and fact.states("place", "field", "route")
    ]
    return frozenset(place for fact in [*told, *rows] for place in spellings(fact))


def unbacked(operation: Operation) -> Iterator[str]:
    """Names whose place the contract calls documented, while no page shows it."""
    printed = printed_places(operation)
    for name, binding in operation.yields.items():
        pointers = binding.pointers if binding.certainty is Certainty.DOCUMENTED else ()
        places = {each.removeprefix(DATA).strip("/").replace("/", ".") for each in pointers}
        if places and not places & printed:
            yield f"{operation.id}: {name}"


def test_bindings_that_the_contract_calls_documented_are_on_a_page() -> None:
    assert [each for operation in ROUTES.values() for each in unbacked(operation)] == []


def test_binding_that_no_page_shows_is_found() -> None:
    stat = replace(ROUTES["uas.stat"], yields={"nickname": published(f"{DATA}/nickname")})
    assert [*unbacked(stat)] == ["uas.stat: nickname"]


# --- the inputs of the reference ---


@cache
def inputs_of_reference() -> Mapping[tuple[str, str], Schema]:
    """The schema of what each route takes, as its own OpenAPI tells it."""
    found: dict[tuple[str, str], Schema] = {}
    for service in ALL:
        for path, methods in json.loads(openapi.document(service, Renames()))["paths"].items():
            for method, told in methods.items():
                found[method.upper(), path] = _request(told)
    return found


def _request(told: Schema) -> Schema:
    if "requestBody" in told:
        body: Schema = told["requestBody"]["content"]["application/json"]["schema"]
        return body
    return {"properties": {each["name"]: each["schema"] for each in told.get("parameters", ())}}


def parts(schema: Schema, definitions: Schema) -> Iterator[Schema]:
    """A schema and all that it is made of, references followed."""
    if reference := schema.get("$ref"):
        schema = definitions[str(reference).rpartition("/")[2]]
    yield schema
    for key in COMBINED:
        for part in schema.get(key, ()):
            yield from parts(part, definitions)


def at(schema: Schema, field: str) -> list[Schema]:
    """What a field may be, all alternatives; nothing where there is no such field."""
    definitions = schema.get("$defs", {})
    found = [*parts(schema, definitions)]
    for name in field.split("."):
        inside = [
            inner
            for each in found
            for inner in [each, *parts(each.get("items", {}), definitions)]
            if name in inner.get("properties", {})
        ]
        found = [part for each in inside for part in parts(each["properties"][name], definitions)]
    return found


def takes(schemas: list[Schema], value: Any) -> bool:
    """Whether one of the alternatives takes the value: by its list of words, or by its pattern."""
    for schema in schemas:
        words = schema.get("enum", [schema["const"]] if "const" in schema else None)
        if words is not None and value in words:
            return True
        if words is None and schema.get("type") == "string":
            pattern = schema.get("pattern")
            if pattern is None or re.search(pattern, str(value)):
                return True
    return False


STATED_INPUTS: Final = [
    fact
    for fact in facts()
    if fact.names_one_route
    and fact.place in INPUTS
    and fact.states("place", "field", "route")
    and tuple(fact.route.split(" ", 1)) in {(each.method, each.path) for each in ROUTES.values()}
]


@pytest.mark.parametrize(
    "fact", STATED_INPUTS, ids=[f"{fact.route} {fact.name}" for fact in STATED_INPUTS]
)
def test_reference_takes_what_a_page_prints(fact: Fact) -> None:
    method, path = fact.route.split(" ", 1)
    found = at(inputs_of_reference()[method, path], fact.name)
    # The kernel takes some of them before a route looks at what it is sent.
    assert found or fact.name in TOLERATED_FIELDS, f"no {fact.field}: {fact.page}"
    kinds = {schema["type"] for schema in found if "type" in schema} - {"null"}
    assert not found or fact.type not in TYPES or TYPES[fact.type] in kinds, fact.page
    for value in fact.enum if found else ():
        assert takes(found, value), f"{value}: {fact.page}"


def _channels() -> list[tuple[str, str]]:
    return sorted(
        route for route, schema in inputs_of_reference().items() if at(schema, "channel_code")
    )


@pytest.mark.parametrize("code", vocabulary()["channel code"])
def test_reference_takes_the_channel_codes_that_pages_print(code: str) -> None:
    routes = _channels()
    assert routes
    for route in routes:
        assert takes(at(inputs_of_reference()[route], "channel_code"), code), route


# --- the requirements ---


def test_fields_that_a_requirement_calls_documented_are_on_a_page() -> None:
    names = {part for fact in facts() for part in [fact.name, *fact.name.split(".")]}
    words = {str(word) for fact in facts() for word in [*fact.enum, fact.default]}
    words |= {word for values in vocabulary().values() for word in values}
    roles = {role for operation in ROUTES.values() for role in operation.roles}
    unknown = {
        (requirement.id, name)
        for requirement in load().requirements
        if requirement.certainty == "documented"
        for quoted in re.findall(r"`([^`]+)`", requirement.text)
        if NAME.fullmatch(name := re.split(r"=|: ", quoted)[0].replace("[]", ""))
        if name not in names | words | roles | NO_FIELDS.keys()
    }
    assert sorted(unknown) == []
