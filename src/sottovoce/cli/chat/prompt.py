"""The line where one types: several lines, history, completion of slash commands, the status below."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable

from prompt_toolkit import PromptSession
from prompt_toolkit.application import run_in_terminal
from prompt_toolkit.completion import Completer
from prompt_toolkit.filters import Condition
from prompt_toolkit.formatted_text import FormattedText
from prompt_toolkit.history import InMemoryHistory
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.styles import Style

from sottovoce.cli.chat.pretty import REDRAWS_PER_SECOND, SPINNER

MARK = "› "
PLACEHOLDER = "Ask something"
LOOK = Style.from_dict(
    {
        "mark": "bold",
        "bottom-toolbar": "noreverse dim",
        "placeholder": "dim",
        "completion-menu.meta.completion": "italic",
    }
)


class Prompt:
    """Reads one question after the other. Keeps the history in memory only: it belongs to the chats."""

    def __init__(
        self,
        status: Callable[[int], str],
        completer: Completer,
        questions: Iterable[str],
        words: Callable[[str], str] = str,
    ) -> None:
        """`status` gives the line below for a width; `questions` are old ones, oldest first.

        `words` says it in the person's language.
        """
        self._status = status
        self._words = words
        self._session: PromptSession[str] = PromptSession(
            history=InMemoryHistory(list(questions)),
            multiline=True,
            prompt_continuation="  ",
            key_bindings=_keys(),
            completer=completer,
            complete_while_typing=Condition(self._is_command),
            bottom_toolbar=self._toolbar,
            style=LOOK,
        )

    async def read(self, draft: str = "", *, editing: bool = False) -> str:
        """Return what was typed. Raises EOFError for Ctrl-D, KeyboardInterrupt for Ctrl-C."""
        mark = f"{self._words('edit')} {MARK}" if editing else MARK
        return await self._session.prompt_async(
            FormattedText([("class:mark", mark)]),
            default=draft,
            placeholder=self._placeholder,
        )

    @property
    def is_open(self) -> bool:
        """Whether somebody may be typing."""
        return self._session.app.is_running

    async def interrupt(self, tell: Callable[[], None]) -> None:
        """Print something while the prompt is open, above it."""
        if self._session.app.is_running:
            await run_in_terminal(tell)
        else:
            tell()

    async def animate(self) -> None:
        """Redraw the line below until cancelled: something in it is moving."""
        try:
            while True:
                await asyncio.sleep(0.1)
                self._session.app.invalidate()
        finally:
            self._session.app.invalidate()

    def _placeholder(self) -> FormattedText:
        # What stays on the screen when the prompt closes is only what was typed.
        return FormattedText(
            [("class:placeholder", "" if self._session.app.is_done else self._words(PLACEHOLDER))]
        )

    def _toolbar(self) -> FormattedText:
        columns = self._session.app.output.get_size().columns
        return FormattedText([("class:bottom-toolbar", self._status(columns))])

    def _is_command(self) -> bool:
        text = self._session.default_buffer.text
        return text.startswith("/") and not text.startswith("//") and "\n" not in text


def spinner() -> str:
    """Return the sign that turns while something is waited for."""
    return SPINNER[int(time.monotonic() * REDRAWS_PER_SECOND) % len(SPINNER)]


def _keys() -> KeyBindings:
    keys = KeyBindings()

    @keys.add("enter")
    def _send(event: KeyPressEvent) -> None:
        event.current_buffer.validate_and_handle()

    @keys.add("escape", "enter")
    @keys.add("c-j")
    def _new_line(event: KeyPressEvent) -> None:
        event.current_buffer.newline(copy_margin=False)

    @keys.add("c-c")
    def _clear_or_interrupt(event: KeyPressEvent) -> None:
        if event.current_buffer.text:
            event.current_buffer.reset()
        else:
            event.app.exit(exception=KeyboardInterrupt, style="class:aborting")

    return keys
