"""From bytes to text, by the rules of the page (web/shared/decoding.ts), in pieces of bounded size. Pure."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

from sottovoce.knowledge.reading.refusal import Refusal

LOOKED_AT = 200_000
"""Bytes, or characters, that decide in what a text is written."""

PIECE = 1 << 18
LONGEST = 50_000
"""Characters of a line; a longer one is given in parts."""

CODECS = (
    "big5", "big5hkscs", "cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257",
    "cp1258", "cp437", "cp850", "cp866", "cp932", "cp949", "euc_jp", "euc_kr", "gb18030", "gb2312", "gbk",
    "hz", "iso2022_jp", "iso2022_kr", "iso8859_1", "iso8859_2", "iso8859_3", "iso8859_4", "iso8859_5",
    "iso8859_6", "iso8859_7", "iso8859_8", "iso8859_9", "iso8859_13", "iso8859_15", "koi8_r", "koi8_u",
    "mac_roman", "shift_jis", "tis_620", "utf_16", "utf_16_be", "utf_16_le", "utf_32", "utf_8", "utf_8_sig",
)  # fmt: skip
"""What mails and pages say they are written in, as far as it is believed."""

_KNOWN = frozenset(codecs.lookup(name).name for name in CODECS)

_WIDER = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "us-ascii": "cp1252",
}
"""Names that browsers read as what contains them (WHATWG, Encoding)."""

_CONTROLS = re.compile("[\0-\x06\x0e-\x1a\x1c-\x1f\x7f]")


def _as_itself(problem: UnicodeError) -> tuple[str, int]:
    """Return the five bytes that Windows-1252 leaves open as browsers do."""
    assert isinstance(problem, UnicodeDecodeError)  # noqa: S101  (it is registered for decoding alone)
    return problem.object[problem.start : problem.end].decode("latin-1"), problem.end


codecs.register_error("sottovoce-as-itself", _as_itself)


@dataclass(frozen=True, slots=True)
class Encoding:
    """How to decode. `label` is what a person is told, None for UTF-8; `mark` the bytes to step over."""

    codec: str
    label: str | None = None
    mark: int = 0
    errors: str = "replace"


def encoding_of(data: bytes) -> Encoding | None:
    """Return in what a text is written. None: these bytes are no text."""
    found = _guess(data)
    if found is None:
        return None
    looked = data[found.mark : found.mark + 2 * LOOKED_AT].decode(found.codec, found.errors)[:LOOKED_AT]
    if "\0" in looked or len(_CONTROLS.findall(looked)) > len(looked) / 100:
        return None
    return found


def _guess(data: bytes) -> Encoding | None:
    if data.startswith(b"\xff\xfe"):
        return Encoding("utf-16-le", "UTF-16", 2)
    if data.startswith(b"\xfe\xff"):
        return Encoding("utf-16-be", "UTF-16", 2)
    if b"\0" in data:
        return None
    if _is_utf8(data):
        return Encoding("utf-8", None, 3 if data.startswith(b"\xef\xbb\xbf") else 0)
    if _is_japanese(data, _SHIFT_JIS):
        return Encoding("cp932", "Shift_JIS")
    if _is_japanese(data, _EUC_JP):
        return Encoding("euc_jp", "EUC-JP")
    if _is_chinese(data):
        return Encoding("gb18030", "GB18030")
    return Encoding("cp1252", "Windows-1252", errors="sottovoce-as-itself")


def _is_utf8(data: bytes) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for at in range(0, len(data), 1 << 20):
            decoder.decode(data[at : at + (1 << 20)])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


_SHIFT_JIS = re.compile(
    rb"(?P<kana>\x82[\x9f-\xf1]|\x83[\x40-\x96])|[\x81-\x9f\xe0-\xef][\x40-\x7e\x80-\xfc]|[\x80-\xff]"
)
_EUC_JP = re.compile(rb"(?P<kana>\xa4[\xa1-\xf3]|\xa5[\xa1-\xf6])|[\xa1-\xfe][\xa1-\xfe]|[\x80-\xff]")


def _is_japanese(data: bytes, encoding: re.Pattern[bytes]) -> bool:
    """Tell Japanese by its kana, of which every text has many, and by how few bytes stand alone."""
    kana = pairs = alone = 0
    for found in encoding.finditer(data, 0, LOOKED_AT):
        kana += found["kana"] is not None
        pairs += len(found[0]) == 2
        alone += len(found[0]) == 1
    return kana >= 2 and kana * 5 >= pairs and pairs > alone * 2


_PAIR = re.compile(rb"[\xa1-\xa3\xb0-\xf7][\xa1-\xfe]|[\x80-\xff]")


def _is_chinese(data: bytes) -> bool:
    """Tell Chinese from Western European bytes.

    In Chinese, bytes above 127 come in pairs that mean frequent characters (marks, and the characters of
    GB2312, of which nearly all texts are made); in the others they mostly stand alone between letters.
    """
    paired = alone = 0
    for found in _PAIR.finditer(data, 0, LOOKED_AT):
        if found.end() - found.start() == 2:
            paired += 2
        else:
            alone += 1
    return paired > alone * 4


def pieces(data: bytes, encoding: Encoding) -> Iterator[str]:
    """Yield the text in pieces, its lines ended by a newline."""
    source = io.BytesIO(data)
    source.seek(encoding.mark)
    with io.TextIOWrapper(source, encoding.codec, encoding.errors) as text:
        while piece := text.read(PIECE):
            yield piece


def lines(data: bytes, encoding: Encoding) -> Iterator[str]:
    """Yield the lines of a text without their ends; a very long one in parts."""
    rest = ""
    for piece in pieces(data, encoding):
        whole = (rest + piece).split("\n")
        rest = whole.pop()
        yield from whole
        while len(rest) > LONGEST:
            yield rest[:LONGEST]
            rest = rest[LONGEST:]
    if rest:
        yield rest


def named(said: str) -> str | None:
    """Return the codec that a document names, None for one that is none of texts."""
    name = said.strip().lower()
    name = _WIDER.get(name, name)
    try:
        return name if codecs.lookup(name).name in _KNOWN else None
    except (LookupError, ValueError):
        return None


def need_encoding(data: bytes) -> Encoding:
    """Return in what a text is written. Raises Refusal where it is none."""
    found = encoding_of(data)
    if found is None:
        raise Refusal("unknown")
    return found


def note_of(encoding: Encoding) -> str | None:
    """Return what to tell of it."""
    return None if encoding.label is None else f"Read as {encoding.label}, not UTF-8."
