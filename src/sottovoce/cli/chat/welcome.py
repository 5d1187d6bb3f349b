"""The first screen: one talks to an AI, which one, and what it is worth."""

from __future__ import annotations

from sottovoce.cli._show import Show
from sottovoce.cli.chat.status import departed
from sottovoce.guard.disclosure import TALKING
from sottovoce.models.shelf import ModelFile
from sottovoce.net.ledger import Summary


def welcome(show: Show, model: ModelFile, departures: Summary, server: str | None) -> None:
    """Print the few lines with which a chat begins. `server`: where the one is whose engine is used."""
    from rich.text import Text

    whom = show.words(f"{TALKING['en']}:")
    whom += "" if whom.endswith("：") else " "
    show.screen.print(Text.assemble(whom, (show.words(introduction(model)), "bold")))
    if worth := worth_of(model):
        show.quiet(worth)
    if server is not None:
        show.quiet(f"Shares the engine of the server at {server}")
    show.quiet(f"{departed(departures)[0]} · /help shows what you can do")
    show.line()


def introduction(model: ModelFile) -> str:
    """Return the model's name and licence."""
    return f"{model.name} ({'licence ' * (model.licence == 'unknown')}{model.licence})"


def worth_of(model: ModelFile) -> str:
    """Return what one may expect of the model, as far as that is known."""
    note = f"{model.note[:1].upper()}{model.note[1:]}." if model.note else ""
    languages = f"It knows {model.languages}." if model.languages != "unknown" else ""
    return f"{note} {languages}".strip()
