"""`python -m conformance init`: a target file to start from."""

import argparse
import sys
from pathlib import Path
from typing import Final

from reports.commands.command import say

HELP: Final = "write a commented target file to fill in"

TEMPLATE: Final = """\
# Where a run is aimed. No secret belongs in here: accounts name the variable that holds it.
base_url = "{base_url}"    # the platform itself, without a path
orgcode = "{orgcode}"    # the org that [actors.owner] owns; it must be verified
profile = "team/1"       # solo/1: the owner alone; team/2: a queue and a receiver, too
allow_write = {allow}    # true once you are sure that this host may be written to

[actors.owner]           # owns the org
email = "{owner}"
passcode_env = "SANDBOX_OWNER_PASSCODE"

[actors.member]          # a member of the same org, with role ofm_view and no other
email = "member@example.com"
passcode_env = "SANDBOX_MEMBER_PASSCODE"

[actors.stranger]        # owns another org, and has no part in the first
email = "stranger@example.com"
orgcode = "OTHER"
passcode_env = "SANDBOX_STRANGER_PASSCODE"

# Where webhooks are posted to (team/2); the suite listens while it runs.
# [receiver]
# host = "0.0.0.0"
# port = 8443
# url = "https://hooks.example.com/conformance"

# A queue for a run alone (team/2): whatever comes is read and deleted.
# [queue]
# url = "https://sqs.us-east-1.amazonaws.com/123456789012/conformance"
# region = "us-east-1"

# Where the suite reads or spells something wrong, a run prints the line to add here:
# [operations."ofm.physical.create"]
# path = "/ofm/facility/physical/create"
"""
_ASKED: Final = {
    "base_url": ("address of the sandbox", "https://sandbox.example.com"),
    "orgcode": ("orgcode of your org", "ACME"),
    "owner": ("email of the org's owner", "owner@example.com"),
    "allow": ("may it be written to (true, false)", "false"),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", nargs="?", type=Path, default=Path("sandbox.toml"))


def run(chosen: argparse.Namespace) -> int:
    from fixtures.exchange import target_file  # noqa: PLC0415 - keeps --help fast

    if chosen.file.exists():
        raise ValueError(f"{chosen.file} is there already: give another name")
    answers = {key: _ask(*question) for key, question in _ASKED.items()}
    if broken := [key for key, value in answers.items() if '"' in value or "\\" in value]:
        raise ValueError(f"{_ASKED[broken[0]][0]}: no quotes and no backslashes, please")
    text = TEMPLATE.format(**answers)
    target_file.parsed(text, str(chosen.file), reading_only=True)
    chosen.file.write_text(text, encoding="utf-8")
    say(f"{chosen.file} is written: fill it in, then `python -m conformance smoke --target` it")
    return 0


def _ask(question: str, example: str) -> str:
    """What the user answers; the example where nothing is, or nobody is there to answer."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().strip() or example
    sys.stdout.write(f"{question} [{example}]: ")
    sys.stdout.flush()
    return sys.stdin.readline().strip() or example
