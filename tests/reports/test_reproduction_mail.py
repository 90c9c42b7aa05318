"""The receiving part of a script, by real HTTP: what is kept, how it is answered, what differs."""

import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from reports.page import reproduction_mail
from reports.page.reproduction_mail import QUEUE, Mail, paths_told, token_in
from reports.page.reproduction_values import NAMES

PATH = "/webhooks/gw0-0123456789abcdef"


@pytest.fixture
def mail(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mail]:
    """A receiver at loopback that answers its first delivery with 503; nothing was recorded."""
    before = dict(NAMES)
    NAMES.update({"BASE_URL": "http://127.0.0.1:1", "v1": "6f1c1d1e"})
    monkeypatch.delenv("RECEIVER_URL", raising=False)
    monkeypatch.setattr(reproduction_mail, "MANNERS", {PATH: ["503"]})
    monkeypatch.setattr(reproduction_mail, "JUDGED", True)
    monkeypatch.setattr(reproduction_mail, "_SOON_S", 0.0)
    yield Mail({"RECEIVER_URL"})
    NAMES.clear()
    NAMES.update(before)


def deliver(body: bytes, **headers: str) -> int:
    """The status that a delivery is answered with."""
    request = urllib.request.Request(f"{NAMES['RECEIVER_URL']}{PATH}", body, headers)  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            status: int = answer.status
            return status
    except urllib.error.HTTPError as refused:
        return refused.code


def recorded(**more: Any) -> dict[str, Any]:
    found = {"to": PATH, "before": 1, "names": ["v1"], "headers": [], "paths": ["/event_id"]}
    return {**found, **more}


def test_a_delivery_is_answered_as_it_was(mail: Mail) -> None:
    body = b'{"event_id": "6f1c1d1e"}'
    assert [deliver(body), deliver(body)] == [503, 200]
    assert [each["text"] for each in mail.came] == [body.decode()]


@pytest.mark.parametrize(
    ("was", "differs"),
    [
        (recorded(), False),
        (recorded(names=[]), True),
        (recorded(headers=["x-signature"]), True),
        (recorded(paths=["/event_id", "/secret"]), True),
        (recorded(to=QUEUE), True),
        (None, True),
    ],
)
def test_what_came_is_held_against_what_was_recorded(
    mail: Mail, was: dict[str, Any] | None, monkeypatch: pytest.MonkeyPatch, *, differs: bool
) -> None:
    monkeypatch.setattr(reproduction_mail, "ARRIVALS", [was] if was else [])
    deliver(b"{}")
    deliver(b'{"event_id": "6f1c1d1e"}')
    mail.ready(1, [])
    assert bool(mail.differs()) is differs


def test_nothing_differs_where_an_answer_was_judged(
    mail: Mail, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reproduction_mail, "JUDGED", False)
    deliver(b"{}")
    deliver(b"{}")
    assert mail.differs() == []


def test_an_address_is_told_by_whether_it_is_signed() -> None:
    addresses = ["https://a.test/b?X-Amz-Signature=1", "https://a.test/b", "[redacted:PRESIGNED#1]"]
    assert paths_told({"at": addresses}) == ["/at/-?", "/at/-?signed"]
    assert paths_told({"at": "[redacted:QUEUE_DOWNLOAD_URL#1f0c9a]"}) == ["/at?"]


def test_a_token_is_found_wherever_it_is() -> None:
    assert token_in({"detail": {"challenge_token": "a"}, "token": 3}) == "a"
    assert token_in({"detail": []}) is None
