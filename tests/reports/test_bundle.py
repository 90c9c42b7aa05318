"""A bundle: nothing in it can be changed without being found, and anybody can check who signed."""

import json
import random
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from reports import bundle
from reports.__main__ import main
from reports.bundle_file import archive, member
from reports.chain import lines_of
from reports.challenge import challenge_of
from reports.model import Run
from reports.verify import verify
from tests.reports.bundles import COUNT, LOG, NONCE, files_of, outputs


@pytest.fixture(scope="module")
def key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.generate()


@pytest.fixture(scope="module")
def content(key: Ed25519PrivateKey, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A signed bundle."""
    directory = outputs(tmp_path_factory.mktemp("bundle") / "out", nonce=NONCE)
    return bundle.make(directory, key=key)


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
