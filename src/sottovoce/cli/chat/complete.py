"""Completion of slash commands and what follows them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from prompt_toolkit.completion import CompleteEvent, Completer, Completion, PathCompleter
from prompt_toolkit.document import Document

from sottovoce.cli.chat.about_settings import names
from sottovoce.cli.chat.commands import COMMANDS

FILES = ("/save", "/export")


class SlashCompleter(Completer):
    """Completes names, files after the commands that take one, and chats after /open."""

    def __init__(
        self, chats: Callable[[], Iterable[tuple[str, str]]], words: Callable[[str], str] = str
    ) -> None:
        """`chats` gives the numbers and titles that /open takes now; `words` is Show's."""
        self._chats = chats
        self._words_of = words
        self._paths = PathCompleter(expanduser=True)
        self._models = PathCompleter(expanduser=True, file_filter=_may_be_model)

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
        text = document.text_before_cursor
        if not text.startswith("/") or text.startswith("//") or "\n" in text:
            return
        name, space, rest = text.partition(" ")
        if not space:
            for command in COMMANDS:
                if command.name.startswith(name):
                    yield Completion(command.name, -len(name), display_meta=self._words_of(command.help))
        elif name in FILES:
            yield from self._paths.get_completions(Document(rest), complete_event)
        elif name == "/model":
            if "starter".startswith(rest):
                yield Completion("starter", -len(rest))
            yield from self._models.get_completions(Document(rest), complete_event)
        else:
            for word, meaning in self._words(name):
                if word.startswith(rest):
                    yield Completion(word, -len(rest), display_meta=meaning)

    def _words(self, name: str) -> Iterable[tuple[str, str]]:
        if name == "/set":
            return ((word, "") for word in names())
        return self._chats() if name == "/open" else ()


def _may_be_model(path: str) -> bool:
    return path.endswith(".gguf") or Path(path).is_dir()
