"""A description means the same in whatever form it is written: the same is learned of it."""

import copy
import json
import tomllib
from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from fixtures.exchange import openapi
from fixtures.exchange.target import Spelling
from fixtures.learning import binder, sources, writing
from fixtures.reference.kernel import openapi as published
from fixtures.reference.kernel.renames import Renames, table
from tests.learning.forms import FORMS, in_files, operations, respelled, rewritten

SERVICES: Final = ("crm", "utl")


@cache
def plain(service: str) -> dict[str, Any]:
    """What the renaming variant publishes of a service."""
    module = import_module(f"fixtures.reference.services.{service}")
    text = published.document(module.SERVICE, Renames.load(active=True))
    document: dict[str, Any] = yaml.load(text, yaml.CSafeLoader)
    return document


def learned(text: str, service: str) -> dict[str, Spelling]:
    described = openapi.parsed(text, service, f"{service}.yaml")
    return writing.spellings(binder.learned({service: described}, {}))


@cache
def wanted(service: str) -> dict[str, Spelling]:
    return learned(json.dumps(plain(service)), service)


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("form", FORMS)
def test_another_form_of_a_file_says_the_same(service: str, form: str) -> None:
    found = learned(json.dumps(rewritten(plain(service), form)), service)
    assert found == wanted(service)


def test_what_is_compared_is_not_nothing() -> None:
    assert all(map(wanted, SERVICES))


@settings(max_examples=8, deadline=None)
@given(forms=st.lists(st.sampled_from(sorted(FORMS)), min_size=2, max_size=4, unique=True))
def test_forms_upon_forms_say_the_same(forms: list[str]) -> None:
    # Without the service, a base path in the paths is one part of a path like any other.
    assume(not {"with_the_base_in_paths", "without_the_service"} <= {*forms})
    order = [form for form in FORMS if form in forms]
    found = learned(json.dumps(rewritten(plain("utl"), *order)), "utl")
    assert found == wanted("utl")


def camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(map(str.capitalize, rest))


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("written", [camel, lambda name: name.replace("_", "-")])
def test_names_in_another_case_are_bound_alike(service: str, written: Callable[[str], str]) -> None:
    theirs = {*table()["request"].values(), *table()["response"].values()}
    names = {name: written(name) for name in theirs}
    found = learned(json.dumps(respelled(plain(service), names)), service)

    def told(part: Any) -> Any:
        if isinstance(part, Mapping):
            return {names.get(key, key): told(each) for key, each in part.items()}
        return [told(each) for each in part] if isinstance(part, list) else part

    def place(pointer: str, mark: str) -> str:
        return mark.join(names.get(part, part) for part in pointer.split(mark))

    for name, spelled in wanted(service).items():
        assert found[name].path == spelled.path
        assert found[name].body == (None if spelled.body is None else told(spelled.body))
        assert found[name].yields == {k: place(str(v), "/") for k, v in spelled.yields.items()}


def test_headers_that_are_required_are_filled_or_asked_for() -> None:
    document = copy.deepcopy(plain("utl"))
    for described in operations(document):
        described["parameters"] = [
            *described.get("parameters", []),
            {"name": "x-client", "in": "header", "required": True, "schema": {"enum": ["web"]}},
            {"name": "x-desk", "in": "header", "required": True, "examples": {"a": {"value": "7"}}},
            {"name": "x-trace", "in": "header", "required": True, "schema": {"type": "string"}},
            {"name": "x-other", "in": "header", "schema": {"enum": ["a"]}},
        ]
    description = openapi.parsed(json.dumps(document), "utl", "utl.yaml")
    found = binder.learned({"utl": description}, {})
    bound = [each for each in found if each.headers]
    assert bound
    for each in bound:
        assert each.headers == {"x-client": "web", "x-desk": "7"}
        name = each.operation.id
        line = f'operations."{name}".headers = {{ x-trace = "?" }}'
        assert any(line in told for told in each.every_unclear)
    written = tomllib.loads(writing.text(found))["operations"]
    assert written[bound[0].operation.id]["headers"] == {"x-client": "web", "x-desk": "7"}


@pytest.mark.parametrize("service", SERVICES)
def test_a_description_in_several_files_says_the_same(tmp_path: Path, service: str) -> None:
    for name, text in in_files(plain(service)).items():
        path = tmp_path / (name or f"{service}.json")
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    found = sources.gathered([str(tmp_path / f"{service}.json")])
    assert found.remarks == []
    assert writing.spellings(binder.learned(found.descriptions, {})) == wanted(service)


def test_one_file_for_all_services_says_the_same(tmp_path: Path) -> None:
    whole = plain(SERVICES[0]) | {
        "paths": {path: item for each in SERVICES for path, item in plain(each)["paths"].items()}
    }
    (tmp_path / "platform.json").write_text(json.dumps(whole), encoding="utf-8")
    found = sources.gathered([str(tmp_path)])
    learned_of_all = writing.spellings(binder.learned(found.descriptions, {}))
    for service in SERVICES:
        own = {k: v for k, v in learned_of_all.items() if k.startswith(f"{service}.")}
        assert own == wanted(service)
