"""No secret that crossed the wire is in any file, log or failure text of the run."""

from html import escape
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.run.servers import Tap, reference, tapped
from tests.run.suite import Finished, run_suite

pytestmark = pytest.mark.xdist_group("secrets")

# Defects that make checks fail, and make answers hold what they must not.
LEAKING = ("session-in-stats", "key-secret-listed", "passcode-echoed")
FAILING = ("stale-revision-accepted", "unknown-email-distinguishable")
# Checks that make secrets of every kind, and that fail where they are leaked.
CHOSEN = (
    "conformance/step01_credentials/test_sessions.py",
    "conformance/step01_credentials/test_keys.py",
    "conformance/step02_validation/test_sessions.py",
    "conformance/step04_organization/test_people.py",
    "conformance/step06_publish/test_runs.py",
    "conformance/step12_events/test_bulk.py",
    "conformance/step12_events/test_queue.py",
    "conformance/step12_events/test_webhooks.py",
    "conformance/step13_exports/test_batches.py",
    "conformance/stack/test_revision_conflicts.py",
)
KINDS = ("session_guid", "api_key", "passcode", "invite_code", "token", "secret", "download_url")


@pytest.fixture(scope="module")
def leaky(tmp_path_factory: pytest.TempPathFactory) -> tuple[Finished, Tap]:
    """A run on a platform that leaks and fails, heard by a tap on both addresses."""
    directory = tmp_path_factory.mktemp("leaky")
    defects = [part for name in (*LEAKING, *FAILING) for part in ("--defect", name)]
    with (
        reference(*defects) as addresses,
        tapped(addresses.base_url) as tap,
        tapped(addresses.operator_url) as operator_tap,
    ):
        finished = run_suite(
            *CHOSEN,
            *("-n", "2", "--cells", "turns", "-v", "--target-url", tap.url),
            *("--operator-url", operator_tap.url),
            directory=directory,
        )
        for kind, heard in operator_tap.heard.items():
            tap.heard[kind] |= heard
    return finished, tap


def test_the_tap_heard_every_kind_of_secret(leaky: tuple[Finished, Tap]) -> None:
    finished, tap = leaky
    assert finished.exit_status == 1, finished.output
    assert len(tap.secrets) > 100
    assert [kind for kind in KINDS if not tap.heard[kind]] == []


def test_no_secret_is_in_any_file(leaky: tuple[Finished, Tap]) -> None:
    finished, tap = leaky
    files = [path for path in finished.directory.rglob("*") if path.is_file()]
    assert len(files) > 6
    leaks = {
        (path.name, form[:4])
        for path in files
        for text in [path.read_text(encoding="utf-8", errors="replace")]
        for secret in tap.secrets
        for form in (secret, escape(secret), quote(secret, safe=""))
        if form in text
    }
    assert not leaks


def test_no_secret_is_in_what_the_terminal_shows(leaky: tuple[Finished, Tap]) -> None:
    finished, tap = leaky
    assert not [secret[:4] for secret in tap.secrets if secret in finished.output]


def test_leaks_of_the_platform_are_told_without_being_repeated(
    leaky: tuple[Finished, Tap], tmp_path: Path
) -> None:
    del tmp_path
    finished, _ = leaky
    failed = finished.with_verdict("fail")
    assert {"ENV-14", "ENV-16"} <= set(failed), failed
