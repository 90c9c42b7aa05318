"""Whether the answers of a run are as the target's own OpenAPI files describe them. Advice alone.

A platform's description is no page of the contract: what departs from it fails nobody, and is told
once for each place, with the first exchange that shows it.
"""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import jsonschema_rs

from conformance.contract import ROUTES
from fixtures.exchange import openapi
from reports.model import Drift

_REDACTED: Final = "[redacted"
_INDEX: Final = re.compile(r"/[0-9]+(?=/|$)")
# In place of a value in what is said of it: it is the target's, and may be anybody's.
_MASK: Final = "the value"
# So many are kept: beyond that, the file describes something else.
_MOST: Final = 200

Validator = jsonschema_rs.Draft202012Validator


def found(files: Mapping[str, Path], exchanges: Path) -> tuple[Drift, ...]:
    """Each deviation once, in the order in which they came.

    `files` are by service, `exchanges` is the file of a run; its lines are not validated anew.
    """
    described = {service: _Described(path, service) for service, path in files.items()}
    seen: dict[tuple[str, str, str, str], Drift] = {}
    for exchange in _exchanges(exchanges) if described else ():
        name, response = exchange["operation"], exchange.get("response")
        if response is None or name not in ROUTES or ROUTES[name].service not in described:
            continue
        status = str(response["status"])
        for place, said in described[ROUTES[name].service].deviations(
            exchange["request"], response
        ):
            key = (name, status, place, said)
            known = seen.get(key)
            if known is not None:
                seen[key] = known.model_copy(update={"seen": known.seen + 1})
            elif len(seen) < _MOST:
                seen[key] = Drift(
                    operation=name,
                    status=status,
                    place=place,
                    said=said,
                    seen=1,
                    exchange=exchange["id"],
                )
    return tuple(seen.values())


def _exchanges(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        yield from (json.loads(line) for line in lines if line.strip())


class _Described:
    """What one file says of answers, each schema compiled at its first use."""

    def __init__(self, path: Path, service: str) -> None:
        self._description = openapi.read(path, service)
        self._document = dict(self._description.document)
        self._validators: dict[tuple[str, str, str], Validator | None] = {}
        old = str(self._document.get("openapi", "")).startswith("3.0")
        if old:
            self._document = _nullable(self._document)

    def deviations(
        self, request: Mapping[str, Any], response: Mapping[str, Any]
    ) -> Iterator[tuple[str, str]]:
        """What departs from the file in one answer: where, and how."""
        route = self._description.route_of(request["method"], urlsplit(request["url"]).path)
        if route is None:
            return
        (method, path), listed = route, self._description.operations[route]
        status = _listed_status(listed, response["status"])
        if status is None:
            yield "", f"status {response['status']} is not listed"
            return
        validator, body = self._validator(method, path, status), response.get("body")
        if validator is None or isinstance(body, str):
            return  # a text is no JSON, or was too long to be kept whole
        for error in validator.iter_errors(body):
            if _REDACTED in str(error.instance):
                continue
            where = "".join(f"/{part}" for part in error.instance_path)
            yield _INDEX.sub("/[]", where), error.message[:200]

    def _validator(self, method: str, path: str, status: str) -> Validator | None:
        key = (method, path, status)
        if key not in self._validators:
            self._validators[key] = self._compiled(method, path, status)
        return self._validators[key]

    def _compiled(self, method: str, path: str, status: str) -> Validator | None:
        """The validator of one answer; None where the file describes none that can be used."""
        response = self._description.operations[method, path].get("responses", {}).get(status)
        resolved = self._description.resolved(response) or {}
        content = resolved.get("content")
        media = content.get("application/json") if isinstance(content, Mapping) else None
        schema = media.get("schema") if isinstance(media, Mapping) else None
        if not isinstance(schema, Mapping):
            return None
        components = {"components": self._document.get("components", {})}
        try:
            return Validator({"allOf": [_nullable(schema)], **components}, mask=_MASK)
        except (ValueError, TypeError, jsonschema_rs.ValidationError):
            return None  # what a file cannot say is no deviation


def _listed_status(listed: Mapping[str, Any], status: int) -> str | None:
    responses = listed.get("responses")
    names = {str(each) for each in responses} if isinstance(responses, Mapping) else set()
    wanted = (str(status), f"{status // 100}XX", f"{status // 100}xx", "default")
    return next((each for each in wanted if each in names), None)


def _nullable(part: Any) -> Any:
    """A schema of OpenAPI 3.0 as one of 3.1: what may be null says so by its type."""
    if isinstance(part, Mapping):
        made = {key: _nullable(each) for key, each in part.items()}
        if made.pop("nullable", None) is True and isinstance(made.get("type"), str):
            made["type"] = [made["type"], "null"]
        return made
    return [_nullable(each) for each in part] if isinstance(part, list) else part
