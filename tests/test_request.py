"""Templates filled and pruned: what a request holds, and where."""

from typing import Any

import pytest

from conformance.contract import OPERATIONS
from fixtures.actors import Actor
from fixtures.evidence import Sent
from fixtures.request import AS_PROVEN, Change, build, without
from tests.rooms import TARGET

OWNER = Actor(name="owner", session="s-1")
STYLE: dict[str, Any] = {
    "orgcode": "ACME",
    "code": "C1",
    "caption": "a style",
    "category_id": "c",
    "vendor_id": "v",
    "vendor_primary": True,
    "manufacturer_id": "m",
    "manufacturer_primary": True,
}


def sent(operation: str, change: Change = AS_PROVEN, **values: Any) -> Sent:
    return build(TARGET, OPERATIONS[operation], OWNER, {"orgcode": "ACME", **values}, change)


def test_a_nested_field_is_filled() -> None:
    body = sent("pvm.style.create", **STYLE).body
    assert body["vendors"] == [{"vendor_id": "v", "primary": True}]


def test_one_field_of_a_nested_element_is_left_out() -> None:
    body = sent("pvm.style.create", without("vendor_primary"), **STYLE).body
    assert body["vendors"] == [{"vendor_id": "v"}]
    assert body["manufacturers"] == [{"manufacturer_id": "m", "primary": True}]


def test_an_element_that_loses_all_its_fields_is_left_out() -> None:
    body = sent("pvm.style.create", without("vendor_id", "vendor_primary"), **STYLE).body
    assert body["vendors"] == []


def test_an_element_of_optional_fields_is_left_out_unless_they_are_given() -> None:
    line: dict[str, Any] = {
        "logical_guid": "f",
        "channel_code": "c",
        "variant_id": "v",
        "quantity": 1,
    }
    second: dict[str, Any] = {"second_variant_id": "w", "second_quantity": 2}
    assert sent("scm.order.create", **line).body["lines"] == [{"variant_id": "v", "quantity": 1}]
    lines = sent("scm.order.create", **line, **second).body["lines"]
    assert lines[1] == {"variant_id": "w", "quantity": 2}


def test_a_header_of_context_is_left_out() -> None:
    whole, pruned = (sent("pvm.stat"), sent("pvm.season.list", without("orgcode")))
    assert "x-orgcode" not in whole.headers
    assert "x-orgcode" not in pruned.headers
    assert sent("pvm.season.list").headers["x-orgcode"] == "ACME"


@pytest.mark.parametrize(("flag", "text"), [(True, "true"), (False, "false")])
def test_a_get_has_its_inputs_in_the_query_and_no_body(flag: bool, text: str) -> None:
    request = sent("pvm.season.list", limit=3, include_doomed=flag)
    assert request.url.endswith(f"/pvm/season?include_doomed={text}&limit=3")
    assert request.body is None
    assert "content-type" not in request.headers


def test_a_get_has_the_body_that_a_check_gives_it() -> None:
    request = sent("pvm.season.list", Change(raw='{"limit": 1}'), limit=3)
    assert request.url.endswith("?limit=3")
    assert request.body == '{"limit": 1}'
    assert request.headers["content-type"] == "application/json"
