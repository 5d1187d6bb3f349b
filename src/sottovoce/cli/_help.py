"""The help of every command, in the person's language. Loads next to nothing: English help comes at once."""

from __future__ import annotations

import click

from sottovoce.cli._given import Given
from sottovoce.core.language import ENGLISH


class Context(click.Context):
    """Of every command; made while the language is known."""

    def make_formatter(self) -> click.HelpFormatter:
        given = self.find_object(Given)
        if given is None or given.show.language == ENGLISH:
            return super().make_formatter()
        from sottovoce.cli._formatter import Formatter

        return Formatter(given.show, self)


def in_every_language(command: click.Command) -> click.Command:
    """Have a command, and those below it, print their help in the person's language."""
    command.context_class = Context
    if isinstance(command, click.Group):
        for below in command.commands.values():
            in_every_language(below)
    return command
