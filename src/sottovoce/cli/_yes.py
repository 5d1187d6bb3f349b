"""Go on only when a person says yes: before what is large, takes long, or cannot be taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from sottovoce.core.errors import Refused

if TYPE_CHECKING:
    from sottovoce.cli._given import Given


def need_yes(given: Given, question: str, unasked: Refused | None = None) -> None:
    """Ask a person; a no ends the command.

    Raises `unasked` where there is nobody to ask, or where none is given, a Refused that names --yes.
    """
    if not given.show.can_ask:
        raise unasked or Refused("This needs a yes, and there is nobody to ask.", hint="Add --yes")
    if not given.show.confirm(question):
        given.show.note("Nothing was done.")
        raise click.exceptions.Exit(1)
