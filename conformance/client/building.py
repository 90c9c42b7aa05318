"""Makes a call of the parts of a request and its answer; credentials become fingerprints here."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from conformance.client.operations import is_documented, known_services, operation_of, texts_in
from conformance.client.recording import CARRIERS, Call, Credential, fingerprint, was_removed
from conformance.client.spellings import AS_DOCUMENTED, Spellings
from fixtures.exchange.redaction import is_secret_field

# Shorter texts are too common to be recognised as a secret.
_LEAST: Final = 12
_SEARCHED: Final = 65_536
_MESSAGES: Final = "/mrs/"
_GZIP: Final = b"\x1f\x8b"
_WORDS: Final = re.compile(r"[^\s,;=&?/\"'<>()]{%d,}" % _LEAST)  # noqa: UP031 - braces of its own
# Headers that every client sends, and that hold nothing of its own.
_PLAIN: Final = re.compile(r"accept.*|content-.*|user-agent|host|connection|sec-.*|referer")


def call(
    *,
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: Any,
    answer: Any,
    spellings: Spellings = AS_DOCUMENTED,
    **rest: Any,
) -> Call | None:
    """A call, its credentials replaced; None for a preflight or what is not of the web.

    `spellings` are the target's own; `rest` are the other fields of `Call`. What is not of the
    platform is kept without its bodies.
    """
    parts = urlsplit(url)
    method = method.upper()
    if method == "OPTIONS" or parts.scheme not in ("http", "https"):
        return None
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    sent, told = body, spellings.told(method, parts.path, body, answer)
    path, body, answer = told.path, told.body, told.answer
    segments = [each for each in path.split("/") if each]
    ours = bool(known_services() & set(segments[:2])) or is_documented(path)
    fields = body if isinstance(body, dict) else {}
    operation = operation_of(method, path, fields or query) if ours else None
    issued = _issued(answer) if operation else ()
    return Call(
        **rest,
        method=method,
        scheme=parts.scheme,
        host=parts.netloc.rpartition("@")[2].lower(),
        path=path,
        op=operation.id if operation else "",
        query=_cleaned(query),
        headers=_cleaned(dict(headers)),
        body=_cleaned(body) if ours else None,
        answer=_cleaned(answer) if ours else None,
        credentials=(
            *_carried(headers, "header"),
            *_carried(fields, "body"),
            *_carried(query, "query"),
        ),
        issued=tuple(issued),
        addresses=_addresses(answer) if path.startswith(_MESSAGES) else (),
        traces=_traces(parts.path, parts.query, headers, sent),
    )


def upload(content: bytes) -> dict[str, Any]:
    """The fields of a call that tell of the bytes of an upload."""
    digest = hashlib.md5(content, usedforsecurity=False).hexdigest()
    return {"content_md5": digest, "is_gzip": content.startswith(_GZIP)}


def headers_of(pairs: Any) -> dict[str, str]:
    """By name in lower case; pseudo headers of HTTP/2 are none."""
    listed = (
        pairs.items() if isinstance(pairs, Mapping) else ((p["name"], p["value"]) for p in pairs)
    )
    return {str(k).lower(): str(v) for k, v in listed if not str(k).startswith(":")}


def _cleaned(value: Any, name: str = "") -> Any:
    """A JSON value whose fields that hold secrets hold fingerprints."""
    kind = type(value)
    if kind is str:
        return _hidden(value) if name and is_secret_field(name) else value
    if kind is dict:
        return {key: _cleaned(inner, key) for key, inner in value.items()}
    return [_cleaned(inner, name) for inner in value] if kind is list else value


def _hidden(text: str) -> str:
    return text if was_removed(text) else fingerprint(text)


def _carried(fields: Mapping[str, Any], place: str) -> Iterator[Credential]:
    for name, value in fields.items():
        kind = CARRIERS.get(str(name).lower())
        if kind and isinstance(value, str) and not was_removed(value):
            yield Credential(kind, place, fingerprint(value))


def _issued(answer: Any) -> Iterator[Credential]:
    """Credentials that an answer gives out, wherever they stand in it."""
    for name, text in texts_in(answer):
        if name in CARRIERS and not was_removed(text):
            yield Credential(CARRIERS[name], "answer", fingerprint(text))


def _addresses(answer: Any) -> tuple[str, ...]:
    """Host and path of each URL in an answer: what signs them stands in the query."""
    found = (urlsplit(text) for _, text in texts_in(answer) if "://" in text)
    return tuple(f"{each.netloc.rpartition('@')[2].lower()}{each.path}" for each in found)


def _traces(
    path: str, query: str, headers: Mapping[str, str], body: Any
) -> dict[str, tuple[str, ...]]:
    """Fingerprints of the words of a request that are long enough to be a credential, by place.

    What stands in a field that is made for a credential is not among them.
    """
    others = (v for k, v in headers.items() if k not in CARRIERS and not _PLAIN.fullmatch(k))
    found = {
        "url": _words(path, query, headers.get("referer", "")),
        "header": _words(*others),
        "body": _words(*_texts(body)),
    }
    return {place: words for place, words in found.items() if words}


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            if str(name).lower() not in CARRIERS:
                yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
    elif isinstance(value, str) and len(value) >= _LEAST:
        yield value[:_SEARCHED]


def _words(*texts: str) -> tuple[str, ...]:
    return tuple({fingerprint(word) for text in texts for word in _WORDS.findall(text)})
