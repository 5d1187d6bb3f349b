"""What was found for a question outlives an export, a temporary chat that is kept, and a bad file."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from sottovoce.chat import archive, kept_grounds
from sottovoce.chat.as_page import page_of
from sottovoce.chat.grafting import Notes
from sottovoce.chat.question import Question
from sottovoce.chat.runs import Runs
from sottovoce.chat.temporary import TemporaryChats
from sottovoce.chat.turn import Parts, ask
from sottovoce.core.events import Done
from sottovoce.core.grounds import read_cited
from sottovoce.core.messages import Conversation
from sottovoce.core.paths import Home, open_home
from sottovoce.store import chats, grounds, shown
from sottovoce.store.db import Database, open_database, open_in_memory

LEAVE = "Staff get 25 days of paid leave a year."


async def done(parts: Parts) -> Done:
    events = [event async for event in ask(parts, Question(LEAVE, knowledge=("handbook",)))]
    assert isinstance(events[-1], Done)
    return events[-1]


def whole(database: Database, owner: str, chat: str) -> tuple[object, object]:
    """Return the passages of a chat, and what its answers quote."""
    tree = database.look(lambda conn: chats.messages(conn, owner, chat))
    found = database.look(lambda conn: grounds.of(conn, owner, [message.id for message in tree]))
    return found, [read_cited(message.facts) for message in tree]


async def test_an_export_loses_nothing_but_the_shelves(handbook: Parts, tmp_path: Path) -> None:
    answer = await done(handbook)
    file = io.BytesIO()
    handbook.database.look(lambda conn: archive.export_json(conn, handbook.owner, None, file))
    elsewhere = open_database(open_home(tmp_path / "elsewhere"))
    file.seek(0)
    archive.import_open(elsewhere, "you", file, "chats.json", 2e9)
    assert whole(elsewhere, "you", answer.chat) == whole(handbook.database, "me", answer.chat)
    assert answer.cited.citations
    assert elsewhere.look(lambda conn: chats.get(conn, "you", answer.chat)).shelves == ()
    elsewhere.close()


async def test_what_people_read_shows_the_quotes_as_well(handbook: Parts) -> None:
    answer = await done(handbook)
    quoted = [
        event async for event in ask(handbook, Question("paid leave", knowledge=("handbook",), quote=True))
    ]
    assert isinstance(quoted[-1], Done)
    file = io.BytesIO()
    handbook.database.look(lambda conn: archive.export_markdown(conn, handbook.owner, None, file))
    markdown = file.getvalue().decode()
    assert f"[1] `rules.md: Annual leave`: `{LEAVE}`" in markdown
    assert "## Sottovoce (from documents, by no model)" in markdown
    for chat, says in ((answer.chat, LEAVE), (quoted[-1].chat, "from documents, by no model")):
        page = handbook.database.look(
            lambda conn, chat=chat: page_of(chats.get(conn, "me", chat), shown.branch(conn, "me", chat))
        ).decode()
        assert "Quoted from documents:" in page
        assert says in page
    assert (
        "are supported by no passage"
        in handbook.database.look(
            lambda conn: page_of(chats.get(conn, "me", answer.chat), shown.branch(conn, "me", answer.chat))
        ).decode()
    )


async def test_a_temporary_chat_that_is_kept_keeps_them(handbook: Parts, home: Home) -> None:
    async def forget(_: Conversation) -> None:
        pass

    temporary = TemporaryChats(lambda: handbook, lambda: open_in_memory(home), forget)
    chat = await temporary.begin("me")
    place = temporary.find("me", chat.id)
    assert place is not None
    runs: Runs = place.runs
    asked = await runs.start("me", Question(LEAVE, chat.id, knowledge=("handbook",)))
    async for _ in runs.follow("me", chat.id, asked.answer):
        pass
    before = whole(place.database, "me", chat.id)
    assert handbook.database.look(lambda conn: conn.execute("SELECT count(*) FROM grounds").fetchone()) == (
        0,
    )
    await temporary.keep("me", chat.id, handbook.database)
    assert whole(handbook.database, "me", chat.id) == before
    assert handbook.database.look(lambda conn: chats.get(conn, "me", chat.id)).shelves


@pytest.mark.parametrize(
    "given",
    [
        7,
        "text",
        [7],
        [{}],
        [{"shelf": "s", "document": "d", "digest": "e", "text": "t", "headings": [], "start": -1, "end": 2}],
        [{"shelf": "s", "document": "d", "digest": "e", "text": 5, "headings": [], "start": 1, "end": 2}],
    ],
)
def test_what_is_no_passage_is_left_out(given: object) -> None:
    notes = Notes()
    assert list(kept_grounds.read(given, notes)) == []
    assert notes.skipped["not a passage"] == (1 if isinstance(given, list) else 0)


def test_numbers_that_no_database_takes_are_let_go() -> None:
    one = json.loads(
        '{"shelf": "s", "document": "d", "digest": "e", "text": "t", "headings": ["h", 1], '
        '"start": 1, "end": 2, "page": 1e400, "score": NaN, "written": 1e999, "told": 1}'
    )
    (ground,) = kept_grounds.read([one], Notes())
    assert (ground.passage.page, ground.passage.score, ground.passage.written) == (None, 0.0, None)
    assert (ground.told, ground.passage.headings) == (False, ("h",))
