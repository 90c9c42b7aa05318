"""The calls of a recording as lines of exchanges.jsonl: their shape, and nothing that they hold.

Of very many calls those are kept that a verdict rests on, and the first ones.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from conformance.client.certificate import Certificate
from conformance.client.judgement import NO_STAND, Claim, Stand, judge
from conformance.client.recording import Call, Recording

_MOST: Final = 5_000
_CALLER: Final = "client"


def lines(recording: Recording, certificate: Certificate) -> Iterator[str]:
    """One line of JSON for each call that is kept, in the order of their instants."""
    named = {where for result in certificate.duties for where in result.exchanges}
    kept = 0
    for call in recording:
        if kept < _MOST or call.where in named:
            kept += 1
            yield json.dumps(_exchange(call))


def _exchange(call: Call) -> dict[str, Any]:
    """Without headers and bodies; the path is the documented one, or none."""
    path = call.operation.path if call.operation else "/…"
    heard = call.status is not None
    tag = {"error": {"major": {"tag": call.tag}}} if call.tag and call.tag in call.told else None
    return {
        "id": call.where,
        "check": f"run:{call.run}" if call.run else "recording",
        "actor": _CALLER,
        "operation": call.op or "unknown",
        "started_at": datetime.fromtimestamp(call.started, UTC).isoformat(),
        "elapsed_ms": round(call.elapsed * 1000, 1),
        "request": {"method": call.told.partition(" ")[0], "url": f"{call.scheme}://…{path}"},
        "response": {"status": call.status, "body": tag} if heard else None,
        "error": None if heard else "no answer",
    }


@dataclass(frozen=True)
class Examined:
    """A certificate, with the lines of exchanges.jsonl and what the client printed in each run."""

    certificate: Certificate
    exchanges: tuple[str, ...]
    logs: Mapping[str, str] = field(default_factory=dict)


def examined(
    recording: Recording,
    claim: Claim,
    stand: Stand = NO_STAND,
    logs: Mapping[str, str] | None = None,
) -> Examined:
    """What a recording says, with the evidence."""
    certificate = judge(recording, claim, stand)
    return Examined(certificate, tuple(lines(recording, certificate)), logs or {})
