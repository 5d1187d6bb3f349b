"""Mails (EML) and boxes of them (MBOX): subject, who to whom and when, text, and attachments' names."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.parser import BytesParser
from email.policy import Compat32
from typing import BinaryIO

from sottovoce.knowledge.reading import dates, decoding, html, text
from sottovoce.knowledge.reading.paper import Paper
from sottovoce.knowledge.reading.refusal import Refusal, size

MOST_PARTS = 1_000
"""Of one mail."""

DEEPEST = 50
"""Parts within each other."""

LONGEST_HEADER = 10_000
"""Characters of a header that are looked at."""

MOST_NAMES = 100
LARGEST = 64_000_000
"""Bytes of one mail in a box."""

SHOWN = ("From", "To", "Cc", "Date")

_START = re.compile(rb"From \S{1,300} .{0,60}\d{4}\s{0,9}$")
_QUOTED = re.compile(rb"^>+From ", re.MULTILINE)


class _Short(Compat32):
    """The older way to read headers, which takes the square of their length; so they are cut."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        left = LONGEST_HEADER
        kept: list[str] = []
        for line in sourcelines:
            kept.append(line[:left])
            left -= len(line)
            if left <= 0:
                break
        return super().header_source_parse(kept)


def read(data: bytes, paper: Paper) -> None:
    """Read one mail."""
    message = parse(data)
    paper.title = header(message, "Subject")
    paper.written = dates.from_mail(header(message, "Date"))
    write(message, paper)


def read_box(file: BinaryIO, paper: Paper) -> None:
    """Read every mail of a box, each under its subject; the box is as old as its newest mail."""
    newest: float | None = None
    for data in mails(file):
        message = parse(data)
        at = dates.from_mail(header(message, "Date"))
        newest = at if newest is None else max(newest, at or newest)
        write(message, paper)
    paper.title, paper.written = "", newest


def mails(file: BinaryIO) -> Iterator[bytes]:
    """Yield the mails of a box: each begins with a line `From …` after an empty one (RFC 4155)."""
    held: list[bytes] = []
    count = 0
    after_gap = True
    while line := file.readline(1 << 20):
        if after_gap and line.startswith(b"From ") and _START.match(line):
            if held:
                yield _QUOTED.sub(lambda found: found[0][1:], b"".join(held))
            held, count = [], 0
            continue
        after_gap = line in (b"\n", b"\r\n")
        held.append(line)
        count += len(line)
        if count > LARGEST:
            raise Refusal("long", f"{size(LARGEST)} in one mail")
    if held:
        yield _QUOTED.sub(lambda found: found[0][1:], b"".join(held))


def parse(data: bytes) -> Message:
    return BytesParser(policy=_Short()).parsebytes(data)


def header(message: Message, name: str) -> str:
    """Return a header as a person reads it, "" if it is not there."""
    return shown(str(message.get(name, ""))[:LONGEST_HEADER])


def shown(value: str) -> str:
    """Decode what a header writes in ASCII (RFC 2047)."""
    try:
        parts = decode_header(value)
    except (HeaderParseError, ValueError):
        return " ".join(value.split())
    pieces: list[str] = []
    before: str | None = None
    for at, (part, charset) in enumerate(parts[:1000]):
        if at and (before is None or charset is None):  # between two encoded words a gap means nothing
            pieces.append(" ")
        pieces.append(part if isinstance(part, str) else _decoded(part, charset))
        before = charset
    return " ".join("".join(pieces).split())


def write(message: Message, paper: Paper) -> None:
    """Write one mail onto the paper."""
    paper.heading(header(message, "Subject") or "(no subject)", 1)
    lines = [f"{name}: {value}" for name in SHOWN if (value := header(message, name))]
    bodies, names = _parts(message)
    if names:
        lines.append(f"Attachments: {', '.join(names)}")
    paper.text("\n".join(lines))
    for kind, body in bodies:
        if kind == "text/html":
            title, written = paper.title, paper.written
            html.read_text(body, paper)
            paper.title, paper.written = title, written
        else:
            text.paragraphs([body], paper)


def _parts(message: Message) -> tuple[list[tuple[str, str]], list[str]]:
    """Return the texts that are the mail itself, and the names of what comes along."""
    texts: list[tuple[str, str]] = []
    names: list[str] = []
    todo = [(message, 0)]
    seen = 0
    while todo:
        part, depth = todo.pop()
        seen += 1
        if seen > MOST_PARTS or depth > DEEPEST:
            raise Refusal("bomb", f"it has more than {MOST_PARTS:,} parts, or {DEEPEST} within each other")
        kind = part.get_content_type()
        name = _name(part)
        if name or part.get_content_disposition() == "attachment" or kind == "message/rfc822":
            if len(names) < MOST_NAMES:
                names.append(name or kind)
        elif part.is_multipart():
            below = [one for one in part.get_payload() if isinstance(one, Message)]
            if kind == "multipart/alternative":
                below = _best(below)
            todo += [(one, depth + 1) for one in reversed(below)]
        elif kind in ("text/plain", "text/html"):
            payload = part.get_payload(decode=True)
            if isinstance(payload, bytes):
                texts.append((kind, _decoded(payload, part.get_content_charset())))
    return texts, names


def _best(choices: list[Message]) -> list[Message]:
    """Return the plain one of several that say the same, the last one where none is."""
    for one in choices:
        if one.get_content_type() == "text/plain" and str(one.get_payload()).strip():
            return [one]
    return choices[-1:]


def _name(part: Message) -> str:
    try:
        return shown((part.get_filename() or "")[:500])
    except (ValueError, TypeError, LookupError):
        return ""


def _decoded(data: bytes, charset: str | None) -> str:
    """Decode as the mail says; if it does not or is wrong, by the rules for texts."""
    if charset and (codec := decoding.named(charset)):
        with contextlib.suppress(ValueError):
            return data.decode(codec).replace("\r\n", "\n")
    found = decoding.encoding_of(data)
    if found is None:
        return data.decode("latin-1")
    return "".join(decoding.pieces(data, found))
