"""Addresses that a script takes from the environment: where the platform delivers to."""

import re
from typing import Final

from reports.page.deliveries import INBOX

_MEANT: Final = {
    "RECEIVER_URL": "Set RECEIVER_URL to where the platform reaches port 8099 of this machine "
    "(RECEIVER_PORT: another one), unless BASE_URL is at loopback.",
    "QUEUE_URL": "Set QUEUE_URL to a queue that the platform may send to, AWS_ACCESS_KEY_ID and "
    "AWS_SECRET_ACCESS_KEY to keys that may read it.",
}
# Where a receiver or a queue of the suite's own was: whoever runs a script has another one.
_RECEIVER: Final = re.compile(r"https?://(?:127\.0\.0\.1|localhost):\d+(?=/|$)")


class Addresses:
    """The receiver and the queue of a scene. `asked` are their variables, with what they mean."""

    def __init__(self, base_url: str) -> None:
        self.asked: dict[str, str] = {}
        self._base_url = base_url
        self._queue = ""

    def of_receiver(self, text: str) -> tuple[str, str] | None:
        """The mark of a receiver's address and what follows it; None for another text."""
        found = self._receiver(text)
        return None if found is None else (self._mark("RECEIVER_URL"), text[found.end() :])

    def of_queue(self, url: str) -> str:
        """The address of the queue, or one like it, of a queue that is not there or not ours."""
        self._queue = self._queue or url
        mark = self._mark("QUEUE_URL")
        if url == self._queue:
            return mark
        own, _, name = self._queue.rpartition("/")
        base = own.rpartition("/")[0]
        return url.replace(base, "${QUEUE_BASE}").replace(f"/{name}", "/${QUEUE_NAME}")

    def is_another_queue(self, url: str) -> bool:
        """Whether a queue of this address is not the one that a script is given."""
        return bool(self._queue) and url not in ("", self._queue)

    def shown(self, text: str) -> str | None:
        """The address as an answer has to show it, if it is one that the script gave."""
        if self._queue and text == self._queue:
            return self._mark("QUEUE_URL")
        found = self._receiver(text) if "RECEIVER_URL" in self.asked else None
        return None if found is None else self._mark("RECEIVER_URL") + text[found.end() :]

    def _receiver(self, text: str) -> re.Match[str] | None:
        if text.startswith(self._base_url):
            return None
        return INBOX.match(text) or _RECEIVER.match(text)

    def _mark(self, name: str) -> str:
        self.asked[name] = _MEANT[name]
        return f"${{{name}}}"
