"""Makes one archive of a run, for whoever reviews or keeps it."""

import argparse
import os
import tempfile
from pathlib import Path
from typing import Final

from reports import bundle
from reports.commands.command import add_directory, say
from reports.files import read_run
from reports.statements import key_id, private_key

HELP: Final = "one archive with the run, its evidence and what it rests on; signed with --key"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_directory(parser)
    parser.add_argument("--out", type=Path, required=True, metavar="FILE.zip")
    parser.add_argument("--target", type=Path, metavar="FILE", help="the target file of the run")
    parser.add_argument("--key", type=Path, metavar="FILE", help="private Ed25519 key (PEM)")
    parser.add_argument(
        "--passphrase-env", metavar="NAME", help="environment variable with the key's passphrase"
    )


def run(chosen: argparse.Namespace) -> int:
    key = private_key(chosen.key, _passphrase(chosen.passphrase_env)) if chosen.key else None
    content = bundle.make(chosen.directory, target=chosen.target, key=key)
    _write(chosen.out, content)
    signed = f", signed by key {key_id(key.public_key())[:16]}" if key else ", not signed"
    say(f"{chosen.out}: {len(content)} bytes{signed}")
    say(read_run(chosen.directory).headline)
    return 0


def _passphrase(name: str | None) -> str | None:
    if name is None:
        return None
    if not (value := os.environ.get(name)):
        raise ValueError(f"environment variable {name} (passphrase of the key) is not set")
    return value


def _write(path: Path, content: bytes) -> None:
    """All of it or nothing."""
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as stream:
        try:
            stream.write(content)
            stream.flush()
            Path(stream.name).chmod(0o644)
            Path(stream.name).replace(path)
        except BaseException:
            Path(stream.name).unlink(missing_ok=True)
            raise
