"""How an answer appears while it is written: pretty on a terminal, plain everywhere else.

The pretty view is loaded only where there is a terminal: a pipe's first word must not wait for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Protocol

from sottovoce.cli._show import Show, clean


class View(Protocol):
    """Two exist: `pretty.MarkdownView` and `PlainView`. Notes come in English, and are told as Show does."""

    @property
    def words(self) -> Callable[[str], str]:
        """Return what puts the program's own text within an answer into the person's language."""

    def text(self, piece: str) -> None:
        """Add to the answer."""

    def thought(self, piece: str) -> None:
        """Add to what the model thinks before it answers."""

    def busy(self, what: str) -> None:
        """Say what is being waited for; gone when words come."""

    def waiting(self, what: str) -> None:
        """Say that others come first, and how many."""

    def note(self, text: str) -> None:
        """Tell something in a quiet line of its own."""

    def end(self, mark: str = "") -> None:
        """Finish the answer, once; `mark` says in a word why it is not whole."""


class PlainView:
    """Text as it comes, for pipes and for terminals that cannot move the cursor."""

    def __init__(self, show: Show) -> None:
        self._show = show
        self.words = show.words
        self._last = "\n"
        self._told = self._ended = False

    def text(self, piece: str) -> None:
        self._show.piece(piece)
        self._last = clean(piece)[-1:] or self._last

    def thought(self, piece: str) -> None:
        """A pipe's reader wants the answer only; `sotto ask --json` has both."""

    def busy(self, what: str) -> None:
        """A pipe's reader waits for words only."""

    def waiting(self, what: str) -> None:
        """Told once, and only to a person: a log has no use for it."""
        if not self._told and self._show.notes_are_read:
            self._told = True
            self._show.note(what)

    def note(self, text: str) -> None:
        self._show.note(text)

    def end(self, mark: str = "") -> None:
        if self._ended:
            return
        self._ended = True
        if self._last != "\n":
            self._show.line()
        if mark:
            self._show.note(f"[{self.words(mark)}]")


@asynccontextmanager
async def open_view(show: Show, *, gap: bool) -> AsyncIterator[View]:
    """Show one answer where standard output goes. `gap`: leave a blank line before it."""
    if not show.on_terminal or show.screen.is_dumb_terminal:
        async with _ended(PlainView(show)) as view:
            yield view
        return
    from sottovoce.cli.chat.pretty import MarkdownView, drawn_again

    pretty = MarkdownView(show.screen, show.words, gap=gap)
    async with drawn_again(pretty), _ended(pretty) as view:
        yield view


@asynccontextmanager
async def _ended(view: View) -> AsyncIterator[View]:
    """End the view, whatever ends the answer."""
    try:
        yield view
    except asyncio.CancelledError:
        view.end("stopped")
        raise
    finally:
        view.end()
