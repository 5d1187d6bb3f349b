"""Which model is served, as Ollama's clients want to know it: `/api/tags`, `/api/show`, `/api/ps`.

Says nothing of where its file lies.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path

from sottovoce import __version__
from sottovoce.app import App
from sottovoce.core.sampling import RANGES, laid_over
from sottovoce.engine.gguf import read_header
from sottovoce.engine.header import ArrayInfo, Header
from sottovoce.models import shelf
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

LATEST = ":latest"
FOREVER = datetime(2318, 1, 1, tzinfo=UTC)
"""Ollama's clients are told a time at which a model is unloaded, even where it never is."""

CAPABILITIES = ["completion", "tools"]


def require(app: App, name: str) -> None:
    """Raise NotFound unless this names the model that runs. Case and `:latest` make no difference."""
    wanted = name.removesuffix(LATEST)
    known = {one.casefold(): one for one in served.names(app)}
    served.require(app, known.get(wanted.casefold(), wanted))


async def version(visit: Visit[None]) -> Version:
    """Say which version of Sottovoce answers."""
    return Version(version=__version__)


async def tags(visit: Visit[None]) -> Tags:
    """List the model that is served."""
    found = await _found(visit.house.app)
    return Tags(models=[Tag(**dict(found.listed), modified_at=found.changed)])


async def running(visit: Visit[None]) -> Running:
    """List the model that is served, with the time at which it rests if nobody asks."""
    house = visit.house
    if house.problem:
        return Running(models=[])
    facts = await house.app.engine.ready()
    found = await _found(house.app)
    idle = house.app.settings.idle_minutes
    until = datetime.now(UTC) + timedelta(minutes=idle) if idle else FOREVER
    loaded = Loaded(**dict(found.listed), expires_at=until.isoformat(), context_length=facts.window)
    return Running(models=[loaded])


async def show(visit: Visit[ShowBody]) -> Shown:
    """Tell what is known of a model."""
    app = visit.house.app
    require(app, visit.body.model or visit.body.name or "")
    found = await _found(app)
    drawn = laid_over(app.model.sampling, app.settings.sampling())
    parameters = [
        f"{one.name:<30} {value}"
        for one in fields(drawn)
        if one.name in RANGES and (value := getattr(drawn, one.name)) is not None
    ]
    text = app.model.licence_text
    licence = await asyncio.to_thread(text.read_text, "utf-8") if text else app.model.licence
    return Shown(
        license=licence,
        modelfile="\n".join([f"FROM {found.listed.name}", *(f"PARAMETER {line}" for line in parameters)]),
        parameters="\n".join(parameters),
        template=found.header.chat_template or "",
        details=found.listed.details,
        model_info=_facts(found.header),
        capabilities=CAPABILITIES,
        modified_at=found.changed,
    )


@dataclass(frozen=True, slots=True)
class _Found:
    header: Header
    listed: Listed
    changed: str


async def _found(app: App) -> _Found:
    """Look at the model's file. Raises BadModelFile where it is gone."""
    model = app.model
    header = await asyncio.to_thread(_header, model.path)
    known = await app.database.read(lambda conn: shelf.known(conn, model.path))
    changed = await asyncio.to_thread(lambda: model.path.stat().st_mtime)
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


@lru_cache(maxsize=2)
def _header(path: Path) -> Header:
    # One model is served as long as the server runs, and its head is read in 60 ms.
    return read_header(path)


def _facts(header: Header) -> dict[str, object]:
    told: dict[str, object] = {
        key: value
        for key, value in header.metadata.items()
        if not isinstance(value, ArrayInfo) and key != "tokenizer.chat_template"
    }
    return told | {"general.parameter_count": header.parameters}


def _counted(number: int) -> str:
    return f"{number / 1e9:.1f}B" if number >= 1e9 else f"{number / 1e6:.2f}M"
