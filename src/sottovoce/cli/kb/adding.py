"""sotto kb add and watch: put documents on a shelf, and keep it in step with them."""

from __future__ import annotations

import asyncio
import os
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sottovoce.cli._given import Given
from sottovoce.cli._run import run
from sottovoce.cli._show import one_line
from sottovoce.cli.kb._filling import fill
from sottovoce.cli.kb.unlocking import ask_for_all, tell_locked
from sottovoce.core.amounts import amount
from sottovoce.core.errors import BadValue, NotFound
from sottovoce.core.messages import OWNER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sottovoce.knowledge.shelf import Shelf
    from sottovoce.knowledge.shelves import Shelves
    from sottovoce.knowledge.syncing import Progress

MOST_PROBLEMS = 20
"""That are told one by one."""

PATHS = click.argument("paths", nargs=-1, type=click.Path(path_type=Path))


@click.command()
@click.argument("name")
@PATHS
@click.pass_obj
def add(given: Given, /, name: str, paths: tuple[Path, ...]) -> None:
    """Put files and folders on a shelf, which is made where it is not there yet.

    What has not changed is not read again. A file whose name ends in .zim is an encyclopaedia: it is checked,
    and then asked as it is. Without PATHS: bring the shelf in step with what was put on it. At a terminal it
    asks for the passwords of locked documents. Ctrl-C stops; the same command goes on.
    """
    bring_in_step(given, name, paths)


@click.command()
@click.argument("name")
@PATHS
@click.pass_obj
def watch(given: Given, /, name: str, paths: tuple[Path, ...]) -> None:
    """Keep a shelf in step with its files and folders until Ctrl-C."""
    run(_watch(given, name, paths))


def bring_in_step(given: Given, name: str, paths: Sequence[Path] = ()) -> None:
    """Put these on a shelf, and read what is new or has changed. At a terminal it asks for passwords."""
    locked = run(_add(given, name, paths))
    if locked:
        ask_for_all(given, name, locked)


async def _add(given: Given, name: str, paths: Sequence[Path]) -> list[str]:
    """Return the locked documents whose passwords are still to be asked for, before vectors are made."""
    async with given.open_app() as app:
        shelf = await _with(given, app.shelves, name, paths)
        told = await _synced(given, shelf)
        locked = await shelf.locked()
        if locked and given.show.can_ask:
            return locked
        tell_locked(given, shelf.name, locked, told)
        await fill(given, app, shelf)
        return []


async def _watch(given: Given, name: str, paths: Sequence[Path]) -> None:
    from sottovoce.knowledge.watching import changes

    async with given.open_app() as app:
        shelf = await _with(given, app.shelves, name, paths)
        told = await _synced(given, shelf)
        tell_locked(given, shelf.name, await shelf.locked(), told)
        await fill(given, app, shelf)
        given.show.note("Watching; Ctrl-C ends it.")
        async with aclosing(changes(shelf.file)) as coming:
            async for _ in coming:
                await _synced(given, shelf)
                await fill(given, app, shelf)


async def _with(given: Given, shelves: Shelves, name: str, paths: Sequence[Path]) -> Shelf:
    """Return the shelf with these sources; nothing is made where one of them cannot be one."""
    from sottovoce.knowledge import sources
    from sottovoce.knowledge.mounts import is_encyclopaedia
    from sottovoce.knowledge.zim.header import read_header

    for path in paths:
        sources.require(path)
        if not os.access(path, os.R_OK):
            raise BadValue(f"{path} may not be read.", hint=f"Give yourself access: chmod u+r {path}")
        if is_encyclopaedia(path):
            await asyncio.to_thread(read_header, path)
    try:
        shelf = await shelves.open(OWNER, name)
    except NotFound:
        if not paths:
            raise
        shelf = await shelves.add(OWNER, name)
    for path in paths:
        if is_encyclopaedia(path):
            await _mounted(given, shelves, shelf, path)
        else:
            await shelves.put(shelf, path)
    return shelf


async def _mounted(given: Given, shelves: Shelves, shelf: Shelf, path: Path) -> None:
    def told(read: int, of: int) -> None:
        given.show.passing(f"{path.name}: checking, {amount(read)} of {amount(of)}")

    try:
        mounted = await shelves.mount(shelf, path, told)
    finally:
        given.show.passing("")
    day = "" if mounted.as_of is None else f" of {mounted.as_of.isoformat()}"
    given.show.note(f"{shelf.name}: {mounted.title}{day}, {mounted.articles:,} articles.")
    if not mounted.indexed:
        given.show.note("  only titles can be searched: the file comes without an index of its texts")


async def _synced(given: Given, shelf: Shelf) -> frozenset[str]:
    """Bring it in step; return the names of the documents of which it was told why they were not read."""
    last = None
    try:
        async with aclosing(shelf.sync()) as steps:
            async for step in steps:
                if last is None and step.total:
                    size, room = amount(step.bytes), amount(step.space)
                    files = "1 file" if step.total == 1 else f"{step.total:,} files"
                    given.show.note(f"{files}, {size}; on the shelf about {room}.")
                last = step
                if step.total:
                    done = f"{shelf.name}: {step.done:,} of {step.total:,} files"
                    given.show.passing(f"{done}, {step.passages:,} passages; {step.name}")
    except asyncio.CancelledError:
        given.show.passing("")
        given.show.note(f"Stopped. What was read is kept; to go on: sotto kb add {shelf.name}")
        raise
    finally:
        given.show.passing("")
    if last is None:
        return frozenset()
    _tell(given, shelf, last)
    return frozenset(list(last.problems)[:MOST_PROBLEMS])


def _tell(given: Given, shelf: Shelf, step: Progress) -> None:
    counts = {
        "added": step.added,
        "changed": step.changed,
        "moved": step.moved,
        "taken off": step.removed,
        "unchanged": step.kept,
    }
    said = ", ".join(f"{count:,} {what}" for what, count in counts.items() if count)
    given.show.note(f"{shelf.name}: {said or 'nothing to read'}.")
    for sentence in list(step.problems.values())[:MOST_PROBLEMS]:
        given.show.note(f"  not read: {one_line(sentence)}")
    if len(step.problems) > MOST_PROBLEMS:
        more = len(step.problems) - MOST_PROBLEMS
        given.show.note(f"  and {more:,} more; all of them: sotto kb show {shelf.name}")
    for name, note in list(step.notes.items())[:MOST_PROBLEMS]:
        given.show.note(f"  {name}: {note}")
    if len(step.notes) > MOST_PROBLEMS:
        given.show.note(f"  and {len(step.notes) - MOST_PROBLEMS:,} more of which something is to be told")
    for path in step.missing:
        given.show.note(f"  cannot be looked into now, what was read of it stays: {one_line(path)}")
    if step.passed:
        kinds = ", ".join(f"{count:,} {ending}" for ending, count in sorted(step.passed.items()))
        given.show.note(f"  passed over, of no kind that is read: {kinds}")
