"""Instructions and settings under a name, to begin a chat with or to lay over one.

Functions over a connection, like those of chats.py. A chat takes a copy: what becomes of the preset later
changes no chat.
"""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from typing import Any

from sottovoce.core import chat_settings
from sottovoce.core.chat_settings import ChatSettings
from sottovoce.core.errors import BadValue, NotFound
from sottovoce.store.faults import damaged, intact
from sottovoce.store.values import clean, new_id

MOST_PRESETS = 200
LONGEST_NAME = 60
LONGEST_SYSTEM = 100_000
"""Characters."""


@dataclass(frozen=True, slots=True)
class Preset:
    id: str
    name: str
    system: str
    settings: ChatSettings
    created: float


_COLUMNS = "id, name, system, settings, created"
_KINDS = (str, str, str, str, float)


def listed(connection: sqlite3.Connection, owner: str) -> list[Preset]:
    """Return the owner's presets by their names, upper and lower case alike."""
    rows = connection.execute(f"SELECT {_COLUMNS} FROM presets WHERE owner = ?", (owner,))  # noqa: S608
    return sorted(map(_preset, rows), key=lambda preset: (preset.name.casefold(), preset.name))


def add(
    connection: sqlite3.Connection, owner: str, *, name: str, system: str, settings: ChatSettings, now: float
) -> Preset:
    """Keep a new preset. Raises BadValue naming the field, also where the name is taken."""
    there = listed(connection, owner)
    if len(there) >= MOST_PRESETS:
        raise BadValue(
            f"There are {MOST_PRESETS} presets already, the most that are kept.",
            hint="Delete one that is no longer needed",
            field="name",
        )
    preset = Preset(new_id(), _name(name, there), _system(system), settings, now)
    connection.execute(
        "INSERT INTO presets (id, owner, name, system, settings, created) VALUES (?, ?, ?, ?, ?, ?)",
        (preset.id, owner, preset.name, preset.system, json.dumps(settings.given()), now),
    )
    return preset


def change(
    connection: sqlite3.Connection,
    owner: str,
    preset_id: str,
    *,
    name: str,
    system: str,
    settings: ChatSettings,
) -> Preset:
    """Put all of a preset anew. Raises NotFound, and what `add` does."""
    there = listed(connection, owner)
    old = _one(there, preset_id)
    named = _name(name, [preset for preset in there if preset is not old])
    connection.execute(
        "UPDATE presets SET name = ?, system = ?, settings = ? WHERE id = ? AND owner = ?",
        (named, _system(system), json.dumps(settings.given()), old.id, owner),
    )
    _owe(connection, old.id)
    return _one(listed(connection, owner), preset_id)


def remove(connection: sqlite3.Connection, owner: str, preset_id: str) -> None:
    """Delete a preset. `Database.scrub` then clears its traces. Raises NotFound."""
    _one(listed(connection, owner), preset_id)
    connection.execute("DELETE FROM presets WHERE id = ? AND owner = ?", (preset_id, owner))
    _owe(connection, preset_id)


def _owe(connection: sqlite3.Connection, preset_id: str) -> None:
    """Note that what stood there is to be cleared from the disk."""
    connection.execute("INSERT OR IGNORE INTO unscrubbed VALUES (?)", (preset_id,))


def _one(presets: list[Preset], preset_id: str) -> Preset:
    for preset in presets:
        if preset.id == preset_id:
            return preset
    raise NotFound("There is no such preset.", hint="GET /app/api/presets lists them")


def _name(text: str, others: list[Preset]) -> str:
    """Return the name as it is kept: on one line, and nobody else's."""
    name = " ".join(clean(text).split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise BadValue(
            f"A preset's name has 1 to {LONGEST_NAME} characters.",
            hint="Name it after what it is for, such as Translator",
            field="name",
        )
    if any(other.name.casefold() == name.casefold() for other in others):
        raise BadValue(
            f"There is a preset named {name!r} already.",
            hint="Choose another name, or save over that one",
            field="name",
        )
    return name


def _system(text: str) -> str:
    if len(text) > LONGEST_SYSTEM:
        raise BadValue(
            f"A preset's instructions have at most {LONGEST_SYSTEM:,} characters; these have {len(text):,}.",
            hint="Keep what holds for every chat, and give the rest with a question",
            field="system",
        )
    return clean(text)


def _preset(row: tuple[Any, ...]) -> Preset:
    name, called, system, settings, created = intact(row, _KINDS)
    try:
        given = chat_settings.read(json.loads(settings))
    except ValueError as problem:
        raise damaged(
            "The database is damaged: a preset in it cannot be read.", detail=str(problem)
        ) from problem
    return Preset(name, called, system, given, created)
