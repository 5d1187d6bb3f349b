"""sotto kb: shelves of documents that questions are answered from."""

from __future__ import annotations

import click

from sottovoce.cli.kb.adding import add, watch
from sottovoce.cli.kb.looking import list_shelves, search, show
from sottovoce.cli.kb.tending import check, remove
from sottovoce.cli.kb.unlocking import unlock

EXAMPLES = """\b
Examples:
  sotto kb add handbook ~/Documents/handbook
  sotto kb search handbook "how many days of leave"
  sotto kb check handbook"""


@click.group(epilog=EXAMPLES)
def kb() -> None:
    """Shelves of documents, to ask and to quote."""


for command in (add, list_shelves, show, search, watch, unlock, check, remove):
    kb.add_command(command)
