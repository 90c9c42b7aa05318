"""B: how long credentials live: keys that are made, rotated and left, sessions that run out."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from conformance.client.operations import texts_in
from conformance.client.recording import Call
from conformance.client.rules.rule import Occasion, Rule, held, watching

_CREATE: Final = "usm.api_key.create"
_REVOKE: Final = "usm.api_key.revoke"
_VALIDATE: Final = "usm.session.validate"
_SIGN_IN: Final = "usm.session.create"
_SEVERAL: Final = 2
_TOO_MANY: Final = "too-many-sessions"
_CLOSES: Final = (
    "usm.session.list",
    "usm.session.close",
    "usm.session.logout_other_devices",
    "usm.session.logout_everywhere",
)


@dataclass
class _Key:
    """A key that an answer gave out, and what became of it."""

    made: Call
    id: str
    account: str
    print: str
    used: bool = False
    revoked: bool = False


@dataclass(eq=False)
class _Keys(Rule):
    """The keys that were made, by their fingerprints."""

    keys: dict[str, _Key] = field(default_factory=dict)
    by_id: dict[str, _Key] = field(default_factory=dict)
    of_account: dict[str, list[_Key]] = field(default_factory=dict)

    def note(self, call: Call) -> None:
        for credential in call.credentials:
            if credential.kind == "key" and credential.print in self.keys and call.succeeded:
                self.keys[credential.print].used = True
        if call.op == _CREATE and call.succeeded:
            self._made(call)

    def _made(self, call: Call) -> None:
        named = dict(texts_in(call.data))
        account = str(call.inputs.get("service_account_id", ""))
        for issued in call.issued:
            if issued.kind == "key":
                key = _Key(call.slim(), named.get("api_key_id", ""), account, issued.print)
                self.keys[issued.print] = self.by_id[key.id] = key
                self.of_account.setdefault(account, []).append(key)

    def of_id(self, name: object) -> _Key | None:
        return self.by_id.get(name) if isinstance(name, str) else None


@watching("B8")
class KeptWhenIssued(_Keys):
    """Keys that are made one after another and neither used nor revoked were not kept."""

    def see(self, call: Call) -> Iterator[Occasion]:
        self.note(call)
        if call.op == _REVOKE and (key := self.of_id(call.inputs.get("api_key_id"))):
            key.revoked = True
        return iter(())

    def end(self) -> Iterator[Occasion]:
        left: dict[tuple[str, str], list[_Key]] = {}
        for key in self.keys.values():
            if key.used:
                yield Occasion(key.made, kept=True)
            elif not key.revoked:
                left.setdefault((key.made.identity, key.account), []).append(key)
        for keys in left.values():
            if len(keys) >= _SEVERAL:
                yield Occasion(keys[-1].made, kept=False, said="made again, none of them used")


@watching("B9")
class RotatedByTwo(_Keys):
    def see(self, call: Call) -> Iterator[Occasion]:
        self.note(call)
        if call.op != _REVOKE or not call.succeeded:
            return
        old = self.of_id(call.inputs.get("api_key_id"))
        newer = [
            key
            for key in self.of_account.get(old.account if old else "", ())
            if old and key.made.started > old.made.started
        ]
        if newer:
            kept = any(key.used for key in newer)
            yield from held(call, kept, "the old key revoked before the new one was tried")


@watching("B10")
class WindowSlid(Rule):
    """Traffic goes past the first told expiry of a session: it was validated before that."""

    _expires: dict[str, float] = field(default_factory=dict)
    _validated: set[str] = field(default_factory=set)

    def see(self, call: Call) -> Iterator[Occasion]:
        who = call.identity
        if who in self._expires and call.op:
            if call.started > self._expires[who]:
                del self._expires[who]
                yield from held(call, who in self._validated, "past its expiry, never validated")
            elif call.op == _VALIDATE and call.succeeded:
                self._validated.add(who)
        if call.op == _SIGN_IN and call.succeeded:
            told = _instant(dict(texts_in(call.data)).get("expires_at_utc", ""))
            for issued in call.issued:
                if issued.kind == "session" and told is not None:
                    self._expires.setdefault(issued.print, told)


def _instant(text: str) -> float | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()


@watching("B12")
class ClosesOldSessions(Rule):
    """After `too-many-sessions`: sessions are listed or closed, and not asked for at once."""

    _user_of: dict[str, str] = field(default_factory=dict)
    _refused: dict[str, Call] = field(default_factory=dict)

    def see(self, call: Call) -> Iterator[Occasion]:
        if call.op == _SIGN_IN:
            user = str(call.inputs.get("email", ""))
            if self._refused.pop(user, None):
                yield Occasion(call, kept=False, said="asked again while there were too many")
            if call.tag == _TOO_MANY:
                self._refused[user] = call.slim()
            for issued in call.issued:
                self._user_of[issued.print] = user
        elif call.op in _CLOSES:
            refused = self._refused.pop(self._user_of.get(call.identity, ""), None)
            if refused is not None:
                yield Occasion(call, kept=True)

    def end(self) -> Iterator[Occasion]:
        for call in self._refused.values():  # nothing was asked for again
            yield Occasion(call, kept=True)
