"""sotto kb check and remove."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sottovoce.cli._given import Given
from sottovoce.cli._run import run
from sottovoce.cli._show import one_line
from sottovoce.cli._yes import need_yes
from sottovoce.cli.kb._open import open_shelves
from sottovoce.cli.kb.adding import bring_in_step
from sottovoce.core.messages import OWNER

if TYPE_CHECKING:
    from sottovoce.knowledge.checking import Verdict

MOST_NAMED = 20


@click.command()
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def check(given: Given, /, name: str, as_json: bool) -> None:
    """Look whether a shelf is sound and in step with its files. Exit code 1: it is not sound."""
    run(_check(given, name, as_json))


@click.command()
@click.argument("name")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def remove(given: Given, /, name: str, paths: tuple[Path, ...], yes: bool) -> None:
    """Remove a shelf, or take files and folders off it; the files themselves stay where they are.

    What is also in another folder of the shelf is read again from there.
    """
    if run(_remove(given, name, paths, yes)):
        bring_in_step(given, name)


async def _check(given: Given, name: str, as_json: bool) -> None:
    async with open_shelves(given) as shelves:
        shelf = await shelves.open(OWNER, name)
        verdict = await shelf.check()
    lists = {
        "damage": verdict.damage,
        "missing": verdict.missing,
        "changed": verdict.changed,
        "new": verdict.new,
        "gone": verdict.gone,
    }
    if as_json:
        given.show.data({"sound": verdict.is_sound, "in_step": verdict.is_in_step, **lists})
    else:
        closed, away = _parted(verdict.missing)
        for what, names in (lists | {"missing": away, "closed": closed}).items():
            for one in names[:MOST_NAMED]:
                given.show.plain(f"{given.show.words(what)}: {one_line(one)}")
            if len(names) > MOST_NAMED:
                given.show.line(f"{what}: and {len(names) - MOST_NAMED:,} more")
        if verdict.is_sound:
            given.show.note(f"{shelf.name} is sound.")
        for step in _next_steps(shelf.name, verdict):
            given.show.note(f"\nhint: {step}")
    if not verdict.is_sound:
        raise click.exceptions.Exit(1)


def _next_steps(name: str, verdict: Verdict) -> Iterator[str]:
    """Yield what to do about a shelf; only what is damaged itself need be made anew."""
    if verdict.is_broken:
        yield f"make it anew: sotto kb remove {shlex.quote(name)}, then sotto kb add"
        return
    if verdict.damage:
        yield f"copy the encyclopaedia to its place again, then: sotto kb add {shlex.quote(name)} FILE"
    closed, away = _parted(verdict.missing)
    if closed:
        yield f"give yourself access: chmod u+rx {_argument(closed[0])}"
    if away:
        off = f"sotto kb remove {shlex.quote(name)} {_argument(away[0])}"
        yield f"plug in the disk it is on, or take it off the shelf: {off}"
    if verdict.changed or verdict.new or verdict.gone:
        yield f"sotto kb add {shlex.quote(name)} brings it in step"


def _parted(missing: list[str]) -> tuple[list[str], list[str]]:
    """Return what is there but cannot be looked into, and what is not there."""
    closed = [path for path in missing if os.access(path, os.F_OK)]
    return closed, [path for path in missing if path not in closed]


def _argument(path: str) -> str:
    """Return a path as it is typed; one that no terminal shows as it is, is left to who knows it."""
    return shlex.quote(path) if path.isprintable() else "PATH"


async def _remove(given: Given, name: str, paths: tuple[Path, ...], yes: bool) -> bool:
    """Return whether some of what was taken off is still to stand on the shelf, of another source."""
    from sottovoce.knowledge import sources
    from sottovoce.knowledge.mounts import is_encyclopaedia

    async with open_shelves(given) as shelves:
        if paths:
            shelf = await shelves.open(OWNER, name)
            is_owed = False
            for path in paths:
                if is_encyclopaedia(path):
                    await shelves.unmount(shelf, path)
                    given.show.note(f"{path.name} taken off {shelf.name}")
                    continue
                count = await shelves.take_off(shelf, path)
                given.show.note(f"{count:,} documents taken off {shelf.name}")
                is_shared = await shelf.file.read(partial(sources.is_shared, path=path))
                is_owed = is_owed or (count > 0 and is_shared)
            return is_owed
        row = await shelves.named(OWNER, name)
        if not yes:
            need_yes(given, f"Remove the shelf {row.name} and all that was read for it?")
        await shelves.remove(OWNER, row.id)
    given.show.note(f"The shelf {row.name} is removed; its files are where they were.")
    return False
