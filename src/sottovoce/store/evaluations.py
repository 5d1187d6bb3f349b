"""What models answered to the questions of sets, and how they did. Knows nothing of what is asked there."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass, field, replace

from sottovoce.core.messages import OWNER
from sottovoce.store.faults import intact

SHIPPED = "sottovoce"
"""The name of the set that comes with the program; no other may have it."""


@dataclass(frozen=True, slots=True)
class Said:
    """One answer: why it ended there, the tokens that were read and written for it, and the seconds.

    `signals` say how sure the model was, as whoever asked wrote it down; "" where that was not asked for.
    """

    answer: str
    reason: str
    read: int
    written: int
    seconds: float
    signals: str = ""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """How a model did: `passed` of those `asked`, a fair sample of the `items` of a set.

    `groups` say for each how many passed, of how many. `seconds` and `written` are of all answers together.
    """

    model: str
    set: str
    version: int
    digest: str
    items: int
    asked: int
    passed: int
    groups: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    seconds: float = 0.0
    written: int = 0
    made: float = 0.0


# Names of columns, written here: no text of anybody comes into a statement by them (S608).
_SAID = "answer, reason, read, written, seconds, signals"
_EVALUATION = 'model, "set", version, digest, items, asked, passed, groups, seconds, written, made'
_KINDS = (str, str, int, str, int, int, int, str, float, int, float)


def keep(
    conn: sqlite3.Connection,
    model: str,
    settings: str,
    question: str,
    said: Said,
    now: float,
    owner: str = OWNER,
) -> None:
    """Keep an answer, in the place of an earlier one to the same question."""
    conn.execute(
        f"INSERT OR REPLACE INTO eval_answers (owner, model, settings, question, {_SAID}, asked)"  # noqa: S608
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (owner, model, settings, question, *astuple(said), now),
    )


def kept(conn: sqlite3.Connection, model: str, settings: str, owner: str = OWNER) -> dict[str, Said]:
    """Return the answers of a model with these settings, by the hash of what was asked."""
    rows = conn.execute(
        f"SELECT question, {_SAID} FROM eval_answers WHERE owner = ? AND model = ? AND settings = ?",  # noqa: S608
        (owner, model, settings),
    )
    return {question: Said(*intact(tuple(row), (str, str, int, int, float, str))) for question, *row in rows}


def forget(
    conn: sqlite3.Connection, model: str, settings: str, questions: Iterable[str], owner: str = OWNER
) -> None:
    """Forget the answers to these questions."""
    conn.executemany(
        "DELETE FROM eval_answers WHERE owner = ? AND model = ? AND settings = ? AND question = ?",
        [(owner, model, settings, question) for question in questions],
    )


def forget_model(conn: sqlite3.Connection, model: str, owner: str = OWNER) -> int:
    """Forget all that a model answered, and how it did; return how many answers that were."""
    conn.execute("DELETE FROM evaluations WHERE model = ?", (model,))
    return conn.execute("DELETE FROM eval_answers WHERE owner = ? AND model = ?", (owner, model)).rowcount


def note(conn: sqlite3.Connection, found: Evaluation) -> None:
    """Remember how a model did, unless more questions of the very same set are known already."""
    before = of(conn, found.model, found.set)
    if before is not None and before.digest == found.digest and before.asked > found.asked:
        return
    groups = json.dumps(found.groups, ensure_ascii=False)
    values = (
        found.model, found.set, found.version, found.digest, found.items, found.asked, found.passed, groups,
        found.seconds, found.written, found.made,
    )  # fmt: skip
    conn.execute(
        f"INSERT OR REPLACE INTO evaluations ({_EVALUATION}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
        values,
    )


def of(conn: sqlite3.Connection, model: str, name: str) -> Evaluation | None:
    """Return how the model with this content did on the set of this name, where that is known."""
    row = conn.execute(
        f'SELECT {_EVALUATION} FROM evaluations WHERE model = ? AND "set" = ?',  # noqa: S608
        (model, name),
    ).fetchone()
    if row is None:
        return None
    found = Evaluation(*intact(row, _KINDS))
    groups = json.loads(str(found.groups))
    return replace(
        found, groups={str(group): (int(right), int(all_)) for group, (right, all_) in groups.items()}
    )
