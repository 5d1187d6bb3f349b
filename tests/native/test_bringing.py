"""The files that an engine is built of: fetched or carried, and believed by their content alone."""

from __future__ import annotations

import dataclasses
from contextlib import aclosing
from pathlib import Path

import pytest
from mirror import Mirror
from small_sources import named, written

from sottovoce.core.errors import BadModelFile, BadValue, Offline
from sottovoce.core.paths import Home
from sottovoce.native import bringing
from sottovoce.native.sources import Source
from sottovoce.net.address import Where
from sottovoce.net.door import Door
from sottovoce.net.ledger import Ledger


def door(home: Home, setting: str = "ask") -> Door:
    return Door(lambda: setting, Ledger(home.ledger), where=Where.INSIDE)


async def fetched(home: Home, sources: list[Source], folder: Path, setting: str = "ask") -> list[int]:
    async with aclosing(bringing.fetch(door(home, setting), sources, folder)) as steps:
        return [here async for here in steps]


@pytest.fixture
def served(mirror: Mirror, tmp_path: Path) -> list[Source]:
    """Two files that a server has, each under its digest."""
    found = []
    for path in written(tmp_path / "there", "VALUE = 1\n"):
        mirror.put(f"x/{path.name}", path)
        one = named(path, mirror.cdn)
        found.append(dataclasses.replace(one, name=one.sha256))
    return found


async def test_what_is_fetched_is_held_to_its_digest_and_stands_in_the_ledger(
    home: Home, served: list[Source], tmp_path: Path
) -> None:
    folder = tmp_path / "here"
    heard = await fetched(home, served, folder)
    assert heard[-1] == sum(one.size for one in served)
    bringing.carried(served, folder)
    assert sorted(path.name for path in folder.iterdir()) == sorted(one.name for one in served)
    assert home.ledger.read_text().count("127.0.0.1") >= len(served)
    assert not bringing.missing_bytes(served, folder)


async def test_what_is_here_is_not_fetched_again(
    home: Home, served: list[Source], mirror: Mirror, tmp_path: Path
) -> None:
    await fetched(home, served, tmp_path / "here")
    before = mirror.asked
    await fetched(home, served, tmp_path / "here", setting="off")
    assert mirror.asked == before


async def test_another_content_is_refused(home: Home, served: list[Source], tmp_path: Path) -> None:
    wrong = dataclasses.replace(served[0], sha256="0" * 64)
    with pytest.raises(BadModelFile):
        await fetched(home, [wrong], tmp_path / "here")
    assert not (tmp_path / "here" / wrong.name).exists()


async def test_nothing_is_fetched_where_nothing_may_leave(
    home: Home, served: list[Source], mirror: Mirror, tmp_path: Path
) -> None:
    with pytest.raises(Offline):
        await fetched(home, served, tmp_path / "here", setting="off")
    assert not mirror.seen


def test_a_folder_that_lacks_one_or_has_another_is_told(tmp_path: Path) -> None:
    files = written(tmp_path / "files", "VALUE = 1\n")
    sources = [named(path) for path in files]
    bringing.carried(sources, tmp_path / "files")
    files[0].write_bytes(files[0].read_bytes()[:-1] + b"x")
    with pytest.raises(BadValue, match="is not the file"):
        bringing.carried(sources, tmp_path / "files")
    files[0].unlink()
    with pytest.raises(BadValue, match="There is no xllamacpp-1"):
        bringing.carried(sources, tmp_path / "files")
