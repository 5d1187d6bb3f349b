"""A part of a file: how it is asked for, and whether what came back is that part (RFC 9110, section 14).

Pure: headers in, facts or a problem out. A server's word is taken only where it agrees with itself and
with the question.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from sottovoce.core.errors import NetworkProblem

CONTENT_RANGE = re.compile(r"bytes (?P<first>[0-9]{1,18})-(?P<last>[0-9]{1,18})/(?P<size>[0-9]{1,18})")
LENGTH = re.compile(r"[0-9]{1,18}")
STRONG = re.compile(r'"[\x21\x23-\x7e]{1,256}"')
"""An entity tag that promises the same bytes. A weak one (W/…) promises only the same meaning."""

OTHER_ADDRESS = "Give another address of the same file."


class WrongRange(NetworkProblem):
    """The server sent another part of the file than it was asked for, or contradicts itself."""


@dataclass(frozen=True, slots=True)
class Span:
    """The bytes from `start` up to, and without, `end`; None: to the end of the file.

    `validator`: the file's strong entity tag as it was before; a file that changed then comes as a whole.
    """

    start: int = 0
    end: int | None = None
    validator: str | None = None

    def headers(self) -> dict[str, str]:
        last = "" if self.end is None else str(self.end - 1)
        condition = {} if self.validator is None else {"If-Range": self.validator}
        return {"Range": f"bytes={self.start}-{last}", **condition}


@dataclass(frozen=True, slots=True)
class Facts:
    """What an answer says of the file it carries.

    `start` is where its body begins in the file, `length` the bytes of the body, `size` those of the whole
    file; None: not said. `validator` is a strong entity tag. `kind` is the media type.
    """

    start: int
    length: int | None
    size: int | None
    validator: str | None
    kind: str
    is_part: bool


def facts(host: str, status: int, headers: Mapping[str, str], span: Span | None) -> Facts:
    """Return what a good answer (200 or 206) says. Raises WrongRange where it is not what was asked for."""
    validator = headers.get("etag", "").strip()
    common = (
        validator if STRONG.fullmatch(validator) else None,
        headers.get("content-type", "").partition(";")[0].strip().lower(),
    )
    length = _length(host, headers)
    if status == 200:
        return Facts(0, length, length, *common, is_part=False)
    if span is None:
        raise _wrong(host, "sent a part of the file, though all of it was asked for")
    start, end, size = _content_range(host, headers)
    if start != span.start or end != (size if span.end is None else min(span.end, size)):
        raise _wrong(host, f"sent bytes {start:,} to {end - 1:,}, which were not asked for")
    if length is not None and length != end - start:
        raise _wrong(host, f"says that {end - start:,} bytes come, and that {length:,} do")
    return Facts(start, end - start, size, *common, is_part=True)


def _length(host: str, headers: Mapping[str, str]) -> int | None:
    if "transfer-encoding" in headers:
        return None
    text = headers.get("content-length")
    if text is None:
        return None
    if not LENGTH.fullmatch(text):
        raise _wrong(host, "does not say how long its answer is")
    return int(text)


def _content_range(host: str, headers: Mapping[str, str]) -> tuple[int, int, int]:
    """Return where the part begins, where it ends, and how large the file is."""
    found = CONTENT_RANGE.fullmatch(headers.get("content-range", ""))
    if found is None:
        raise _wrong(host, "does not say which part of the file it sends")
    start, end, size = int(found["first"]), int(found["last"]) + 1, int(found["size"])
    if not start < end <= size:
        raise _wrong(host, "sent a part that lies beyond the file")
    return start, end, size


def _wrong(host: str, reason: str) -> WrongRange:
    return WrongRange(f"{host} {reason}.", hint=OTHER_ADDRESS)
