"""The encyclopaedia's own process: open one ZIM file and answer for it, a line of JSON for each line of JSON.

The only file that knows libzim, whose licence is the GPL: nothing but these lines passes between it and
Sottovoce. Standard input is also a lifeline: when it closes, this process ends. Nothing that is read here is
trusted: see `wall`. Knows nothing of questions. An entry that cannot be read is told, and harms no other.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import threading
from collections.abc import Callable, Iterable
from typing import Any

from sottovoce.knowledge.zim import article, wall

MOST_QUERIES = 40
MOST_HITS = 100
LONGEST_QUERY = 300
LONGEST_FACT = 2_000
FACTS = ("Title", "Language", "Date", "License", "Description")
HTML = ("text/html", "application/xhtml+xml")

FAULTS = (RuntimeError, LookupError, ValueError, MemoryError, OSError, ArithmeticError)
"""What libzim raises, itself or for the C++ library: a damaged entry, a damaged index, no memory."""


class Library:
    """One open archive."""

    def __init__(self, path: str) -> None:
        from pathlib import Path

        from libzim.reader import Archive
        from libzim.search import Query, Searcher
        from libzim.suggestion import SuggestionSearcher

        self.archive = Archive(Path(path))
        self._query = Query
        self._searcher: Any = Searcher(self.archive) if self.archive.has_fulltext_index else None
        self._titles = SuggestionSearcher(self.archive)

    def touch(self) -> None:
        """Have everything opened that is opened when it is first used, as far as it can be."""
        article.load()
        with contextlib.suppress(*FAULTS):  # who asks it hears of it
            self.estimate(["a"])
        self.search([], ["a"], 1)

    def facts(self) -> dict[str, Any]:
        archive = self.archive
        return {
            "uuid": str(archive.uuid),
            "articles": archive.article_count,
            "indexed": archive.has_fulltext_index,
            "checksum": archive.has_checksum,
            **{
                name: self._metadata(name) for name in ("Title", "Language", "Date", "License", "Description")
            },
        }

    def _metadata(self, name: str) -> str:
        try:
            return str(self.archive.get_metadata(name)[:LONGEST_FACT].decode("utf-8", "replace"))
        except FAULTS:  # most are left out by some file or other
            return ""

    def estimate(self, queries: list[str]) -> list[int]:
        """Return how many articles have all words of each query, roughly; raise where none can be counted."""
        faults: list[Exception] = []
        asked = queries[:MOST_QUERIES]
        counts = [self._count(text, faults) for text in asked]
        if faults and len(faults) == len(asked):
            raise faults[0]
        return counts

    def _count(self, text: str, faults: list[Exception]) -> int:
        if self._searcher is None:
            return 0
        try:
            return int(self._asked(text[:LONGEST_QUERY]).getEstimatedMatches())
        except FAULTS as problem:
            faults.append(problem)
            return 0

    def search(self, queries: list[str], titles: list[str], limit: int) -> dict[str, Any]:
        """Return for each query, then for each beginning of a title, the articles found: path and title."""
        faults: list[str] = []
        limit = min(limit, MOST_HITS)
        asked = queries[:MOST_QUERIES] if self._searcher is not None else []
        rows = [self._hits(self._asked, text, limit, faults) for text in asked]
        rows += [self._hits(self._titles.suggest, text, limit, faults) for text in titles[:MOST_QUERIES]]
        return {"found": rows, "faults": faults[:MOST_HITS]}

    def _asked(self, text: str) -> Any:
        return self._searcher.search(self._query().set_query(text))

    def _hits(
        self, ask: Callable[[str], Any], text: str, limit: int, faults: list[str]
    ) -> list[tuple[str, str]]:
        try:
            paths: Iterable[str] = list(ask(text[:LONGEST_QUERY]).getResults(0, limit))
        except FAULTS as problem:
            faults.append(f"the index: {problem}")
            return []
        found = []
        for path in paths:
            try:
                item = self.archive.get_entry_by_path(path).get_item()  # where a redirect leads
                found.append((item.path, item.title))
            except FAULTS as problem:
                faults.append(f"{path}: {problem}")
        return found

    def article(self, key: str) -> dict[str, Any]:
        """Return an article as blocks, by its path or its title."""
        item = self._item(key)
        if item.mimetype.partition(";")[0].strip() not in HTML:
            raise article.BadArticle("it is no text")
        if item.size > article.LONGEST:
            raise article.BadArticle(f"it has {item.size:,} bytes, more than {article.LONGEST:,}")
        html = bytes(item.content).decode("utf-8", "replace")
        blocks, cut = article.blocks(html, item.title)
        return {
            "path": item.path,
            "title": item.title,
            "key": self._key(item),
            "cut": cut,
            "blocks": [(block.kind, block.text, block.level) for block in blocks],
        }

    def _item(self, key: str) -> Any:
        by_path = self.archive.has_entry_by_path(key)
        entry = self.archive.get_entry_by_path(key) if by_path else self.archive.get_entry_by_title(key)
        return entry.get_item()

    def _key(self, item: Any) -> str:
        """Return the title if it can be shown and leads back to the article, else the path."""
        title, path = str(item.title), str(item.path)
        try:
            return title if title.isprintable() and self._item(title).path == path else path
        except FAULTS:
            return path


def answer(library: Library, asked: dict[str, Any]) -> dict[str, Any]:
    """Return what is answered to one line, without its number."""
    try:
        match asked["do"]:
            case "estimate":
                return {"ok": library.estimate(asked["queries"])}
            case "search":
                return {"ok": library.search(asked["queries"], asked["titles"], asked["limit"])}
            case "article":
                return {"ok": library.article(asked["key"])}
            case other:
                return {"fault": f"Nobody knows how to {other}."}
    except FAULTS as problem:
        return {"fault": str(problem) or type(problem).__name__}


def main() -> None:
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # libzim prints; its words must not be taken for ours

    def say(said: dict[str, Any]) -> None:
        answers.write(json.dumps(said, ensure_ascii=False).encode("utf-8", "replace") + b"\n")
        answers.flush()

    held = wall.raise_wall()
    try:
        import libzim  # noqa: F401
    except ImportError as problem:
        say({"missing": str(problem)})
        return
    lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(lines,), daemon=True).start()
    try:
        library = Library(json.loads(lines.get())["open"])
        library.touch()
        held = wall.close_files() and held
        say({"ok": {**library.facts(), "walled": held}})
    except FAULTS as problem:
        say({"fault": str(problem) or type(problem).__name__})
        return
    while True:
        asked = json.loads(lines.get())
        say({"id": asked["id"], **answer(library, asked)})


def _listen(lines: queue.SimpleQueue[bytes]) -> None:
    """Hand on the lines; end the process, whatever it is at, when nobody can ask any more."""
    held = b""
    while part := os.read(0, 65_536):  # unbuffered: a buffer's lock would keep the process from ending
        *whole, held = (held + part).split(b"\n")
        for line in whole:
            lines.put(line)
    os._exit(0)


if __name__ == "__main__":
    main()
