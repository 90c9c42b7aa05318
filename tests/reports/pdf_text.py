"""Just enough PDF to read the text of a page that Chromium printed."""

import re
import zlib

_OBJECT = re.compile(rb"(\d+) 0 obj\b(.*?)\bendobj", re.DOTALL)
_STREAM = re.compile(rb"stream\r?\n(.*)\r?\nendstream", re.DOTALL)


def page_texts(pdf: bytes) -> list[str]:
    """The text of each page, in order, without its spacing."""
    objects = {int(number): body for number, body in _OBJECT.findall(pdf)}
    pages = [body for body in objects.values() if re.search(rb"/Type\s*/Page\b", body)]
    return [_text(page, objects) for page in pages]


def _text(page: bytes, objects: dict[int, bytes]) -> str:
    fonts = {
        name: _unicode(objects, int(number))
        for name, number in re.findall(rb"/(F\d+) (\d+) 0 R", page)
    }
    contents = re.search(rb"/Contents (\d+) 0 R", page)
    assert contents
    code = _data(objects[int(contents[1])])
    current: dict[int, str] = {}
    text: list[str] = []
    for font, shown in re.findall(rb"/(F\d+) [\d.]+ Tf|<([0-9A-Fa-f]+)>", code):
        if font:
            current = fonts[font]
        glyphs = (int(shown[at : at + 4], 16) for at in range(0, len(shown), 4))
        text += [current.get(glyph, "") for glyph in glyphs]
    return "".join(text)


def _unicode(objects: dict[int, bytes], font: int) -> dict[int, str]:
    reference = re.search(rb"/ToUnicode (\d+) 0 R", objects[font])
    if not reference:
        return {}
    table = _data(objects[int(reference[1])])
    found: dict[int, str] = {}
    for block in re.findall(rb"beginbfchar(.*?)endbfchar", table, re.DOTALL):
        for glyph, char in re.findall(rb"<(\w+)> <(\w+)>", block):
            found[int(glyph, 16)] = bytes.fromhex(char.decode()).decode("utf-16-be")
    for block in re.findall(rb"beginbfrange(.*?)endbfrange", table, re.DOTALL):
        for first, last, char in re.findall(rb"<(\w+)> <(\w+)> <(\w+)>", block):
            for offset in range(int(last, 16) - int(first, 16) + 1):
                found[int(first, 16) + offset] = chr(int(char, 16) + offset)
    return found


def _data(body: bytes) -> bytes:
    stream = _STREAM.search(body)
    assert stream
    return zlib.decompress(stream[1]) if b"FlateDecode" in body else stream[1]
