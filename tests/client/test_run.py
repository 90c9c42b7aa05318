"""The run of a client: what tells of runs tells of it too, and never takes it for a platform's."""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from conformance.commands import main as conformance
from reports import history
from reports.__main__ import main as reports
from reports.files import RUN_JSON, read_run, write_run
from reports.options import ROOT
from reports.verdict import Verdict
from tests.client.recording import Mood
from tests.client.samples import entries
from tests.client.test_judge import har
from tests.reports.synthetic import large_run


@dataclass(frozen=True)
class Judged:
    """Reports of a client that keeps D3 and of one that breaks it, and what else was written."""

    kept: Path
    broken: Path
    waivers: Path
    history: Path


def judge(folder: Path, mood: Mood, *options: object) -> tuple[int, Path]:
    """Judge the recording of one sample; the exit status and the report directory."""
    folder.mkdir(exist_ok=True)
    out = folder / "out"
    recording = har(folder / "a.har", entries("D3", mood))
    asked = ("judge", recording, "--name", "acme", "--report-dir", out, *options)
    return conformance(["client", *map(str, asked)]), out


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Judged:
    folder = tmp_path_factory.mktemp("judged")
    waivers, kept_runs = folder / "waivers.toml", folder / "history"
    status, kept = judge(folder / "kept", Mood.KEPT, "--history", kept_runs)
    assert status == 6
    status, broken = judge(folder / "broken", Mood.BROKEN, "--write-waivers", waivers)
    assert status == 1
    return Judged(kept, broken, waivers, kept_runs)


def test_every_output_agrees_with_the_run(
    judged: Judged, capsys: pytest.CaptureFixture[str]
) -> None:
    out = judged.broken
    assert reports(["check", str(out)]) == 0
    run = read_run(out)
    assert run.headline.startswith("Client: NOT CONFORMANT [client/")
    assert (run.target.kind, run.target.host) == ("client", "acme")
    broken = next(item for item in run.requirements if item.id == "D3")
    assert broken.verdict is Verdict.FAIL
    assert broken.checks[0].cards[0].exchange == "a.har#2"
    assert "Client: NOT CONFORMANT" in capsys.readouterr().out


def test_a_duty_that_breaks_is_a_new_failure(
    judged: Judged, capsys: pytest.CaptureFixture[str]
) -> None:
    kept, broken = judged.kept, judged.broken
    assert reports(["diff", str(kept), str(broken), "--fail-on", "new"]) == 1
    assert "D3" in capsys.readouterr().out
    assert reports(["diff", str(kept), str(kept)]) == 0


def test_a_client_and_a_platform_do_not_compare(
    judged: Judged, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    client, platform = judged.kept, tmp_path / "platform"
    platform.mkdir()
    write_run(large_run(3, 3), platform)
    assert reports(["diff", str(platform), str(client)]) == 2
    assert "of a client" in capsys.readouterr().err


def test_the_run_of_a_platform_is_not_overwritten(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_run(large_run(3, 3), tmp_path)
    before = (tmp_path / RUN_JSON).read_bytes()
    recording = har(tmp_path / "a.har", entries("D3", Mood.KEPT))
    assert conformance(["client", "judge", str(recording), "--report-dir", str(tmp_path)]) == 4
    assert "choose another --report-dir" in capsys.readouterr().err
    assert (tmp_path / RUN_JSON).read_bytes() == before


def test_a_waiver_is_written_filled_in_and_in_force(judged: Judged, tmp_path: Path) -> None:
    waivers, text = tmp_path / "waivers.toml", judged.waivers.read_text("utf-8")
    for name in ("reason", "owner", "approver"):
        text = text.replace(f'{name} = ""', f'{name} = "the next release"')
    waivers.write_text(text, "utf-8")
    status, out = judge(tmp_path, Mood.BROKEN, "--waivers", waivers, "--parts", "core")
    assert status == 6
    run = read_run(out)
    assert [(it.requirement, it.state) for it in run.waivers] == [("D3", "active")]
    assert run.verdict == "INCOMPLETE"
    told = json.loads((out / "client.json").read_text("utf-8"))
    assert [d["reason"] for d in told["duties"] if d["verdict"] == "waived"] == ["the next release"]


def test_history_tells_a_client_apart(judged: Judged) -> None:
    (entry,) = history.read(judged.history)
    assert entry.target_kind == "client"
    assert entry.requirements["D3"] is Verdict.PASS


def test_a_bundle_is_verified_and_holds_the_duties(
    judged: Judged, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, bundle, key = judged.broken, tmp_path / "b.zip", Ed25519PrivateKey.generate()
    private, public = tmp_path / "key.pem", tmp_path / "public.pem"
    encoding = serialization.Encoding.PEM
    private.write_bytes(
        key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    public.write_bytes(
        key.public_key().public_bytes(encoding, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    assert reports(["bundle", str(out), "--out", str(bundle), "--key", str(private)]) == 0
    assert reports(["verify", str(bundle), "--key", str(public)]) == 0
    assert b"duties/concurrency.toml" in bundle.read_bytes()
    assert "Client: NOT CONFORMANT" in capsys.readouterr().out


def test_the_formats_are_made_again(judged: Judged) -> None:
    out = judged.broken
    before = (out / "junit.xml").read_bytes()
    (out / "junit.xml").unlink()
    assert reports(["render", str(out)]) == 0
    assert (out / "junit.xml").read_bytes() == before
    assert reports(["check", str(out)]) == 0


def test_no_run_of_a_platform_collects_the_duties(pytestconfig: pytest.Config) -> None:
    patterns = pytestconfig.getini("python_files")
    assert not any((ROOT / "conformance/client/checks.py").match(each) for each in patterns)
