"""Every field of requests that no page prints, and runs against a reference that refuses it.

A platform that validates its input may not know a name that we guessed. Its refusal says nothing
against it, so that no documented requirement may fail there.
"""

import json
import shlex
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from conformance.contract import ROUTES
from conformance.contract.operation import Operation
from fixtures.exchange.evidence import Sent
from fixtures.exchange.guesses import fields, guessed
from tests.run.suite import run_suite

# Reports for people and second starts of tools cost more than most checks.
_UNUSED: Final = ("allure_pytest", "html", "metadata", "hypothesispytest", "randomly", "xdist")
_SEED: Final = ("--run-seed", "1")


@dataclass(frozen=True, order=True)
class Guess:
    """A guessed field of an operation, or all that every accepted request of it had."""

    operation: str
    names: tuple[str, ...]
    # Node ids of the checks that send it in a run against a reference that knows it.
    checks: tuple[str, ...] = field(compare=False)

    @property
    def unknown(self) -> Iterator[str]:
        """The fields as the reference is told to refuse them."""
        route = ROUTES[self.operation]
        return (f"{route.method} {route.path} {name}" for name in self.names)

    def __str__(self) -> str:
        return f"{self.operation} {', '.join(self.names)}"


@dataclass(frozen=True)
class Refused:
    """What came of a run against a reference that refuses some fields."""

    # Requirement and check of each failure, with its message.
    failures: tuple[str, ...]
    # Fields that no request of the run had, so that it says nothing about them.
    untried: tuple[str, ...]
    seconds: float


def requests(exchanges: Path) -> Iterator[tuple[Operation, str, frozenset[str], bool]]:
    """Of each recorded request to a route: the operation, the check, guessed fields, acceptance."""
    with exchanges.open(encoding="utf-8") as lines:
        for exchange in map(json.loads, lines):
            operation, sent = ROUTES.get(exchange["operation"]), exchange["request"]
            if operation is None or sent["method"] != operation.method:
                continue
            parts = guessed(operation, Sent(sent["method"], sent["url"], {}, sent["body"]))
            answer = exchange["response"] or {"status": 0}
            accepted = 200 <= answer["status"] < 300
            yield operation, exchange["check"], fields(parts, besides=frozenset()), accepted


class Survey:
    """What a recorded run sent."""

    def __init__(self, exchanges: Path) -> None:
        self._checks: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        self._always: dict[str, frozenset[str]] = {}
        self._taken: dict[str, set[str]] = defaultdict(set)
        for operation, check, names, accepted in requests(exchanges):
            for name in names:
                self._checks[operation.id][name].add(check)
            if accepted:
                self._taken[operation.id] |= names
                before = self._always.get(operation.id, names)
                self._always[operation.id] = before & names

    def guesses(self) -> list[Guess]:
        """Optional fields one by one; those that every accepted request had, by operation."""
        found: list[Guess] = []
        for operation in sorted(self._checks):
            taken, always = self._taken[operation], self._always.get(operation, frozenset())
            if always:
                found.append(self._guess(operation, always))
            found += [self._guess(operation, {name}) for name in sorted(taken - always)]
        return found

    def _guess(self, operation: str, names: Iterable[str]) -> Guess:
        ordered = tuple(sorted(names))
        checks = set[str]().union(*(self._checks[operation][name] for name in ordered))
        return Guess(operation, ordered, _one_of_each(checks))


def _one_of_each(checks: Iterable[str]) -> tuple[str, ...]:
    """Of each test function the first parameters; what stages send has no test of its own."""
    first: dict[str, str] = {}
    for check in sorted(checks):
        if ".py::" in check:
            first.setdefault(check.partition("[")[0], check)
    return tuple(first.values())


def batches(guesses: Iterable[Guess], *, largest: int) -> list[list[Guess]]:
    """Guesses that may be refused together: no check sends two of them.

    Else the refusal of one would keep a check from the other. At most `largest` checks a batch,
    or one guess.
    """
    made: list[tuple[list[Guess], set[str]]] = []
    for guess in sorted(guesses, key=lambda it: (-len(it.checks), it)):
        checks = set(guess.checks)
        for together, busy in made:
            if busy.isdisjoint(checks) and len(busy) + len(checks) <= largest:
                together.append(guess)
                busy.update(checks)
                break
        else:
            made.append(([guess], checks))
    return [together for together, _ in made]


def record(selection: Sequence[str], directory: Path) -> Path:
    """The exchanges of a run against a reference that knows every field."""
    finished = run_suite(*selection, "-q", *_SEED, directory=directory)
    exchanges = directory / "exchanges.jsonl"
    assert exchanges.exists(), finished.output[-2000:]
    return exchanges


def refuse(unknown: Sequence[str], selection: Sequence[str], directory: Path) -> Refused:
    """Run these checks against a reference that refuses these fields."""
    started = time.monotonic()
    directory.mkdir(parents=True, exist_ok=True)
    chosen = directory / "checks.txt"
    chosen.write_text("\n".join(selection), encoding="utf-8")
    told = shlex.join(part for name in unknown for part in ("--unknown-field", name))
    finished = run_suite(
        *(f"@{chosen}", "-q", *_SEED, *_without(), f"--reference-args={told}"), directory=directory
    )
    report = directory / "run.json"
    assert report.exists(), finished.output[-2000:]
    return Refused(
        failures=tuple(_failures(finished.run)),
        untried=tuple(sorted(set(unknown) - set(_sent(directory / "exchanges.jsonl")))),
        seconds=time.monotonic() - started,
    )


def _failures(run: Mapping[str, Any]) -> Iterator[str]:
    for requirement in run["requirements"]:
        for check in requirement["checks"]:
            if check["verdict"] == "fail":
                yield f"{requirement['id']} {check['nodeid']}: {check['message'][:300]}"


def _sent(exchanges: Path) -> Iterator[str]:
    """All guessed fields of a run, as the reference is told to refuse them."""
    for operation, _, names, _ in requests(exchanges):
        yield from (f"{operation.method} {operation.path} {name}" for name in names)


def _without() -> list[str]:
    return [part for name in _UNUSED for part in ("-p", f"no:{name}")]
