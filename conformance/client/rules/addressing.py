"""A: addressing and method."""

import re
from collections.abc import Iterator
from typing import Final

from conformance.client.operations import is_documented, known_services, methods_of
from conformance.client.recording import Call, Facts
from conformance.client.rules.rule import Occasion, each, held

_LOOPBACK: Final = ("127.", "localhost", "[::1]")
_VERSION: Final = re.compile(r"v\d+")
_GATEWAY: Final = "execute-api"


def _segments(call: Call) -> list[str]:
    return [part for part in call.path.split("/") if part]


def _is_raw(call: Call) -> bool:
    """Whether the host is a gateway's own, and the path one of the platform's behind a stage."""
    inner = "/" + "/".join(_segments(call)[1:])
    return _GATEWAY in call.host and (is_documented(call.path) or is_documented(inner))


def _is_versioned(call: Call) -> bool:
    return any(_VERSION.fullmatch(part) for part in _segments(call))


@each("A1")
def custom_domain(call: Call, facts: Facts) -> Iterator[Occasion]:
    if _is_raw(call):
        yield Occasion(call, kept=False, said="the address of a raw gateway")
    elif call.host not in facts.hosts:
        return
    elif call.scheme != "https" and not call.host.startswith(_LOOPBACK):
        yield Occasion(call, kept=False, said="plain http")
    elif call.op:
        yield Occasion(call, kept=True)
    elif call.credentials and not _is_versioned(call) and call.service not in known_services():
        yield Occasion(call, kept=False, said="the first segment of the path is no service")


@each("A2")
def no_version(call: Call, facts: Facts) -> Iterator[Occasion]:
    known = bool(known_services() & set(_segments(call)[:2]))
    if call.host in facts.hosts and known:
        yield from held(call, not _is_versioned(call), "a version in the path")


@each("A3")
def documented_method(call: Call, facts: Facts) -> Iterator[Occasion]:
    known = methods_of(call.path)
    # HEAD is no use of a route; of USM the duty of its own speaks.
    if known and call.host in facts.hosts and call.method != "HEAD" and call.service != "usm":
        said = f"the documented method is {' or '.join(sorted(known))}"
        yield from held(call, call.method in known, said)


@each("A4")
def no_content_in_get(call: Call, facts: Facts) -> Iterator[Occasion]:
    del facts
    if call.op and call.method == "GET" and call.has_content is not None:
        yield from held(call, not call.has_content, "a GET with content")


@each("A5")
def json_in_post(call: Call, facts: Facts) -> Iterator[Occasion]:
    del facts
    if not call.operation or call.method != "POST" or not call.headers:
        return
    if any(name in call.operation.body for name in call.query):
        yield Occasion(call, kept=False, said="inputs of a POST in the query")
    elif call.has_content and call.body is not None:
        named = call.headers.get("content-type", "").split(";")[0].strip().lower()
        kept = named == "application/json" and isinstance(call.body, dict)
        yield from held(call, kept, "content that is no JSON object named application/json")


@each("A6")
def usm_by_post(call: Call, facts: Facts) -> Iterator[Occasion]:
    if call.service != "usm" or call.host not in facts.hosts:
        return
    if methods_of(call.path) == {"POST"}:
        conditional = {"if-none-match", "if-modified-since"} & call.headers.keys()
        kept = call.method in ("POST", "HEAD") and not conditional
        yield from held(call, kept, "USM read by another method than POST, or from a cache")
