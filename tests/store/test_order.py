"""Pinned, archived, in a folder: what each does to the list."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any

import pytest

from sottovoce.core.errors import BadValue, NotFound
from sottovoce.store import chats, order, shown
from sottovoce.store.db import Database
from sottovoce.store.order import Folder

Use = Callable[[sqlite3.Connection, str, str], None]

USES: dict[str, Use] = {
    "pin": lambda conn, owner, chat: order.pin(conn, owner, chat, pinned=True),
    "archive": lambda conn, owner, chat: order.archive(conn, owner, chat, archived=True),
    "put_in": lambda conn, owner, chat: order.put_in(conn, owner, chat, "Work"),
}


def _pages(database: Database, limit: int, **filters: Any) -> list[str]:
    """Return the ids of the whole list, read page by page."""
    found: list[str] = []
    before = None
    while True:
        page = database.look(
            lambda conn, before=before: shown.page(conn, "me", limit, before, **filters)  # type: ignore[misc]
        )
        found += [chat.id for chat in page.chats]
        if page.further is None:
            return found
        before = page.further


def _listed(database: Database, **filters: Any) -> list[str]:
    return [chat.id for chat in database.look(lambda conn: chats.listed(conn, "me", **filters))]


def test_pinned_chats_come_first_and_pages_have_no_gap(database: Database, tell: Any) -> None:
    ids = [tell(database, now=float(now))[0] for now in (1, 2, 3, 3, 3, 4)]
    for at in (1, 3):
        database.call(lambda conn, at=at: order.pin(conn, "me", ids[at], pinned=True))  # type: ignore[misc]
    wanted = [ids[at] for at in (3, 1, 5, 4, 2, 0)]
    assert _listed(database) == wanted
    for limit in range(1, 7):
        assert _pages(database, limit) == wanted
    database.call(lambda conn: order.pin(conn, "me", ids[1], pinned=False))
    assert _listed(database) == [ids[at] for at in (3, 5, 4, 2, 1, 0)]


def test_archived_chats_are_left_out_of_the_list_and_still_found(database: Database, tell: Any) -> None:
    old, new = (tell(database, now=float(now))[0] for now in (1, 2))
    database.call(lambda conn: order.archive(conn, "me", old, archived=True))
    assert _listed(database, archived=False) == [new]
    assert _listed(database) == [new, old]
    assert _pages(database, 1, archived=False) == [new]
    assert _pages(database, 1, archived=True) == [old]
    assert _pages(database, 1) == [new, old]
    assert database.look(lambda conn: chats.get(conn, "me", old)).archived
    database.call(lambda conn: order.archive(conn, "me", old, archived=False))
    assert _pages(database, 1, archived=False) == [new, old]


def test_a_folder_is_the_name_its_chats_have_in_common(database: Database, tell: Any) -> None:
    ids = [tell(database, now=float(now))[0] for now in range(4)]
    for chat, name in zip(ids, ("work", "Äpfel", "work", ""), strict=True):
        database.call(lambda conn, chat=chat, name=name: order.put_in(conn, "me", chat, name))  # type: ignore[misc]
    database.call(lambda conn: order.archive(conn, "me", ids[0], archived=True))
    found = database.look(lambda conn: order.folders(conn, "me"))
    assert found == [Folder("work", 1, 1), Folder("Äpfel", 1, 0)]
    assert _pages(database, 1, folder="work") == [ids[2], ids[0]]
    assert _pages(database, 1, folder="work", archived=False) == [ids[2]]
    assert _pages(database, 1, folder="") == [ids[3]]
    for chat in (ids[0], ids[2]):
        database.call(lambda conn, chat=chat: order.put_in(conn, "me", chat, ""))  # type: ignore[misc]
    assert database.look(lambda conn: order.folders(conn, "me")) == [Folder("Äpfel", 1, 0)]
    assert database.look(lambda conn: order.folders(conn, "you")) == []


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (" two\nlines\t of it ", "two lines of it"),
        ("x" * 150, "x" * 100),
        ("half \ud83d", "half \ufffd"),
        ("  \n ", ""),
        ("../../etc", "../../etc"),
        ("') OR 1=1 --", "') OR 1=1 --"),
    ],
)
def test_a_folders_name_is_one_line_of_bounded_length(
    database: Database, tell: Any, given: str, kept: str
) -> None:
    chat, _, _ = tell(database)
    database.call(lambda conn: order.put_in(conn, "me", chat, given))
    assert database.look(lambda conn: chats.get(conn, "me", chat)).folder == kept


@pytest.mark.parametrize("use", USES)
def test_putting_in_order_is_no_change_of_a_chat_and_only_its_owners(
    database: Database, tell: Any, use: str
) -> None:
    chat, _, _ = tell(database, now=7)
    with pytest.raises(NotFound):
        database.call(lambda conn: USES[use](conn, "you", chat))
    before = database.look(lambda conn: chats.get(conn, "me", chat))
    assert (before.pinned, before.archived, before.folder) == (False, False, "")
    database.call(lambda conn: USES[use](conn, "me", chat))
    after = database.look(lambda conn: chats.get(conn, "me", chat))
    assert after != before
    assert after.changed == 7


@pytest.mark.parametrize(
    "wrong",
    ["", "1", "x_1_1", "0_1.5", "0_nan_1", "2_1.0_1", "0_1.0_99999999999999999999", "0_1.0_1_1", "٠_1.0_1"],
)
def test_what_is_no_place_in_the_list_is_refused(database: Database, wrong: str) -> None:
    with pytest.raises(BadValue, match="no place"):
        database.look(lambda conn: shown.page(conn, "me", 5, wrong))
