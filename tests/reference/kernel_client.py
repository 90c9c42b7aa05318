"""A platform without a network: a kernel, an org with its owner, and calls through the gates."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fixtures.reference.kernel import pipeline
from fixtures.reference.kernel.call import Call, Inbound
from fixtures.reference.kernel.database import Database, Observer
from fixtures.reference.kernel.declarations import Reply
from fixtures.reference.kernel.events import Event
from fixtures.reference.kernel.records import Draft
from fixtures.reference.kernel.runtime import Kernel, fingerprint
from fixtures.reference.services import ALL
from fixtures.reference.settings import Settings

SESSION = "a-session-of-the-owner"
OPERATIONS = {each.route[1]: each for service in ALL for each in service.operations}


@dataclass(frozen=True)
class KernelClient:
    """Calls as the owner of one org."""

    kernel: Kernel
    org_guid: str
    orgcode: str

    def do(self, path: str, headers: dict[str, str] | None = None, /, **fields: Any) -> Reply:
        """Answer a request, or raise its refusal."""
        sent = {"x-session-guid": SESSION, "x-orgcode": self.orgcode, **(headers or {})}
        inbound = Inbound(sent, {}, fields, text="", malformed=False, path=path)
        call = Call(self.kernel, OPERATIONS[path], inbound)
        return pipeline.run(call, pipeline.USUAL_ORDER)

    def events(self) -> list[Event]:
        return self.kernel.events.select(self.org_guid)

    def actions(self) -> list[str]:
        return [event.action for event in self.events()]


def kernel_client(directory: Path, *defects: str) -> KernelClient:
    """A fresh one, with these defects."""
    settings = Settings(rate_limit_rpm=0, defects=frozenset(defects))
    kernel = Kernel(settings, Database(directory / "platform.sqlite"))
    owner = {"caption": "One", "primary_owner": "u1", "secondary_owners": []}
    live = {"expires_at": kernel.clock.now() + 3600}
    drafts = (
        Draft("session", "s1", parent="u1", code=fingerprint(SESSION), doc=live),
        Draft("org", "o1", org_guid="o1", code="ONE", state="verified", doc=owner),
        Draft("member", "m1", org_guid="o1", parent="u1", code="u1", doc={"roles": []}),
    )
    kernel.database.observer = Observer()  # what was there before leaves no event
    for draft in drafts:
        kernel.records.create(draft)
    kernel.database.observer = kernel.events
    return KernelClient(kernel, "o1", "ONE")
