"""Whether a bundle is as it was made; offline."""

import argparse
from pathlib import Path
from typing import Final

from reports.commands.command import say
from reports.statements import public_key
from reports.verify import Verified, verify

HELP: Final = "is a bundle as it was made, and who signed it?"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("bundle", type=Path)
    parser.add_argument(
        "--key", type=Path, metavar="FILE", help="public key of who must have signed"
    )
    parser.add_argument("--challenge", metavar="NONCE", help="what the run must answer")


def run(chosen: argparse.Namespace) -> int:
    key = public_key(chosen.key) if chosen.key else None
    found = verify(chosen.bundle.read_bytes(), key=key, nonce=chosen.challenge)
    for problem in found.problems:
        say(f"{chosen.bundle}: {problem}")
    if found.problems:
        say(f"{chosen.bundle}: not as it was made")
        return 1
    say(f"{chosen.bundle}: as it was made, {_signed(found)}")
    say(f"root of {found.run.exchanges if found.run else 0} exchanges: {found.root}")
    if found.run is not None:
        say(found.run.headline)
    return 0


def _signed(found: Verified) -> str:
    if found.signed_by is None:
        return "not signed: nothing tells by whom"
    by = f"signed by key {found.signed_by[:16]}"
    return by if found.authentic else f"{by}; only --key tells whether it is whose you think"
