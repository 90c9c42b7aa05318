"""`python -m tests.fuzz.examples RUN...`: examples for the OpenAPI files, from recorded exchanges.

RUN is a file of exchanges that a run on the reference has left (exchanges.jsonl). Of each operation
the request is kept that says most in the words of its schema, with its answer, and all statuses
that were seen; of each status of a refusal one answer. Where a run has redacted something, there is
a placeholder.
"""

import argparse
import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

import jsonschema_rs

from fixtures.reference.kernel import openapi
from fixtures.reference.kernel.examples import FOLDER, REFUSALS
from fixtures.reference.kernel.renames import Renames
from fixtures.reference.services import ALL
from tests.fuzz import own_exchanges

Route = tuple[str, str]
Json = dict[str, Any]
# They are described as headers, and shown in none of the examples.
CREDENTIALS: Final = frozenset({"session_guid", "api_key"})
_REDACTED: Final = re.compile(r"\[redacted:?([A-Z0-9_]*)[^\]]*\]")
_GRANTED: Final = 200
# Rows of a list that are shown, and characters of the longest request that is.
_ROWS: Final = 1
_LONGEST: Final = 1500


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when the examples are written; names the operations that were granted nothing."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.examples", description=__doc__)
    parser.add_argument("runs", nargs="+", type=Path, metavar="RUN")
    options = parser.parse_args(arguments)
    described = schemas()
    chosen = _Chosen(described)
    for exchange in _exchanges(options.runs):
        chosen.take(exchange)
    # Of these only what nothing before has shown.
    missing = described.keys() - chosen.granted.keys()
    own = _Chosen({route: described[route] for route in missing})
    for exchange in own_exchanges.recorded():
        own.take(exchange)
    chosen.add(own)
    FOLDER.mkdir(exist_ok=True)
    for service in ALL:
        routes = [operation.route for operation in service.operations]
        _write(service.name, {" ".join(route): chosen.told(route) for route in sorted(routes)})
    _write(REFUSALS, dict(sorted(chosen.refused.items())))
    for route in sorted(described.keys() - chosen.granted.keys()):
        sys.stdout.write(f"no example: {' '.join(route)}\n")
    return 0


def _write(name: str, examples: Mapping[str, Json]) -> None:
    """A line an example, so that a change of one is a change of a line."""
    lines = [
        f"{json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}"
        for key, value in examples.items()
    ]
    text = "{\n" + ",\n".join(lines) + "\n}\n"
    (FOLDER / f"{name}.json").write_text(text, encoding="utf-8")


def schemas() -> dict[Route, tuple[Json, Json, Json]]:
    """Of each route: the properties of what it takes, the schemas of request and answer."""
    found: dict[Route, tuple[Json, Json, Json]] = {}
    for service in ALL:
        document = json.loads(openapi.document(service, Renames()))
        components = {"components": document["components"]}
        for path, item in document["paths"].items():
            for method, told in item.items():
                request = _request(told)
                answer = told["responses"]["200"]["content"]["application/json"]["schema"]
                found[method.upper(), path] = (
                    request["properties"],
                    request,
                    {**answer, **components},
                )
    return found


def _request(told: Json) -> Json:
    if "requestBody" in told:
        body: Json = told["requestBody"]["content"]["application/json"]["schema"]
        return body
    queries = [each for each in told.get("parameters", ()) if each["in"] == "query"]
    return {"type": "object", "properties": {each["name"]: {} for each in queries}}


class _Chosen:
    """The best example of each route so far, and the statuses that were seen of it."""

    def __init__(self, described: Mapping[Route, tuple[Json, Json, Json]]) -> None:
        self._described = described
        self._weights: dict[Route, tuple[int, int]] = {}
        self._statuses: dict[Route, set[int]] = defaultdict(set)
        self.granted: dict[Route, Json] = {}
        self.refused: dict[str, Json] = {}

    def take(self, exchange: Json) -> None:
        """Look at one exchange."""
        sent, response = exchange["request"], exchange["response"]
        address = urlsplit(sent["url"])
        route = (sent["method"], address.path)
        if route not in self._described:
            return
        self._statuses[route].add(response["status"])
        body = response.get("body")
        if not isinstance(body, dict) or "stats" not in body:
            return
        if response["status"] != _GRANTED:
            self.refused.setdefault(str(response["status"]), _short(body))
            return
        asked = dict(parse_qsl(address.query)) if sent["method"] == "GET" else sent["body"] or {}
        if isinstance(asked, dict):
            self._compare(route, _plain(asked), _short(body))

    def _compare(self, route: Route, asked: Json, shown: Json) -> None:
        properties, request, answer = self._described[route]
        asked = {
            name: each
            for name, each in asked.items()
            if name in properties or name not in CREDENTIALS
        }
        weight = _weight(asked, properties)
        if weight is None or weight <= self._weights.get(route, (-1, 0)):
            return
        if _fits(request, asked) and _fits(answer, shown):
            self._weights[route] = weight
            self.granted[route] = {"request": asked, "answer": shown}

    def add(self, other: "_Chosen") -> None:
        """Take over what another has that this one has not."""
        self.granted = {**other.granted, **self.granted}
        for route, statuses in other._statuses.items():
            self._statuses[route] |= statuses

    def told(self, route: Route) -> Json:
        """What is kept of a route."""
        return {**self.granted.get(route, {}), "statuses": sorted(self._statuses[route])}


def _weight(asked: Any, properties: Json) -> tuple[int, int] | None:
    """How much a request says: more members, then fewer characters; None for no example."""
    length = len(json.dumps(asked))
    if not isinstance(asked, dict) or asked.keys() - properties.keys() or length > _LONGEST:
        return None
    return len(asked), -length


def _fits(schema: Json, value: Any) -> bool:
    return jsonschema_rs.Draft202012Validator(schema).is_valid(value)


def _exchanges(runs: Sequence[Path]) -> Iterator[Json]:
    for run in runs:
        with run.open(encoding="utf-8") as lines:
            for line in lines:
                exchange: Json = json.loads(line)
                if exchange.get("response"):
                    yield exchange


def _plain(value: Any) -> Any:
    """A value with a placeholder for what was redacted."""
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, str):
        return _REDACTED.sub(lambda found: f"example-{found[1].lower().replace('_', '-')}", value)
    return value


def _short(value: Any) -> Any:
    """The same with as few rows of lists as show what is in them."""
    return _plain(_cut(value))


def _cut(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _cut(each) for name, each in value.items()}
    if isinstance(value, list):
        kept = value if all(isinstance(each, str) for each in value) else value[:_ROWS]
        return [_cut(each) for each in kept]
    return value


if __name__ == "__main__":
    sys.exit(main())
