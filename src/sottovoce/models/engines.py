"""An engine for each model that somebody asks for, side by side.

Made when a model is first asked for; whether it is loaded, and for how long, is the engine's own affair.
Knows the shelf. How an engine is built it is told.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

from sottovoce.core.messages import Conversation
from sottovoce.core.paths import Home
from sottovoce.engine.protocol import Engine
from sottovoce.models import shelf
from sottovoce.models.file import ModelFile
from sottovoce.models.kinds import EMBEDDING, LANGUAGE

USABLE = (LANGUAGE, EMBEDDING)

Mark = tuple[str, int, int]
"""A file's name, size and time: whether it has changed, or the folder."""

File = tuple[Path, Mark | None]


class Engines:
    def __init__(self, home: Home, build: Callable[[ModelFile], Engine]) -> None:
        self._home = home
        self._build = build
        self._made: dict[File, tuple[ModelFile, Engine]] = {}
        self._resolved: dict[tuple[str, tuple[str, ...]], tuple[File, ModelFile]] = {}
        self._seen: tuple[list[Mark], list[ModelFile]] | None = None
        self._building = threading.Lock()

    def of(self, model: ModelFile) -> Engine:
        """Return the model's engine; the same one each time, whatever name the file was found by.

        A file that was replaced meanwhile is another model; a variant is none of its own.
        """
        model = model.base or model
        file = _file(model.path)
        with self._building:
            if file not in self._made:
                self._made[file] = model, self._build(model)
            return self._made[file][1]

    async def get(self, model: ModelFile) -> Engine:
        """Return the same; building one reads a file's header, which holds up nobody else here."""
        return await asyncio.to_thread(self.of, model)

    def put(self, model: ModelFile, engine: Engine) -> None:
        """Let this engine be the model's."""
        self._made[_file(model.path)] = model.base or model, engine

    def made(self) -> list[tuple[ModelFile, Engine]]:
        """Return every model that was asked for, with its engine. Most of them may be unloaded."""
        return list(self._made.values())  # a copy: another may be built in a thread meanwhile

    def resolve(self, name: str, kinds: tuple[str, ...] = USABLE) -> ModelFile:
        """Return the model that a setting names, of one of these kinds. May read a file.

        It is looked for once, and again when the file has changed. Raises NotFound or BadModelFile.
        """
        file, model = self._resolved.get((name, kinds), (None, None))
        if model is None or file != _file(model.path):
            model = shelf.resolve(name, self._home, kinds)
            self._resolved[name, kinds] = _file(model.path), model
        return model

    async def on_shelf(self) -> list[ModelFile]:
        """Return the models at hand that can be used. Their files are read again once one has changed."""
        return await asyncio.to_thread(self._on_shelf)

    async def forget(self, conversation: Conversation) -> None:
        """Erase all state of a conversation, whichever models it was asked of, also where one fails to."""
        async with AsyncExitStack() as stack:
            for _, engine in self.made():
                stack.push_async_callback(engine.forget, conversation)

    async def close(self) -> None:
        """Close every engine, all at once: each may have chats to save. Also where one of them fails to."""
        closing = (engine.close() for _, engine in self.made())
        ends = await asyncio.gather(*closing, return_exceptions=True)
        for problem in filter(None, ends):
            raise problem

    def _on_shelf(self) -> list[ModelFile]:
        marks = list(_marks(self._home.models))
        if self._seen is None or self._seen[0] != marks:
            usable = [model for model in shelf.listed(self._home) if model.kind in USABLE]
            self._seen = marks, usable
        return self._seen[1]


def _file(path: Path) -> File:
    real = path.resolve()
    return real, _mark(real)


def _marks(folder: Path) -> Iterator[Mark]:
    marks = (_mark(path) for path in sorted(folder.glob("*.gguf")))
    return (mark for mark in marks if mark is not None)


def _mark(path: Path) -> Mark | None:
    try:
        info = path.stat()
    except OSError:  # gone meanwhile, or a link to nothing
        return None
    return path.name, info.st_size, info.st_mtime_ns
