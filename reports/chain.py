"""Digests of exchanges, each chained to the one before: what was altered is named, to the exchange.

A link is a line `ID DIGEST HEAD`: the SHA-256 of the exchange's line in exchanges.jsonl, and the
SHA-256 of the head before it and of that digest. The last head, the root, stands for them all.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from typing import Final, NamedTuple

_SHOWN: Final = 20  # named of what was altered; so many are enough to see what happened


class Link(NamedTuple):
    """One exchange: its id, the digest of its line, and the head of the chain with it."""

    id: str
    digest: str
    head: str


def start(*about: object) -> str:
    """The head before the first exchange: what the chain is bound to."""
    return sha256(json.dumps(about, default=str).encode()).hexdigest()


def links(lines: Iterable[bytes], head: str) -> Iterator[Link]:
    """The links of exchanges, as lines without their ends."""
    for line in lines:
        digest = sha256(line).hexdigest()
        head = _next(head, digest)
        yield Link(_id(line), digest, head)


def _next(head: str, digest: str) -> str:
    return sha256(bytes.fromhex(head) + bytes.fromhex(digest)).hexdigest()


def lines_of(log: bytes) -> list[bytes]:
    """The lines of exchanges.jsonl, without their ends."""
    return [line for line in log.split(b"\n") if line]


def text(chain: Iterable[Link]) -> str:
    return "".join(f"{' '.join(link)}\n" for link in chain)


def parse(written: str) -> list[Link]:
    """The links of a file. Raises ValueError where it is none."""
    found = []
    for number, line in enumerate(written.split("\n")[:-1], start=1):
        parts = line.split(" ")
        if len(parts) != len(Link._fields):
            raise ValueError(f"line {number} is no link of the chain")
        found.append(Link(*parts))
    return found


def problems(log: bytes, chain: Sequence[Link], head: str, root: str) -> Iterator[str]:
    """What was altered since the chain was made, a line each; nothing where all is as it was."""
    yield from _broken(chain, head, root)
    found = list(links(lines_of(log), head))
    altered = list(_altered(chain, found))
    yield from altered[:_SHOWN]
    if len(altered) > _SHOWN:
        yield f"and {len(altered) - _SHOWN} more exchanges"
    if not altered and log != b"".join(line + b"\n" for line in lines_of(log)):
        yield "empty lines were added between exchanges, or the last line has no end"


def _broken(chain: Sequence[Link], head: str, root: str) -> Iterator[str]:
    for link in chain:
        try:
            head = _next(head, link.digest)
        except ValueError:
            head = ""
        if head != link.head:
            yield f"the chain is broken at exchange {link.id}"
            return
    if head != root:
        yield "the chain does not end in the root that was stated: exchanges are missing at its end"


def _altered(chain: Sequence[Link], found: Sequence[Link]) -> Iterator[str]:
    if [link.digest for link in chain] == [link.digest for link in found]:
        return
    if Counter(link.digest for link in chain) == Counter(link.digest for link in found):
        at = next(a for a, b in zip(chain, found, strict=True) if a.digest != b.digest)
        yield f"exchanges stand in another order, from {at.id} on"
    elif len(chain) == len(found):
        for number, (link, there) in enumerate(zip(chain, found, strict=True), start=1):
            if link.digest != there.digest:
                yield f"exchange {link.id} (line {number}) was altered"
    else:
        yield from _moved(chain, found)


def _moved(chain: Sequence[Link], found: Sequence[Link]) -> Iterator[str]:
    """Where lines came or went, ids tell what became of which."""
    expected = {link.id: link.digest for link in chain}
    there = {link.id: link.digest for link in found}
    for name, digest in expected.items():
        if name not in there:
            yield f"exchange {name} is missing"
        elif there[name] != digest:
            yield f"exchange {name} was altered"
    yield from (f"exchange {name} was added" for name in there if name not in expected)
    twice = [name for name, count in Counter(link.id for link in found).items() if count > 1]
    yield from (f"exchange {name} stands twice" for name in twice)


def _id(line: bytes) -> str:
    try:
        return "".join(str(json.loads(line)["id"]).split()) or "unknown"
    except (ValueError, KeyError, TypeError):
        return "unknown"
