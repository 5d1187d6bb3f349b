"""Keys and tokens that are known by themselves, in a text that is seen plainly. Pure.

Passwords, which are known by what is said before them, are in passwords.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from math import log2

from sottovoce.guard.privacy.found import Find

LONGEST_BLOCK = 20_000
"""Signs of a private key in PEM form that are looked for its end."""

_MORE = (
    r"(?:(?:[ \t]?\n[ \t]*|[ \u3000]{1,2})(?=[A-Za-z_-]*\d)(?=[\d_-]*[A-Za-z])[A-Za-z0-9_-]{6,200}(?![\w@.]))"
)
"""What goes on after a break: letters and digits mixed."""

_KNOWN = re.compile(
    r"(?<![A-Za-z0-9])(?:"
    r"(?:sk|pk|rk)[-_](?:ant|proj|live|test|or|svcacct|lf)[-_][\w-]{10,240}" + _MORE + r"{0,6}"
    r"|sk-[A-Za-z0-9_-]{16,240}"
    r"|gh[pousr]_[A-Za-z0-9]{16,255}|github_pat_\w{20,255}|glpat-[\w-]{16,64}"
    r"|(?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{12,20}|AIza[\w-]{30,45}|ya29\.[\w-]{20,300}"
    r"|xox[abeoprs]-[\w-]{10,200}|xapp-[\w-]{10,200}|hf_[A-Za-z0-9]{20,64}|npm_[A-Za-z0-9]{30,64}"
    r"|pypi-[\w-]{16,300}|SG\.[\w-]{16,40}\.[\w-]{16,80}|whsec_[\w+/=-]{16,100}|dop_v1_[0-9a-f]{32,80}"
    r"|shp(?:at|ca|pa|ss)_[0-9a-f]{20,40}|lin_api_\w{20,60}|gsk_\w{20,80}|r8_\w{20,60}|key-[0-9a-z]{32}|"
    r"AC[0-9a-f]{32}|GOCSPX-[\w-]{20,40}"
    r"|LTAI[A-Za-z0-9]{12,24}|AKID[A-Za-z0-9]{13,40}|tvly-[\w-]{16,60}|pplx-\w{20,80}|nvapi-[\w-]{20,100}"
    r"|0x[0-9a-fA-F]{64}(?![0-9a-fA-F])|sq0[a-z]{3}-[\w-]{20,60}|EAA[A-Za-z0-9]{30,250}"
    r"|\d{8,10}:AA[\w-]{30,40}"
    r"|eyJ[\w-]{8,4000}\s?\.\s?[\w-]{4,4000}(?:\s?\.\s?[\w-]{4,4000})?"
    r"(?:\n(?=[\w-]{0,80}[A-Z])(?=[\w-]{0,80}[a-z])(?=[\w-]{0,80}[\d_])[\w-]{8,4000})?"
    r")",
    re.ASCII,
)
_KNOWN_ANY_CASE = re.compile(
    r"(?<![a-z0-9])(?:sk-(?:ant-|proj-)?[a-z0-9_-]{20,240}|gh[pousr]_[a-z0-9]{30,255}|akia[a-z0-9]{16})",
    re.IGNORECASE,
)
_BROKEN = re.compile(
    r"(?<![A-Za-z0-9])(?:sk[ ]?-[ ]?(?:ant-|proj-)?|gh[pousr][ ]?_[ ]?|AKIA|AIza|glpat-|xox[abprs]-|hf_)"
    r"[A-Za-z0-9_-]{0,240}" + _MORE + r"{1,12}",
    re.ASCII,
)
_PEM = re.compile(r"-----\s?BEGIN ([A-Z0-9 ]{0,40})PRIVATE KEY(?: BLOCK)?\s?-----", re.IGNORECASE)
_PEM_END = re.compile(r"-----\s?END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?\s?-----", re.IGNORECASE)

_LONE = re.compile(r"(?<![\w/+=.@-])[A-Za-z0-9_+/-]{32,200}={0,2}(?![\w/+=@])", re.ASCII)
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_GROUPED = re.compile(
    r"(?<![A-Za-z0-9-])(?=(?:[A-Z-]{0,29}\d){3})(?=(?:[0-9-]{0,29}[A-Z]){3})[A-Z0-9]{5}(?:-[A-Z0-9]{5}){3,6}(?![A-Za-z0-9-])"
)
"""Keys of licences: groups of five."""


def keys(text: str) -> Iterator[Find]:
    """Find keys and tokens by what they begin with or by how random they look."""
    yield from _blocks(text)
    for pattern in (_KNOWN, _KNOWN_ANY_CASE, _BROKEN):
        for found in pattern.finditer(text):
            value = found[0].rstrip("-_.")
            if sum(one.isdigit() for one in value) >= 1 or len(value) >= 40:
                yield Find(found.start(), found.start() + len(value), "key", True, "".join(value.split()))
    for found in _GROUPED.finditer(text):
        yield Find(*found.span(), "key", True, found[0])
    for found in _LONE.finditer(text):
        if _looks_random(found[0]):
            yield Find(*found.span(), "key", False, found[0])


def _blocks(text: str) -> Iterator[Find]:
    at = 0
    end: re.Match[str] | None = None
    more = True
    while found := _PEM.search(text, at):
        if more and (end is None or end.start() < found.end()):
            end = _PEM_END.search(text, found.end())
            more = end is not None
        near = more and end is not None and end.start() - found.end() < LONGEST_BLOCK
        at = end.end() if end and near else _body_end(text, found.end())
        yield Find(found.start(), at, "key", True, "".join(text[found.start() : at].split()))


_BODY = re.compile(r"(?:\s*[A-Za-z0-9+/=]{16,100}(?![A-Za-z0-9+/=]))*", re.ASCII)


def _body_end(text: str, at: int) -> int:
    """Return where a private key ends whose last line is not there."""
    found = _BODY.match(text, at, at + LONGEST_BLOCK)
    return found.end() if found else at


def _looks_random(value: str) -> bool:
    """Return whether a long run of signs is likelier a key than a name, a number or a digest."""
    if _UUID.fullmatch(value) or re.fullmatch(r"[0-9a-fA-F]+|[0-9-]+", value) or "//" in value:
        return False
    value = (
        max(re.split(r"[-_/+]", value), key=len)
        if value.count("-") + value.count("_") + value.count("/") > 2
        else value
    )
    if len(value) < 20:
        return False
    kinds = sum(bool(re.search(pattern, value)) for pattern in ("[a-z]", "[A-Z]", "[0-9]"))
    digits = sum(one.isdigit() for one in value)
    if kinds < 3 or digits < 3 or re.search(r"[-_/][a-z]{4,}[-_/]", value):
        return False
    counts = [value.count(one) for one in set(value)]
    return -sum(count / len(value) * log2(count / len(value)) for count in counts) > 4.0
