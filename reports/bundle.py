"""One archive with all that a reviewer needs of a run, made so that any change to it is found.

```
outputs/…        what the run left in its report directory
requirements/…   the requirement set, with the digests of its versions
detection/…      which deliberate defects the suite catches
target.json      the target file without secrets
suite.json       version and commit of the suite, the interpreter, installed packages
exchanges.chain  a digest for each exchange, chained
manifest.json    every file above: its size, its digest, and the digest of how it is packed
statements/…     in-toto statements over these files, and their signatures
README.txt       how to check all this with no tool of ours
```
"""

import tomllib
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from conformance.requirements import load
from fixtures.exchange.redaction import Vault
from reports import chain, suite
from reports.bundle_file import Member, archive, member
from reports.commands.check import problems as contradictions
from reports.detection import RESULTS, TABLE
from reports.files import EXCHANGES_JSONL, RUN_JSON, json_text, read_run
from reports.model import Run
from reports.options import ROOT
from reports.statements import authenticated, envelope, pem, statements
from reports.writers import outputs

OUTPUTS: Final = "outputs/"
MANIFEST: Final = "manifest.json"
CHAIN: Final = "exchanges.chain"
TARGET: Final = "target.json"
SUITE: Final = "suite.json"
STATEMENTS: Final = "statements/"
README: Final = "README.txt"
KEY: Final = f"{STATEMENTS}key.pem"
SCHEMA_VERSION: Final = "1"
_REQUIREMENTS: Final = ROOT / "conformance" / "requirements"
_DUTIES: Final = ROOT / "conformance" / "client" / "duties"
# What catches the breach of each duty.
_CAUGHT: Final = ROOT / "tests" / "client" / "table.md"
_HOW: Final = """\
What this is: a run of the integration conformance suite, with its evidence.

With the suite:     python -m reports verify BUNDLE.zip --key PUBLIC.pem
Without it, in an empty folder, with the public key that you were given by another way:
  unzip BUNDLE.zip
  openssl pkeyutl -verify -pubin -inkey PUBLIC.pem -rawin \\
      -in statements/conformance.pae -sigfile statements/conformance.sig
  sha256sum manifest.json    # stands in the statement as the digest of manifest.json
  sha256sum outputs/run.json # stands in manifest.json, as every other file does

statements/conformance.pae is what was signed: the statement, after the encoding of its type that
DSSE prescribes. statements/key.pem is there for convenience and proves nothing about who signed.
"""


def make(
    directory: Path, *, target: Path | None = None, key: Ed25519PrivateKey | None = None
) -> bytes:
    """The bundle of a report directory.

    `target` is the target file of the run. Raises ValueError where the outputs are not those of one
    finished run of this suite, or the target file is not that of the run; OSError where a file
    cannot be read.
    """
    run = _sound(directory)
    log = (directory / EXCHANGES_JSONL).read_bytes()
    start = chain.start(run.started_at.isoformat(), run.scope.seed, run.scope.challenge)
    chained = list(chain.links(chain.lines_of(log), start))
    files = {
        **_outputs(directory),
        **_requirements(run),
        **_detection(run),
        TARGET: _json(_target(target, run)),
        SUITE: _json(suite.about() | {"run_by": run.scope.suite_commit}),
        CHAIN: chain.text(chained).encode(),
        README: _HOW.encode(),
    }
    # In plain, so that a changed byte in it is one changed exchange.
    members = [
        member(name, data, plain=name == OUTPUTS + EXCHANGES_JSONL)
        for name, data in sorted(files.items())
    ]
    evidence = {
        "count": len(chained),
        "start": start,
        "root": chained[-1].head if chained else start,
    }
    manifest = manifest_of(members, run, evidence)
    stated = states(run, {**files, MANIFEST: manifest}, evidence)
    signed = signatures(stated, key) if key else {}
    last = {MANIFEST: manifest, **stated, **signed}
    return archive([*members, *(member(name, data, plain=True) for name, data in last.items())])


def _sound(directory: Path) -> Run:
    if not directory.is_dir():
        raise ValueError(f"{directory}: no such directory")
    run = read_run(directory)
    if found := contradictions(directory):
        more = f" and {len(found) - 1} more" if len(found) > 1 else ""
        raise ValueError(f"{directory}: not the outputs of one finished run: {found[0]}{more}")
    if not run.checks:
        raise ValueError(f"{directory}: the run has no check: there is nothing to bundle")
    return run


def _outputs(directory: Path) -> dict[str, bytes]:
    found = {}
    for name in outputs():
        path = directory / name
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in files:
            if file.is_file():
                found[OUTPUTS + file.relative_to(directory).as_posix()] = file.read_bytes()
    return found


def _requirements(run: Run) -> dict[str, bytes]:
    if run.target.kind == "client":
        return {f"duties/{path.name}": path.read_bytes() for path in sorted(_DUTIES.glob("*.toml"))}
    if load().version != run.scope.requirement_set:
        raise ValueError(
            f"the run is of requirement set {run.scope.requirement_set}, this suite has "
            f"{load().version}: bundle with the suite that ran it"
        )
    return {
        f"requirements/{path.name}": path.read_bytes()
        for path in sorted(_REQUIREMENTS.glob("*.toml"))
    }


def _detection(run: Run) -> dict[str, bytes]:
    measured = (_CAUGHT,) if run.target.kind == "client" else (RESULTS, TABLE)
    there = (path for path in measured if path.exists())
    return {f"detection/{path.name}": path.read_bytes() for path in there}


def _target(path: Path | None, run: Run) -> dict[str, Any]:
    """What the run was aimed at, and the target file as values of JSON, without secrets."""
    told: dict[str, Any] = {"run": run.target.model_dump(mode="json"), "file": None}
    if path is None:
        return told
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{path}: not TOML: {error}") from None
    of_client = run.target.kind == "client"
    told_host = given.get("name") if of_client else given.get("base_url")
    host = str(told_host or "") if of_client else _host(str(told_host or ""))
    if host != run.scope.host:
        raise ValueError(f"{path}: is aimed at {host or 'nothing'}, the run at {run.scope.host}")
    return told | {"file": without_secrets(given)}


def _host(base_url: str) -> str:
    return urlsplit(base_url).netloc.rpartition("@")[2]


def without_secrets(given: Mapping[str, Any]) -> Any:
    """A target file as values of JSON; fields that name a secret, and user info, hold none."""
    return _without_user_info(Vault().redact_fields(given))


def _without_user_info(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(name): _without_user_info(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_without_user_info(part) for part in value]
    if isinstance(value, str) and "@" in value and "://" in value:
        parts = urlsplit(value)
        return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def manifest_of(members: Sequence[Member], run: Run, evidence: Mapping[str, Any]) -> bytes:
    """The manifest of these files."""
    return _json(
        {
            "schema_version": SCHEMA_VERSION,
            "headline": run.headline,
            "challenge": run.scope.challenge,
            "exchanges": dict(evidence),
            "files": [
                {
                    "name": each.name,
                    "size": len(each.data),
                    "sha256": digest(each.data),
                    "packed_sha256": digest(each.packed),
                }
                for each in members
            ],
        }
    )


def states(run: Run, files: Mapping[str, bytes], evidence: Mapping[str, Any]) -> dict[str, bytes]:
    """The statements about these files, as files of the bundle."""
    named = (MANIFEST, OUTPUTS + RUN_JSON, OUTPUTS + EXCHANGES_JSONL, TARGET, SUITE)
    subjects = {name: digest(files[name]) for name in named}
    made = statements(run, subjects, evidence)
    return {f"{STATEMENTS}{name}.intoto.json": data for name, data in made.items()}


def signatures(stated: Mapping[str, bytes], key: Ed25519PrivateKey) -> dict[str, bytes]:
    """Signatures of statements, as files of the bundle, and the key that verifies them."""
    public = key.public_key()
    found = {KEY: pem(public)}
    for name, payload in stated.items():
        stem = name.removesuffix(".intoto.json")
        signature = key.sign(authenticated(payload))
        found |= {
            f"{stem}.dsse.json": envelope(payload, public, signature),
            f"{stem}.pae": authenticated(payload),
            f"{stem}.sig": signature,
        }
    return found


def digest(data: bytes) -> str:
    return sha256(data).hexdigest()


def _json(document: object) -> bytes:
    return json_text(document, default=str).encode("utf-8", "replace")
