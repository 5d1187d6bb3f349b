"""Which encyclopaedias stand on a shelf. Functions over a connection of its file; opens none of them."""

from __future__ import annotations

import datetime
import json
from dataclasses import asdict
from pathlib import Path
from sqlite3 import Connection
from typing import Any

from sottovoce.core.errors import NotFound
from sottovoce.knowledge.zim.header import Identity
from sottovoce.knowledge.zim.mount import Mount
from sottovoce.store.faults import damaged

ENDING = ".zim"


def is_encyclopaedia(path: Path) -> bool:
    """Tell by its name whether a file is to be mounted rather than read."""
    return path.suffix.lower() == ENDING


def put(connection: Connection, mounted: Mount) -> None:
    """Note an encyclopaedia, in the place of what had its path before."""
    facts = asdict(mounted)
    facts["path"] = str(mounted.path)
    facts["as_of"] = None if mounted.as_of is None else mounted.as_of.isoformat()
    connection.execute(
        "INSERT OR REPLACE INTO mounts (path, facts) VALUES (?, ?)", (str(mounted.path), json.dumps(facts))
    )


def listed(connection: Connection) -> list[Mount]:
    """Return the encyclopaedias by path. Raises StoreDamaged."""
    rows = connection.execute("SELECT facts FROM mounts ORDER BY path")
    return [_mount(text) for (text,) in rows]


def get(connection: Connection, path: Path) -> Mount:
    """Return the encyclopaedia at a path. Raises NotFound."""
    for mounted in listed(connection):
        if mounted.path == path.absolute():
            return mounted
    raise NotFound(f"{path} was not put on this shelf.", hint="sotto kb show NAME lists what was")


def remove(connection: Connection, path: Path) -> Mount:
    """Forget the encyclopaedia at a path, and return it; the file stays. Raises NotFound."""
    mounted = get(connection, path)
    connection.execute("DELETE FROM mounts WHERE path = ?", (str(mounted.path),))
    return mounted


def _mount(text: Any) -> Mount:
    try:
        facts = json.loads(text)
        day = facts["as_of"]
        return Mount(
            **facts
            | {
                "path": Path(facts["path"]),
                "identity": Identity(**facts["identity"]),
                "as_of": None if day is None else datetime.date.fromisoformat(day),
            }
        )
    except (ValueError, TypeError, KeyError) as problem:
        raise damaged(
            "The shelf is damaged: what it knows of an encyclopaedia cannot be read.", detail=str(problem)
        ) from problem
