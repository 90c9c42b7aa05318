"""What the clients of single services have in common: calls as someone of an org."""

from dataclasses import dataclass
from typing import Any, ClassVar

import httpx

from tests.reference.platform_client import Key, Org, Platform, Record, User, data_of, tag


@dataclass(frozen=True, kw_only=True)
class ServiceClient:
    """Calls as `caller`, for a channel and at a facility where they are set."""

    service: ClassVar[str]

    platform: Platform
    org: Org
    caller: User | Key
    channel: str = ""
    logical_guid: str = ""

    def ask(
        self, path: str, headers: dict[str, str] | None = None, /, **body: Any
    ) -> httpx.Response:
        return self.ask_of(self.service, path, headers, **body)

    def ask_of(
        self, service: str, path: str, headers: dict[str, str] | None = None, /, **body: Any
    ) -> httpx.Response:
        """A call of any service; headers without a value are not sent."""
        context = {
            "x-orgcode": self.org.code,
            "x-channel-code": self.channel,
            "x-logical-guid": self.logical_guid,
        }
        sent = {**context, **self.caller.headers, **(headers or {})}
        return self.platform.client.post(
            f"{self.platform.base_url}/{service}{path}",
            json=body,
            headers={name: value for name, value in sent.items() if value},
        )

    def make(self, path: str, **body: Any) -> Record:
        return data_of(self.ask(path, **body))

    def refused(
        self, path: str, headers: dict[str, str] | None = None, /, **body: Any
    ) -> tuple[int, str]:
        return tag(self.ask(path, headers, **body))
