"""What is learned of the reshaping variant, judged by its own table, for any seed of its words.

Only what is here may know that table; the learner never sees it.
"""

import json
from collections.abc import Iterator
from typing import Any

import yaml

from conformance.contract.operation import Operation
from fixtures.exchange import openapi
from fixtures.learning import binder, wanted
from fixtures.learning.surface import Keys
from fixtures.reference.kernel import openapi as published
from fixtures.reference.kernel.operations import Operation as Served
from fixtures.reference.kernel.reshapes import Reshapes
from fixtures.reference.services import ALL

Judged = dict[str, Any]


def judged(seed: int) -> Judged:
    """How many paths, fields and places are right, and what is wrong, a line each."""
    shape = Reshapes.by_seed(seed)
    described = {
        service.name: openapi.parsed(_document(service, shape), service.name, service.name)
        for service in ALL
    }
    served = {each.route: each for service in ALL for each in service.operations}
    count: Judged = {"paths": 0, "fields": 0, "places": 0, "unsure": 0, "wrong": []}
    for learned in binder.learned(described, {}):
        ours = learned.operation
        theirs = served.get((ours.method, ours.path))
        if theirs is None:
            continue
        count["unsure"] += len(learned.every_unsure)
        if learned.path is not None:
            _note(count, "paths", ours, learned.path, [shape.path(ours.path)])
        for found, match in learned.body.matches:
            _note(count, "fields", ours, match.keys, [_field(shape, theirs, found.keys)])
        for name, place in learned.answer.places.items():
            _note(count, "places", ours, place, _places(shape, theirs, ours, name))
    return count


def _document(service: Any, shape: Reshapes) -> str:
    return json.dumps(yaml.load(published.document(service, shape), yaml.CSafeLoader))


def _note(count: Judged, kind: str, ours: Operation, found: Any, right: list[Any]) -> None:
    if found in right:
        count[kind] += 1
    else:
        count["wrong"].append(f"{ours.id}: {found}, and not {' or '.join(map(str, right))}")


def _field(shape: Reshapes, served: Served, keys: Keys) -> Keys:
    """Where a field of ours is taken."""
    names = shape.request_names(served)
    name = keys[0]
    if name not in names:
        return keys
    if served.method == "GET":
        return (names[name],)
    if name in shape.nested:
        return ("attributes", names[name], *keys[1:])
    if name in shape.paired:
        return (names[name].rpartition("_")[0] or names[name], "id")
    return (names[name], *keys[1:])


def _places(shape: Reshapes, served: Served, ours: Operation, name: str) -> list[str]:
    """Where a value may rightly be found: each of our places, as this platform has it."""
    return [
        place
        for pointer in ours.yields[name].pointers
        for place in _shown(shape, served, pointer, of_row=wanted.is_of_a_row(ours.yields[name]))
    ]


def _shown(shape: Reshapes, served: Served, pointer: str, *, of_row: bool) -> Iterator[str]:
    names = shape.response_names(served)
    parts = pointer.split("/")[1:]
    start, inside = ([], parts) if of_row else (parts[:1], parts[1:])
    if served.kind == "list" and inside[:1] == ["items"]:
        yield "/data/page/rows"
        return
    renamed = [names.get(part, part) for part in inside]
    yield "/" + "/".join([*start, *renamed])
    if inside and inside[0] in names and inside[0] in shape.nested:
        yield "/" + "/".join([*start, "attributes", *renamed])
    if inside and inside[0] in names and inside[0] in shape.paired:
        noun = renamed[0].rpartition("_")[0] or renamed[0]
        yield "/" + "/".join([*start, noun, "id"])
