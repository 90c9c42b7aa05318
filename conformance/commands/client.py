"""`python -m conformance client`: the certificate of a team's own client."""

import argparse
import sys
from pathlib import Path
from typing import Final

from reports.commands.command import say

HELP: Final = "certify the integration itself, from recordings or before a stand"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the commands below this one."""
    choice = parser.add_subparsers(required=True, metavar="duties|judge")
    table = choice.add_parser("duties", help="the duties of a client, with their pages")
    table.add_argument("--step", type=int, help="of this step of the checklist alone")
    table.add_argument("--part", help="of this part of the platform alone")
    table.set_defaults(act=_duties)
    judged = choice.add_parser("judge", help="judge recorded traffic: HAR, or exchanges.jsonl")
    judged.add_argument("files", nargs="+", type=Path, metavar="FILE")
    judged.add_argument("--parts", help="what the client uses, with commas; default: all")
    judged.add_argument("--json", type=Path, metavar="FILE", help="write the certificate there")
    judged.set_defaults(act=_judge)


def run(chosen: argparse.Namespace) -> int:
    """Run the chosen one of them."""
    return int(chosen.act(chosen))


def _duties(chosen: argparse.Namespace) -> int:
    from conformance.client import catalogue, telling  # noqa: PLC0415 - keeps --help fast

    if chosen.part and chosen.part not in catalogue.parts():
        raise ValueError(f"{chosen.part}: no part; there are {', '.join(catalogue.parts())}")
    for line in telling.table(chosen.step, chosen.part):
        say(line)
    return 0


def _judge(chosen: argparse.Namespace) -> int:
    from conformance.client import judgement, reading, telling  # noqa: PLC0415

    claim = judgement.Claim(parts=_parts(chosen.parts))
    with reading.read(chosen.files) as recording:
        certificate = judgement.judge(recording, claim)
    if chosen.json:
        chosen.json.write_text(certificate.model_dump_json(indent=1) + "\n", encoding="utf-8")
    for line in telling.lines(certificate):
        say(line)
    sys.stdout.flush()
    return certificate.exit_status


def _parts(text: str | None) -> tuple[str, ...]:
    from conformance.client import catalogue  # noqa: PLC0415

    known = catalogue.parts()
    if text is None:
        return known
    named = [name.strip() for name in text.split(",") if name.strip()]
    if unknown := [name for name in named if name not in known]:
        raise ValueError(f"{unknown[0]}: no part; there are {', '.join(known)}")
    return tuple(name for name in known if name in named or name == "core")
