"""Names for the values of a scene that are others in each run of a script."""

import re
from collections.abc import Sequence
from typing import Final

from reports.exchange import Exchange
from reports.page.scene import REDACTED, UUID, Scenes, tokens

_GTIN: Final = re.compile(r"2\d{12}")
_CODE: Final = re.compile(r"[A-Z0-9-]+")
_RUN: Final = re.compile(r" run=(\w+) ")


class Names:
    """What the values of a scene are called in its script, and where each of them comes from.

    `fresh` are drawn anew, by name and kind; `secrets` are asked for, unless a step makes them;
    `gives` tells which step answers a value, by the number of its exchange, and where it stands.
    """

    def __init__(self, scenes: Scenes, numbers: Sequence[int]) -> None:
        self._scenes, self._numbers, self._within = scenes, numbers, frozenset(numbers)
        self.fresh: dict[str, str] = {"run": "run"}
        self.secrets: dict[str, bool] = {}
        self.marks: dict[str, str] = {}
        self.gives: dict[int, dict[str, list[str | int]]] = {}
        agents = (scenes.all[n].request.headers.get("user-agent", "") for n in numbers)
        self._run_id = next((found[1] for each in agents if (found := _RUN.search(each))), "")
        for number in numbers:
            for token in sorted(scenes.asked(number)):
                self.add(token)

    def add(self, token: str) -> None:
        """Give a token a name, if its value is another in each run of the script."""
        if token in self.marks:
            return
        small = token.lower()
        if small != token and UUID.fullmatch(small):
            # The same id in capitals.
            self.add(small)
            self.marks[token] = f"{self.marks[small][:-1]}.upper}}"
            return
        given = self._scenes.given.get(token)
        name = f"v{len(self.marks) + 1}"
        if not self._scenes.is_drawn(token) and given is not None and given[0] in self._within:
            self.marks[token] = f"${{{name}}}"
            self.gives.setdefault(given[0], {})[name] = [*given[1]]
        elif token.startswith("#"):
            self.marks[token] = f"${{{self._secret(token)}}}"
        elif kind := self._kind(token):
            self.marks[token] = f"${{{name}}}"
            self.fresh[name] = kind
        elif self._run_id and self._run_id in token.lower():
            self.marks[token] = self._again(token)

    def _again(self, token: str) -> str:
        """A token with the id of the run of a script; an id of digits alone tells no case."""
        forms = [(self._run_id, "${run}"), (self._run_id.upper(), "${RUN}")]
        for old, new in reversed(forms) if token.isupper() else forms:
            token = token.replace(old, new)
        return token

    @staticmethod
    def _kind(token: str) -> str | None:
        """How a drawn value is drawn anew."""
        if UUID.fullmatch(token):
            return "uuid"
        if _GTIN.fullmatch(token):
            return "gtin"
        if _CODE.fullmatch(token) and not token.isdigit() and not token.startswith("CF"):
            # Where a code begins with a letter, no digit is one; many of the suite's begin with C.
            first = token[0] if token[0] in "C-" else "L" if token[0].isalpha() else "A"
            return first + "".join(c if c == "-" else "A" for c in token[1:])
        return None

    def _secret(self, token: str) -> str:
        label = self._label(token)
        name, number = label, 1
        while name in self.secrets:
            number += 1
            name = f"{label}_{number}"
        first = self._scenes.made.get(token)
        self.secrets[name] = first is None or not _signs_in(self._scenes.all[first])
        return name

    def _label(self, token: str) -> str:
        """The label under which the secret was recorded."""
        for number in self._numbers:
            for found in REDACTED.finditer(self._scenes.all[number].request.model_dump_json()):
                if f"#{found[2]}" == token:
                    return re.sub(r"\W", "_", found[1])
        return "SECRET"

    def text(self, text: str) -> str:
        """A text with the names of values in the place of these."""
        for token in sorted(tokens(text), key=len, reverse=True):
            mark = self.marks.get(token) or self._lower(token)
            if mark is None:
                continue
            if token.startswith("#"):
                for found in REDACTED.finditer(text):
                    text = text.replace(found[0], mark) if found[0].endswith(f"{token}]") else text
            else:
                text = text.replace(token, mark)
        text = text.replace("[redacted]", "${NEVER_ISSUED}")
        return text.replace(self._run_id, "${run}") if self._run_id else text

    def _lower(self, token: str) -> str | None:
        """The mark of a drawn value that stands in lower case."""
        mark = self.marks.get(token.upper(), "")
        return f"{mark[:-1]}.lower}}" if mark[2:-1] in self.fresh else None


def _signs_in(exchange: Exchange) -> bool:
    return "login" in exchange.operation or "signin" in exchange.operation
