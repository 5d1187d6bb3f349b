"""How old a shelf's knowledge is, and whether a question is about a later time."""

from __future__ import annotations

import re
import sqlite3
import time
from datetime import UTC, datetime
from datetime import time as dawn

from sottovoce.knowledge import mounts

_YEAR = re.compile(r"(?<![\d.,:/-])(?:(19|20|21)(\d\d))(?!\d|[.,]\d)(?:[-/年](\d{1,2})(?!\d))?")


def newest(connection: sqlite3.Connection) -> float | None:
    """Return when the newest source of a shelf was written; seconds since 1970, UTC. None: nobody says."""
    ((found,),) = connection.execute("SELECT max(written) FROM documents WHERE problem IS NULL").fetchall()
    times = [] if found is None else [float(found)]
    days = [mount.as_of for mount in mounts.listed(connection) if mount.as_of is not None]
    times += [datetime.combine(day, dawn(), UTC).timestamp() for day in days]
    return max(times, default=None)


def later(question: str, written: float | None) -> str | None:
    """Return the latest time a question names, if that lies after all that was written: 2031-05."""
    if written is None:
        return None
    end = time.strftime("%Y-%m", time.gmtime(written))
    named = [
        f"{year[0]}{year[1]}" + (f"-{int(year[2]):02}" if year[2] else "") for year in _YEAR.findall(question)
    ]
    after = [one for one in named if one > end[: len(one)]]
    return max(after, default=None)
