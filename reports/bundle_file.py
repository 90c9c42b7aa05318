"""A ZIP archive of which every byte is accounted for.

Any tool opens it. What we read back must be what we would have written: headers, directory and
gaps hold nothing that could be changed without being seen. Names stand in the order of the files.
"""

import struct
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

_LOCAL: Final = struct.Struct("<4s5H3L2H")
_CENTRAL: Final = struct.Struct("<4s6H3L5H2L")
_END: Final = struct.Struct("<4s4H2LH")
_LOCAL_MARK: Final = b"PK\x03\x04"
_CENTRAL_MARK: Final = b"PK\x01\x02"
_END_MARK: Final = b"PK\x05\x06"
_VERSION: Final = 20
_UTF8: Final = 0x800
# The first of January 1980: when a bundle was made is told by what it holds.
_TIME: Final = 0
_DAY: Final = 0x21
_STORED: Final = 0
_DEFLATED: Final = 8
_READABLE: Final = 0o100644 << 16
_MOST: Final = 0xFFFFFFFE  # bytes, and
_MOST_FILES: Final = 0xFFFE  # files, that an archive without extensions can hold


class Damaged(ValueError):  # noqa: N818 - it says what became of the archive
    """The archive is not one that we have written."""


@dataclass(frozen=True)
class Member:
    """A file of the archive; `packed` is how it stands there."""

    name: str
    data: bytes
    packed: bytes

    @property
    def is_packed(self) -> bool:
        return self.packed != self.data

    @property
    def _header(self) -> tuple[int, int, int, int, int]:
        method = _DEFLATED if self.is_packed else _STORED
        return method, _TIME, _DAY, zlib.crc32(self.data), len(self.packed)

    def local(self) -> bytes:
        """How it stands in the archive, with its header."""
        name = self.name.encode()
        head = _LOCAL.pack(
            _LOCAL_MARK, _VERSION, _UTF8, *self._header, len(self.data), len(name), 0
        )
        return head + name + self.packed

    def central(self, offset: int) -> bytes:
        """Its line in the directory."""
        name = self.name.encode()
        versions = (_VERSION | 3 << 8, _VERSION, _UTF8)
        sizes = (*self._header, len(self.data), len(name))
        head = _CENTRAL.pack(_CENTRAL_MARK, *versions, *sizes, 0, 0, 0, 0, _READABLE, offset)
        return head + name


def member(name: str, data: bytes, *, plain: bool = False) -> Member:
    """A file to be written; packed where that makes it smaller, unless it is to stay `plain`."""
    if plain:
        return Member(name, data, data)
    packer = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = packer.compress(data) + packer.flush()
    return Member(name, data, packed if len(packed) < len(data) else data)


def archive(members: Sequence[Member]) -> bytes:
    """The archive of these files. Raises ValueError where it would be too large."""
    locals_ = [each.local() for each in members]
    return b"".join(locals_) + _tail(members, [len(each) for each in locals_])


def _tail(members: Sequence[Member], lengths: Iterable[int]) -> bytes:
    lines, offset = [], 0
    for each, length in zip(members, lengths, strict=True):
        lines.append(each.central(offset))
        offset += length
        if offset > _MOST or len(members) > _MOST_FILES:
            raise ValueError("a bundle holds at most 4 GB and 65,534 files")
    directory = b"".join(lines)
    count = len(members)
    end = _END.pack(_END_MARK, 0, 0, count, count, len(directory), offset, 0)
    return directory + end


def members_of(content: bytes) -> Mapping[str, Member]:
    """The files of an archive, by name. Raises Damaged, which names the first place that differs.

    Files whose content is not what their checksum says are among them: who they are is the news.
    """
    found: dict[str, Member] = {}
    damaged: list[str] = []
    offset = 0
    while content[offset : offset + 4] == _LOCAL_MARK:
        each, end, problem = _read(content, offset)
        if each.name in found:
            raise Damaged(f"{each.name} stands twice in it")
        found[each.name] = each
        damaged += [problem] if problem else []
        offset = end
    if damaged:
        raise Altered(damaged, found)
    if not found:
        raise Damaged("not a bundle, or its first header was altered")
    _expect(content, offset, _tail(list(found.values()), _lengths(found.values())))
    return found


class Altered(Damaged):
    """Files are not what their checksums say: `problems` name them, `members` are all there are."""

    def __init__(self, problems: Sequence[str], members: Mapping[str, Member]) -> None:
        super().__init__("; ".join(problems))
        self.problems, self.members = problems, members


def _lengths(members: Iterable[Member]) -> list[int]:
    return [_LOCAL.size + len(each.name.encode()) + len(each.packed) for each in members]


def _read(content: bytes, offset: int) -> tuple[Member, int, str]:
    """The file at an offset, where it ends, and what is wrong with its content."""
    try:
        _, *_, method, _, _, _, packed, size, name_length, extra = _LOCAL.unpack_from(
            content, offset
        )
    except struct.error:
        raise Damaged(f"cut short at byte {offset}") from None
    start = offset + _LOCAL.size
    end = start + name_length + extra + packed
    if end > len(content):
        raise Damaged(f"cut short, or its header at byte {offset} was altered")
    try:
        name = content[start : start + name_length].decode()
    except UnicodeDecodeError:
        raise Damaged(f"the name of a file at byte {start} was altered") from None
    body = content[start + name_length + extra : end]
    data = body if method == _STORED else _unpacked(body, size)
    each = Member(name, data, body)
    expected = each.local()
    same = content[offset:end] == expected
    return each, end, "" if same else f"{name}: its header or its content was altered"


def _unpacked(body: bytes, size: int) -> bytes:
    """As much as can be unpacked: what was altered is to be found in it."""
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    found = bytearray()
    try:
        found += unpacker.decompress(body, size + 1)
    except zlib.error:
        return bytes(found)
    return bytes(found)


def _expect(content: bytes, offset: int, expected: bytes) -> None:
    found = content[offset:]
    if found == expected:
        return
    pairs = zip(found, expected, strict=False)
    at = next(
        (place for place, (a, b) in enumerate(pairs) if a != b), min(len(found), len(expected))
    )
    raise Damaged(f"its directory was altered at byte {offset + at}")
