"""Names in what people are called by machines: folders of their own, handles, tickets. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sottovoce.guard.privacy.found import Find
from sottovoce.guard.privacy.listed import bare, lists
from sottovoce.guard.privacy.parting import LETTERS

_HOME = re.compile(
    r"(?:/home/|/Users/|"
    r"[A-Za-z]:\\{1,2}Users\\{1,2})(?P<name>[A-Za-z][\w.-]{2,30})(?=[/\\\s:\"']|\Z)"
)
_NOBODY = frozenset((
    "admin", "administrator", "user", "users", "username", "ubuntu", "debian", "centos", "root", "git",
    "app", "apps", "runner", "node", "pi", "vagrant", "www", "deploy", "guest", "public", "default",
    "shared", "ec2-user", "jenkins", "docker", "postgres", "mysql", "test", "you", "me", "name", "yourname",
    "someone", "work", "home", "data", "dev",
))  # fmt: skip
_HANDLE = re.compile(
    r"(?<![\w.@/=-])@(?P<name>[A-Za-z][A-Za-z0-9]{1,20}(?:[._-][A-Za-z0-9]{1,20}){0,2})(?![\w@.]*[(/])"
)
_TICKET = re.compile(
    rf"(?<![{LETTERS}\d/])(?P<name>[A-Z]{{2,25}}/[A-Z]{{2,25}}(?:[ ][A-Z]{{2,20}})?)(?=[ ]?(?:MR|MRS|MS|"
    rf"MISS|MSTR|DR|CHD)\b)"
)
_QUOTED = re.compile(
    rf"['\"](?P<first>[A-Z\u00c0-\u00de][{LETTERS}'-]{{1,24}})['\"],[ ]?"
    rf"['\"](?P<last>[A-Z\u00c0-\u00de][{LETTERS}'-]{{1,24}})['\"]"
)
_PLURAL = re.compile(rf"\b[Tt]he[ ](?P<name>[A-Z\u00c0-\u00de][{LETTERS}-]{{3,24}}?)(?:e?s)(?![{LETTERS}'-])")


def handles(text: str) -> Iterator[Find]:
    """Find names in paths, handles, tickets and rows of a database, and families by their plural."""
    known = lists()
    for found in _HOME.finditer(text):
        if found["name"].lower() not in _NOBODY:
            yield Find(*found.span("name"), "name", False, found["name"].lower())
    for found in _HANDLE.finditer(text):
        parts = re.split(r"[._\d-]+", found["name"].lower())
        named = any(part in known.given for part in parts if len(part) > 2)
        if named or any(len(part) > 4 and part[1:] in known.family for part in parts):
            yield Find(*found.span("name"), "name", False, found["name"].lower())
    for found in _TICKET.finditer(text):
        yield Find(*found.span("name"), "name", True, found["name"].lower().replace("/", " "))
    for found in _QUOTED.finditer(text):
        first, last = bare(found["first"]), bare(found["last"])
        if (first in known.given or last in known.family) and {first, last}.isdisjoint(known.never):
            yield Find(*found.span("first"), "name", False, first)
            yield Find(*found.span("last"), "name", False, last)
    for found in _PLURAL.finditer(text):
        low = bare(found["name"])
        if low in known.family and low not in known.never | known.after:
            yield Find(found.start("name"), found.end(), "name", False, f"{low}s")
