"""O13: messages, which are JSON and small, or else gzip that is presigned, sent and completed."""

import json
import re
from collections.abc import Iterator
from dataclasses import field
from typing import Any, Final

from conformance.client.recording import Call
from conformance.client.rules.rule import Occasion, Rule, watching

_RECORD, _COMPLETE = "/mrs/record", "/mrs/record/complete"
_INLINE_LIMIT: Final = 256 * 1024
# Beside the content a request names its container, its tags and the like.
_AROUND_IT: Final = 4096
_LARGEST: Final = 128 * 1024 * 1024
_MD5: Final = re.compile("[0-9a-fA-F]{32}")
_JSON: Final = "application/json"


@watching("O13")
class AsMessagesAre(Rule):
    # By the address of an upload: the digest that was stated for it.
    _presigned: dict[str, str] = field(default_factory=dict)

    def see(self, call: Call) -> Iterator[Occasion]:
        path = call.path.rstrip("/")
        if call.method == "POST" and path == _RECORD and isinstance(call.body, dict):
            yield from self._record(call, call.body)
        elif call.method == "POST" and path == _COMPLETE and isinstance(call.body, dict):
            yield from _judged(call, _completed(call.body))
        elif call.method == "PUT" and (call.host + call.path) in self._presigned:
            yield from _judged(call, self._uploaded(call))

    def _record(self, call: Call, body: dict[str, Any]) -> Iterator[Occasion]:
        digest = body.get("content_md5")
        if isinstance(digest, str):
            self._presigned.update(dict.fromkeys(call.addresses, digest.lower()))
            yield from _judged(call, "" if _MD5.fullmatch(digest) else "content_md5 is no hex MD5")
        elif call.addresses and call.succeeded:
            yield from _judged(call, "presigned without content_md5")
        else:
            yield from _judged(call, _inline(body))

    def _uploaded(self, call: Call) -> str:
        if call.content_md5 and call.content_md5 != self._presigned[call.host + call.path]:
            return "the MD5 of what was sent is another than content_md5"
        return "" if call.is_gzip is not False else "what was sent is no gzip"


def _inline(body: dict[str, Any]) -> str:
    if body.get("content_type", _JSON) != _JSON:
        return "content inline that is no JSON"
    too_long = len(json.dumps(body)) > _INLINE_LIMIT + _AROUND_IT
    return "content inline of more than 256 KB" if too_long else ""


def _completed(body: dict[str, Any]) -> str:
    lacking = [part for part in ("size", "etag", "md5") if not any(part in name for name in body)]
    if lacking:
        return f"completed without {', '.join(lacking)}"
    sizes = [value for name, value in body.items() if "size" in name and isinstance(value, int)]
    return "of more than 128 MB" if any(size > _LARGEST for size in sizes) else ""


def _judged(call: Call, fault: str) -> Iterator[Occasion]:
    yield Occasion(call, kept=not fault, said=fault)
