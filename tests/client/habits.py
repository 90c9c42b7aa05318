"""The model client with one bad habit: `python habits.py HABIT`."""

import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2] / "conformance" / "client" / "example"))

import client  # type: ignore[import-not-found] # a program of its own

Fields = dict[str, Any]
Platform: Any = client.Platform


def makes_again_blindly() -> None:
    def make(self: Any, path: str, body: Fields, *_: Any) -> Fields:
        try:
            return dict(self.once(path, body))
        except client.Lost:
            return dict(self.once(path, body))

    Platform.make = make


def counts_revisions_up() -> None:
    def rename(self: Any, noun: str, one: Fields, caption: str) -> Fields:
        revision = client.revision_of(self.read(f"{noun}/get", one))
        for step in range(4):
            change = {**one, "caption": caption, "expected_revision": revision + step}
            try:
                return dict(self.once(f"{noun}/update", change))
            except (client.Lost, client.Refused):
                continue
        raise client.Lost(noun)

    Platform.rename = rename


def guesses_after_a_loss() -> None:
    def rename(self: Any, noun: str, one: Fields, caption: str) -> Fields:
        revision = client.revision_of(self.read(f"{noun}/get", one))
        change = {**one, "caption": caption, "expected_revision": revision}
        try:
            return dict(self.once(f"{noun}/update", change))
        except client.Lost:
            return dict(self.once(f"{noun}/update", {**change, "expected_revision": revision + 1}))

    Platform.rename = rename


def wants_known_fields_alone() -> None:
    told = Platform.told

    def strict(self: Any, path: str, answer: Any) -> Fields:
        found = dict(told(self, path, answer))
        if unknown := [name for name in found["data"] if "unknown" in name]:
            raise client.Refused(answer.status_code, f"unknown field {unknown[0]}")
        return found

    Platform.told = strict


def takes_the_first_of_a_list() -> None:
    pages = Platform.pages

    def once_more(self: Any, path: str, body: Fields, key: str = "") -> Any:
        found = list(pages(self, path, body, key))
        if found and found[0].get("cccode", "").endswith("0000"):
            self.read("/ofm/org/get", {"org_guid": body["org_guid"]})
        return iter(found)

    Platform.pages = once_more


def believes_each_404() -> None:
    look = Platform.check_association

    def at_the_start_alone(self: Any, key: str = "") -> None:
        if not hasattr(self, "looked"):
            self.looked = True
            look(self, key)

    Platform.check_association = at_the_start_alone


def logs_no_ids() -> None:
    class Silent:
        def write(self, text: str) -> None:
            del text

    client.sys = type("Sys", (), {"stderr": Silent(), "stdout": sys.stdout, "exit": sys.exit})


def dies_of_unknown_events() -> None:
    events = _events()
    loads = events.json.loads

    def strict(text: str) -> Any:
        found = loads(text)
        if found.get("event", {}).get("action") == "order.teleported":
            raise client.Refused(0, "unknown action")
        return found

    events.json = type("Json", (), {"loads": staticmethod(strict)})


def never_waits() -> None:
    client.pause = lambda *_: None


def signs_in_never_again() -> None:
    def read(self: Any, path: str, body: Any = None, key: str = "") -> Fields:
        for _ in range(3):
            try:
                return dict(self.once(path, body, key))
            except client.Refused as refused:
                last = refused
        raise last

    Platform.read = read


def takes_tokens_apart() -> None:
    once = Platform.once

    def strict(self: Any, path: str, body: Any = None, key: str = "") -> Fields:
        token = (body or {}).get("next_token", "")
        if "~" in token:
            raise client.Refused(0, "a token that does not look like one")
        return dict(once(self, path, body, key))

    Platform.once = strict


def leaves_a_key_in_a_file() -> None:
    """The client is as it should be; what it is handed in with is not."""


def ends_well_whatever_happens() -> None:
    main = client.main

    def always() -> int:
        main()
        return 0

    client.main = always


def _deaf_to(header: str) -> None:
    told = Platform.told

    def without(self: Any, path: str, answer: Any) -> Fields:
        answer.headers.pop(header, None)
        return dict(told(self, path, answer))

    Platform.told = without


def knows_no_version() -> None:
    _deaf_to("x-api-version")


def hears_no_sunset() -> None:
    _deaf_to("sunset")


def waits_for_ever() -> None:
    client.TIMEOUT_S = None


def asks_for_sessions_again() -> None:
    sign_in = Platform.sign_in

    def again(self: Any) -> None:
        try:
            sign_in(self)
        except client.Refused:
            sign_in(self)

    Platform.sign_in = again


def prints_its_secrets() -> None:
    once = Platform.once

    def loud(self: Any, path: str, body: Any = None, key: str = "") -> Fields:
        found = dict(once(self, path, body, key))
        client.sys.stdout.write(f"{self.session} {key} {found}\n")
        return found

    Platform.once = loud


def _events() -> Any:
    import events  # type: ignore[import-not-found] # noqa: PLC0415 - beside the client

    return events


def takes_no_webhook() -> None:
    events = _events()
    events.Webhook.is_signed = lambda *_: False
    events.Webhook.replay = lambda *_: None


def acts_on_each_delivery() -> None:
    def take(self: Any, event: Fields) -> None:
        if one := _events().customer_of(event):
            note = {"target_type": "customer", "target_id": one}
            self.platform.once("/crm/comment", {**note, "caption": "Welcome", "body": "Hello."})
            self.customers.add(one)

    _events().Listener.take = take


def takes_unsigned_deliveries() -> None:
    _events().Webhook.is_signed = lambda *_: True


def leaves_pointers_alone() -> None:
    def read(self: Any) -> None:
        for message in self.messages(wait_s=0):
            self.listener.take(message.get("event") or {})

    _events().Queue.read = read


def never_replays() -> None:
    _events().Webhook.replay = lambda *_: None


def does_nothing() -> None:
    client.main = lambda: 0


HABITS = {name: found for name, found in list(globals().items()) if callable(found)}

if __name__ == "__main__":
    HABITS[sys.argv[1]]()
    sys.exit(client.main())
