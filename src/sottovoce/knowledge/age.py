"""How old a shelf's knowledge is, and whether a question is about a later time."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from datetime import time as dawn

from sottovoce.guard import times
from sottovoce.knowledge import mounts


def newest(connection: sqlite3.Connection) -> float | None:
    """Return when the newest source of a shelf was written; seconds since 1970, UTC. None: nobody says."""
    ((found,),) = connection.execute("SELECT max(written) FROM documents WHERE problem IS NULL").fetchall()
    moments = [] if found is None else [float(found)]
    days = [mount.as_of for mount in mounts.listed(connection) if mount.as_of is not None]
    moments += [datetime.combine(day, dawn(), UTC).timestamp() for day in days]
    return max(moments, default=None)


def later(question: str, written: float | None, now: float) -> str | None:
    """Return the latest time a question names, if that lies after all that was written: 2031-05.

    `written` and `now` are seconds since 1970: "next year" is told from `now`.
    """
    if written is None:
        return None
    return times.later(question, times.month_of(written), now)
