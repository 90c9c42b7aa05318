"""Whether a bundle is as it was made, and what was altered; offline, and without trusting it."""

import json
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, Final
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from reports import bundle, chain
from reports.bundle_file import Altered, Damaged, Member, members_of
from reports.challenge import challenge_of
from reports.commands.check import problems as contradictions
from reports.files import EXCHANGES_JSONL, RUN_JSON, read_run
from reports.model import Run
from reports.statements import (
    authenticated,
    envelope,
    is_signed_by,
    key_id,
    parse_public_key,
)

_LOG: Final = bundle.OUTPUTS + EXCHANGES_JSONL
_SUFFIX: Final = ".intoto.json"


@dataclass
class Verified:
    """What was found: `problems` is empty for a bundle as it was made.

    `run` is None where it cannot be read; `signed_by` is the id of the key that signed.
    """

    problems: list[str] = field(default_factory=list)
    run: Run | None = None
    root: str | None = None
    signed_by: str | None = None
    authentic: bool = False


def verify(
    content: bytes, *, key: Ed25519PublicKey | None = None, nonce: str | None = None
) -> Verified:
    """Look at all of a bundle. `key` is who must have signed, `nonce` what the run must answer."""
    found = Verified()
    try:
        members = members_of(content)
    except Altered as error:
        found.problems += error.problems
        members = error.members
    except Damaged as error:
        found.problems.append(str(error))
        return found
    files = {name: member.data for name, member in members.items()}
    manifest = _manifest(files, found)
    if manifest is None:
        return found
    found.problems += _files(members, manifest)
    found.problems += _exchanges(files, manifest["exchanges"])
    found.root = manifest["exchanges"]["root"]
    if not found.problems:
        _run(files, manifest, found)
    _signatures(files, found, key)
    if nonce is not None and found.run is not None:
        found.problems += _challenge(files, found.run, nonce)
    return found


def _manifest(files: Mapping[str, bytes], found: Verified) -> dict[str, Any] | None:
    if bundle.MANIFEST not in files:
        found.problems.append(f"{bundle.MANIFEST} is missing: nothing tells what belongs to it")
        return None
    try:
        manifest: dict[str, Any] = json.loads(files[bundle.MANIFEST])
        version = manifest["schema_version"]
        if version == bundle.SCHEMA_VERSION:
            _ = [(it["name"], it["sha256"], it["packed_sha256"]) for it in manifest["files"]]
            _ = [manifest["exchanges"][name] for name in ("count", "start", "root")]
            bytes.fromhex(manifest["exchanges"]["start"])
            return manifest
        found.problems.append(f"{bundle.MANIFEST}: schema version {version!r} is unknown")
    except (ValueError, KeyError, TypeError) as error:
        found.problems.append(f"{bundle.MANIFEST}: not a manifest: {type(error).__name__}: {error}")
    return None


def _files(members: Mapping[str, Member], manifest: Mapping[str, Any]) -> Iterator[str]:
    listed = {it["name"]: it for it in manifest["files"]}
    for name, about in listed.items():
        if name not in members:
            yield f"{name} is missing"
        elif bundle.digest(members[name].data) != about["sha256"]:
            yield f"{name} was altered"
        elif bundle.digest(members[name].packed) != about["packed_sha256"]:
            yield f"{name} is packed otherwise than it was"
    for name in members:
        own = name == bundle.MANIFEST or name.startswith(bundle.STATEMENTS)
        if name not in listed and not own:
            yield f"{name} was added"


def _exchanges(files: Mapping[str, bytes], stated: Mapping[str, Any]) -> Iterator[str]:
    if _LOG not in files or bundle.CHAIN not in files:
        return  # told as missing already
    try:
        links = chain.parse(files[bundle.CHAIN].decode())
    except (ValueError, UnicodeDecodeError) as error:
        yield f"{bundle.CHAIN}: {error}"
        return
    yield from chain.problems(files[_LOG], links, stated["start"], stated["root"])


def _run(files: Mapping[str, bytes], manifest: Mapping[str, Any], found: Verified) -> None:
    """What the outputs say of each other, and the statements of them."""
    with tempfile.TemporaryDirectory() as folder:
        directory = Path(folder)
        for name, data in files.items():
            if name.startswith(bundle.OUTPUTS):
                path = directory / _safe(name.removeprefix(bundle.OUTPUTS))
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data)
        try:
            found.run = read_run(directory / RUN_JSON)
        except ValueError as error:
            found.problems.append(str(error).replace(f"{folder}/", bundle.OUTPUTS))
            return
        found.problems += [f"{bundle.OUTPUTS}{said}" for said in contradictions(directory)]
    run, evidence = found.run, manifest["exchanges"]
    start = chain.start(run.started_at.isoformat(), run.scope.seed, run.scope.challenge)
    if start != evidence["start"]:
        found.problems.append("the chain of exchanges is of another run")
    for name, data in bundle.states(run, files, evidence).items():
        if files.get(name) != data:
            told = "is missing" if name not in files else "does not state what the files say"
            found.problems.append(f"{name} {told}")


def _safe(name: str) -> PurePosixPath:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts:
        raise ValueError(f"{name!r}: a bundle has no file outside its own folder")
    return path


def _signatures(files: Mapping[str, bytes], found: Verified, key: Ed25519PublicKey | None) -> None:
    there = {name for name in files if name.startswith(bundle.STATEMENTS)}
    payloads = {name for name in there if name.endswith(_SUFFIX)}
    if there == payloads:
        if key is not None:
            found.problems.append("the bundle is not signed")
        return
    try:
        own = parse_public_key(files.get(bundle.KEY, b""))
    except ValueError:
        found.problems.append(f"{bundle.KEY} is missing or was altered")
        return
    found.signed_by = key_id(own)
    if key is not None and key_id(key) != found.signed_by:
        found.problems.append(f"signed by key {found.signed_by[:16]}, not by {key_id(key)[:16]}")
    expected = {bundle.KEY, *payloads}
    for name in sorted(payloads):
        stem = name.removesuffix(_SUFFIX)
        parts = {kind: f"{stem}.{kind}" for kind in ("pae", "sig", "dsse.json")}
        expected |= {*parts.values()}
        found.problems += _signature(files, name, parts, own)
    found.problems += [f"{name} was added" for name in sorted(there - expected)]
    found.authentic = key is not None and not found.problems


def _signature(
    files: Mapping[str, bytes], name: str, parts: Mapping[str, str], key: Ed25519PublicKey
) -> Iterator[str]:
    if missing := [part for part in parts.values() if part not in files]:
        yield f"{missing[0]} is missing: {name} is not signed"
        return
    payload, signature = files[name], files[parts["sig"]]
    if not is_signed_by(payload, signature, key):
        yield f"{name}: the signature is not of this statement and this key"
    if files[parts["pae"]] != authenticated(payload):
        yield f"{parts['pae']} is not what was signed"
    if files[parts["dsse.json"]] != envelope(payload, key, signature):
        yield f"{parts['dsse.json']} was altered"


def _challenge(files: Mapping[str, bytes], run: Run, nonce: str) -> Iterator[str]:
    expected = challenge_of(nonce)
    if run.scope.challenge != expected:
        given = "another" if run.scope.challenge else "no"
        yield f"the run answers {given} challenge"
        return
    silent = [
        it["id"]
        for it in map(json.loads, chain.lines_of(files[_LOG]))
        # What goes elsewhere is sent by other clients: storage, queues, functions.
        if urlsplit(it["request"]["url"]).netloc == run.scope.host
        and f"challenge={expected}" not in it["request"]["headers"].get("user-agent", "")
    ]
    if silent:
        yield f"{len(silent)} exchanges do not bear the challenge, {silent[0]} first"
