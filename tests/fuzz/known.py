"""Ids that the platform has given out, put into generated requests so that records are met."""

from collections import defaultdict, deque
from collections.abc import Mapping
from random import Random
from typing import Any, Final

# Members that name a record, or a step in the life of one.
_NAMING: Final = ("_id", "_guid", "_code", "_token", "code", "token", "sku", "barcode")
# So many values of one name are kept: the newest, whose records are the likeliest to be alive.
_KEPT: Final = 12
# Of so many draws all but one take the favourite, where there is one.
_OFTEN: Final = 4
_REVISION: Final = "expected_revision"


class Known:
    """What values names have had, in answers that granted something."""

    def __init__(
        self, fixed: Mapping[str, str], favourites: Mapping[str, str], random: Random
    ) -> None:
        self._fixed, self._favourites = dict(fixed), dict(favourites)
        self._random = random
        self._values: dict[str, deque[str]] = defaultdict(lambda: deque(maxlen=_KEPT))
        self._revisions: dict[str, int] = {}

    def learn(self, envelope: Any) -> None:
        """Remember the ids of a success, and the revision at which its record is now."""
        if not isinstance(envelope, dict) or not isinstance(envelope.get("data"), dict):
            return
        data, revision = envelope["data"], envelope.get("revision")
        self._walk(data)
        self._note_revision(data, revision)

    def _note_revision(self, record: Mapping[str, Any], revision: Any) -> None:
        """The first id of a record is its own."""
        ids = [
            value
            for name, value in record.items()
            if name.endswith(("_id", "_guid")) and isinstance(value, str)
        ]
        if ids and isinstance(revision, int):
            self._revisions[ids[0]] = revision

    def move(self, fixed: Mapping[str, str], favourites: Mapping[str, str]) -> None:
        """Forget everything: the requests belong elsewhere from now on."""
        self._fixed, self._favourites = dict(fixed), dict(favourites)
        self._values.clear()
        self._revisions.clear()

    def _walk(self, part: Any) -> None:
        if isinstance(part, list):
            for each in part:
                self._walk(each)
            return
        if not isinstance(part, dict):
            return
        self._note_revision(part, part.get("revision"))
        for name, value in part.items():
            if isinstance(value, str) and name.endswith(_NAMING) and name not in self._fixed:
                if value and value not in self._values[name]:
                    self._values[name].append(value)
            else:
                self._walk(value)

    def fill(self, body: Any, *, everything: bool) -> Any:
        """A body with known ids in place of its own; only who calls and where, or `everything`."""
        if isinstance(body, list):
            return [self.fill(each, everything=everything) for each in body]
        if not isinstance(body, dict):
            return body
        filled = {
            name: self._value(name, value, everything=everything) for name, value in body.items()
        }
        if everything and _REVISION in filled:
            filled[_REVISION] = self._revision(filled)
        return filled

    def _value(self, name: str, value: Any, *, everything: bool) -> Any:
        if isinstance(value, str):
            if name in self._fixed:
                return self._fixed[name]
            if everything and name in self._favourites and self._random.randrange(_OFTEN):
                return self._favourites[name]
            if everything and (known := self._values.get(name)):
                return self._random.choice(known)
            return value
        return self.fill(value, everything=everything)

    def _revision(self, body: Mapping[str, Any]) -> Any:
        """The revision at which one of the named records is."""
        known = [
            self._revisions[value]
            for value in body.values()
            if isinstance(value, str) and value in self._revisions
        ]
        return known[0] if known else body[_REVISION]
