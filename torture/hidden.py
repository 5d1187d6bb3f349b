"""Where on this disk a word may stand, and every other place that a server and its commands leave something.

What may hold what is said in `MAY`; all else may hold nothing. What holds anything is its person's alone.
"""

from __future__ import annotations

import stat
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

from torture.canaries import Canaries

QUESTION, SYSTEM, MEMORY = "a question", "a system prompt", "what is to be remembered"
DOCUMENT, NAME, TEXT = (
    "a document of a shelf",
    "the name of a file given along",
    "the text of a file given along",
)
TEMPORARY, SEARCH = "the words of a temporary chat", "what is searched for"
ASKED, ANSWER = "what a program asks", "what a program is answered"
THERE, HUB = "the key of a model elsewhere", "the token for the hub"
KEY, LINK, COOKIE = "a program's key", "a link that signs in", "a browser's cookie"

MADE = (QUESTION, SYSTEM, MEMORY, DOCUMENT, NAME, TEXT, TEMPORARY, SEARCH, ASKED, ANSWER, THERE, HUB)
GIVEN = (KEY, LINK, COOKIE)
"""What the program makes."""

STORED = {QUESTION, SYSTEM, MEMORY, DOCUMENT, NAME, TEXT}
MAY = {
    "home/sotto.db*": STORED,
    "home/kv/[0-9a-f]*.json": STORED,
    "home/knowledge/*": {DOCUMENT},
    "home/upstreams/*.key": {THERE},
    "exported.*": {QUESTION, SYSTEM, NAME, TEXT},
    "home/enter.html": {LINK},
    "printed": {LINK},
    "errors": {QUESTION},
}
"""What a place may hold, by its name within the folder: the chats and shelves, what is kept of chats for the
engine, a key's own file, what a person exports, the page that leads a browser here, and what a person reads:
how a server greets, and what a command is about to send elsewhere."""

EVERYWHERE = (Path("/tmp"), Path("/dev/shm"))
OURS = "sotto-????????"
"""How the program calls a folder of its own there."""


def found(folder: Path, words: Canaries) -> Iterator[tuple[str, set[str]]]:
    """Yield each place beneath the folder, and beyond it, that holds what it may not, and what that is."""
    for path in _files(folder):
        name = str(path.relative_to(folder))
        held = words.held(name.encode() + b"\n" + _content(path))
        may = set().union(*(kinds for pattern, kinds in MAY.items() if fnmatch(name, pattern)))
        if held - may:
            yield name, held - may
        if held and path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077 and name.startswith("home/"):
            yield f"{name}, which others may read,", held
    for place in EVERYWHERE:
        for one in place.glob(OURS):
            for path in _files(one):
                if held := words.held(_content(path)):
                    yield str(path), held


def _files(folder: Path) -> list[Path]:
    return [path for path in [folder, *sorted(folder.rglob("*"))] if path.is_file()]


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:  # gone meanwhile, or a socket
        return b""
