"""Makes the vectors that a shelf lacks, at the end of `sotto kb add`, where a model for them is set."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import TYPE_CHECKING

from sottovoce.cli._given import Given

if TYPE_CHECKING:
    from sottovoce.app import App
    from sottovoce.knowledge.embedding import Progress
    from sottovoce.knowledge.shelf import Shelf


async def fill(given: Given, app: App, shelf: Shelf) -> None:
    """Make vectors until all are there. Ctrl-C stops it; what was made is kept."""
    from sottovoce.knowledge import embedding, passages

    if not (await shelf.facts()).passages:
        return
    told = 0
    try:
        async with app.background() as engine:
            if engine is None:
                return
            async with aclosing(embedding.fill(shelf.file, engine, passages.told)) as steps:
                async for step in steps:
                    told += 1
                    if told == 1 and not step.finished:
                        given.show.note(f"{shelf.name} can be searched by its words now.")
                    if not step.finished:
                        given.show.passing(_progress(shelf, step))
    except asyncio.CancelledError:
        given.show.passing("")
        given.show.note(f"Stopped. What was made is kept; to go on: sotto kb add {shelf.name}")
        raise
    finally:
        given.show.passing("")
    if told > 1:
        given.show.note(f"{shelf.name} can be searched by meaning as well.")


def _progress(shelf: Shelf, step: Progress) -> str:
    left = "" if step.left is None else f", about {step.left / 60:.0f} min left"
    return f"{shelf.name}: vectors of {step.done:,} of {step.total:,} passages, {step.per_second:.0f}/s{left}"
