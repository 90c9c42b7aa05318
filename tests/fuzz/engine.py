"""Schemathesis over the file of one service: requests drawn from it, answers held against it."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import unquote, urlsplit

import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import Status, events, from_schema

from tests.fuzz.asking import Asker
from tests.fuzz.findings import Finding, Request, Tally, redacted

# Which of the checks of Schemathesis are judged, and what we call a failure of each. It may be
# that a value of the right form is refused: what is no currency is told by no schema.
CHECKS: Final = {
    "not_a_server_error": "server error",
    "status_code_conformance": "undocumented status",
    "content_type_conformance": "undocumented media type",
    "response_headers_conformance": "response header",
    "response_schema_conformance": "response schema",
    "negative_data_rejection": "accepted against the file",
}
# After so many requests it is looked at whether the owner is still somebody.
_LOOK: Final = 150


@dataclass(frozen=True)
class Bounds:
    """How much is asked: drawn requests an operation, the seed, and one operation alone."""

    examples: int
    seed: int
    operation: str | None = None


def fuzz(
    service: str, document: Mapping[str, Any], base_url: str, asker: Asker, b: Bounds
) -> Tally:
    """Ask everything that the bounds allow, and tell what was found."""
    started, tally = time.monotonic(), Tally(service)
    config = SchemathesisConfig.from_dict(_configuration(base_url, b))
    schema: Any = schemathesis.openapi.from_dict(dict(document), config=config)
    if b.operation is not None:
        schema = schema.include(name=b.operation)
    labels = set()
    with _watched_by(asker):
        for event in from_schema(schema).execute():
            if isinstance(event, events.ScenarioFinished) and event.is_test_scenario:
                labels.add(event.recorder.label)
                _take(tally, event.recorder, asker.secrets)
            elif isinstance(event, events.NonFatalError | events.FatalError):
                tally.troubles.append(_one_line(event))
    tally.operations, tally.seconds = len(labels), time.monotonic() - started
    return tally


def _one_line(event: Any) -> str:
    label = getattr(event, "label", "")
    detail = getattr(event, "value", None) or getattr(event, "exception", "")
    return f"{label}: {' '.join(str(detail).split())}"


def _configuration(base_url: str, bounds: Bounds) -> dict[str, Any]:
    return {
        "seed": bounds.seed,
        "base-url": base_url,
        "continue-on-failure": True,
        "checks": {
            "enabled": False,
            **{name: {"enabled": True} for name in CHECKS},
            # What is announced and not at work yet says so, where its file lists it.
            "not_a_server_error": {"expected-statuses": ["2xx", "3xx", "4xx", "501"]},
        },
        "generation": {
            "max-examples": bounds.examples,
            "no-shrink": True,
            "database": "none",
            "with-security-parameters": False,
        },
        # No operation of the files links to another: ids are put in by us. A method that is not
        # listed is another route, which is not there.
        "phases": {"stateful": {"enabled": False}, "coverage": {"unexpected-methods": []}},
    }


@contextmanager
def _watched_by(asker: Asker) -> Iterator[None]:
    """Let the asker see each request before it leaves, and each answer."""
    sent = 0

    @schemathesis.hook  # type: ignore[untyped-decorator]
    def before_call(context: Any, case: Any, kwargs: Any) -> None:
        del context, kwargs
        valid = case.meta is None or case.meta.generation.mode.is_positive
        asker.dress(case.headers, valid=valid)
        if isinstance(case.body, dict):
            case.body = asker.body(case.method.upper(), case.path, case.body, valid=valid)

    @schemathesis.hook  # type: ignore[untyped-decorator]
    def after_call(context: Any, case: Any, response: Any) -> None:
        del context, case
        nonlocal sent
        sent += 1
        asker.heard(response.status_code, response.content)
        if sent % _LOOK == 0 and asker.is_out():
            asker.renew()

    try:
        yield
    finally:
        schemathesis.hooks.unregister_all()


def _take(tally: Tally, recorder: Any, secrets: set[str]) -> None:
    for case, interaction in recorder.interactions.items():
        if interaction.response is None:
            tally.troubles.append(
                f"{recorder.label}: no answer to {_request(interaction, secrets)}"
            )
            continue
        tally.answered(recorder.label, interaction.response.status_code)
        for kind, said in _failures(recorder, case):
            request = _request(interaction, secrets)
            status = interaction.response.status_code
            tally.add(Finding(kind, recorder.label, status, redacted(said, secrets), request))


def _failures(recorder: Any, case: str) -> Iterator[tuple[str, str]]:
    for check in recorder.checks.get(case, ()):
        if check.status == Status.FAILURE and check.name in CHECKS:
            failure = check.failure_info.failure
            yield CHECKS[check.name], f"{failure.title}: {failure.message}"


def _request(interaction: Any, secrets: set[str]) -> Request:
    sent = interaction.request
    address = urlsplit(sent.uri)
    query = f"?{unquote(address.query)}" if address.query else ""
    body = (sent.body or b"").decode(errors="replace")
    return Request(sent.method, redacted(address.path + query, secrets), redacted(body, secrets))
