"""Which model a request is for: any on the shelf by its name, and the usual one by its other names too."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from sottovoce.core.errors import NoModel, Unsupported
from sottovoce.core.messages import OWNER
from sottovoce.engine.gguf import Header, read_header
from sottovoce.engine.protocol import Engine, Queue
from sottovoce.models import shelf, starter, variants
from sottovoce.models.kinds import EMBEDDING, LANGUAGE
from sottovoce.models.names import DEFAULT
from sottovoce.models.shelf import ModelFile

if TYPE_CHECKING:
    from sottovoce.app import App

LONGEST_SHOWN = 80
MOST_PROPOSED = 10


@dataclass(frozen=True, slots=True)
class Chosen:
    """The model that a request is for, and its engine. It may have to be loaded."""

    model: ModelFile
    engine: Engine


def names(app: App) -> tuple[str, ...]:
    """Return what the usual model may be called; its own name first."""
    is_starter = app.settings.model == shelf.STARTER
    return (app.model.name, DEFAULT, *([shelf.STARTER] if is_starter else []))


async def models(app: App) -> list[ModelFile]:
    """Return every model that may be asked for, the usual one first, and the variants of these.

    Of two that go by one name it is the first that is meant by it.
    """
    usual = app.model.base or app.model
    others = [usual, *(model for model in await app.engines.on_shelf() if model.path != usual.path)]
    others += await asyncio.to_thread(_varied, app, others)
    by_name = {model.name: model for model in reversed([app.model, *others])}
    return list(reversed(by_name.values()))


def _varied(app: App, usable: Iterable[ModelFile]) -> list[ModelFile]:
    """Return the variants of these models; of others none can be asked."""
    known = {model.name: model for model in usable if model.kind == LANGUAGE}
    known[shelf.STARTER] = starter.in_home(app.home)
    return [
        variants.laid_over(known[variant.model], variant)
        for variant in variants.listed(app.home)
        if not variant.problem and variant.model in known
    ]


async def find(app: App, name: str) -> ModelFile:
    """Return the model of this name. Only what is on the shelf has one: a path leads nowhere.

    Raises NoModel.
    """
    if name in names(app):
        return app.model
    known = await models(app) if name else []
    for model in known:
        if name == model.name:
            return model
        if name == shelf.STARTER and starter.is_one(model.path, app.home) and model.variant is None:
            return model
    raise _unknown(app, name, known)


async def choose(app: App, name: str, *, vectors: bool = False) -> Chosen:
    """Return what this name means, for an answer or for vectors.

    Raises NoModel; Unsupported where that model cannot answer; NotFound or BadModelFile where the settings
    name none that is there.
    """
    if vectors and name == DEFAULT:
        return Chosen(*await app.embedder())
    model = await find(app, name)
    if model is app.model:
        return Chosen(model, app.engine)
    if model.kind == EMBEDDING and not vectors:
        raise Unsupported(
            f"{model.name} only makes vectors of texts and cannot answer.",
            hint=f"Ask for {' or '.join(names(app))}",
            field="model",
        )
    return Chosen(model, await app.engines.get(model))


async def header(model: ModelFile) -> Header:
    """Return what a model's file says; read again only when it has changed. Raises BadModelFile."""
    return await asyncio.to_thread(header_of, model.path)


def header_of(path: Path) -> Header:
    """Return the same, and block meanwhile."""
    try:
        info = path.stat()
    except OSError:
        return read_header(path)  # which says in a sentence what is the matter
    return _read(path, info.st_size, info.st_mtime_ns)


@lru_cache(maxsize=64)
def _read(path: Path, size: int, modified: int) -> Header:
    return read_header(path)


def loaded(app: App) -> list[Chosen]:
    """Return the models that are loaded now."""
    return [chosen for chosen in _asked(app) if chosen.engine.load() is not None]


def in_use(app: App) -> list[Chosen]:
    """Return the models that are loaded, or that somebody waits for."""
    return [
        chosen
        for chosen in _asked(app)
        if chosen.engine.load() is not None or chosen.engine.queue(OWNER).waiting
    ]


def queue(app: App, owner: str) -> Queue:
    """Return how full all lines are together, as a newcomer would find the shortest.

    Told before a request is read, and with it which model it is for: that one's own line may be longer.
    """
    usual = app.engine.queue(owner)
    others = [chosen.engine.queue(owner) for chosen in loaded(app) if chosen.engine is not app.engine]
    if not others:
        return usual
    return replace(
        usual,
        slots=_sum([usual, *others], "slots"),
        computing=_sum([usual, *others], "computing"),
        waiting=_sum([usual, *others], "waiting"),
        seconds=min(one.seconds for one in (usual, *others)),
    )


def _sum(queues: Iterable[Queue], what: str) -> int:
    return sum(int(getattr(one, what)) for one in queues)


def _asked(app: App) -> list[Chosen]:
    """Return the usual model, and every other that was asked for."""
    usual = app.model.base or app.model
    others = [Chosen(*made) for made in app.engines.made() if made[0].path != usual.path]
    return [Chosen(usual, app.engine), *others]


def _unknown(app: App, name: str, known: Iterable[ModelFile]) -> NoModel:
    shown = name if len(name) <= LONGEST_SHOWN else f"{name[: LONGEST_SHOWN - 1]}…"
    others = [model.name for model in known if model is not app.model][:MOST_PROPOSED]
    return NoModel(
        f"There is no model or variant named {shown!r} here, or no longer; {app.model.name} runs.",
        hint=f"Ask for {' or '.join([*names(app), *others])}",
        field="model",
    )
