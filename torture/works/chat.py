"""A chat of three turns through the Python API, on the echo engine: what is shown as sent is on the disk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path

from sottovoce.core.messages import OWNER, Role, State
from sottovoce.core.paths import open_home
from sottovoce.store import chats, search
from sottovoce.store.db import open_database
from sottovoce.store.rows import StoredMessage
from torture.works import Safeguard, Work, acknowledged, must

PROGRAM = """
import asyncio, sys
from sottovoce import Sotto
from sottovoce.core.events import Asked, Done, Text
from sottovoce.sdk.local import AsyncSotto

async def main():
    async with AsyncSotto(sys.argv[1] + "/home", max_tokens=120, threads=2) as sotto:
        chat = None
        for text in sys.argv[2:] or ("/slow 1", "/slow 1 again", "a last short question"):
            async for event in sotto.events(text, chat=chat):
                if isinstance(event, Asked):
                    chat = event.chat
                    print("asked", event.chat, event.question, flush=True)
                elif isinstance(event, Done):
                    print("done", event.chat, event.answer, len(event.text), flush=True)
    print("closed", flush=True)

asyncio.run(main())
"""

MODULES = (
    "sottovoce.sdk.local",
    "sottovoce.app",
    "sottovoce.engine.echo",
    "sottovoce.engine.kvfiles",
    "zipfile",
)

UNSETTLED = """
import sys
from contextlib import contextmanager
from sottovoce.store import db

@contextmanager
def transaction(connection, begin, end):
    if not connection.in_transaction:
        connection.execute(begin)
    yield

def close(self, closed=db.Database.close):
    self.well = sys.exc_info()[0] is None
    closed(self)

def end(self):
    if self._connection.in_transaction and self.well:
        self._connection.execute("COMMIT")
    self._connection.close()

db.transaction, db.Database.close, db.Database._end = transaction, close, end
"""

UNSYNCED = """
import os
from sottovoce.store import db
prepare = db._prepare

def prepared(connection, *given):
    prepare(connection, *given)
    connection.execute("PRAGMA synchronous = OFF")

db._prepare = prepared
"""


def work(_scratch: Path) -> Work:
    return Work(
        "a chat of three turns",
        PROGRAM,
        MODULES,
        lambda folder: None,
        check,
        Safeguard("the commit before a message is shown as sent", UNSETTLED),
        Safeguard("`synchronous = FULL`", UNSYNCED),
        {"SOTTO_ENGINE": "echo"},
    )


def check(folder: Path, said: Sequence[str]) -> None:
    kept = messages(folder / "home")
    for _, question in acknowledged(said, "asked"):
        must(question in kept, "a question that was shown as sent is lost")
        must(kept[question].state is State.COMPLETE, "a question that was shown as sent is not whole")
    for _, answer, length in acknowledged(said, "done"):
        must(answer in kept, "an answer that was shown is lost")
        must(kept[answer].state is State.COMPLETE, "an answer that was shown is not whole")
        must(len(kept[answer].text) == int(length), "an answer that was shown has another length")
    answers = [one for one in kept.values() if one.role is Role.ASSISTANT]
    must(all(one.state is not State.WRITING for one in answers), "a cut answer is not marked")
    must(len(answers) * 2 == len(kept), "a question stands without the place of its answer")
    must(_are_found(folder / "home", kept), "a message is not found by its words")
    orphans = [one for one in kept.values() if one.parent is not None and one.parent not in kept]
    must(not orphans, "a message has lost what it answers")


def messages(root: Path) -> dict[str, StoredMessage]:
    """Open a home as the program does, look whether its database is sound, and return all messages."""
    home = open_home(root)
    with closing(open_database(home)) as database:
        (verdict,) = database.look(lambda conn: conn.execute("PRAGMA integrity_check").fetchone())
        must(verdict == "ok", f"the database is not sound: {verdict}")
        must(
            not database.look(lambda conn: conn.execute("PRAGMA foreign_key_check").fetchall()),
            "an orphan row",
        )
        database.call(
            lambda conn: conn.execute("INSERT INTO message_words (message_words) VALUES ('integrity-check')")
        )
        kept = {
            message.id: message
            for chat in database.look(lambda conn: chats.listed(conn, OWNER))
            for message in database.look(lambda conn, chat=chat: chats.messages(conn, OWNER, chat.id))  # type: ignore[misc]
        }
    return kept


def _are_found(root: Path, kept: Mapping[str, StoredMessage]) -> bool:
    words = {word for one in kept.values() for word in one.text.split()[:1] if word.isalpha()}
    with closing(open_database(open_home(root))) as database:
        return all(database.look(lambda conn, word=word: search.find(conn, OWNER, word)) for word in words)  # type: ignore[misc]
