"""What a bundle states of a run, as in-toto statements, and their signatures (DSSE, Ed25519).

Two statements over the same files: the generic test result that any tool reads, which knows
passed, warned and failed alone, and ours with the verdict, its counts and its scope. A signature
is over the pre-authentication bytes, which lie in the bundle, so that OpenSSL alone verifies it.
"""

import base64
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from reports.certificate import CONFORMANT
from reports.files import json_text
from reports.model import Run
from reports.verdict import Verdict

STATEMENT: Final = "https://in-toto.io/Statement/v1"
TEST_RESULT: Final = "https://in-toto.io/attestation/test-result/v0.1"
CONFORMANCE: Final = "urn:g3n-integration-conformance:run:v1"
PAYLOAD: Final = "application/vnd.in-toto+json"
_WARNED: Final = {Verdict.WAIVED, Verdict.ADVISORY}
_PASSED: Final = {Verdict.PASS}


def statements(
    run: Run, subjects: Mapping[str, str], exchanges: Mapping[str, Any]
) -> dict[str, bytes]:
    """The statements of a run, by name; `subjects` are SHA-256 digests of files by name.

    `exchanges` is what is said of the chain: count, start, root.
    """
    made = {
        "test-result": (TEST_RESULT, _test_result(run)),
        "conformance": (CONFORMANCE, _conformance(run, exchanges)),
    }
    listed = [
        {"name": name, "digest": {"sha256": digest}} for name, digest in sorted(subjects.items())
    ]
    return {
        name: _json(
            {
                "_type": STATEMENT,
                "subject": listed,
                "predicateType": kind,
                "predicate": predicate,
            }
        )
        for name, (kind, predicate) in made.items()
    }


def _test_result(run: Run) -> dict[str, Any]:
    """INCOMPLETE has no word of its own there, and is no pass: it is FAILED."""
    if run.verdict == CONFORMANT:
        result = "PASSED"
    else:
        result = "WARNED" if run.verdict.startswith(f"{CONFORMANT} WITH ") else "FAILED"
    inside = [item for item in run.requirements if item.in_profile]
    passed = [item.id for item in inside if item.verdict in _PASSED]
    warned = [item.id for item in inside if item.verdict in _WARNED]
    rest = {*passed, *warned}
    return {
        "result": result,
        "configuration": [{"name": "target.json"}, {"name": "suite.json"}],
        "passedTests": passed,
        "warnedTests": warned,
        "failedTests": [item.id for item in inside if item.id not in rest],
    }


def _conformance(run: Run, exchanges: Mapping[str, Any]) -> dict[str, Any]:
    verdicts = [item.verdict for item in run.requirements if item.in_profile]
    return {
        "verdict": run.verdict,
        "headline": run.headline,
        "reasons": list(run.reasons),
        "must": {
            "total": run.must_total,
            "executed": run.must_executed,
            "met": run.must_met,
            "undecided": run.undecided,
        },
        "requirements": {str(it): verdicts.count(it) for it in Verdict if it in verdicts},
        "waivers": [waiver.model_dump(mode="json") for waiver in run.waivers],
        "detection": run.detection.model_dump(mode="json") if run.detection else None,
        "scope": run.scope.model_dump(mode="json"),
        "exchanges": dict(exchanges),
    }


def _json(document: object) -> bytes:
    return json_text(document).encode("utf-8", "replace")


def authenticated(payload: bytes) -> bytes:
    """What is signed: the payload with its type, in the encoding that DSSE prescribes."""
    parts = (b"DSSEv1", str(len(PAYLOAD)).encode(), PAYLOAD.encode(), str(len(payload)).encode())
    return b" ".join((*parts, payload))


def private_key(path: Path, passphrase: str | None) -> Ed25519PrivateKey:
    """The key that signs. Raises ValueError with one clear line; never with what is in the file."""
    try:
        secret = passphrase.encode() if passphrase else None
        key = serialization.load_pem_private_key(path.read_bytes(), secret)
    except OSError as error:
        raise ValueError(f"{path}: {error.strerror}") from None
    except TypeError:
        said = "needs a passphrase" if passphrase is None else "has no passphrase"
        raise ValueError(f"{path}: the key {said}: see --passphrase-env") from None
    except (ValueError, UnsupportedAlgorithm):
        raise ValueError(
            f"{path}: no private key in PEM, or another passphrase; "
            "openssl genpkey -algorithm ed25519 makes one"
        ) from None
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError(  # noqa: TRY004 - of a file, not of an argument
            f"{path}: not an Ed25519 key: openssl genpkey -algorithm ed25519 makes one"
        )
    return key


def public_key(path: Path) -> Ed25519PublicKey:
    """A key that verifies. Raises ValueError with one clear line."""
    try:
        return parse_public_key(path.read_bytes())
    except OSError as error:
        raise ValueError(f"{path}: {error.strerror}") from None
    except ValueError:
        raise ValueError(f"{path}: no public Ed25519 key in PEM") from None


def parse_public_key(pem: bytes) -> Ed25519PublicKey:
    """Raises ValueError for anything else."""
    try:
        key = serialization.load_pem_public_key(pem)
    except UnsupportedAlgorithm as error:
        raise ValueError(str(error)) from None
    if not isinstance(key, Ed25519PublicKey):
        raise ValueError("not an Ed25519 key")  # noqa: TRY004 - of a file, not of an argument
    return key


def pem(key: Ed25519PublicKey) -> bytes:
    """As OpenSSL reads it."""
    return key.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def key_id(key: Ed25519PublicKey) -> str:
    """The SHA-256 of the key, as `openssl pkey -pubin -outform DER | sha256sum` tells it."""
    der = key.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return sha256(der).hexdigest()


def envelope(payload: bytes, key: Ed25519PublicKey, signature: bytes) -> bytes:
    """The DSSE envelope of a statement."""
    signed = {"keyid": key_id(key), "sig": base64.b64encode(signature).decode()}
    return _json(
        {
            "payload": base64.b64encode(payload).decode(),
            "payloadType": PAYLOAD,
            "signatures": [signed],
        }
    )


def is_signed_by(payload: bytes, signature: bytes, key: Ed25519PublicKey) -> bool:
    """Whether the key's owner signed this statement."""
    try:
        key.verify(signature, authenticated(payload))
    except InvalidSignature:
        return False
    return True
