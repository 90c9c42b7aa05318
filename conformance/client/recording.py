"""One model of recorded traffic, whatever it was read from: HAR, exchanges, the relay's own log.

Calls are kept in a private temporary file in the order of their instants, so that memory stays
bounded. Credentials are fingerprints from the moment of reading on.
"""

import hashlib
import json
import pickle
import re
import secrets
import tempfile
import threading
from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Final, Self

from conformance.client.operations import ids_in, known_services, subject_of, yielded
from conformance.contract import ROUTES, envelope
from conformance.contract.operation import Operation
from fixtures.formats.json_values import MISSING, at

CARRIERS: Final = {
    "x-session-guid": "session",
    "session_guid": "session",
    "x-api-key": "key",
    "api_key": "key",
}
_SALT: Final = secrets.token_bytes(16)
_REMOVED: Final = re.compile(
    r"\W*(redacted|removed|hidden|stripped|\*+|x{4,}|•+)?(:\w+)?\W*", re.IGNORECASE
)
_METHOD: Final = re.compile("[A-Z]{3,7}")
_TAG: Final = re.compile(r"[a-z][a-z-]{2,40}")
_OK: Final = range(200, 300)
_NOTES: Final = 100
# Credentials may be renewed between two tries, and a context tells its own instant.
_RENEWED: Final = frozenset({"session_guid", "api_key", "request_context"})


def fingerprint(text: str) -> str:
    """What stands for a secret within one process: equal for equal ones, and not to be undone."""
    return hashlib.blake2b(text.encode("utf-8", "replace"), key=_SALT, digest_size=8).hexdigest()


def was_removed(text: str) -> bool:
    """Whether an exporter took a secret out and left a mark, or nothing, in its place."""
    return _REMOVED.fullmatch(text) is not None


@dataclass(frozen=True)
class Credential:
    """A credential as one request carried it, or one answer gave it out."""

    kind: str  # "session" or "key"
    place: str  # "header", "body", "query" or "answer"
    print: str


@dataclass(frozen=True)
class Call:
    """One request and what came back. Instants are seconds since 1970; header names lower case.

    `op` is the id of the operation, or empty. `has_content` is None where a recording does not
    tell. `traces` are fingerprints of the request's texts by place: `url`, `header`, `body`.
    """

    where: str
    started: float
    elapsed: float
    method: str
    scheme: str
    host: str
    path: str
    op: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any
    has_content: bool | None
    status: int | None
    answer_headers: Mapping[str, str]
    answer: Any
    credentials: tuple[Credential, ...] = ()
    issued: tuple[Credential, ...] = ()
    traces: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    # The run of the client that it belongs to, and what the stand did to it; empty elsewhere.
    run: str = ""
    act: str = ""
    # Whether the answer was made up by the stand, and is not the platform's.
    synthetic: bool = False
    # Of an upload: the hex MD5 of the bytes sent, and whether they are gzip. Empty and None where
    # the recording does not hold them.
    content_md5: str = ""
    # Addresses that the answer of a message service gives out for uploads, without their queries.
    addresses: tuple[str, ...] = ()
    is_gzip: bool | None = None

    @cached_property
    def operation(self) -> Operation | None:
        return ROUTES[self.op] if self.op else None

    @cached_property
    def service(self) -> str:
        return self.path.strip("/").split("/")[0]

    @cached_property
    def inputs(self) -> Mapping[str, Any]:
        """What the call asks: the body's fields, or the query's."""
        return self.body if isinstance(self.body, dict) else self.query

    @cached_property
    def succeeded(self) -> bool:
        return self.status in _OK and at(self.answer, envelope.SUCCESS) is not False

    @cached_property
    def tag(self) -> str:
        """The tag of a refusal, or nothing."""
        found = at(self.answer, envelope.TAG)
        return found if isinstance(found, str) else ""

    @cached_property
    def data(self) -> Any:
        """The payload of an answer, or an empty object."""
        found = at(self.answer, envelope.DATA)
        return {} if found is MISSING or found is None else found

    @cached_property
    def payload(self) -> str:
        """What is asked, without what a repeated call may renew."""
        left = {name: value for name, value in self.inputs.items() if name not in _RENEWED}
        return json.dumps(left, sort_keys=True, default=str)

    @cached_property
    def shown(self) -> tuple[str, ...]:
        """The ids that the payload of the answer holds."""
        return tuple(ids_in(self.data))

    @cached_property
    def subject(self) -> str | None:
        """The record that the call reads or changes, as `service:id`."""
        return subject_of(self.operation, self.inputs) if self.operation else None

    @cached_property
    def revision(self) -> Any:
        """The revision that an answer tells, or None."""
        if self.operation and (own := yielded(self.operation, "revision", self.answer)) is not None:
            return own
        for pointer in envelope.REVISION.pointers:
            if (found := at(self.answer, pointer)) is not MISSING:
                return found
        return None

    @cached_property
    def orgcode(self) -> str:
        """The code of the org as the call names it, folded; nothing where it names none."""
        named = self.headers.get("x-orgcode") or self.inputs.get("orgcode") or ""
        return str(named).strip().upper()

    @cached_property
    def identity(self) -> str:
        """Who called: the fingerprint of the credential; the key before the session."""
        return min(((each.kind, each.print) for each in self.credentials), default=("", ""))[1]

    @property
    def writes(self) -> bool:
        return bool(self.operation and self.operation.writes)

    @property
    def changes(self) -> bool:
        """Whether it alters a record that is there."""
        return self.writes and self.subject is not None

    def slim(self) -> "Call":
        """The call without its bodies and headers, for a rule that remembers it for long."""
        kept = replace(
            self, query={}, headers={}, body=None, answer_headers={}, answer=None, traces={}
        )
        vars(kept).update(told=self.told, payload=self.payload, orgcode=self.orgcode)
        return kept

    @cached_property
    def told(self) -> str:
        """The call in words that hold nothing of the recording but its shape."""
        known = f"/{self.service}/…" if self.service in known_services() else "/…"
        name = self.operation.path if self.operation else known
        method = self.method if _METHOD.fullmatch(self.method) else "?"
        tag = f" {self.tag}" if _TAG.fullmatch(self.tag) else ""
        made = ", made up by the stand" if self.synthetic else ""
        acted = f" ({self.act}{made})" if self.act else ""
        return f"{method} {name} -> {self.status or 'no answer'}{tag}{acted}"


@dataclass(frozen=True)
class Facts:
    """What a recording as a whole says before any call of it is judged."""

    # Fingerprints of all credentials in it.
    secrets: frozenset[str] = frozenset()
    # Hosts that were called at a documented path: the platform's.
    hosts: frozenset[str] = frozenset()
    # Whether an exporter took credentials out.
    stripped: bool = False
    # Whether a session was accepted that no answer of the recording gave out.
    around: bool = False


class Recording:
    """Calls in the order of their instants, and what could not be read or does not count."""

    def __init__(self) -> None:
        self.unread: list[str] = []
        self.files: list[str] = []
        self.others = 0
        self._secrets: set[str] = set()
        self._issued: set[str] = set()
        self._accepted: set[str] = set()
        self._hosts: set[str] = set()
        self._stripped = False
        self._lock = threading.Lock()
        # Unlinked at once: nobody else can open it, and it ends with the process.
        self._spool = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the recording
        self._starts: array[float] = array("d")
        # Runs of a client may have gone side by side, and each is told as a whole.
        self._runs: dict[str, int] = {}
        self._of: array[int] = array("l")
        self._places: array[int] = array("q")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the temporary file back."""
        self._spool.close()

    def note(self, line: str) -> None:
        """Tell that something could not be read; of very many the first ones are told."""
        if len(self.unread) < _NOTES:
            self.unread.append(line)
        elif len(self.unread) == _NOTES:
            self.unread.append("and more that could not be read")

    def add(self, call: Call) -> None:
        """Keep one call. Relays of several runs may do so at once."""
        with self._lock:
            self._add(call)

    def _add(self, call: Call) -> None:
        self._issued.update(each.print for each in call.issued)
        if call.succeeded and call.op:
            self._accepted.update(e.print for e in call.credentials if e.kind == "session")
        self._secrets.update(each.print for each in call.issued)
        if call.op:  # elsewhere the same names may hold somebody else's keys
            self._secrets.update(each.print for each in call.credentials)
            self._hosts.add(call.host)
        operation = call.operation
        if operation and operation.org_scoped and call.succeeded and not call.credentials:
            self._stripped = True  # without a credential it would have been refused
        self._of.append(self._runs.setdefault(call.run, len(self._runs)))
        self._starts.append(call.started)
        self._places.append(self._spool.seek(0, 2))
        pickle.dump(call, self._spool, protocol=5)

    @property
    def facts(self) -> Facts:
        around = not self._accepted <= self._issued
        return Facts(frozenset(self._secrets), frozenset(self._hosts), self._stripped, around)

    def __len__(self) -> int:
        return len(self._starts)

    def __iter__(self) -> Iterator[Call]:
        # A sort is stable: the order of the file decides between equal instants.
        order = range(len(self._starts))
        for index in sorted(order, key=lambda each: (self._of[each], self._starts[each])):
            self._spool.seek(self._places[index])
            yield pickle.load(self._spool)  # noqa: S301 - our own file, unlinked and private
