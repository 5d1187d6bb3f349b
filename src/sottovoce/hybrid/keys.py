"""Keys of models elsewhere, each tied to the origin that alone may see it. Only here is known where they are.

Each has a private file, NAME.key: it holds the key, or says which keyring of the system does.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sottovoce.core.errors import BadUpstream, BadValue, Refused
from sottovoce.core.paths import PRIVATE_FILE, Home, make_folder, move_away, remove_whole, write_whole
from sottovoce.core.settings import FILES, KEYRING
from sottovoce.hybrid import keyring
from sottovoce.hybrid.upstream import Kind, Upstream
from sottovoce.hybrid.upstreams import folder
from sottovoce.net.bearer import TOKEN, Bearer, Origin

SUFFIX = ".key"
LARGEST = 10_000
"""Bytes of a file that a key is read from."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """What a key's file says: the key itself, or the keyring that has it under the name `entry`."""

    origin: Origin
    entry: str
    key: str = field(default="", repr=False)
    keyring: str = ""


def keep(home: Home, upstream: Upstream, key: str, place: str = FILES) -> None:
    """Keep a key for an upstream's address as it is now, in FILES or KEYRING; wherever one stood, it is gone.

    Raises BadValue without saying what it was, and BadUpstream where the keyring does not take it: then all
    is as it was.
    """
    if not TOKEN.fullmatch(key):
        raise BadValue(
            "This is no key: it is empty, or there is a space or another odd letter in it.",
            hint="The file holds the key and nothing else",
            field="key",
        )
    make_folder(folder(home))
    entry = _entry(home, upstream.name, upstream.origin)
    record: dict[str, Any] = {"origin": list(upstream.origin)}
    if place == KEYRING:
        record["keyring"] = keyring.put(entry, key)
    else:
        record["key"] = key
    before = _readable(home, upstream.name)
    if before is not None and (before.keyring, before.entry) != (record.get("keyring"), entry):
        _take_out(home, upstream.name, before)
    write_whole(_path(home, upstream.name), json.dumps(record).encode())


def of(home: Home, upstream: Upstream, *, mend: bool = True) -> Bearer | None:
    """Return the key of an upstream, tied to the origin that it was given for; None where it has none.

    `mend` takes from others the right to read its file. A locked keyring is waited for. Raises Refused where
    the upstream has another address since, and BadUpstream.
    """
    kept = _kept(home, upstream.name, mend=mend)
    if kept is None:
        return None
    name, to = upstream.name, kept.origin
    if to != upstream.origin:
        raise Refused(
            f"The key of {name} was given for {to[1]}, and its address is {upstream.host} now.",
            hint=_again(name),
        )
    key = keyring.read(kept.keyring, kept.entry) if kept.keyring else kept.key
    if key is None:
        raise BadUpstream(f"The key of {name} is not in the system's keyring any more.", hint=_again(name))
    if not TOKEN.fullmatch(key):
        raise BadUpstream(f"The key of {name} cannot be read.", hint=_again(name))
    if upstream.kind is Kind.ANTHROPIC:
        return Bearer(to, key, header="x-api-key", before="")
    return Bearer(to, key)


def place_of(home: Home, name: str) -> str:
    """Return where a key stands, FILES or KEYRING, without reading it; empty: there is none."""
    if not _path(home, name).is_file():
        return ""
    kept = _readable(home, name)
    return KEYRING if kept is not None and kept.keyring else FILES


def forget(home: Home, name: str) -> None:
    """Delete a key from wherever it stands; none is none. Raises StoreProblem, BadUpstream."""
    kept = _readable(home, name)
    if kept is not None:
        _take_out(home, name, kept)
    if _path(home, name).is_file():
        remove_whole(_path(home, name))


def _kept(home: Home, name: str, *, mend: bool = False) -> _Kept | None:
    """Return what the file of a key says. Raises BadUpstream where it cannot be read."""
    path = _path(home, name)
    try:
        if mend and os.name != "nt" and path.stat().st_mode & 0o077:
            path.chmod(PRIVATE_FILE)
        record = json.loads(path.read_text("utf-8"))
        scheme, host, port = record["origin"]
        origin: Origin = (str(scheme), str(host), int(port))
        entry = _entry(home, name, origin)
        if "keyring" in record:
            return _Kept(origin, entry, keyring=str(record["keyring"]))
        return _Kept(origin, entry, key=str(record["key"]))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError) as problem:
        raise BadUpstream(f"The key of {name} cannot be read.", hint=_again(name)) from problem


def _readable(home: Home, name: str) -> _Kept | None:
    """Return what the file of a key says; None as well where it cannot be read."""
    with suppress(BadUpstream):
        return _kept(home, name)
    return None


def _take_out(home: Home, name: str, kept: _Kept) -> None:
    """Delete a key from the keyring that has it, if one has. Raises BadUpstream."""
    try:
        if kept.keyring:
            keyring.remove(kept.keyring, kept.entry)
    except BadUpstream as problem:
        problem.hint = (
            f"Do the same again once it opens; or leave the key in it: {move_away(_path(home, name))}"
        )
        raise


def _entry(home: Home, name: str, origin: Origin) -> str:
    """Return the name that a key has in a keyring: of no other home, and for no other origin."""
    scheme, host, port = origin
    return f"{name} {scheme}://{host}:{port} {home.root.resolve()}"


def _again(name: str) -> str:
    return f"Give it again: sotto upstreams key {name} --key-file FILE"


def _path(home: Home, name: str) -> Path:
    return folder(home) / f"{name}{SUFFIX}"
