"""What scenarios make of a request, an answer or a delivery, before the platform or the client."""

import json

import pytest

from conformance.client import scenarios
from conformance.client.relay import Parcel
from conformance.client.scenarios.answers import alien_token, own_token
from conformance.client.scenarios.deliveries import forged
from conformance.client.scenarios.refusals import multiplied


def test_a_token_of_another_form_is_told_back_as_it_was() -> None:
    for token in ("1", "eyJrIjoiYSJ9==", "tok/+ä~", "x" * 300):
        alien = alien_token(token)
        assert alien != token
        assert own_token(alien) == token
    assert own_token("eyJrIjoiYSJ9") is None
    assert alien_token(None) is None


def test_every_quantity_is_more_than_anybody_has_and_nothing_else_is_changed() -> None:
    body = {"lines": [{"sku": "7", "quantity": 2}, {"quantity": "3"}], "note": {"qty": 1}, "n": 5}
    assert multiplied(body) == {
        "lines": [{"sku": "7", "quantity": 20_000}, {"quantity": "30000"}],
        "note": {"qty": 10_000},
        "n": 5,
    }


def test_a_forged_delivery_is_of_another_event_and_bears_no_good_signature() -> None:
    digest = "0123456789abcdef" * 4
    headers = {"x-g3n-signature": f"t=5,v1={digest}", "content-type": "application/json"}
    parcel = Parcel("webhook", json.dumps({"event_id": "e-1", "service": "crm"}).encode(), headers)
    other = forged(parcel)
    assert json.loads(other.content)["event_id"] != "e-1"
    assert json.loads(other.content)["service"] == "crm"
    assert other.headers["x-g3n-signature"] == f"t=5,v1={digest[::-1]}"


@pytest.mark.parametrize("name", scenarios.ALL)
def test_each_scenario_says_what_it_does_and_what_is_expected(name: str) -> None:
    found = scenarios.ALL[name]
    assert found.name == name
    assert len(found.does) > 20
    assert found.expects
