"""What the real engine has computed of a chat is kept when the program ends: whole, or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing, nullcontext
from pathlib import Path
from unittest.mock import patch

from sottovoce.core.messages import OWNER, Conversation
from sottovoce.core.paths import open_home
from sottovoce.engine.kvfiles import KvFiles
from sottovoce.store import chats
from sottovoce.store.db import open_database
from torture.works import Safeguard, Work, chat, must

LONG = '("Why is the sky blue? " * 20,)'
PROGRAM = chat.PROGRAM.replace('("/slow 1", "/slow 1 again", "a last short question")', LONG).replace(
    "max_tokens=120", "max_tokens=4"
)

UNSWEPT = """
import sys
from pathlib import Path
(Path(sys.argv[1]) / "unswept").touch()
"""

TOKEN = 2 * 30 * 3 * 64 * 2
"""Bytes that a token takes in the starter's memory: keys and values, layers, heads, numbers of 2 bytes."""


def work(_scratch: Path) -> Work:
    """Return the work. Only what the program itself does is seen; the engine is a process of its own."""
    return Work(
        "keeping what the real engine has computed of a chat",
        PROGRAM,
        chat.MODULES,
        lambda folder: None,
        check,
        Safeguard("the sweep of what a kill has left", UNSWEPT),
        Safeguard("", ""),
        within="home/kv",
    )


def check(folder: Path, said: Sequence[str]) -> None:
    chat.check(folder, said)
    home = open_home(folder / "home")
    with closing(open_database(home)) as database:
        known = [one.id for one in database.look(lambda conn: chats.listed(conn, OWNER))]
    is_swept = not (folder / "unswept").exists()
    kept = KvFiles(home.kv, 1 << 30)
    with nullcontext() if is_swept else patch.object(KvFiles, "_drop_scraps", lambda self: None):
        must(kept.open(), "what is kept is held by a program that is gone")
    with closing(kept):
        for one in known:
            state = kept.read(Conversation(OWNER, one))
            if state is not None:
                size = (home.kv / state.file_name).stat().st_size
                # The last token of an answer is said, and not yet computed with.
                is_whole = size > (len(state.script.tokens) - 1) * TOKEN
                must(is_whole, "a part of a state is taken for the whole")
    states = {path.stem for path in home.kv.glob("*.state")}
    bound = {path.stem for path in home.kv.glob("*.json")}
    must(states == bound and not [*home.kv.glob("*.part")], "a part of a state is left")
