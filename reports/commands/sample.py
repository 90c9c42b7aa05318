"""Draws exchanges of a bundle, for the platform to find in its logs."""

import argparse
import json
import random
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from reports import bundle, chain
from reports.bundle_file import members_of
from reports.commands.command import say
from reports.exchange import BESIDE
from reports.files import EXCHANGES_JSONL
from reports.verify import verify

HELP: Final = "draw exchanges of a bundle, for the platform to find in its logs"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("bundle", type=Path)
    parser.add_argument("-n", type=int, default=10, dest="count", metavar="N")
    parser.add_argument(
        "--seed", type=int, metavar="N", help="repeats a sample; default: drawn anew"
    )
    parser.add_argument("--format", choices=("text", "json"), default="text")


def run(chosen: argparse.Namespace) -> int:
    if chosen.count < 1:
        raise ValueError("-n: give a number from 1 on")
    content = chosen.bundle.read_bytes()
    if found := verify(content).problems:
        raise ValueError(f"{chosen.bundle}: not as it was made: {found[0]}")
    log = members_of(content)[bundle.OUTPUTS + EXCHANGES_JSONL].data
    all_ = [json.loads(line) for line in chain.lines_of(log)]
    asked = [it for it in all_ if it["response"] and it["actor"] not in BESIDE]
    if not asked:
        raise ValueError(f"{chosen.bundle}: no exchange in it has an answer")
    # Whoever made the bundle must not have chosen what is drawn.
    seed = chosen.seed if chosen.seed is not None else secrets.randbelow(2**32)
    drawn = random.Random(seed).sample(asked, min(chosen.count, len(asked)))  # noqa: S311 - no secret
    rows = [_row(it) for it in sorted(drawn, key=lambda it: str(it["started_at"]))]
    if chosen.format == "json":
        say(json.dumps({"seed": seed, "of": len(asked), "exchanges": rows}, indent=1))
    else:
        for row in rows:
            say("  ".join(str(value) for value in row.values()))
        say(f"{len(rows)} of {len(asked)} exchanges, seed {seed}")
    return 0


def _row(exchange: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "started_at": exchange["started_at"],
        "method": exchange["request"]["method"],
        "url": exchange["request"]["url"],
        "status": exchange["response"]["status"],
        "request_id": _request_id(exchange["response"]),
        "id": exchange["id"],
    }


def _request_id(response: Mapping[str, Any]) -> str:
    """What the platform calls the request: in `stats`, or in a header."""
    body = response["body"] if isinstance(response["body"], dict) else {}
    stats = body.get("stats")
    named = stats.get("request_id") if isinstance(stats, dict) else None
    headers = {name.lower(): value for name, value in response["headers"].items()}
    return str(named or headers.get("x-request-id") or headers.get("x-amzn-requestid") or "no id")
