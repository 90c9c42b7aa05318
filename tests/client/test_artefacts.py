"""What is handed in is searched for secrets, and no secret is told."""

from pathlib import Path

import pytest

from conformance.client.artefacts import found_in

PASSCODE = "Aa1!correct-horse"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f"passcode = {PASSCODE}", "the passcode or a session"),
        ("id: AKIAABCDEFGHIJKLMNOP", "an access key"),
        ("-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0B", "a private key"),
        ("{'x-api-key': 'k3y-0123456789abcdef'}", "a literal"),
    ],
)
def test_a_secret_is_found_in_any_file(text: str, told: str, tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "settings").write_text(text, "utf-8")
    (said,) = found_in([tmp_path], [PASSCODE])
    assert told in said
    assert said.startswith("settings holds")
    assert PASSCODE not in said


@pytest.mark.parametrize(
    "text",
    [
        "headers = {'x-api-key': os.environ['KEY']}",
        "x-session-guid: $SESSION",
        "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEF",
        "AKIA is how they begin",
    ],
)
def test_what_only_speaks_of_secrets_is_none(text: str, tmp_path: Path) -> None:
    (tmp_path / "notes").write_text(text, "utf-8")
    assert list(found_in([tmp_path, tmp_path / "notes"], [PASSCODE, ""])) == []
