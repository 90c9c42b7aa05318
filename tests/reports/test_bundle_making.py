"""What becomes a bundle and what does not, with which keys, and without any secret."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from reports import bundle
from reports.__main__ import main
from reports.statements import pem
from tests.reports.bundles import SECRET, TARGET, files_of, outputs

Change = Callable[[Path], object]
Capture = pytest.CaptureFixture[str]


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
    change: Change,
    said: str,
    capsys: Capture,
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


def test_what_is_no_key_is_one_line(tmp_path: Path, capsys: Capture) -> None:
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
