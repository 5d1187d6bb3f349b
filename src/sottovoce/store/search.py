"""Finds words in what was said, in any language, and shows the place.

Chinese, Japanese and Korean have no spaces between words, so their runs are indexed as overlapping
pairs of characters. What a person types never reaches SQLite's own query language.
"""

from __future__ import annotations

import re
import sqlite3
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sottovoce.store import attachments
from sottovoce.store.attachments import Attachment
from sottovoce.store.faults import intact

NEWEST = 2000
"""Of so many newest messages with all the words, the best are shown: a common word stays quick."""

MAX_QUERY = 500
BEFORE, AFTER = 60, 140
"""Characters of the excerpt around the first hit."""

LOOKED_THROUGH = 100_000
"""Of what is attached, for the place of a hit: further on, the excerpt is the question's own beginning."""

STOP_WORDS = frozenset(
    """
    a an and are as at be but by for from had has have he her his i in is it its me my no not of on or our s
    she so t that the their them then there these they this to was we were what when which who will with you
    your
    """.split()  # noqa: SIM905  (a list of sixty quoted words is no easier to read)
)

# Written by code point, not by Unicode's properties: a deletion has to split a text exactly as the
# insertion did, perhaps with another version of Python.
_RUN = re.compile(
    "[々〇\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uac00-\ud7a3\uf900-\ufaff\uff66-\uff9d\U00020000-\U0003ffff]+"
)
_WIDE = re.compile("[\uff01-\uff5e]")
_WIDER_BY = 0xFEE0
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Hit:
    """One message found. `marks` are the places in `excerpt` to point out, as start and end."""

    chat: str
    message: str
    title: str
    role: str
    excerpt: str
    marks: tuple[tuple[int, int], ...]
    created: float


def find(connection: sqlite3.Connection, owner: str, text: str, limit: int = 20) -> list[Hit]:
    """Return the messages that hold every word of the text, best first. The last word may be cut short."""
    words = query_words(text)
    if not words:
        return []
    rows = connection.execute(
        """SELECT m.chat, m.id, c.title, m.role, m.text, m.created
           FROM (SELECT w.rowid AS number, w.rank AS rank
                 FROM message_words AS w JOIN messages AS o ON o.number = w.rowid
                 WHERE message_words MATCH ? AND o.owner = ? ORDER BY w.rowid DESC LIMIT ?) AS found
           JOIN messages AS m ON m.number = found.number
           JOIN chats AS c ON c.id = m.chat
           WHERE m.owner = ? ORDER BY found.rank, m.number DESC LIMIT ?""",
        (_match(words), owner, NEWEST, owner, limit),
    )
    return [_hit(connection, owner, row, words) for row in rows]


def index(
    connection: sqlite3.Connection, number: int | None, text: str, attached: Sequence[Attachment]
) -> None:
    """Make a message findable by its words and those of what is attached to it."""
    words = index_text(attachments.searched(text, attached))
    connection.execute("INSERT INTO message_words (rowid, words) VALUES (?, ?)", (number, words))


def unindex(connection: sqlite3.Connection, owner: str, rows: Iterable[tuple[int, str, str]]) -> None:
    """Take out of the search the words of messages, given by number, id and text, before these go.

    The words must be those that were put in, to the letter, so what is attached must still be there.
    """
    for number, message, text in rows:
        attached = attachments.of(connection, owner, [message]).get(message, ())
        connection.execute(
            "INSERT INTO message_words (message_words, rowid, words) VALUES ('delete', ?, ?)",
            (number, index_text(attachments.searched(text, attached))),
        )


def index_text(text: str) -> str:
    """Return the words to index: runs of Chinese, Japanese and Korean as overlapping pairs.

    The last character of a run stands alone as well, so that every single character can be found.
    """
    return _RUN.sub(lambda run: f" {' '.join(_pairs(run[0]))} ", _narrow(text))


def query_words(text: str) -> list[str]:
    """Return what to look for: words and runs, without stop words unless there is nothing else."""
    text = _narrow(unicodedata.normalize("NFC", text[:MAX_QUERY])).lower()
    words = []
    for piece in _WORD.findall(text):
        words += [part for part in re.split(f"({_RUN.pattern})", piece) if part]
    return [word for word in words if word not in STOP_WORDS] or words


def _narrow(text: str) -> str:
    """Return the text with letters, digits and signs of full width as the usual ones."""
    return _WIDE.sub(lambda found: chr(ord(found[0]) - _WIDER_BY), text)


def _match(words: list[str]) -> str:
    """Return the FTS5 query. Words are letters and digits only, so quoting them is enough."""
    return " AND ".join(_phrase(word, last=word is words[-1]) for word in words)


def _phrase(word: str, *, last: bool) -> str:
    if not _RUN.fullmatch(word):
        return f'"{word}"*' if last and len(word) > 1 else f'"{word}"'
    if len(word) == 1:
        return f'"{word}"*'
    return f'"{" ".join(_pairs(word)[:-1])}"'


def _pairs(run: str) -> list[str]:
    return [run[at : at + 2] for at in range(len(run))]


def _hit(
    connection: sqlite3.Connection,
    owner: str,
    row: tuple[str, str, str, str, str, float],
    words: list[str],
) -> Hit:
    chat, message, title, role, text, created = intact(row, (str, str, str, str, str, float))
    folded, patterns, first = _first(text, words)
    if first is None and (given := attachments.of(connection, owner, [message]).get(message)):
        within = attachments.searched("", given)[2 : LOOKED_THROUGH + 2]
        found = _first(within, words)
        if found[2] is not None or not text:
            text, (folded, patterns, first) = within, found
    first = first or 0
    start, end = _edges(text, first)
    shown = folded[start:end]
    marks = sorted(found.span() for pattern in patterns for found in pattern.finditer(shown))
    ahead, behind = "…" * (start > 0), "…" * (end < len(text))
    excerpt = "".join(" " if char.isspace() else char for char in text[start:end])
    spans = tuple((a + len(ahead), b + len(ahead)) for a, b in marks)
    return Hit(chat, message, title, role, f"{ahead}{excerpt}{behind}", spans, created)


def _first(text: str, words: list[str]) -> tuple[str, list[re.Pattern[str]], int | None]:
    """Return the folded text, what to point out in it, and where that begins, if it is there at all."""
    folded = text.translate(_FOLD)
    patterns = [_place(word.translate(_FOLD), folded) for word in words]
    return (
        folded,
        patterns,
        min((found.start() for p in patterns if (found := p.search(folded))), default=None),
    )


def _place(word: str, folded: str) -> re.Pattern[str]:
    """Return a pattern for the word in a text, or for the closest form of it: the index knows stems only."""
    if _RUN.fullmatch(word):
        return re.compile(re.escape(word))
    whole = re.compile(rf"(?<![^\W_]){re.escape(word)}(?![^\W_])")
    if whole.search(folded):
        return whole
    for length in range(len(word), max(1, len(word) - 5), -1):
        begun = re.compile(rf"(?<![^\W_]){re.escape(word[:length])}[^\W_]*")
        if begun.search(folded):
            return begun
    return whole


def _edges(text: str, first: int) -> tuple[int, int]:
    """Return where the excerpt begins and ends, at a space where one is near."""
    start, end = max(0, first - BEFORE), min(len(text), first + AFTER)
    if start and (space := text.find(" ", start, first)) >= 0:
        start = space + 1
    if end < len(text) and (space := text.rfind(" ", first + AFTER // 2, end)) >= 0:
        end = space
    return start, end


class _Fold(dict[int, str]):
    """Maps each character to one character without case and accents, so that places stay the same."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        plain = char if _RUN.match(char) else unicodedata.normalize("NFKD", char)[:1]
        self[code] = plain.lower()[:1] or char
        return self[code]


_FOLD = _Fold()
