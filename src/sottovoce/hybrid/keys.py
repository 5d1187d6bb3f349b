"""Keys of models elsewhere: one private file each, with the origin that alone may see it."""

from __future__ import annotations

import json
import os
from pathlib import Path

from sottovoce.core.errors import BadUpstream, BadValue, Refused
from sottovoce.core.paths import PRIVATE_FILE, Home, make_folder, remove_whole, write_whole
from sottovoce.hybrid.upstream import Kind, Upstream
from sottovoce.hybrid.upstreams import folder
from sottovoce.net.bearer import TOKEN, Bearer, Origin

SUFFIX = ".key"
LARGEST = 10_000
"""Bytes of a file that a key is read from."""


def keep(home: Home, upstream: Upstream, key: str) -> None:
    """Keep a key for an upstream's address as it is now. Raises BadValue without saying what it was."""
    if not TOKEN.fullmatch(key):
        raise BadValue(
            "This is no key: it is empty, or there is a space or another odd letter in it.",
            hint="The file holds the key and nothing else",
            field="key",
        )
    make_folder(folder(home))
    record = {"origin": list(upstream.origin), "key": key}
    write_whole(_path(home, upstream.name), json.dumps(record).encode())


def of(home: Home, upstream: Upstream) -> Bearer | None:
    """Return the key of an upstream, tied to the origin that it was given for; None where it has none.

    Raises Refused where the upstream has another address since, and BadUpstream.
    """
    path = _path(home, upstream.name)
    try:
        if os.name != "nt" and path.stat().st_mode & 0o077:
            path.chmod(PRIVATE_FILE)
        record = json.loads(path.read_text("utf-8"))
        scheme, host, port = record["origin"]
        to: Origin = (str(scheme), str(host), int(port))
        key = str(record["key"])
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError) as problem:
        raise BadUpstream(
            f"The key of {upstream.name} cannot be read.",
            hint=f"Give it again: sotto upstreams remove {upstream.name}, then add it with --key-file",
        ) from problem
    if to != upstream.origin:
        raise Refused(
            f"The key of {upstream.name} was given for {to[1]}, and its address is {upstream.host} now.",
            hint=f"Give it again: sotto upstreams remove {upstream.name}, then add it with --key-file",
        )
    if upstream.kind is Kind.ANTHROPIC:
        return Bearer(to, key, header="x-api-key", before="")
    return Bearer(to, key)


def is_kept(home: Home, name: str) -> bool:
    """Tell whether there is a key, without reading it."""
    return _path(home, name).is_file()


def forget(home: Home, name: str) -> None:
    """Delete a key; none is none. Raises StoreProblem."""
    if is_kept(home, name):
        remove_whole(_path(home, name))


def _path(home: Home, name: str) -> Path:
    return folder(home) / f"{name}{SUFFIX}"
