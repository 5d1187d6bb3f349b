"""Read documents in a process of their own, which is kept for many and replaced when one may have harmed it.

This side opens the file and makes sense of nothing in it but its first bytes. It holds the other side to
its time and to the size of what it says, and believes none of it unseen.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import stat
from pathlib import Path
from typing import Self

from sottovoce.knowledge.document import Reading
from sottovoce.knowledge.reading.kinds import HEAD, LARGEST, Kind, kind_of
from sottovoce.knowledge.reading.process import PASSES_DESCRIPTORS, Child
from sottovoce.knowledge.reading.refusal import Refusal, problem, size
from sottovoce.knowledge.reading.wire import LATE, Limits, Request

log = logging.getLogger(__name__)

KEPT: frozenset[str] = frozenset(
    {"empty", "unknown", "archive", "password", "wrong_password", "protected", "scanned"}
)
"""Refusals that say nothing against the document: the child that gave them goes on."""


async def read(
    path: Path, name: str, *, password: str | None = None, limits: Limits | None = None
) -> Reading:
    """Read one file. Raises BadDocument, which names it `name`."""
    async with Reader(limits or Limits()) as reader:
        return await reader.read(path, name, password=password)


class Reader:
    """Reads one document after the other. Use it as an async context, or close it."""

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._child: Child | None = None
        self._turn = asyncio.Lock()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def read(self, path: Path, name: str, *, password: str | None = None) -> Reading:
        """Read a file. Raises BadDocument, which names it `name`."""
        async with self._turn:
            try:
                handle, kind, length = await asyncio.to_thread(_opened, path, name)
            except Refusal as refusal:
                raise problem(name, refusal) from refusal
            try:
                if PASSES_DESCRIPTORS:
                    return await self._answer(Request(kind, None, password), handle)
                return await self._answer(
                    Request(kind, length, password), await asyncio.to_thread(_whole, handle)
                )
            except Refusal as refusal:
                raise problem(name, refusal) from refusal
            finally:
                os.close(handle)

    async def read_bytes(self, data: bytes, name: str, *, password: str | None = None) -> Reading:
        """Read a document that is in memory. Raises BadDocument, which names it `name`."""
        async with self._turn:
            try:
                kind = _readable(name, data[:HEAD], len(data))
                return await self._answer(Request(kind, len(data), password), data)
            except Refusal as refusal:
                raise problem(name, refusal) from refusal

    async def show(self, data: bytes, name: str) -> str:
        """Return what a PDF shows, as JSON: see shown.py. Raises BadDocument, which names it `name`."""
        async with self._turn:
            try:
                reading = await self._answer(Request("shown", len(data)), data)
                return "".join(json.loads(block.text) for block in reading.blocks)
            except Refusal as refusal:
                raise problem(name, refusal) from refusal

    async def close(self) -> None:
        """End the process. The next document starts another."""
        child, self._child = self._child, None
        if child is not None:
            await child.stop()

    async def _answer(self, request: Request, source: int | bytes) -> Reading:
        late = request.kind if request.kind in LATE else ""
        if self._child is None or late not in ("", self._child.late) or not self._child.is_alive:
            await self.close()
            self._child = await Child.start(self._limits, late=late)
        child, keep = self._child, False
        try:
            reading, keep = await child.answer(request, source)
            return reading
        except Refusal as refusal:
            keep = refusal.reason in KEPT
            if refusal.detail:
                log.info("A document could not be read (%s): %s", refusal.reason, refusal.detail)
            raise
        finally:  # also where the caller was cancelled: nobody listens to the rest
            if not keep:
                await self.close()


def _opened(path: Path, name: str) -> tuple[int, Kind, int]:
    """Open an ordinary file; return its descriptor, its kind and its length. Raises Refusal."""
    try:
        # Without O_NONBLOCK, opening a pipe would wait for whoever writes to it.
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except FileNotFoundError:
        raise Refusal("missing") from None
    except PermissionError:
        raise Refusal("forbidden") from None
    except OSError as broken:
        raise Refusal("not_file", detail=str(broken)) from broken
    try:
        about = os.fstat(handle)
        if not stat.S_ISREG(about.st_mode):  # a device may have no end
            raise Refusal("not_file")
        head = os.read(handle, HEAD)
        os.lseek(handle, 0, os.SEEK_SET)
        return handle, _readable(name, head, about.st_size), about.st_size
    except OSError as broken:
        os.close(handle)
        raise Refusal("forbidden", detail=str(broken)) from broken
    except Refusal:
        os.close(handle)
        raise


def _whole(handle: int) -> bytes:
    with os.fdopen(os.dup(handle), "rb") as file:
        return file.read()


def _readable(name: str, head: bytes, length: int) -> Kind:
    if not head:
        raise Refusal("empty")
    kind = kind_of(name, head)
    if length > LARGEST[kind]:
        raise Refusal("large", size(LARGEST[kind]))
    return kind
