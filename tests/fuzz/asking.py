"""The requests that are sent: drawn from the file, and given the ids that the platform knows."""

import json
import re
from collections.abc import Iterator, Mapping
from random import Random
from typing import Any, Final

import httpx

from tests.fuzz.callers import CREDENTIALS, Callers, callers
from tests.fuzz.known import Known
from tests.reference.platform_client import Platform

_JSON: Final = "application/json"
_CONTEXT: Final = {
    "x-orgcode": "orgcode",
    "x-logical-guid": "logical_guid",
    "x-channel-code": "channel_code",
    "x-cccode": "cccode",
}
# How often the examples of all services are sent first: what is made by one is read by the next.
_ROUNDS: Final = 2
# Of so many requests one begins with an example, and only some of its members are drawn.
_FROM_EXAMPLE: Final = 2
_DRAWN_MEMBERS: Final = 2
# In the paths of acts that end something, which is left to what is drawn.
_ENDING: Final = re.compile(
    "close|logout|revoke|park|offboarding|status|owner|remove|cancel|anonymize|void|resolve/|reject"
)

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
        self.known = Known(self.callers.fixed, self.callers.favourites, self._random)
        self._examples: dict[tuple[str, str], dict[str, Any]] = {}
        for document in documents.values():
            self._examples |= examples(document)
        self.secrets = set(self.callers.secrets)

    def warm(self) -> None:
        """Send the examples of all operations, so that there are records of each kind."""
        for _ in range(_ROUNDS):
            for (method, path), example in self._examples.items():
                if _ENDING.search(path):
                    continue
                body = self.known.fill(example, everything=True)
                answer = self._platform.client.request(
                    method, self._platform.base_url + path, json=body, headers=self.headers()
                )
                self.heard(answer.status_code, answer.content)

    def headers(self) -> dict[str, str]:
        """The headers of a call of the owner's."""
        named = {header: self.callers.fixed[member] for header, member in _CONTEXT.items()}
        return {**self.callers.owner, **named}

    def dress(self, headers: Any, *, valid: bool) -> None:
        """Put credentials into drawn headers, and the context that they, or all `valid` ones, name.

        What is drawn against the file departs from it in its body or query.
        """
        for name in CREDENTIALS:
            headers.pop(name, None)
        headers.update(self.callers.drawn(self._random))
        for name, member in _CONTEXT.items():
            if valid or name in headers:
                headers[name] = self.callers.fixed[member]

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
        self.known.move(self.callers.fixed, self.callers.favourites)
        self.warm()

    def is_out(self) -> bool:
        """Whether the owner can do no more: signed out, or its org takes no writes any longer."""
        answer = self._platform.client.post(
            f"{self._platform.base_url}/ofm/team/create",
            json={"org_guid": self.callers.fixed["org_guid"], "caption": "Still here"},
            headers=self.callers.owner,
        )
        return not answer.is_success
