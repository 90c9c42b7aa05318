"""A script that reproduces a failure: it sets the scene, makes the calls, compares the answers.

What is the same in all scripts is `reproduction.py`; what differs is the list of `steps`.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from fixtures.exchange.evidence import INVOKE
from reports.exchange import Exchange
from reports.model import CheckResult, RequirementRun, Run
from reports.page.deliveries import arrivals, manners
from reports.page.files import FETCH
from reports.page.needed import needed
from reports.page.scene import Scenes
from reports.page.steps import Steps
from reports.page.subject import Subject

MOST: Final = 400  # steps; a scene beyond that is better repeated by the suite
_MOST_LOOKED_AT: Final = 4000  # calls, before those that only waited are told as one
_DELIVERED: Final = "it was judged by what came in and by no answer"
END: Final = "END_OF_SCRIPT"
_SOURCE: Final = Path(__file__).with_name("reproduction.py")
_VALUES: Final = _SOURCE.with_name("reproduction_values.py")
_AWS: Final = _SOURCE.with_name("reproduction_aws.py")
_MAIL: Final = _SOURCE.with_name("reproduction_mail.py")
_FILES: Final = _SOURCE.with_name("reproduction_files.py")
_PART: Final = "# --- from here on it is part of the script"
_GUARD: Final = 'if __name__ == "__main__":'
_FUTURE: Final = "from __future__ import annotations"
_IMPORT: Final = re.compile(r"import |from (?!__future__|reports)")
_UNPRINTABLE: Final = re.compile(r"[^\x20-\x7e]|\\|\"\"\"")
_DELIVERIES: Final = re.compile(r"\b(?:deliver(?:y|ies|ed)|messages?|pointers?|replay sends)\b")
_TOO_MANY: Final = f"it stands on more than {MOST} calls"
_ANSWERS: Final = re.compile(r"\banswers?\b")
_QUOTED: Final = re.compile(r"'[^']*'")
_BESIDE: Final = (
    "it asked beside the target: a process whose clock it moved, another address, "
    "or a second queue that it made"
)


@dataclass(frozen=True)
class Missing:
    """There is no script, and why, in words that end a sentence."""

    why: str


class Scripts:
    """Makes the scripts of one run."""

    def __init__(self, run: Run, exchanges: Sequence[Exchange]) -> None:
        self._run = run
        self._scenes = Scenes(exchanges)

    def of(self, requirement: RequirementRun, check: CheckResult) -> "str | Missing":
        """What to paste into a shell, or why no script can repeat what the check did."""
        scenes = self._scenes
        own = scenes.of(check)
        judged = next((card.exchange for card in check.cards if card.exchange), None)
        if not own or (judged is not None and judged not in scenes.place):
            return Missing(_DELIVERED if own else "it sent no request of its own")
        card = next((card for card in check.cards if card.exchange), None)
        said = f"{card.expectation}; {card.expected}" if card else ""
        subject = Subject(
            scenes.place.get(judged or ""),
            card.observed if card else "",
            is_delivered=_is_of_deliveries(said),
        )
        for mine in self._own_calls(own, subject.number):
            numbers = scenes.before(mine, said)
            if len(numbers) > _MOST_LOOKED_AT:
                continue
            steps = Steps(self._run, scenes, numbers, mine, subject)
            made = steps.made()
            if made is None:
                return Missing(_BESIDE)
            if len(made) <= MOST:
                return _text(requirement, check, steps, made, self._mail(mine, steps, numbers))
        return Missing(_TOO_MANY)

    def _own_calls(self, own: Sequence[int], judged: int | None) -> Iterator[Sequence[int]]:
        """What the check did; where that is too much, what the judged call rests on."""
        yield own
        if judged is not None and judged in own:
            yield needed(self._scenes, own, judged)

    def _mail(self, own: Sequence[int], steps: Steps, numbers: Sequence[int]) -> dict[str, str]:
        """What the receiving part of a script is given; nothing where it needs no such part."""
        if not steps.addresses:
            return {}
        brought = self._scenes.brought_to(own)
        return {
            "ARRIVALS": _listed(arrivals(self._scenes, brought, numbers, steps.names)),
            "MANNERS": _json(manners(brought)),
            "JUDGED": repr(steps.listens),
        }


def _is_of_deliveries(said: str) -> bool:
    """Whether an expectation is about what came, and not about an answer of the platform."""
    # What is quoted is how the receiver answered.
    plain = _QUOTED.sub("", said)
    return _DELIVERIES.search(plain) is not None and not _ANSWERS.search(plain)


def _text(
    requirement: RequirementRun,
    check: CheckResult,
    steps: Steps,
    made: list[dict[str, Any]],
    mail: dict[str, str],
) -> str:
    card = check.cards[0] if check.cards else None
    told = [f"{requirement.id}: {requirement.text}"]
    if card is not None:
        told += [f"Expected: {card.expectation}: {card.expected}", f"Came: {card.observed}"]
    told += [
        "",
        "Sets the scene and makes the calls anew. What it makes bears a name with 'conformance'.",
        *steps.needs(),
        "Exit status: 1 the failure is there, 0 it is not, 2 the scene could not be set.",
    ]
    ways = {step["method"] for step in made}
    parts = {
        _VALUES: True,
        _SOURCE: True,
        _AWS: bool(mail) or not ways.isdisjoint({INVOKE, FETCH}),
        _MAIL: bool(mail),
        _FILES: FETCH in ways,
    }
    rest = _source([path for path, is_needed in parts.items() if is_needed])
    head = "\n".join(_clean(line) for line in told)
    values = {
        **mail,
        "STEPS": _listed(made),
        "FRESH": _json(steps.names.fresh),
        "SECRETS": repr(steps.names.secrets),
        "ADDRESSES": repr(steps.addresses),
        "BASE_URL": repr(steps.base_url),
        "OPERATOR_URL": repr(steps.operator_url),
    }
    for name, value in values.items():
        before, line, after = _line_of(name, rest)
        rest = f"{before}{line} = {value}{after}"
    return f'python3 - <<\'{END}\'\n"""{head}\n"""\n\n{rest.rstrip()}\n{END}\n'


def _line_of(name: str, source: str) -> tuple[str, str, str]:
    """The line that gives a name its value, without the value; what stands before and behind."""
    found = re.search(rf"^({name}(?:: [^=]+)?) = .*$", source, re.MULTILINE)
    if found is None:
        raise ValueError(f"{_SOURCE.name} gives {name} no value")
    return source[: found.start()], found[1], source[found.end() :]


def _source(parts: Sequence[Path]) -> str:
    """What is the same in all scripts, and in all that have these parts."""
    texts = [path.read_text(encoding="utf-8").partition(_PART) for path in parts]
    heads = "\n".join(head for head, _, _ in texts)
    needed = sorted({line for line in heads.splitlines() if _IMPORT.match(line)})
    bodies = [body.partition(_GUARD) for _, _, body in texts]
    guard = next(guard + after for _, guard, after in bodies if guard)
    code = "\n\n\n".join(before.strip() for before, _, _ in bodies)
    return "\n".join([_FUTURE, "", *needed, "", code, "", "", guard])


def _listed(made: list[dict[str, Any]]) -> str:
    """Objects as Python reads them, one a line."""
    lines = "\n".join(map(_json, made))
    return f"[json.loads(line) for line in r'''\n{lines}\n'''.split(chr(10)) if line]"


def _json(value: object) -> str:
    """JSON that cannot end the text it stands in."""
    return json.dumps(value).replace("'", "\\u0027")


def _clean(line: str) -> str:
    return _UNPRINTABLE.sub("?", line)[:400]
