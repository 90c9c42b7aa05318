"""Reads the entries of a HAR one by one, in memory that does not grow with the file."""

import codecs
import json
from collections.abc import Callable, Iterator
from json import JSONDecodeError
from typing import IO, Any, Final

_CHUNK: Final = 1 << 20
# One entry with its bodies; beyond it a file is taken for damaged.
_LONGEST: Final = 200_000_000
# Near the end of what was read a mistake may be no more than an end that is not there yet.
_MARGIN: Final = 32
_BLANK: Final = " \t\r\n"
_DECODER: Final = json.JSONDecoder()


class NotHarError(ValueError):
    """The file is no HAR, or ends or is damaged here; the text says so."""


def entries(stream: IO[bytes], progress: Callable[[int], None]) -> Iterator[Any]:
    """The members of `log.entries`, each a JSON value. `progress` is told the bytes read so far.

    Raises:
        NotHarError: what follows cannot be read; entries before it were yielded.
    """
    source = _Source(stream, progress)
    if not source.finds("log") or not source.finds("entries"):
        raise NotHarError("no HAR: it has no log.entries")
    source.expect("[")
    if source.peek() == "]":
        return
    while True:
        yield source.value()
        if source.peek() == "]":
            return
        source.expect(",")


class _Source:
    """A text of JSON that is read as it is needed."""

    def __init__(self, stream: IO[bytes], progress: Callable[[int], None]) -> None:
        self._stream, self._progress = stream, progress
        self._decode = codecs.getincrementaldecoder("utf-8-sig")()
        self._text, self._at, self._bytes, self._ended = "", 0, 0, False

    def finds(self, name: str) -> bool:
        """Go to the value of this member of the object that begins here."""
        self.expect("{")
        while self.peek() != "}":
            found = self.value()
            self.expect(":")
            if found == name:
                return True
            self.value()
            if self.peek() == ",":
                self.expect(",")
        return False

    def peek(self) -> str:
        """The next character that is no blank; it stays."""
        while True:
            while self._at < len(self._text) and self._text[self._at] in _BLANK:
                self._at += 1
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                raise NotHarError("it ends in the middle")

    def expect(self, character: str) -> None:
        if self.peek() != character:
            raise NotHarError("not JSON, or no HAR")
        self._at += 1

    def value(self) -> Any:
        """The JSON value that begins here."""
        self.peek()
        while True:
            try:
                found, end = _DECODER.raw_decode(self._text, self._at)
            except JSONDecodeError as error:
                self._judge(error)
                continue
            except RecursionError:
                raise NotHarError("nested too deeply") from None
            # A number may go on behind what was read.
            if end < len(self._text) or not self._more():
                self._at = end
                return found

    def _judge(self, error: JSONDecodeError) -> None:
        """Read on where the end is merely not there yet.

        Raises:
            NotHarError: it is not that.
        """
        open_text = error.msg.startswith(("Unterminated string", "Invalid \\"))
        if not open_text and error.pos < len(self._text) - _MARGIN:
            raise NotHarError("not JSON")
        if len(self._text) - self._at > _LONGEST:
            raise NotHarError("an entry of more than 200 MB")
        if not self._more():
            raise NotHarError("it ends in the middle")

    def _more(self) -> bool:
        """Read on, more at a time the longer the value is; False at the end."""
        if self._ended:
            return False
        rest = self._text[self._at :]
        read = self._stream.read(max(_CHUNK, len(rest)))
        self._bytes += len(read)
        self._ended = not read
        try:
            self._text = rest + self._decode.decode(read, final=self._ended)
        except UnicodeDecodeError:
            raise NotHarError("binary, or not in UTF-8") from None
        self._at = 0
        self._progress(self._bytes)
        return not self._ended
