"""A folder of documents is put on a shelf: cut off anywhere, the next run ends with the same shelf."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from sottovoce.core.paths import open_home
from sottovoce.knowledge import checking, syncing
from sottovoce.knowledge.document import Block, Reading
from sottovoce.knowledge.reading.readers import is_readable
from sottovoce.knowledge.shelf import Shelf
from sottovoce.knowledge.shelves import Shelves
from sottovoce.store.db import open_database
from torture.works import Safeguard, Work, acknowledged, must

COUNT = 8
"""Documents, each of some passages."""

READER = """
from sottovoce.knowledge.document import Block, Reading

class Plain:
    async def read(self, path, name):
        return Reading(tuple(Block("text", part) for part in path.read_text().split("\\n\\n")))
"""

PROGRAM = (
    READER
    + """
import asyncio, sys
from contextlib import closing
from pathlib import Path
from sottovoce.core.paths import open_home
from sottovoce.knowledge.shelves import Shelves
from sottovoce.knowledge import syncing
from sottovoce.knowledge.reading.readers import is_readable
from sottovoce.store.db import open_database

syncing.TOGETHER = 4

async def main():
    folder = Path(sys.argv[1])
    home = open_home(folder / "home")
    with closing(open_database(home)) as database:
        shelves = Shelves(home, database)
        names = await shelves.listed("me")
        shelf = await (shelves.open("me", "docs") if names else shelves.add("me", "docs"))
        print("added", flush=True)
        await shelves.put(shelf, folder / "docs")
        async for step in syncing.sync(shelf.file, shelf.name, Plain(), is_readable):
            pass
        print("indexed", step.passages, flush=True)
        shelf.file.close()

asyncio.run(main())
"""
)

UNSETTLED = """
from contextlib import contextmanager
from sottovoce.knowledge import file

@contextmanager
def transaction(connection, begin, end):
    yield

file.transaction = transaction
"""

UNSYNCED = """
import os
os.fsync = lambda handle: None
from sottovoce.knowledge import file
from sottovoce.store import db
for module in (file, db):
    def prepared(connection, *given, prepare=module._prepare):
        prepare(connection, *given)
        connection.execute("PRAGMA synchronous = OFF")
    module._prepare = prepared
"""


class Plain:
    """Reads what the sandboxed reader would read just so, without a process of its own for each case."""

    async def read(self, path: Path, _name: str) -> Reading:
        return Reading(tuple(Block("text", part) for part in path.read_text().split("\n\n")))


def work(_scratch: Path) -> Work:
    return Work(
        f"an indexing run over {COUNT} documents",
        PROGRAM,
        ("sottovoce.knowledge.shelf", "sottovoce.knowledge.shelves", "importlib.resources.readers"),
        begin,
        check,
        Safeguard("the transaction around what is put", UNSETTLED),
        Safeguard("the syncs of the databases, files and folders", UNSYNCED),
        read_again="indexed",
    )


def begin(folder: Path) -> None:
    docs = folder / "docs"
    docs.mkdir()
    for number in range(COUNT):
        parts = (f"Anchor {number} of chain {part}. " * 40 + "\n" for part in range(6))
        (docs / f"{number}.md").write_text("\n".join([f"# Buoy {number}\n", *parts]))


def check(folder: Path, said: Sequence[str]) -> None:
    asyncio.run(_checked(folder, said))


async def _checked(folder: Path, said: Sequence[str]) -> None:
    home = open_home(folder / "home")
    with closing(open_database(home)) as database:
        shelves = Shelves(home, database)
        names = [row.name for row in await shelves.listed("me")]
        must(bool(names) or "added" not in said, "a shelf that was made is lost")
        shelf = await (shelves.open("me", "docs") if names else shelves.add("me", "docs"))
        try:
            await _is_whole(shelf, shelves, folder, said)
        finally:
            shelf.file.close()


async def _is_whole(shelf: Shelf, shelves: Shelves, folder: Path, said: Sequence[str]) -> None:
    before = await shelf.file.read(checking.damage)
    must(not before, f"the shelf is damaged: {before}")
    if acknowledged(said, "indexed"):
        verdict = await shelf.file.read(lambda conn: checking.compared(conn, is_readable))
        must(verdict.is_in_step, "what was indexed is not on the shelf")
    await shelves.put(shelf, folder / "docs")
    async for step in syncing.sync(shelf.file, shelf.name, Plain(), is_readable):
        must(not step.problems, f"a document cannot be read: {step.problems}")
    facts = await shelf.facts()
    must(facts.documents == COUNT, f"{facts.documents} documents are on the shelf, not {COUNT}")
    after = await shelf.file.read(checking.damage)
    must(not after, f"the shelf is damaged once gone on with: {after}")
    found = (await shelf.search("anchor 7 of chain 3", limit=2)).found
    must(bool(found), "a passage is not found")
