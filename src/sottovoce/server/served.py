"""By which names the model that runs may be asked for. It answers in no other's name."""

from __future__ import annotations

from sottovoce.app import App
from sottovoce.core.errors import NotFound
from sottovoce.models import shelf

ALWAYS = "default"
"""Means the model that runs, whichever that is."""

LONGEST_SHOWN = 80


def names(app: App) -> tuple[str, ...]:
    """Return what the running model may be called; its own name first."""
    is_starter = app.settings.model == shelf.STARTER
    return (app.model.name, ALWAYS, *([shelf.STARTER] if is_starter else []))


def require(app: App, name: str) -> None:
    """Raise NotFound unless this names the model that runs."""
    if name not in names(app):
        shown = name if len(name) <= LONGEST_SHOWN else f"{name[: LONGEST_SHOWN - 1]}…"
        raise NotFound(
            f"There is no model named {shown!r} here; {app.model.name} runs.",
            hint=f"Ask for {' or '.join(names(app))}",
            field="model",
        )
