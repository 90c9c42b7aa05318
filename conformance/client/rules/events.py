"""V: events, as far as calls show them."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import Final

from conformance.client.recording import Call, Facts
from conformance.client.rules.rule import Occasion, Rule, each, held, watching
from fixtures.formats.json_values import objects

_REGISTER: Final = "rbs.subscription.register"
_VERIFY: Final = "rbs.subscription.verify"
_QUEUE: Final = re.compile(r"https://sqs\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(\.cn)?/.*")


@watching("V2")
class VerifyBeforeRelying(Rule):
    """A subscription is verified before it is tested or set active."""

    _registered: set[str] = field(default_factory=set)

    def see(self, call: Call) -> Iterator[Occasion]:
        if call.op == _REGISTER and call.succeeded:
            found = (each.get("subscription_id") for each in objects(call.data))
            self._registered.update(name for name in found if isinstance(name, str))
        about = str(call.inputs.get("subscription_id", ""))
        if about not in self._registered:
            return
        if call.op == _VERIFY and call.succeeded:
            self._registered.discard(about)
            yield Occasion(call, kept=True)
        elif call.op == "rbs.subscription.test":
            yield Occasion(call, kept=False, said="relied on before it was verified")


@each("V3")
def assumed_role(call: Call, facts: Facts) -> Iterator[Occasion]:
    del facts
    if call.op == _REGISTER and isinstance(call.body, dict):
        names = {str(name).lower() for each in objects(dict(call.body)) for name in each}
        kept = not any("access_key" in name for name in names)
        yield from held(call, kept, "static keys")


@watching("V10")
class CatalogueRead(Rule):
    _registered: list[Call] = field(default_factory=list)
    _read: set[str] = field(default_factory=set)

    def see(self, call: Call) -> Iterator[Occasion]:
        if call.op == _REGISTER:
            self._registered.append(call.slim())
        elif call.op == "ipm.event.catalog_list":
            self._read.add(call.orgcode)
        return iter(())

    def end(self) -> Iterator[Occasion]:
        for call in self._registered:
            yield from held(call, call.orgcode in self._read, "the catalogue was never read")


@watching("V1")
class QueueOfOnesOwn(Rule):
    """The queue is SQS in the region that is named, and the token that was sent to it came back."""

    _registered: set[str] = field(default_factory=set)

    def see(self, call: Call) -> Iterator[Occasion]:
        if call.op == _REGISTER and isinstance(call.body, dict) and not call.act:
            if said := _fault_of_queue(call):
                yield Occasion(call, kept=False, said=said)
            elif call.succeeded:
                found = (each.get("subscription_id") for each in objects(call.data))
                self._registered.update(name for name in found if isinstance(name, str))
            return
        about = str(call.inputs.get("subscription_id"))
        if call.op == _VERIFY and call.succeeded and about in self._registered:
            yield Occasion(call, kept=True)


def _fault_of_queue(call: Call) -> str:
    """What is wrong with the queue of a registration; nothing where nothing is seen."""
    if call.tag.startswith("queue-"):
        return "the queue does not let the platform send to it"
    at_amazon = _QUEUE.fullmatch(str(call.inputs.get("queue_url", "")))
    region = call.inputs.get("region")
    if at_amazon and isinstance(region, str) and at_amazon["region"] != region:
        return "the queue is in another region than the one that is named"
    return ""


_CREATED, _STATUS, _REPLAY = "ipm.webhook.create", "ipm.webhook.status_set", "ipm.webhook.replay"


@watching("V7")
class ActiveBeforeUse(Rule):
    """A webhook is registered, and active, before it is asked to send."""

    _waiting: set[str] = field(default_factory=set)

    def see(self, call: Call) -> Iterator[Occasion]:
        about = str(call.inputs.get("webhook_id", ""))
        if call.op == _CREATED and call.succeeded:
            found = (each.get("webhook_id") for each in objects(call.data))
            self._waiting.update(name for name in found if isinstance(name, str))
        elif call.op == _STATUS and call.succeeded and about in self._waiting:
            self._waiting.discard(about)
            yield Occasion(call, kept=True)
        elif call.op == _REPLAY and about in self._waiting:
            yield Occasion(call, kept=False, said="used before it was made active")


@watching("V9")
class ReplayToTheEnd(Rule):
    """The cursor of a replay is followed until there is none."""

    _open: dict[tuple[str, str], Call] = field(default_factory=dict)

    def see(self, call: Call) -> Iterator[Occasion]:
        if call.op != _REPLAY or not call.succeeded:
            return
        key = (call.identity, str(call.inputs.get("webhook_id")))
        self._open.pop(key, None)
        found = (each.get("next_token") for each in objects(call.data))
        if any(isinstance(token, str) and token for token in found):
            self._open[key] = call.slim()
        else:
            yield Occasion(call, kept=True)

    def end(self) -> Iterator[Occasion]:
        for call in self._open.values():
            yield Occasion(call, kept=False, said="the cursor of a replay was not followed")


@watching("V11")
class JobsContinued(Rule):
    """A walk of changes keeps its filters, a bulk export goes on, an import is committed."""

    _walks: dict[tuple[str, str], str] = field(default_factory=dict)
    _open: dict[tuple[str, str], Call] = field(default_factory=dict)

    def see(self, call: Call) -> Iterator[Occasion]:
        if call.op == "ipm.cdc.list":
            yield from self._walked(call)
        elif call.op in _JOBS and call.succeeded:
            for found in objects(call.data):
                self._began(call, found)
        elif call.op in _GOES_ON and call.succeeded:
            job = (call.identity, str(call.inputs.get("job_id")))
            if self._open.pop(job, None):
                yield Occasion(call, kept=True)

    def _walked(self, call: Call) -> Iterator[Occasion]:
        wanted = json.dumps(
            {k: v for k, v in call.inputs.items() if k not in ("next_token", "limit")},
            sort_keys=True,
        )
        before = self._walks.get((call.identity, str(call.inputs.get("next_token"))))
        if before is not None:
            yield from held(call, before == wanted, "other filters with the cursor of a walk")
        token = call.data.get("next_token") if isinstance(call.data, dict) else None
        if isinstance(token, str) and token:
            self._walks[call.identity, token] = before or wanted

    def _began(self, call: Call, found: Mapping[str, object]) -> None:
        job, more = found.get("job_id"), found.get("next_token")
        if isinstance(job, str) and (call.op == "ipm.import.create" or more):
            self._open[call.identity, job] = call.slim()

    def end(self) -> Iterator[Occasion]:
        for call in self._open.values():
            yield Occasion(call, kept=False, said="an import not committed, or an export left")


_JOBS: Final = ("ipm.import.create", "ipm.export.create")
_GOES_ON: Final = ("ipm.import.commit", "ipm.export.continue")
