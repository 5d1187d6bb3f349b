"""Which models are served, as Ollama's clients want to know it: `/api/tags`, `/api/show`, `/api/ps`.

Says nothing of where its file lies.
"""

from __future__ import annotations

import asyncio
import math
from contextlib import suppress
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from typing import Any

from sottovoce import __version__
from sottovoce.app import App
from sottovoce.core.errors import BadModelFile
from sottovoce.core.sampling import RANGES, laid_over
from sottovoce.engine.header import ArrayInfo, Header
from sottovoce.engine.protocol import Load
from sottovoce.models import shelf
from sottovoce.models.kinds import EMBEDDING, LANGUAGE
from sottovoce.models.shelf import ModelFile
from sottovoce.server import served
from sottovoce.server.endpoint import Visit
from sottovoce.server.ollama_api.nouns import (
    Details,
    Listed,
    Loaded,
    Running,
    ShowBody,
    Shown,
    Tag,
    Tags,
    Version,
)
from sottovoce.server.served import Chosen

LATEST = ":latest"
FOREVER = datetime(2318, 1, 1, tzinfo=UTC)
"""Ollama's clients are told a time at which a model is unloaded, even where it never is."""

CAPABILITIES = {LANGUAGE: ["completion", "tools"], EMBEDDING: ["embedding"]}
UNLOADED = Load(0, 0, 0.0)
"""What is told of a model that was unloaded while we looked."""


async def choose(visit: Visit[Any], name: str, *, vectors: bool = False) -> Chosen:
    """Have this model answer, see Visit.choose. Case and `:latest` make no difference."""
    return await visit.choose(await _spelled(visit.house.app, name), vectors=vectors)


async def _spelled(app: App, name: str) -> str:
    """Return a model's name as it is spelled here; what is no model's stays as it is."""
    wanted = name.removesuffix(LATEST)
    known = {one.casefold(): one for one in served.names(app)}
    if wanted.casefold() not in known:
        known |= {model.name.casefold(): model.name for model in await served.models(app)}
    return known.get(wanted.casefold(), wanted)


async def version(visit: Visit[None]) -> Version:
    """Say which version of Sottovoce answers."""
    return Version(version=__version__)


async def tags(visit: Visit[None]) -> Tags:
    """List the models that may be asked for, the usual one first."""
    app = visit.house.app
    found = []
    for model in await served.models(app):
        with suppress(BadModelFile):  # gone while we looked
            found.append(await _found(app, model))
    return Tags(models=[Tag(**dict(one.listed), modified_at=one.changed) for one in found])


async def running(visit: Visit[None]) -> Running:
    """List the models that are loaded, each with the time at which it rests if nobody asks."""
    house = visit.house
    if house.problem:
        return Running(models=[])
    models = []
    for one in served.loaded(house.app):
        with suppress(BadModelFile):  # its file may be gone while it answers
            models.append(await _loaded(house.app, one))
    return Running(models=models)


async def _loaded(app: App, chosen: Chosen) -> Loaded:
    load = chosen.engine.load() or UNLOADED
    until = FOREVER if math.isinf(load.left) else datetime.now(UTC) + timedelta(seconds=load.left)
    found = await _found(app, chosen.model)
    return Loaded(**dict(found.listed), expires_at=until.isoformat(), context_length=load.window)


async def show(visit: Visit[ShowBody]) -> Shown:
    """Tell what is known of a model."""
    app = visit.house.app
    model = await served.find(app, await _spelled(app, visit.body.model or visit.body.name or ""))
    found = await _found(app, model)
    drawn = laid_over(model.sampling, app.sampling(model))
    parameters = [
        f"{one.name:<30} {value}"
        for one in fields(drawn)
        if one.name in RANGES and (value := getattr(drawn, one.name)) is not None
    ]
    text = model.licence_text
    licence = await asyncio.to_thread(text.read_text, "utf-8") if text else model.licence
    return Shown(
        license=licence,
        modelfile="\n".join([f"FROM {found.listed.name}", *(f"PARAMETER {line}" for line in parameters)]),
        parameters="\n".join(parameters),
        template=found.header.chat_template or "",
        details=found.listed.details,
        model_info=_facts(found.header),
        capabilities=CAPABILITIES[model.kind],
        modified_at=found.changed,
    )


@dataclass(frozen=True, slots=True)
class _Found:
    header: Header
    listed: Listed
    changed: str


async def _found(app: App, model: ModelFile) -> _Found:
    """Look at the model's file. Raises BadModelFile where it is gone."""
    header = await served.header(model)
    known = await app.database.read(lambda conn: shelf.known(conn, model.path))
    try:
        changed = await asyncio.to_thread(lambda: model.path.stat().st_mtime)
    except OSError as problem:
        raise BadModelFile(f"The file of {model.name} is gone.", hint="Ask for another model") from problem
    listed = Listed(
        name=model.name + LATEST,
        model=model.name + LATEST,
        size=header.file_size,
        digest=model.sha256 or (known.sha256 if known else ""),
        details=Details(
            family=header.architecture,
            families=[header.architecture],
            parameter_size=_counted(header.parameters),
            quantization_level=header.file_type,
        ),
    )
    return _Found(header, listed, datetime.fromtimestamp(changed, UTC).isoformat())


def _facts(header: Header) -> dict[str, object]:
    told: dict[str, object] = {
        key: value
        for key, value in header.metadata.items()
        if not isinstance(value, ArrayInfo) and key != "tokenizer.chat_template"
    }
    return told | {"general.parameter_count": header.parameters}


def _counted(number: int) -> str:
    return f"{number / 1e9:.1f}B" if number >= 1e9 else f"{number / 1e6:.2f}M"
