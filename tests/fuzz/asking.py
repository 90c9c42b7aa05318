"""The requests that are sent: drawn from the file, and given the ids that the platform knows."""

import json
from collections.abc import Iterator, Mapping
from random import Random
from typing import Any, Final

import httpx

from tests.fuzz.callers import CREDENTIALS, Callers, callers
from tests.fuzz.known import Known
from tests.reference.platform_client import Platform

_JSON: Final = "application/json"
_ORG_HEADER: Final = "x-orgcode"
# How often the examples of all services are sent first: what is made by one is read by the next.
_ROUNDS: Final = 2
# Of so many requests one begins with an example, and only some of its members are drawn.
_FROM_EXAMPLE: Final = 2
_DRAWN_MEMBERS: Final = 2
# Answers by which the owner can do no more: signed out, or the org takes no writes.
_LOST: Final = ("invalid-session", "session-doomed", "ttl-expired", "org-write-blocked")

Document = Mapping[str, Any]


def examples(document: Document) -> dict[tuple[str, str], dict[str, Any]]:
    """The first example of a request of each operation, by method and path."""
    return {
        (method.upper(), path): example
        for path, item in document["paths"].items()
        for method, operation in item.items()
        for example in _examples(operation)
    }


def _examples(operation: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    media = operation.get("requestBody", {}).get("content", {}).get(_JSON, {})
    for each in media.get("examples", {}).values():
        yield each["value"]
        return


class Asker:
    """Makes requests meaningful: who calls, in which org, on which records."""

    def __init__(self, platform: Platform, documents: Mapping[str, Document], seed: int) -> None:
        self._platform = platform
        self._random = Random(seed)  # noqa: S311 - no secret: the same requests for one seed
        self.callers: Callers = callers(platform)
        self.known = Known(self.callers.fixed, self._random)
        self._examples: dict[tuple[str, str], dict[str, Any]] = {}
        for document in documents.values():
            self._examples |= examples(document)
        self.secrets = set(self.callers.secrets)

    def warm(self) -> None:
        """Send the examples of all operations, so that there are records of each kind."""
        for _ in range(_ROUNDS):
            for (method, path), example in self._examples.items():
                body = self.known.fill(example, everything=True)
                answer = self._platform.client.request(
                    method, self._platform.base_url + path, json=body, headers=self.headers()
                )
                self.heard(answer.status_code, answer.content)

    def headers(self) -> dict[str, str]:
        """The headers of a call of the owner's."""
        return {**self.callers.owner, _ORG_HEADER: self.callers.fixed["orgcode"]}

    def dress(self, headers: Any, *, valid: bool) -> None:
        """Put credentials and org into drawn headers; where the draw is `valid`, nothing else."""
        for name in CREDENTIALS:
            headers.pop(name, None)
        headers.update(self.callers.drawn(self._random))
        fixed = self.callers.fixed
        if valid or _ORG_HEADER in headers:
            headers[_ORG_HEADER] = fixed["orgcode"]
        if valid:
            headers.pop("x-channel-code", None)
            for name, member in (("x-logical-guid", "logical_guid"), ("x-cccode", "cccode")):
                if name in headers:
                    headers[name] = fixed[member]

    def body(self, method: str, path: str, drawn: dict[str, Any], *, valid: bool) -> Any:
        """A drawn body with known ids, and every so often an example with some drawn members."""
        example = self._examples.get((method, path))
        if valid and example and not self._random.randrange(_FROM_EXAMPLE):
            few = min(len(drawn), self._random.randrange(_DRAWN_MEMBERS + 1))
            drawn = {
                **example,
                **{name: drawn[name] for name in self._random.sample([*drawn], few)},
            }
        return self.known.fill(drawn, everything=valid)

    def heard(self, status: int, content: bytes) -> None:
        """Learn from an answer."""
        try:
            envelope = json.loads(content)
        except ValueError:
            return
        if httpx.codes.is_success(status):
            self.known.learn(envelope)

    def renew(self) -> None:
        """Other callers, in other orgs."""
        self.callers = callers(self._platform)
        self.secrets.update(self.callers.secrets)
        self.known.move(self.callers.fixed)
        self.warm()

    def is_out(self) -> bool:
        """Whether the owner can do no more: signed out, or its org takes no writes any longer."""
        answer = self._platform.client.post(
            f"{self._platform.base_url}/ofm/team/create",
            json={"org_guid": self.callers.fixed["org_guid"], "caption": "Still here"},
            headers=self.callers.owner,
        )
        return any(tag in answer.text for tag in _LOST) or not answer.is_success
