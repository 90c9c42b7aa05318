"""`python -m conformance client`: the certificate of a team's own client."""

import argparse
import sys
from collections.abc import Mapping
from contextlib import AbstractContextManager, closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from fixtures.run.reference_process import EmbeddedError
from reports.commands.command import say

if TYPE_CHECKING:
    from conformance.client.judgement import Claim
    from conformance.client.platform import Platform

HELP: Final = "certify the integration itself, from recordings or before a stand"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the commands below this one."""
    choice = parser.add_subparsers(required=True, metavar="duties|judge|certify|stand")
    table = choice.add_parser("duties", help="the duties of a client, with their pages")
    table.add_argument("--step", type=int, help="of this step of the checklist alone")
    table.add_argument("--part", help="of this part of the platform alone")
    table.set_defaults(act=_duties)
    judged = choice.add_parser("judge", help="judge recorded traffic: HAR, or exchanges.jsonl")
    judged.add_argument("files", nargs="+", type=Path, metavar="FILE")
    _add_claim(judged)
    judged.add_argument(
        "--target", type=Path, metavar="FILE", help="how its platform spells what no page prints"
    )
    _add_reports(judged)
    judged.set_defaults(act=_judge)
    certified = choice.add_parser(
        "certify", help="run a client's own command before the stand, once a scenario"
    )
    certified.add_argument("--client", type=Path, required=True, metavar="client.toml")
    certified.add_argument("--scenario", action="append", metavar="NAME", help="default: all")
    _add_stand(certified)
    certified.set_defaults(act=_certify)
    stood = choice.add_parser("stand", help="stays up for a client that is started by hand")
    _add_claim(stood)
    told = "where the client takes webhooks, such as http://127.0.0.1:{port}/hooks"
    stood.add_argument("--receiver", default="", metavar="URL", help=told)
    _add_stand(stood)
    stood.set_defaults(act=_stand)


def _add_stand(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--target", type=Path, metavar="FILE", help="a sandbox; default: the reference platform"
    )
    _add_reports(parser)


def _add_reports(parser: argparse.ArgumentParser) -> None:
    told = "write client.html, run.json, junit.xml and every other format there"
    parser.add_argument("--report-dir", type=Path, metavar="DIR", help=told)
    told = "add the run to the history in this folder"
    parser.add_argument("--history", type=Path, metavar="DIR", help=told)
    told = "breaches that somebody answers for (TOML); target is the client's name"
    parser.add_argument("--waivers", type=Path, metavar="FILE", help=told)
    told = "write a waiver file of the breaches, to be filled in"
    parser.add_argument("--write-waivers", type=Path, metavar="FILE", help=told)


def _add_claim(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--name", help="of the client, as waivers and the history know it")
    parser.add_argument("--parts", help="what the client uses, with commas; default: all")


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
    from conformance.client import evidence, reading, spellings  # noqa: PLC0415
    from conformance.commands.parts import client_outputs  # noqa: PLC0415
    from fixtures.exchange.target_file import read  # noqa: PLC0415

    began = datetime.now(UTC)
    wished = client_outputs.wishes(chosen, chosen.name or client_outputs.UNNAMED)
    claim = _claim(chosen, wished.waived)
    own = (
        spellings.of_target(read(chosen.target, reading_only=True))
        if chosen.target
        else spellings.AS_DOCUMENTED
    )
    with reading.read(chosen.files, own) as recording:
        found = evidence.examined(recording, claim)
    return client_outputs.tell(found, wished, began)


def _certify(chosen: argparse.Namespace) -> int:
    from conformance.client import platform, scenarios, settings, stand  # noqa: PLC0415
    from conformance.commands.parts import client_outputs  # noqa: PLC0415

    began = datetime.now(UTC)
    client = settings.read(chosen.client)
    wished = client_outputs.wishes(chosen, client.name)
    names = list(scenarios.ALL) if chosen.scenario is None else chosen.scenario
    known = (*scenarios.ALL, stand.PLAIN)
    if unknown := [name for name in names if name not in known]:
        raise ValueError(f"{unknown[0]}: no scenario; there are {', '.join(known)}")
    names = [name for name in names if name != stand.PLAIN]
    try:
        with _platform(chosen.target) as opened:
            found = stand.certify(opened, client, names, _progress, wished.waived)
    except (platform.StandError, EmbeddedError) as error:
        raise ValueError(f"the stand: {error}") from None
    return client_outputs.tell(found, wished, began)


def _stand(chosen: argparse.Namespace) -> int:
    from conformance.client import by_hand, platform, settings  # noqa: PLC0415
    from conformance.commands.parts import client_outputs  # noqa: PLC0415

    began = datetime.now(UTC)
    wished = client_outputs.wishes(chosen, chosen.name or client_outputs.UNNAMED)
    claim = _claim(chosen, wished.waived)
    if wrong := settings.on_loopback(chosen.receiver):
        raise ValueError(f"--receiver: {wrong}")
    try:
        with _platform(chosen.target) as opened:
            found = by_hand.stand(opened, claim, sys.stdin, say, chosen.receiver)
    except (platform.StandError, EmbeddedError) as error:
        raise ValueError(f"the stand: {error}") from None
    return client_outputs.tell(found, wished, began)


def _claim(chosen: argparse.Namespace, waived: Mapping[str, str]) -> "Claim":
    from conformance.client.certificate import Examinee  # noqa: PLC0415
    from conformance.client.judgement import Claim  # noqa: PLC0415

    examinee = Examinee(name=chosen.name or "")
    return Claim(parts=_parts(chosen.parts), waived=waived, examinee=examinee)


def _platform(target: Path | None) -> AbstractContextManager["Platform"]:
    from conformance.client import stand  # noqa: PLC0415
    from fixtures.exchange.target_file import read  # noqa: PLC0415

    return stand.practice() if target is None else closing(stand.of_target(read(target)))


def _progress(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def _parts(text: str | None) -> tuple[str, ...]:
    from conformance.client import catalogue  # noqa: PLC0415

    known = catalogue.parts()
    if text is None:
        return known
    named = [name.strip() for name in text.split(",") if name.strip()]
    if unknown := [name for name in named if name not in known]:
        raise ValueError(f"{unknown[0]}: no part; there are {', '.join(known)}")
    return tuple(name for name in known if name in named or name == "core")
