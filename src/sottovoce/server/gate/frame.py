"""What of a request's head can be judged without knowing what is asked: its target, lengths and kinds.

Nothing of a target ever becomes a path on a disk; it is still held to one spelling, since two programs
that read the same target differently are how a check is passed by.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from sottovoce.core.errors import BadValue, NotFound, TooLarge
from sottovoce.server import uploads
from sottovoce.server.bodies import MOST_BYTES, check_kind
from sottovoce.server.gate.origins import SAFE

MOST_TARGET = 4096
"""Bytes of the path, and of the query."""

MOST_HEADERS = 100
ONCE = (b"content-length", b"content-type", b"transfer-encoding", b"authorization", b"x-api-key", b"cookie")

PLAIN = re.compile(rb"/(?:[A-Za-z0-9._~!$&'()*+,;=:@-]+(?:/[A-Za-z0-9._~!$&'()*+,;=:@-]+)*/?)?")
CODED = re.compile(rb"%([0-9A-Fa-f]{2})")

Headers = Mapping[bytes, Sequence[bytes]]


def check_target(path: bytes, query: bytes) -> None:
    """Raise NotFound for a path that has more than one reading, TooLarge for one without end."""
    if len(path) > MOST_TARGET or len(query) > MOST_TARGET:
        raise TooLarge(
            f"An address here has at most {MOST_TARGET} bytes, and its query as many.",
            hint="Send what is long in the request's body",
        )
    if not _is_plain(path):
        raise NotFound("There is nothing at this address.", hint="/docs lists what there is")


def check_head(method: str, count: int, headers: Headers, *, is_file: bool = False) -> None:
    """Raise BadInput, TooLarge or WrongKind for a head that promises nothing good.

    `is_file`: at this place the body is one, and no JSON to be read at once.
    """
    if count > MOST_HEADERS:
        raise BadValue(f"A request here has at most {MOST_HEADERS} headers.", hint="Send fewer")
    for name in ONCE:
        if len(headers.get(name, ())) > 1:
            raise BadValue(f"The header {name.decode()} is there twice.", hint="Send it once")
    _check_length(headers, is_file=is_file)
    if method not in SAFE and b"content-type" in headers:
        # A page may send forms and plain text anywhere unasked; not JSON.
        kind = headers[b"content-type"][0].decode("latin-1")
        if is_file:
            uploads.check_kind(kind)
        else:
            check_kind(kind, None)


def _check_length(headers: Headers, *, is_file: bool) -> None:
    given = headers.get(b"content-length")
    if given is None:
        return
    if b"transfer-encoding" in headers:
        raise BadValue("The request says two different things of its length.", hint="Send one of them")
    if not (given[0].isascii() and given[0].isdigit() and len(given[0]) <= 20):
        raise BadValue(
            "The request's Content-Length is not a number.", hint="Send the body's length in bytes"
        )
    if is_file:
        uploads.check_size(int(given[0]))
    elif int(given[0]) > MOST_BYTES:
        raise TooLarge(f"A request's body has at most {MOST_BYTES >> 20} MB here.", hint="Send less at once")


def _is_plain(path: bytes) -> bool:
    codes = [bytes.fromhex(code.decode()) for code in CODED.findall(path)]
    if any(code in b"/\\%" or code < b" " or code == b"\x7f" for code in codes):
        return False
    # What is coded counts as one ordinary letter; a dot must be written as a dot.
    if any(code == b"." for code in codes) or not PLAIN.fullmatch(CODED.sub(b"x", path)):
        return False
    try:
        CODED.sub(lambda found: bytes.fromhex(found[1].decode()), path).decode("utf-8")
    except UnicodeDecodeError:
        return False
    return not any(part in (b".", b"..") for part in path.split(b"/"))
