"""What a home keeps of its signer between two bundles, in one file that is written as a whole."""

from __future__ import annotations

import datetime
import json
from pathlib import Path

from sottovoce.core.errors import StoreDamaged, StoreProblem
from sottovoce.core.paths import Home, disk_problem, make_folder, write_whole
from sottovoce.updates.roots import Trusted
from sottovoce.updates.settling import FOLDER

VERSION = 1
LARGEST = 4_000_000


def folder(home: Home) -> Path:
    """Return where a home keeps what concerns updates."""
    return home.root / FOLDER


def path_of(home: Home) -> Path:
    return folder(home) / "trusted.json"


def load(home: Home) -> Trusted | None:
    """Return what is known of the signer; None where none was trusted yet. Raises StoreProblem."""
    path = path_of(home)
    try:
        if path.stat().st_size > LARGEST:
            raise ValueError("too long")
        said = json.loads(path.read_text("utf-8"))
        if said["version"] != VERSION:
            raise ValueError(f"version {said['version']}")
        newest = said["newest"]
        return Trusted(
            said["root"].encode(),
            None if said["timestamp"] is None else said["timestamp"].encode(),
            None if said["snapshot"] is None else said["snapshot"].encode(),
            None if newest is None else datetime.datetime.fromisoformat(newest),
        )
    except FileNotFoundError:
        return None
    except OSError as problem:
        raise disk_problem(problem, path) from problem
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as problem:
        raise _unreadable(path, problem) from problem


def save(home: Home, trusted: Trusted) -> None:
    """Keep it in place of what was known before. A crash leaves one or the other."""
    said = {
        "version": VERSION,
        "root": trusted.root.decode(),
        "timestamp": None if trusted.timestamp is None else trusted.timestamp.decode(),
        "snapshot": None if trusted.snapshot is None else trusted.snapshot.decode(),
        "newest": None if trusted.newest is None else trusted.newest.isoformat(),
    }
    make_folder(folder(home))
    write_whole(path_of(home), json.dumps(said).encode())


def _unreadable(path: Path, problem: Exception) -> StoreProblem:
    # Not begun anew in silence: what is lost is the memory of which bundle was the last.
    return StoreDamaged(
        f"What this home knows of its signer cannot be read: {path}",
        hint="Remove that file, and confirm the signer anew with: sotto update --from PATH",
        detail=str(problem),
    )
