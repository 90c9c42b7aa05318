"""A bundle: nothing in it can be changed without being found, and anybody can check who signed."""

import json
import random
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final
from zipfile import ZipFile

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from conformance.requirements import load
from reports import bundle
from reports.__main__ import main
from reports.assemble import assemble
from reports.bundle_file import archive, member, members_of
from reports.chain import lines_of
from reports.challenge import challenge_of
from reports.exchange import Exchange
from reports.files import ExchangeLog
from reports.model import Run
from reports.statements import pem
from reports.verdict import Verdict
from reports.verify import verify
from reports.writers import write_again
from tests.reports.synthetic import (
    RequirementSet,
    card,
    check,
    collected,
    exchange,
    requirements,
    scope,
    write_reports,
)

COUNT: Final = 20
LOG: Final = "outputs/exchanges.jsonl"
NONCE: Final = "reviewer's nonce 17"
SECRET: Final = "Aa1!never-in-a-bundle"
TARGET: Final = f"""
base_url = "https://sandbox.example.com"
[actors.owner]
email = "owner@example.com"
passcode = "{SECRET}"
passcode_env = "OWNER_PASSCODE"
[network]
proxy = "http://somebody:{SECRET}@proxy.example.com:3128"
"""


def answering(number: int, nonce: str | None) -> Exchange:
    """An exchange of a run that answers a challenge."""
    told = exchange(number).model_dump(mode="json")
    mark = f" challenge={challenge_of(nonce)}" if nonce else ""
    told["request"]["headers"]["user-agent"] = f"g3n-conformance/0.1.0 run=abc check=ORG-1{mark}"
    return Exchange.model_validate(told)


def outputs(directory: Path, *, nonce: str | None = None, **said: Any) -> Path:
    """A report directory as a small run leaves it, with a failure in it."""
    rules = requirements(4)
    log = [answering(number, nonce) for number in range(COUNT)]
    ids = tuple(it.id for it in log)
    failed = card(rules[3].id, "a.py::test_3", ids[0])
    checks = [check(rule.id, exchanges=ids) for rule in rules[:3]]
    checks += [check(rules[3].id, Verdict.FAIL, cards=(failed,), exchanges=ids[:2])]
    mine = {"requirement_set": load().version, "challenge": nonce and challenge_of(nonce), **said}
    made = collected(checks, RequirementSet(rules), said=scope().model_copy(update=mine), log=log)
    run = assemble(made)
    write_reports(run, log, directory)
    write_again(run, ExchangeLog(directory / "exchanges.jsonl"), directory)
    (directory / "pytest.html").write_text("<!doctype html><html></html>", encoding="utf-8")
    return directory


@pytest.fixture(scope="module")
def key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.generate()


@pytest.fixture(scope="module")
def content(key: Ed25519PrivateKey, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A signed bundle."""
    directory = outputs(tmp_path_factory.mktemp("bundle") / "out", nonce=NONCE)
    return bundle.make(directory, key=key)


def files_of(content: bytes) -> dict[str, bytes]:
    return {name: it.data for name, it in members_of(content).items()}


def rebuilt(content: bytes, change: Callable[[dict[str, bytes]], object]) -> bytes:
    """The bundle after somebody has unpacked it, changed files and packed it again."""
    files = files_of(content)
    change(files)
    return archive([member(name, data) for name, data in files.items()])


def test_a_bundle_is_as_it_was_made(content: bytes, key: Ed25519PrivateKey) -> None:
    found = verify(content, key=key.public_key(), nonce=NONCE)
    assert found.problems == []
    assert found.authentic
    assert found.run is not None
    assert found.run.verdict == "NOT CONFORMANT"


def test_any_tool_opens_it(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "bundle.zip"
    path.write_bytes(content)
    with ZipFile(path) as opened:
        assert opened.testzip() is None
        assert {name: opened.read(name) for name in opened.namelist()} == files_of(content)


def test_it_holds_what_a_reviewer_needs(content: bytes) -> None:
    files = files_of(content)
    assert files.keys() >= {
        "outputs/run.json",
        "outputs/compliance.html",
        LOG,
        "requirements/frozen.toml",
        "detection/table.md",
        "target.json",
        "suite.json",
        "exchanges.chain",
        "manifest.json",
        "statements/conformance.dsse.json",
        "statements/test-result.dsse.json",
        "README.txt",
    }
    suite = json.loads(files["suite.json"])
    assert "pytest" in suite["packages"]
    stated = json.loads(files["statements/test-result.intoto.json"])
    assert stated["predicate"]["result"] == "FAILED"
    assert stated["predicate"]["failedTests"] == ["ASSOC-1"]
    digests = {it["name"]: it["digest"]["sha256"] for it in stated["subject"]}
    assert digests["outputs/run.json"] == bundle.digest(files["outputs/run.json"])


def test_five_hundred_changed_bytes_are_five_hundred_found(content: bytes) -> None:
    drawn = random.Random(20260302)  # noqa: S311 - to be repeated
    missed = []
    for _ in range(500):
        at, other = drawn.randrange(len(content)), drawn.randrange(1, 256)
        changed = bytearray(content)
        changed[at] ^= other
        if not verify(bytes(changed)).problems:
            missed.append((at, other))
    assert missed == []


def test_a_changed_byte_of_an_exchange_names_it(content: bytes) -> None:
    drawn = random.Random(7)  # noqa: S311 - to be repeated
    log = files_of(content)[LOG]
    begin = content.index(log)
    for _ in range(40):
        at = drawn.randrange(len(log))
        if log[at : at + 1] == b"\n":
            continue
        number = log[:at].count(b"\n")
        name = json.loads(lines_of(log)[number])["id"]
        changed = bytearray(content)
        changed[begin + at] = log[at] ^ 1 if log[at] ^ 1 != 10 else log[at] ^ 4
        problems = verify(bytes(changed)).problems
        assert f"exchange {name} (line {number + 1}) was altered" in problems


def _edited(lines: list[bytes]) -> list[bytes]:
    lines[4] = lines[4].replace(b'"status": 200', b'"status": 409').replace(b"200,", b"409,")
    return lines


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_edited, "exchange gw0-000004 (line 5) was altered"),
        (lambda lines: lines[:4] + lines[5:], "exchange gw0-000004 is missing"),
        (lambda lines: lines[:-1], "exchange gw1-000019 is missing"),
        (
            lambda lines: [*lines, lines[3].replace(b"gw1-000003", b"gw1-999999")],
            "exchange gw1-999999 was added",
        ),
        (lambda lines: [*lines, lines[3]], "exchange gw1-000003 stands twice"),
        (
            lambda lines: [lines[1], lines[0], *lines[2:]],
            "exchanges stand in another order, from gw0-000000 on",
        ),
    ],
)
def test_what_became_of_an_exchange_is_told(
    content: bytes, change: Callable[[list[bytes]], list[bytes]], said: str
) -> None:
    def alter(files: dict[str, bytes]) -> None:
        files[LOG] = b"".join(line + b"\n" for line in change(lines_of(files[LOG])))

    assert said in verify(rebuilt(content, alter)).problems


def test_a_missing_and_an_extra_file_are_named(content: bytes) -> None:
    gone = verify(rebuilt(content, lambda files: files.pop("outputs/junit.xml")))
    assert "outputs/junit.xml is missing" in gone.problems
    more = verify(rebuilt(content, lambda files: files.update({"outputs/x": b"x"})))
    assert "outputs/x was added" in more.problems
    none = verify(rebuilt(content, lambda files: files.pop("manifest.json")))
    assert none.problems == ["manifest.json is missing: nothing tells what belongs to it"]


def test_a_manifest_of_another_version_is_told(content: bytes) -> None:
    def alter(files: dict[str, bytes]) -> None:
        files["manifest.json"] = files["manifest.json"].replace(
            b'"schema_version": "1"', b'"schema_version": "9"'
        )

    assert verify(rebuilt(content, alter)).problems == [
        "manifest.json: schema version '9' is unknown"
    ]


def _whitewash(files: dict[str, bytes]) -> None:
    run = json.loads(files["outputs/run.json"])
    run["verdict"], run["reasons"] = "CONFORMANT", []
    run["headline"] = run["headline"].replace("NOT CONFORMANT", "CONFORMANT")
    files["outputs/run.json"] = json.dumps(run).encode()


def forged(content: bytes, key: Ed25519PrivateKey | None) -> bytes:
    """The bundle of somebody who changes the verdict and makes digests and statements anew."""
    files = files_of(content)
    _whitewash(files)
    own = {name: data for name, data in files.items() if not name.startswith("statements/")}
    manifest = json.loads(own.pop("manifest.json"))
    members = [member(name, data, plain=name == LOG) for name, data in own.items()]
    run = Run.model_validate_json(files["outputs/run.json"])
    made = bundle.manifest_of(members, run, manifest["exchanges"])
    stated = bundle.states(run, {**own, "manifest.json": made}, manifest["exchanges"])
    last = {"manifest.json": made, **stated, **(bundle.signatures(stated, key) if key else {})}
    return archive([*members, *(member(name, data, plain=True) for name, data in last.items())])


def test_a_verdict_that_the_checks_do_not_bear_is_found_without_any_key(content: bytes) -> None:
    problems = verify(forged(content, None)).problems
    assert any(
        "the verdict says CONFORMANT, the requirements say NOT CONF" in it for it in problems
    )


def test_who_signs_anew_is_somebody_else(content: bytes, key: Ed25519PrivateKey) -> None:
    other = Ed25519PrivateKey.generate()
    problems = verify(forged(content, other), key=key.public_key()).problems
    assert any(it.startswith("signed by key ") for it in problems)


def test_a_signature_of_another_statement_is_none(content: bytes, key: Ed25519PrivateKey) -> None:
    def swap(files: dict[str, bytes]) -> None:
        names = ("statements/conformance.sig", "statements/test-result.sig")
        files[names[0]], files[names[1]] = files[names[1]], files[names[0]]

    problems = verify(rebuilt(content, swap), key=key.public_key()).problems
    assert (
        "statements/conformance.intoto.json: the signature is not of this statement and this key"
        in problems
    )


def test_what_is_not_signed_is_not_taken_for_signed(tmp_path: Path, key: Ed25519PrivateKey) -> None:
    made = bundle.make(outputs(tmp_path / "out"))
    assert verify(made).problems == []
    assert verify(made, key=key.public_key()).problems == ["the bundle is not signed"]


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_openssl_alone_makes_the_key_and_verifies(tmp_path: Path) -> None:
    """As the README of a bundle says, with no tool of ours."""

    def openssl(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["openssl", *arguments],  # noqa: S607 - wherever it is
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
        )

    secret = ("-aes256", "-pass", "pass:to-try")
    assert openssl("genpkey", "-algorithm", "ed25519", *secret, "-out", "key.pem").returncode == 0
    passed = ("-passin", "pass:to-try", "-pubout", "-out", "public.pem")
    assert openssl("pkey", "-in", "key.pem", *passed).returncode == 0
    told = ["bundle", str(outputs(tmp_path / "out")), "--out", str(tmp_path / "b.zip")]
    told += ["--key", str(tmp_path / "key.pem"), "--passphrase-env", "KEY_PASSPHRASE"]
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("KEY_PASSPHRASE", raising=False)
        assert main(told) == 2
        patch.setenv("KEY_PASSPHRASE", "wrong")
        assert main(told) == 2
        patch.setenv("KEY_PASSPHRASE", "to-try")
        assert main(told) == 0
    assert main(["verify", str(tmp_path / "b.zip"), "--key", str(tmp_path / "public.pem")]) == 0
    with ZipFile(tmp_path / "b.zip") as opened:
        opened.extractall(tmp_path)
    verifying = ("pkeyutl", "-verify", "-pubin", "-inkey", "public.pem", "-rawin")
    signed = ("-in", "statements/conformance.pae", "-sigfile", "statements/conformance.sig")
    assert openssl(*verifying, *signed).returncode == 0
    pae = tmp_path / "statements" / "conformance.pae"
    assert pae.read_bytes().endswith((pae.parent / "conformance.intoto.json").read_bytes())
    pae.write_bytes(pae.read_bytes().replace(b"NOT CONFORMANT", b"TOO CONFORMANT"))
    assert openssl(*verifying, *signed).returncode != 0


def test_no_secret_of_the_target_file_is_in_it(tmp_path: Path) -> None:
    path = tmp_path / "sandbox.toml"
    path.write_text(TARGET, encoding="utf-8")
    files = files_of(bundle.make(outputs(tmp_path / "out"), target=path))
    assert not [name for name, data in files.items() if SECRET.encode() in data]
    told = json.loads(files["target.json"])["file"]
    assert told["actors"]["owner"]["passcode_env"] == "OWNER_PASSCODE"
    assert told["network"]["proxy"] == "http://proxy.example.com:3128"


def test_a_challenge_is_answered_by_every_request(tmp_path: Path, content: bytes) -> None:
    assert verify(content, nonce="another").problems == ["the run answers another challenge"]
    silent = bundle.make(outputs(tmp_path / "out"))
    assert verify(silent, nonce=NONCE).problems == ["the run answers no challenge"]
    said = bundle.make(outputs(tmp_path / "later", challenge=challenge_of(NONCE)))
    (problem,) = verify(said, nonce=NONCE).problems
    assert problem == "20 exchanges do not bear the challenge, gw0-000000 first"


def test_a_sample_is_drawn_anew_and_can_be_repeated(
    tmp_path: Path, content: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "b.zip"
    path.write_bytes(content)
    said = []
    for options in (("--seed", "7"), ("--seed", "7"), ("--seed", "8")):
        assert main(["sample", str(path), "-n", "5", "--format", "json", *options]) == 0
        said.append(json.loads(capsys.readouterr().out))
    assert said[0] == said[1]
    assert said[0] != said[2]
    assert len(said[0]["exchanges"]) == 5
    assert all(row["request_id"].startswith("req-") for row in said[0]["exchanges"])
    assert main(["sample", str(path), "-n", "99"]) == 0
    assert f"{COUNT} of {COUNT} exchanges, seed " in capsys.readouterr().out


@pytest.mark.parametrize("command", ["verify", "sample"])
def test_an_altered_bundle_is_told_and_no_success(
    tmp_path: Path, content: bytes, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "b.zip"
    path.write_bytes(content.replace(b'"status":409', b'"status":200', 1))
    assert path.read_bytes() != content
    assert main([command, str(path)]) in {1, 2}
    said = capsys.readouterr()
    assert "exchange" in said.out + said.err
    assert "as it was made, " not in said.out


@pytest.mark.parametrize(
    "content",
    [b"", b"PK", b"PK\x03\x04", b"not a bundle at all", b"PK\x05\x06" + 18 * b"\0"],
)
def test_what_is_no_bundle_is_said_to_be_none(
    tmp_path: Path, content: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "b.zip"
    path.write_bytes(content)
    assert main(["verify", str(path)]) == 1
    assert main(["sample", str(path)]) == 2
    assert "as it was made, " not in capsys.readouterr().out


def test_half_a_bundle_is_told(content: bytes) -> None:
    for part in (content[: len(content) // 2], content[:-1], content + b"\0", content[1:]):
        assert verify(part).problems


def _no_log(directory: Path) -> None:
    (directory / "exchanges.jsonl").unlink()


def _another_page(directory: Path) -> None:
    path = directory / "compliance.html"
    path.write_text("<html></html>", encoding="utf-8")


def _nothing(directory: Path) -> None:
    shutil.rmtree(directory)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_no_log, "not the outputs of one finished run: exchanges.jsonl: missing"),
        (_another_page, "compliance.html: was not made from this run.json"),
        (_nothing, "no such directory"),
    ],
)
def test_what_is_not_one_finished_run_is_not_bundled(
    tmp_path: Path,
    change: Callable[[Path], None],
    said: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    directory = outputs(tmp_path / "out")
    change(directory)
    assert main(["bundle", str(directory), "--out", str(tmp_path / "b.zip")]) == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "b.zip").exists()


def test_a_run_of_another_set_or_target_is_not_bundled(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"requirement set 2026\.1, this suite has"):
        bundle.make(outputs(tmp_path / "old", requirement_set="2026.1"))
    path = tmp_path / "sandbox.toml"
    path.write_text('base_url = "https://other.example.com"', encoding="utf-8")
    with pytest.raises(ValueError, match="is aimed at other"):
        bundle.make(outputs(tmp_path / "out"), target=path)


def test_what_is_no_key_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    directory = outputs(tmp_path / "out")
    other = generate_private_key(SECP256R1()).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path = tmp_path / "key.pem"
    for text in (b"no key", other, pem(Ed25519PrivateKey.generate().public_key())):
        path.write_bytes(text)
        told = ["bundle", str(directory), "--out", str(tmp_path / "b.zip"), "--key", str(path)]
        assert main(told) == 2
        assert capsys.readouterr().err.count("\n") == 1
    assert main(["verify", str(path), "--key", str(path)]) in {1, 2}
    assert main(["verify", str(tmp_path / "none.zip")]) == 2
