"""Whatever a file holds in whatever place, the rest is learned, and nothing breaks."""

import copy
import json
import random
import tomllib
from collections.abc import Iterator
from typing import Any, Final

import yaml

from fixtures.exchange import openapi, target_file
from fixtures.learning import binder, comparing, writing
from fixtures.reference.kernel import openapi as published
from fixtures.reference.kernel.renames import Renames
from fixtures.reference.services import utl

ODD: Final[tuple[Any, ...]] = (
    *(None, True, 1, -1.5, float("inf"), "x", "$x", [], {}, [None], {"$ref": "#/a"}, {"$ref": 5}),
    *({"type": ["string", None, {}]}, {"enum": 5}, {"enum": [None, {}, []]}, {"required": "x"}),
    *({"properties": [1]}, {"properties": {"": {}, "a/b": {"type": "string"}, "x~y": {}}}),
    *({"pattern": "(["}, {"pattern": 5}, {"type": "integer", "minimum": "x"}),
    *({"type": "string", "maxLength": -1}, {"$ref": "#/paths"}),
)
FILES: Final = 60
CHANGES: Final = 25
ADDRESSES: Final = {"base_url": "http://127.0.0.1:1", "operator_url": "http://127.0.0.1:2"}


def test_no_file_breaks_the_learning_or_the_comparing() -> None:
    whole = yaml.load(published.document(utl.SERVICE, Renames()), yaml.CSafeLoader)
    drawn = random.Random(7)  # noqa: S311 - which changes, no secret
    read = 0
    for _ in range(FILES):
        document = copy.deepcopy(whole)
        for place in drawn.sample(list(_places(document)), CHANGES):
            _put(document, place, copy.deepcopy(drawn.choice(ODD)))
        try:
            description = openapi.parsed(json.dumps(document), "utl", "utl.yaml")
        except openapi.OpenApiError:
            continue
        read += 1
        found = binder.learned({"utl": description}, {"utl": "utl.yaml"})
        target_file.build({**ADDRESSES, **tomllib.loads(writing.text(found))}, "bound.toml")
        comparing.compared({"utl": description})
    assert read >= FILES / 2


def _places(part: Any, before: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if before:
        yield before
    inside = (
        part.items()
        if isinstance(part, dict)
        else enumerate(part if isinstance(part, list) else ())
    )
    for key, each in inside if isinstance(part, dict | list) else ():
        yield from _places(each, (*before, key))


def _put(part: Any, place: tuple[Any, ...], value: Any) -> None:
    for key in place[:-1]:
        part = part[key] if isinstance(part, dict | list) and _holds(part, key) else None
    if isinstance(part, dict | list) and _holds(part, place[-1]):
        part[place[-1]] = value


def _holds(part: Any, key: Any) -> bool:
    return key in part if isinstance(part, dict) else isinstance(key, int) and key < len(part)
