"""exchanges.har: what was sent and what came back, for tools that read HTTP archives (HAR 1.2).

Secrets were removed as an exchange was recorded: the archive holds what exchanges.jsonl holds.
"""

import json
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from pydantic import JsonValue

from reports.exchange import Exchange
from reports.files import ExchangeLog, write_parts
from reports.model import Run
from reports.writers.writer import RunWriter

_CREATOR: Final = "g3n-integration-conformance"
_VERSION: Final = "HTTP/1.1"
_UNKNOWN: Final = -1  # as the format has it, for sizes and times nobody measured


class Har(RunWriter):
    """Entries in the order of exchanges.jsonl; the check and its like stand in fields of ours."""

    output = "exchanges.har"

    def tell(self, run: Run, log: ExchangeLog, directory: Path) -> None:
        """Write an entry at a time: a whole run does not have to fit into memory twice."""
        write_parts(directory / self.output, _parts(run, log))

    def problems(self, path: Path, run: Run) -> Iterator[str]:
        try:
            entries = json.loads(path.read_text(encoding="utf-8"))["log"]["entries"]
        except (ValueError, KeyError, TypeError) as error:
            yield f"not an archive: {type(error).__name__}: {error}"
            return
        if len(entries) != run.exchanges:
            yield f"holds {len(entries)} entries, run.json says {run.exchanges}"


def _parts(run: Run, log: ExchangeLog) -> Iterator[str]:
    creator = json.dumps({"name": _CREATOR, "version": run.scope.suite_version})
    comment = json.dumps(run.headline, ensure_ascii=False)
    yield f'{{"log": {{"version": "1.2", "creator": {creator}, "comment": {comment}, "entries": ['
    between = "\n"
    for exchange in log if log.path.exists() else ():
        yield between + json.dumps(entry(exchange), ensure_ascii=False)
        between = ",\n"
    yield "\n]}}\n"


def entry(exchange: Exchange) -> dict[str, Any]:
    """One exchange as an entry of an archive."""
    told: dict[str, Any] = {
        "startedDateTime": exchange.started_at.isoformat(),
        "time": exchange.elapsed_ms,
        "request": _request(exchange),
        "response": _response(exchange),
        "cache": {},
        "timings": {"send": 0, "wait": exchange.elapsed_ms, "receive": 0},
        "comment": exchange.operation,
        "_id": exchange.id,
        "_check": exchange.check,
        "_requirement": exchange.requirement,
        "_actor": exchange.actor,
    }
    if exchange.error:
        told["_error"] = exchange.error
    return told


def _request(exchange: Exchange) -> dict[str, Any]:
    request = exchange.request
    query = parse_qsl(urlsplit(request.url).query, keep_blank_values=True)
    told: dict[str, Any] = {
        "method": request.method,
        "url": request.url,
        "httpVersion": _VERSION,
        "cookies": [],
        "headers": _pairs(request.headers),
        "queryString": [{"name": name, "value": value} for name, value in query],
        "headersSize": _UNKNOWN,
        "bodySize": _UNKNOWN,
    }
    if request.body is not None:
        told["postData"] = {
            "mimeType": _type(request.headers),
            "text": _text(request.body),
            "params": [],
        }
    return told


def _response(exchange: Exchange) -> dict[str, Any]:
    """The answer; where none came, status 0, as browsers have it."""
    response = exchange.response
    headers = response.headers if response else {}
    body = _text(response.body) if response and response.body is not None else ""
    status = response.status if response else 0
    return {
        "status": status,
        "statusText": _phrase(status),
        "httpVersion": _VERSION,
        "cookies": [],
        "headers": _pairs(headers),
        "content": {"size": len(body.encode("utf-8", "replace"))} | _content(headers, body),
        "redirectURL": next((v for k, v in headers.items() if k.lower() == "location"), ""),
        "headersSize": _UNKNOWN,
        "bodySize": _UNKNOWN,
    }


def _content(headers: Mapping[str, str], body: str) -> dict[str, str]:
    return {"mimeType": _type(headers), "text": body}


def _pairs(headers: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in headers.items()]


def _type(headers: Mapping[str, str]) -> str:
    found = (value for name, value in headers.items() if name.lower() == "content-type")
    return next(found, "application/octet-stream")


def _text(body: JsonValue) -> str:
    return body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


WRITER: Final = Har()
