"""V: events, as far as calls show them."""

from collections.abc import Iterator
from dataclasses import field
from typing import Final

from conformance.client.recording import Call, Facts
from conformance.client.rules.rule import Occasion, Rule, each, held, watching
from fixtures.formats.json_values import objects

_REGISTER: Final = "rbs.subscription.register"
_VERIFY: Final = "rbs.subscription.verify"


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
