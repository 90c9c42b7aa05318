"""Is the target ready for a run? Looked at before every run, and alone with `--tier smoke`.

Each line says what was proven, or which key to mend, in the order to mend them. Nothing is judged
here: a platform's breach is for the checks.
"""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final
from urllib.parse import urlsplit

import httpx
from botocore.exceptions import BotoCoreError, ClientError

from fixtures.context import preflight
from fixtures.context.given import Fault
from fixtures.exchange.answer import Answer
from fixtures.exchange.delivery import Queue, Receiver
from fixtures.exchange.network import Network
from fixtures.exchange.outcome import Inconclusive
from fixtures.exchange.target import Target
from fixtures.run.session import Session
from fixtures.run.transport import NoAnswer
from fixtures.services.ipm.receiver import listening
from fixtures.services.rbs import queue as queues

READY: Final = 0
NOT_READY: Final = 7
# The clocks of two machines may differ by so much; a header tells whole seconds.
SKEW_S: Final = 30.0
_CONNECT_S: Final = 5.0
_USER: Final = "operator.uas_userget"


@dataclass
class Preflight:
    """What was looked at. `notes` are worth a line and keep nothing back."""

    proven: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    @property
    def status(self) -> int:
        """The exit status of `--tier smoke`."""
        return NOT_READY if self.faults else READY

    def lines(self) -> Iterator[str]:
        """All of it, the verdict last."""
        yield from (f"  ok    {line}" for line in self.proven)
        yield from (f"  note  {line}" for line in self.notes)
        yield from self.to_mend()
        if self.faults:
            yield f"NOT READY: {len(self.faults)} to mend, the first one first"
        else:
            yield "READY"

    def to_mend(self) -> Iterator[str]:
        """A line for each fault."""
        yield from (f"  {n:>2}.   {fault}" for n, fault in enumerate(self.faults, start=1))


def unreachable(target: Target, reason: str) -> Preflight:
    """Nothing else can be looked at."""
    mend = f"see that it is running, and that base_url is right ({target.base_url})"
    return Preflight(faults=[Fault(key="base_url", what=reason, mend=mend)])


def look(session: Session, knock: Answer, profile: str) -> Preflight:
    """Everything about a target that has answered `knock`, a public request without credentials."""
    found, target = Preflight(), session.target
    if not knock.ok:
        path = target.path(knock.operation)
        what = f"{path} answers {knock.sketch}"
        mend = "give the address of the platform itself, without a path"
        found.faults.append(Fault(key="base_url", what=what, mend=mend))
        return found
    found.proven.append(f"{target.base_url} answers" + _tls(target))
    _clock(knock, found)
    _version(knock, found)
    _operator(session, found)
    accounts = preflight.Accounts(session, profile)
    accounts.examine()
    found.proven += accounts.proven
    found.faults += preflight.ordered(accounts.faults)
    if "receiver" in session.needs:
        _receiver(target.receives, profile, found)
    if "queue" in session.needs:
        _queue(target, profile, found)
    return found


def _tls(target: Target) -> str:
    return ", its certificate is good" if urlsplit(target.base_url).scheme == "https" else ""


def _clock(knock: Answer, found: Preflight) -> None:
    told = knock.headers.get("date")
    try:
        moment = parsedate_to_datetime(told or "")
    except ValueError:
        found.notes.append("no Date header: the clocks cannot be compared")
        return
    behind = (datetime.now(UTC) - moment.astimezone(UTC)).total_seconds()
    if abs(behind) > SKEW_S:
        found.faults.append(
            Fault(
                key="clock",
                what=f"this machine and the target differ by {behind:.0f} s",
                mend="set the clock of whichever is wrong: signatures and lifetimes rest on it",
            )
        )
    else:
        found.proven.append(f"clocks agree within {SKEW_S:.0f} s")


def _version(knock: Answer, found: Preflight) -> None:
    told = knock.headers.get("x-api-version")
    if told:
        found.proven.append(f"X-API-Version {told}")
    else:
        found.notes.append("no X-API-Version header, which a check will ask for")


def _operator(session: Session, found: Preflight) -> None:
    """Whether functions can be invoked there: a user is read whom nobody has made."""
    if session.operator is None:
        return
    url, nobody = session.target.operator_url, str(uuid.uuid4())
    session.runtime.permissions.allow_users(nobody)
    reason, name = "", _USER.partition(".")[2]
    try:
        session.operator_caller(session.stage_check("reach", "ORG-16"))(_USER, user_id=nobody)
    except NoAnswer as stop:
        reason = stop.why
    except Inconclusive:
        pass  # it answered
    if not reason:
        found.proven.append(f"{url} (operator) answers")
        return
    what = f"{url} invokes no function {name} ({reason})"
    mend = f"see that it is running, that operator_url is right and operator_functions names {name}"
    found.faults.append(Fault(key="operator_url", what=what, mend=mend))


def _receiver(settings: Receiver | None, profile: str, found: Preflight) -> None:
    if settings is None:
        what = f"is missing, and profile {profile} has webhooks delivered"
        mend = "add [receiver] with host, port and url, or choose a smaller profile"
        found.faults.append(Fault(key="receiver", what=what, mend=mend))
        return
    try:
        with listening(settings) as server:
            inbox = server.inbox()
            _heard(inbox.url, lambda: bool(inbox.deliveries), found)
    except OSError as error:
        where = f"{settings.host} port {settings.port}"
        what = f"cannot listen at {where} ({error.strerror or error})"
        found.faults.append(Fault(key="receiver", what=what, mend="choose another host or port"))


def _heard(url: str, came: Callable[[], bool], found: Preflight) -> None:
    """Whether what is posted to the public address of the receiver comes in."""
    place = urlsplit(url)
    where = f"{place.scheme}://{place.netloc}"
    try:
        with httpx.Client(timeout=_CONNECT_S, trust_env=False) as http:
            http.post(url, content=b"{}")
    except (httpx.HTTPError, OSError, ValueError):
        pass
    if came():
        found.proven.append(f"the receiver hears what is posted to {where}")
    else:
        # A network need not lead back to itself, so this alone keeps nothing back.
        found.notes.append(f"the receiver's own post to {where} did not come in; see receiver.url")


def _queue(target: Target, profile: str, found: Preflight) -> None:
    if target.queue is None:
        if target.operator_url is None or not target.is_loopback:
            what = f"is missing, and profile {profile} reads one"
            mend = "add [queue] with url and region, or choose a smaller profile"
            found.faults.append(Fault(key="queue", what=what, mend=mend))
        return
    if (reason := _unread(target.queue, target.network)) is None:
        found.proven.append("the queue can be read")
        return
    what = f"cannot be read ({reason})"
    mend = "correct url, region and the keys that [queue] names"
    found.faults.append(Fault(key="queue", what=what, mend=mend))


def _unread(queue: Queue, network: Network) -> str | None:
    """Why the queue cannot be read, in a few words; None where it can."""
    try:
        address = queues.named(queue, network)
        queues.client(address).get_queue_attributes(QueueUrl=address.url)
    except ClientError as error:
        return str(error.response.get("Error", {}).get("Code", "refused"))
    except (BotoCoreError, ValueError) as error:
        return type(error).__name__
    return None
