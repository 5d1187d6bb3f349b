"""The passages of a shelf as they are told to a model that makes vectors."""

from __future__ import annotations

from collections.abc import Sequence
from sqlite3 import Connection

from sottovoce.knowledge import documents


def told(connection: Connection, numbers: Sequence[int]) -> list[str]:
    """Return of each passage its document's title, the headings it stands under, and its text.

    Empty for one that is not there any more.
    """
    return [_told(connection, number) for number in numbers]


def _told(connection: Connection, number: int) -> str:
    row = connection.execute(
        """SELECT d.number, d.title, p.headings, p.start, p."end"
           FROM passages AS p JOIN documents AS d ON d.number = p.document WHERE p.number = ?""",
        (number,),
    ).fetchone()
    if row is None:
        return ""
    document, title, headings, start, end = row
    over = [title, *headings.splitlines()]
    text = documents.slice_of(connection, document, start, end)
    return "\n".join([*dict.fromkeys(filter(None, over)), text])
