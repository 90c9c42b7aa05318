"""Two refusals are the same exactly where a caller cannot tell them apart."""

import copy
from typing import Any, Final

import pytest

from conformance.contract import OPERATIONS
from fixtures.answer import Answer
from fixtures.check import Check
from fixtures.sameness import differences
from fixtures.target import build

_TARGET: Final = build(
    {"base_url": "http://127.0.0.1:1", "operator_url": "http://127.0.0.1:2"}, "test"
)
_HEADERS: Final = {"content-type": "application/json", "x-api-version": "2026-03-04"}
_BODY: Final[dict[str, Any]] = {
    "success": False,
    "error": {
        "major": {"tag": "not-found", "message": {"en_US": "Not found."}},
        "error_code": "ofm.not-found",
        "retryable": False,
    },
    "stats": {
        "call": "POST /member/resolve",
        "request_id": "r-1",
        "timestamp_utc": "2026-03-04T00:00:00Z",
        "latency_ms": 1.5,
        "orgcode": "ACME",
    },
}


class _Rule:
    id, level, certainty, source, remedy = "ASSOC-12", "MUST", "documented", "ofm/", "none"


def _answer(status: int = 404, headers: dict[str, str] | None = None, body: Any = _BODY) -> Answer:
    return Answer(
        status=status,
        headers=_HEADERS if headers is None else headers,
        body=body,
        operation=OPERATIONS["ofm.member.resolve"],
        target=_TARGET,
        check=Check("test", _Rule(), "pytest"),
        actor="stranger",
        exchange="e",
        curl="",
        proven=True,
    )


def _body(pointer: str, value: Any) -> dict[str, Any]:
    """The usual body with one place changed, or added."""
    body = copy.deepcopy(_BODY)
    *path, last = pointer.split("/")[1:]
    place: Any = body
    for part in path:
        place = place[part]
    place[last] = value
    return body


def test_equal_answers_do_not_differ() -> None:
    assert differences(_answer(), _answer()) == []


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        ("/error/major/tag", "org-not-found"),
        ("/error/major/message/en_US", "No such organization."),
        ("/error/error_code", "ofm.no-org"),
        ("/error/retryable", True),
        ("/error/details", {"org_status": "verified"}),
        ("/error/details", {}),
        ("/stats/actor", "user"),
        ("/stats/call", "POST /other"),
        ("/success", "False"),
    ],
)
def test_each_place_of_the_body_counts(pointer: str, value: Any) -> None:
    (found,) = differences(_answer(), _answer(body=_body(pointer, value)))
    assert found.startswith(f"body {pointer}")


def test_missing_value_counts() -> None:
    body = copy.deepcopy(_BODY)
    del body["error"]["error_code"]
    (found,) = differences(_answer(body=body), _answer())
    assert found == "body /error/error_code: absent and 'ofm.not-found'"


def test_status_counts() -> None:
    assert differences(_answer(404), _answer(403)) == ["status: 404 and 403"]


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param(_HEADERS | {"x-api-version": "2026-04-01"}, id="value"),
        pytest.param(_HEADERS | {"x-cache": "hit"}, id="name"),
        pytest.param(_HEADERS | {"date": "now"}, id="masked name on one side only"),
    ],
)
def test_headers_count(headers: dict[str, str]) -> None:
    assert len(differences(_answer(), _answer(headers=headers))) == 1


@pytest.mark.parametrize("name", ["request_id", "timestamp_utc", "latency_ms", "bytes_out"])
def test_passing_stats_are_masked(name: str) -> None:
    a, b = _body(f"/stats/{name}", 1), _body(f"/stats/{name}", 2)
    assert differences(_answer(body=a), _answer(body=b)) == []


def test_passing_names_outside_stats_count() -> None:
    a, b = _body("/error/latency_ms", 1), _body("/error/latency_ms", 2)
    assert len(differences(_answer(body=a), _answer(body=b))) == 1


@pytest.mark.parametrize("name", ["date", "Content-Length", "x-request-id"])
def test_passing_headers_are_masked(name: str) -> None:
    a, b = ({**_HEADERS, name: value} for value in ("1", "2"))
    assert differences(_answer(headers=a), _answer(headers=b)) == []


def test_echo_of_what_was_sent_is_masked() -> None:
    other = _answer(body=_body("/stats/orgcode", "nowhere"))
    assert differences(_answer(), other, echoes=("acme", "NOWHERE")) == []


def test_echo_inside_a_message_is_masked_where_it_stands() -> None:
    a = _body("/error/major/message/en_US", "No org ACME.")
    b = _body("/error/major/message/en_US", "No org NOWHERE.")
    c = _body("/error/major/message/en_US", "No such org as NOWHERE.")
    assert differences(_answer(body=a), _answer(body=b), echoes=("ACME", "NOWHERE")) == []
    assert len(differences(_answer(body=a), _answer(body=c), echoes=("ACME", "NOWHERE"))) == 1


def test_what_was_not_sent_is_no_echo() -> None:
    other = _answer(body=_body("/stats/orgcode", "NOWHERE"))
    assert len(differences(_answer(), other)) == 1


def test_text_answers_are_compared_as_text() -> None:
    assert differences(_answer(body="<html>a"), _answer(body="<html>a")) == []
    assert len(differences(_answer(body="<html>a"), _answer(body="<html>b"))) == 1
