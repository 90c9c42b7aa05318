"""Scenarios in which an answer is altered on its way, within what the pages permit."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any, Final

from conformance.client.platform import Org, Platform
from conformance.client.relay import Act, Answer, Request
from conformance.client.scenarios.scenario import Scenario, scenario, work
from conformance.contract import envelope
from conformance.contract.operation import Kind
from fixtures.formats.json_values import at

_UNKNOWN: Final = {"zz_unknown": {"since": "2026-01-01", "values": [1, None, "x"]}, "aa_unknown": 7}
_AHEAD: Final = timedelta(days=180)
_MARK: Final = "stand-"


def _altered(answer: Answer, alter: Callable[[Any], Any]) -> Answer | None:
    """The answer with another body; None where it is no JSON object."""
    try:
        body = json.loads(answer.content)
    except ValueError:
        return None
    if not isinstance(body, dict):
        return None
    return Answer(answer.status, answer.headers, json.dumps(alter(body)).encode())


def _with_unknown(value: Any) -> Any:
    """Every object with unknown fields, and its members in the other order."""
    if isinstance(value, dict):
        inner = {key: _with_unknown(part) for key, part in value.items()}
        return dict(reversed([*inner.items(), *_UNKNOWN.items()]))
    return [_with_unknown(part) for part in value] if isinstance(value, list) else value


class _Altering(Scenario):
    """Alters the answers of the calls that are meant."""

    genuine = False

    def before(self, request: Request) -> Act | None:
        return Act(self.name) if self.is_meant(request) else None

    def is_meant(self, request: Request) -> bool:
        return request.operation is not None


@scenario
class AlienAnswers(_Altering):
    name = "alien-answers"
    does = "every object of every answer has unknown fields, and its members in another order"
    expects = "the client does what it does without them"
    compared = ("F8",)

    def after(self, request: Request, answer: Answer) -> Answer | None:
        del request
        return _altered(answer, _with_unknown)


def _is_list(request: Request) -> bool:
    return bool(request.operation and request.operation.kind is Kind.LIST)


def _lists(body: dict[str, Any]) -> list[list[Any]]:
    data = at(body, envelope.DATA)
    found = data.values() if isinstance(data, dict) else [data]
    return [each for each in found if isinstance(each, list)]


@scenario
class OtherOrder(_Altering):
    name = "other-order"
    does = "the records of each page come in the other order"
    expects = "the client does what it does without that"
    compared = ("G6",)

    def is_meant(self, request: Request) -> bool:
        return _is_list(request)

    def after(self, request: Request, answer: Answer) -> Answer | None:
        return _altered(answer, _reversed) if _is_list(request) else None


def _reversed(body: dict[str, Any]) -> dict[str, Any]:
    for records in _lists(body):
        records.reverse()
    return body


@scenario
class EmptyPage(Scenario):
    name = "empty-page"
    does = "a list begins with an empty page that has a token for the next one"
    expects = "the client follows the token, and the walk ends only where there is none"
    genuine = False

    def __init__(self, platform: Platform, org: Org) -> None:
        super().__init__(platform, org)
        self._emptied: set[str] = set()

    def before(self, request: Request) -> Act | None:
        if not _is_list(request) or request.method != "POST" or not work(request):
            return None
        token = request.fields.get("next_token")
        if token == _MARK + request.path:
            first = {k: v for k, v in request.fields.items() if k != "next_token"}
            return Act(self.name, forward=request.with_fields(first))
        if token is None and request.path not in self._emptied:
            return Act(self.name)
        return None

    def after(self, request: Request, answer: Answer) -> Answer | None:
        is_first = request.fields.get("next_token") is None and request.method == "POST"
        if not _is_list(request) or not is_first or request.path in self._emptied:
            return None
        if work(request) is None:
            return None
        self._emptied.add(request.path)
        return _altered(answer, lambda body: _emptied(body, _MARK + request.path))


def _emptied(body: dict[str, Any], token: str) -> dict[str, Any]:
    for records in _lists(body):
        records.clear()
    data = at(body, envelope.DATA)
    if isinstance(data, dict):
        return {**body, "data": {**data, "next_token": token}}
    return {**body, "next_token": token}


@scenario
class Deprecated(_Altering):
    name = "deprecated"
    does = "every answer announces that its route will end in half a year"
    expects = "the client goes on, and tells somebody"

    def after(self, request: Request, answer: Answer) -> Answer | None:
        if request.operation is None:
            return None
        told = (
            ("deprecation", "true"),
            ("sunset", format_datetime(datetime.now(UTC) + _AHEAD, usegmt=True)),
            ("link", '<https://docs.example.com/deprecation>; rel="deprecation"'),
        )
        return Answer(answer.status, (*answer.headers, *told), answer.content)
