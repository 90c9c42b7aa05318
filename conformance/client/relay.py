"""The relay between a client and a platform: hands on, records, and lets a scenario act.

It listens on loopback. A request is recorded as the client sent it, an answer as the client got it.
"""

import asyncio
import contextlib
import json
import socket
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Final, Self

import httpx
import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from conformance.client import building
from conformance.client.operations import operation_of
from conformance.client.platform import Platform, StandError
from conformance.client.recording import Call, Recording
from conformance.client.spellings import AS_DOCUMENTED, Spellings
from conformance.contract import envelope
from conformance.contract.operation import Operation
from fixtures.exchange.redaction import Vault
from fixtures.formats.json_values import at

HOST: Final = "127.0.0.1"
VERIFY: Final = "rbs.subscription.verify"
_UPSTREAM_S: Final = 120.0
_AGENTS: Final = 8
# Of the connection between two hosts, and so no part of what is handed on.
_OF_THE_HOP: Final = frozenset(
    {"host", "connection", "keep-alive", "content-length", "transfer-encoding", "accept-encoding"}
    | {"te", "upgrade", "content-encoding"}
)
_Scope = Mapping[str, Any]


@dataclass(frozen=True)
class Request:
    """What a client asks. `fields` is its JSON object, empty where it sent none."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    content: bytes
    fields: Mapping[str, Any]
    spellings: Spellings = AS_DOCUMENTED

    @property
    def operation(self) -> Operation | None:
        own = self.spellings.operation_at(self.method, self.path, self.fields)
        return own or operation_of(self.method, self.path, self.fields)

    def with_fields(self, fields: Mapping[str, Any]) -> "Request":
        """The request with other fields in its body."""
        return replace(self, fields=fields, content=json.dumps(fields).encode())


@dataclass(frozen=True)
class Answer:
    """What comes back: `headers` in their order, as they may occur twice."""

    status: int
    headers: tuple[tuple[str, str], ...]
    content: bytes


@dataclass(frozen=True)
class Act:
    """What a scenario does to one call. `name` goes into the record.

    `forward` is asked of the platform instead of what the client sent; `reply` is answered without
    asking it; `lose` closes the connection, before the platform is asked or after; `hold_s` is how
    long the answer is kept back, or until the client goes away.
    """

    name: str
    forward: Request | None = None
    reply: Answer | None = None
    lose: str = ""  # "request" or "answer"
    hold_s: float = 0.0
    # Whether the call is to the stand itself, and so none of the client's to the platform.
    aside: bool = False


@dataclass(frozen=True)
class Parcel:
    """One delivery on its way to the client: by webhook with headers, or by queue without."""

    channel: str  # "webhook" or "queue"
    content: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    after_s: float = 0.0


class Actor:
    """What may act on the calls of one run; this one lets all pass."""

    name: ClassVar[str] = "plain"

    def before(self, request: Request) -> Act | None:
        """What to do to a call, decided before it is handed on."""
        del request
        return None

    def after(self, request: Request, answer: Answer) -> Answer | None:
        """Another answer instead of the platform's, or None."""
        del request, answer
        return None

    def gone(self, request: Request) -> None:
        """The client went away while its answer was held back."""

    def deliver(self, parcel: Parcel) -> Sequence[Parcel]:
        """What is handed on in place of a delivery of the platform's."""
        return (parcel,)


@dataclass
class Run:
    """One run of a client before the relay, and what was seen of it."""

    name: str
    actor: Actor = field(default_factory=Actor)
    acted: int = 0
    # What was called, further pages of a list apart.
    operations: list[str] = field(default_factory=list)
    request_ids: list[str] = field(default_factory=list)
    calls: int = 0
    # What tells a run from another one of its name.
    mark: str = ""
    # What the stand could not do to it.
    faults: list[str] = field(default_factory=list)
    # What changed something: the operation, with the key that makes a repeat of it none.
    effects: list[tuple[str, str]] = field(default_factory=list)


class Relay:
    """Hands on to one upstream. Use as a context manager: it serves in a thread of its own."""

    def __init__(
        self,
        platform: Platform,
        recording: Recording,
        agents: set[str] | None = None,
        vault: Vault | None = None,
    ) -> None:
        self.upstream, self.spellings = platform.base_url, platform.spellings
        self.recording = recording
        # Learns what must not be shown of what the client prints.
        self._vault = vault or Vault()
        self.run = Run("outside")
        # User agents that were seen; relays of one client may share them.
        self.agents: set[str] = set() if agents is None else agents
        self._lock = threading.Lock()
        self._listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._listener.bind((HOST, 0))
        self._listener.listen(256)
        self.base_url = f"http://{HOST}:{self._listener.getsockname()[1]}"
        self._server = _Server(self)
        self._thread = threading.Thread(target=self._serve, name="relay", daemon=True)
        self._http: httpx.AsyncClient

    def __enter__(self) -> Self:
        self._thread.start()
        if not self._server.listening.wait(_UPSTREAM_S):
            raise OSError("the relay did not start")
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._server.force_exit = True
        self._thread.join()
        self._listener.close()

    def _serve(self) -> None:
        asyncio.run(self._serve_until_told())

    async def _serve_until_told(self) -> None:
        limits = httpx.Limits(max_connections=64)
        self._http = httpx.AsyncClient(trust_env=False, timeout=_UPSTREAM_S, limits=limits)
        async with self._http:
            await self._server.serve(sockets=[self._listener])

    async def __call__(self, scope: _Scope, receive: Any, send: Any) -> None:
        """One request, as an ASGI application."""
        run, started = self.run, time.time()
        request = await _received(scope, receive, self.spellings)
        act = await asyncio.to_thread(self._decide, run, request)
        answer = await self._answered(run, request, act)
        if act and act.lose == "request":
            answer = None
        delivered = answer is not None and not (act and act.lose)
        if delivered and act and act.hold_s and await _goes_away(receive, act.hold_s):
            run.actor.gone(request)
            delivered = False
        if not (act and act.aside):
            self._record(run, request, act, answer if delivered else None, started)
        if delivered and answer:
            await _sent(send, answer)
        else:
            self._server.connections.drop(scope["client"])
            await receive()  # the connection's end; nothing is answered on it

    def _decide(self, run: Run, request: Request) -> Act | None:
        with self._lock:  # a scenario counts what it has done
            try:
                act = run.actor.before(request)
            except StandError as error:
                run.faults.append(str(error))
                return None
            run.acted += act is not None
            return act

    async def _answered(self, run: Run, request: Request, act: Act | None) -> Answer | None:
        if act and act.reply:
            return act.reply
        if act and act.lose == "request":
            return None
        asked = (act.forward if act else None) or request
        answer = await self._asked(asked)
        changed = await asyncio.to_thread(run.actor.after, request, answer) if answer else None
        return changed or answer

    async def _asked(self, request: Request) -> Answer | None:
        query = f"?{request.query}" if request.query else ""
        headers = {k: v for k, v in request.headers.items() if k not in _OF_THE_HOP}
        try:
            got = await self._http.request(
                request.method,
                f"{self.upstream}{request.path}{query}",
                headers={**headers, "accept-encoding": "identity"},
                content=request.content,
            )
        except httpx.TransportError:
            return None
        kept = [(k, v) for k, v in got.headers.multi_items() if k.lower() not in _OF_THE_HOP]
        return Answer(got.status_code, tuple(kept), got.content)

    def _record(
        self, run: Run, request: Request, act: Act | None, answer: Answer | None, started: float
    ) -> None:
        run.calls += 1
        for seen in (
            request.headers,
            _json(request.content),
            _json(answer.content if answer else b""),
        ):
            self._vault.learn(seen, "CLIENT")
        if len(self.agents) < _AGENTS:
            self.agents.add(request.headers.get("user-agent", "")[:80])
        call = _call(run, request, act, answer, started=started, base_url=self.base_url)
        if call is not None:
            self.recording.add(call)
            if call.writes and call.succeeded:
                run.effects.append((call.op, str(call.inputs.get("idempotency_key") or run.calls)))
            # How many pages a list has is the platform's doing.
            if not call.inputs.get("next_token"):
                run.operations.append(call.op or f"{call.method} unknown")
            if isinstance(told := at(call.answer, envelope.REQUEST_ID), str) and not call.synthetic:
                run.request_ids.append(told)


class _Connections:
    """The open connections, by the client's address, so that one can be closed without a word."""

    def __init__(self) -> None:
        self._open: dict[tuple[str, int], asyncio.Transport] = {}

    def opened(self, transport: asyncio.Transport) -> None:
        self._open[tuple(transport.get_extra_info("peername"))[:2]] = transport

    def closed(self, transport: asyncio.Transport) -> None:
        for client in [key for key, value in self._open.items() if value is transport]:
            del self._open[client]

    def drop(self, client: tuple[str, int]) -> None:
        if transport := self._open.get(tuple(client)):  # type: ignore[arg-type]
            transport.abort()


class _Server(uvicorn.Server):
    """A server in a thread: signals belong to the main one."""

    def __init__(self, relay: Relay) -> None:
        self.connections = connections = _Connections()
        self.listening = threading.Event()

        class Protocol(HttpToolsProtocol):
            def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
                super().connection_made(transport)
                connections.opened(transport)

            def connection_lost(self, exc: Exception | None) -> None:
                connections.closed(self.transport)
                super().connection_lost(exc)

        super().__init__(
            uvicorn.Config(
                relay,
                loop="asyncio",
                http=Protocol,
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                date_header=False,
            )
        )

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def _received(scope: _Scope, receive: Any, spellings: Spellings) -> Request:
    content, more = b"", True
    while more:
        message = await receive()
        content += message.get("body", b"")
        more = message.get("more_body", False)
    try:
        fields = json.loads(content) if content else {}
    except (ValueError, RecursionError):
        fields = {}
    return Request(
        method=scope["method"],
        path=scope["path"],
        query=scope["query_string"].decode("latin-1"),
        headers={k.decode("latin-1").lower(): v.decode("latin-1") for k, v in scope["headers"]},
        content=content,
        fields=fields if isinstance(fields, dict) else {},
        spellings=spellings,
    )


async def _goes_away(receive: Any, hold_s: float) -> bool:
    """Hold the answer back; True where the client went away before the time was over."""
    try:
        await asyncio.wait_for(receive(), hold_s)
    except TimeoutError:
        return False
    return True


async def _sent(send: Any, answer: Answer) -> None:
    headers = [(k.encode("latin-1"), v.encode("latin-1")) for k, v in answer.headers]
    headers.append((b"content-length", str(len(answer.content)).encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.content})


def _call(
    run: Run, request: Request, act: Act | None, answer: Answer | None, **rest: Any
) -> Call | None:
    """The call as it is recorded; `rest` are its instant and its address."""
    query = f"?{request.query}" if request.query else ""
    found = _json(request.content)
    body = found if found is not None else request.content.decode("utf-8", "replace") or None
    return building.call(
        spellings=request.spellings,
        where=f"{run.name}{run.mark}#{run.calls}",
        started=rest["started"],
        elapsed=time.time() - rest["started"],
        method=request.method,
        url=f"{rest['base_url']}{request.path}{query}",
        headers=dict(request.headers),
        body=body,
        has_content=bool(request.content),
        status=answer.status if answer else None,
        answer_headers={k.lower(): v for k, v in answer.headers} if answer else {},
        answer=_json(answer.content) if answer else None,
        run=run.name,
        act=act.name if act else "",
        synthetic=bool(act and act.reply),
    )


def _json(content: bytes) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None
