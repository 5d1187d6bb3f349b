"""Encyclopaedias that are being checked in this program, before they stand on a shelf.

Who began it may go away; it ends by itself. One that was refused stays known until it is tried again or
dismissed. Knows nothing of HTTP.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sottovoce.core.errors import SottoError, Stopping
from sottovoce.knowledge.shelf import Shelf
from sottovoce.knowledge.shelves import Shelves

log = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class Mounting:
    """One file on its way to a shelf: so many bytes read, of how many. `problem`: why it was refused."""

    shelf: Shelf
    path: Path
    read: int = 0
    of: int = 0
    problem: SottoError | None = None
    task: asyncio.Task[None] | None = None


class Mountings:
    """All of them. `changed` hears the id of a shelf on which one began or ended."""

    def __init__(self, shelves: Shelves, changed: Callable[[str], None] = lambda shelf: None) -> None:
        self._shelves = shelves
        self._changed = changed
        self._all: dict[tuple[str, Path], Mounting] = {}
        self._closed = False

    def of(self, shelf: str) -> list[Mounting]:
        """Return those of a shelf, by its id, in the order in which they began."""
        return [one for one in self._all.values() if one.shelf.row.id == shelf]

    def start(self, shelf: Shelf, path: Path) -> Mounting:
        """Begin, and go on whatever becomes of the caller. One that is under way goes on. Raises Stopping."""
        if self._closed:
            raise Stopping("The server is stopping.", hint="Ask again once it is back", retry_after=10)
        key = shelf.row.id, path.absolute()
        mounting = self._all.get(key)
        if mounting is None or mounting.problem is not None:
            mounting = self._all[key] = Mounting(shelf, path.absolute())
            mounting.task = asyncio.create_task(self._carry_out(mounting))
            self._changed(shelf.row.id)
        return mounting

    async def stop(self, shelf: str, path: Path) -> bool:
        """Stop one, or dismiss it where it was refused; return whether there was any. `path` is absolute."""
        mounting = self._all.pop((shelf, path), None)
        if mounting is None:
            return False
        if mounting.task is not None:
            mounting.task.cancel()
            await asyncio.wait({mounting.task})
        self._changed(shelf)
        return True

    async def leave(self, shelf: str) -> None:
        """Stop all of a shelf that is to be removed."""
        for mounting in self.of(shelf):
            await self.stop(shelf, mounting.path)

    async def close(self) -> None:
        """Stop everything."""
        self._closed = True
        for shelf, path in list(self._all):
            await self.stop(shelf, path)

    async def _carry_out(self, mounting: Mounting) -> None:
        """Check and mount. A task's edge: whatever happens, it is said."""

        def told(read: int, of: int) -> None:
            mounting.read, mounting.of = read, of

        shelf = mounting.shelf.row.id
        try:
            await self._shelves.mount(mounting.shelf, mounting.path, told)
        except SottoError as problem:
            mounting.problem = problem
        except Exception:  # the task's edge: nobody awaits it, so it is logged and told in the list
            log.exception("An encyclopaedia was not mounted")
            mounting.problem = SottoError(
                "Something went wrong that Sottovoce did not expect.",
                hint="Try again; the server's log says more",
            )
        else:
            self._all.pop((shelf, mounting.path), None)
        self._changed(shelf)
