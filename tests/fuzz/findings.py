"""What was found, a service at a time, and how it is told. Knows nothing of who sends."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

# Characters of what is said of a finding, and of a body in a reproduction line.
_SAID: Final = 300
_BODY: Final = 2000


@dataclass(frozen=True)
class Request:
    """One request as it was sent, without credentials."""

    method: str
    path: str
    body: str = ""

    def __str__(self) -> str:
        body = self.body if len(self.body) <= _BODY else f"{self.body[:_BODY]}..."
        return f"{self.method} {self.path} {body}".rstrip()


@dataclass(frozen=True)
class Finding:
    """A departure of an answer from the file of its service: one a kind, operation and status."""

    kind: str
    operation: str
    status: int
    said: str
    request: Request


@dataclass
class Tally:
    """What was sent to one service, what it answered, and where it departed from its file."""

    service: str
    operations: int = 0
    requests: int = 0
    seconds: float = 0.0
    statuses: Counter[int] = field(default_factory=Counter)
    accepted: set[str] = field(default_factory=set)
    """The operations that granted a request, so that more than their gates was seen."""
    troubles: list[str] = field(default_factory=list)
    """What kept the tool from asking: a part of the file that it cannot use."""
    found: dict[tuple[str, str, int, str], Finding] = field(default_factory=dict)
    times: Counter[tuple[str, str, int, str]] = field(default_factory=Counter)

    def answered(self, operation: str, status: int) -> None:
        """Count an answer."""
        self.requests += 1
        self.statuses[status] += 1
        if 200 <= status < 300:
            self.accepted.add(operation)

    def add(self, finding: Finding) -> None:
        """Keep a finding; of those that say the same, the one with the shortest request."""
        said = finding.said if finding.kind == "response schema" else ""
        key = (finding.kind, finding.operation, finding.status, said)
        self.times[key] += 1
        known = self.found.get(key)
        if known is None or len(finding.request.body) < len(known.request.body):
            self.found[key] = finding

    @property
    def is_clean(self) -> bool:
        return not self.found and not self.troubles


def told(tally: Tally, again: str) -> Iterator[str]:
    """The lines about one service; `again` is the command that asks the same anew."""
    statuses = " ".join(f"{status}:{count}" for status, count in sorted(tally.statuses.items()))
    yield (
        f"{tally.service:<11}{'clean' if tally.is_clean else 'FOUND':<6} "
        f"{tally.operations:>3} operations ({len(tally.accepted)} granted something) "
        f"{tally.requests:>6} requests {tally.seconds:>6.1f} s  {statuses}"
    )
    yield from (f"  could not ask: {trouble}" for trouble in tally.troubles)
    for key, finding in sorted(tally.found.items()):
        yield f"  {finding.kind}: {finding.operation} {finding.status} ({tally.times[key]} times)"
        yield f"    {' '.join(finding.said.split())[:_SAID]}"
        yield f"    request: {finding.request}"
        yield f"    again:   {again} --operation '{finding.operation}'"


def summary(tallies: Sequence[Tally]) -> str:
    """The last line."""
    found = sum(len(each.found) + len(each.troubles) for each in tallies)
    operations = sum(each.operations for each in tallies)
    requests = sum(each.requests for each in tallies)
    seconds = sum(each.seconds for each in tallies)
    counted = f"{len(tallies)} services, {operations} operations, {requests} requests"
    return f"{f'{found} findings' if found else 'clean'}: {counted}, {seconds:.0f} s"


def redacted(text: str, secrets: Iterable[str]) -> str:
    """A text without the credentials that were put into its request."""
    for secret in secrets:
        text = text.replace(secret, "[redacted]")
    return text
