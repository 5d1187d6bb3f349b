"""What this home takes of the disk, and what is free of it."""

from __future__ import annotations

import asyncio
import os
import shutil
from pathlib import Path

from sottovoce.core.paths import Home, disk_problem
from sottovoce.server.app_api.nouns import StorageNoun
from sottovoce.server.caller import Scope
from sottovoce.server.endpoint import Endpoint, Visit


async def storage(visit: Visit[None]) -> StorageNoun:
    """Tell how much of the disk chats, models and all else take here, and how much is free."""
    return await asyncio.to_thread(_measured, visit.house.app.home)


def _measured(home: Home) -> StorageNoun:
    parts = dict.fromkeys(("chats", "models", "other"), 0)
    for path in home.root.iterdir():
        parts[_part(path, home)] += _bytes(path)
    try:
        free = shutil.disk_usage(home.root).free
    except OSError as problem:
        raise disk_problem(problem, home.root) from problem
    return StorageNoun(**parts, free=free)


def _part(path: Path, home: Home) -> str:
    """Return what a thing in the home belongs to. Backups are of the chats, and so are their kept states."""
    if path == home.models:
        return "models"
    is_database = path.name.startswith(home.database.name)  # and its log
    return "chats" if is_database or path in (home.backups, home.kv) else "other"


def _bytes(path: Path) -> int:
    """Return what a file takes, or a folder with all that is in it. What goes meanwhile takes nothing."""
    if not path.is_dir() or path.is_symlink():
        return _size(path)
    return sum(_size(Path(folder) / name) for folder, _, files in os.walk(path) for name in files)


def _size(path: Path) -> int:
    try:
        return path.lstat().st_size
    except OSError:
        return 0


ENDPOINTS = (Endpoint("GET", "/app/api/storage", storage, Scope.PAGE, answer=StorageNoun),)
