"""From files to an engine that answers, with a source that is built in a moment and a proof that is told."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import aclosing
from pathlib import Path

import pytest
from built_engines import SAME, proof
from small_sources import named, written

from sottovoce.core.errors import EngineFailed, SottoError, StoreBusy
from sottovoce.core.lock import FileLock
from sottovoce.core.paths import Home
from sottovoce.engine.library import Library
from sottovoce.fit import built
from sottovoce.fit.built import Built, Proof
from sottovoce.native import making, schemas
from sottovoce.native.making import Order
from sottovoce.native.needs import Means
from sottovoce.native.proof import Subject, Told, holds
from sottovoce.native.schemas import Held
from sottovoce.net.door import Door
from sottovoce.net.ledger import Ledger


async def made(home: Home, folder: Path, how: str = "", *proofs: Proof) -> tuple[Built, list[Library]]:
    files = written(folder, SAME, how)
    order = Order(tuple(map(named, files)), folder, Means("c++", 1, 0), (), 1)
    seen: list[Library] = []

    async def prove(_: Sequence[Subject], library: Library, threads: int, told: Told) -> tuple[Proof, ...]:
        seen.append(library)
        told("comparing", 1.0)
        return proofs

    door = Door(lambda: "off", Ledger(home.ledger))
    heard: list[float] = []
    async with aclosing(
        making.make(home, order, door, lambda _, part: heard.append(part), prove)
    ) as making_it:
        last = [step async for step in making_it][-1]
    assert isinstance(last, Built)
    return last, seen


def left(home: Home) -> set[str]:
    return {path.name for path in home.engines.iterdir()} - {"lock"}


async def test_one_that_is_proved_gets_its_place_and_is_not_used_yet(home: Home, tmp_path: Path) -> None:
    one, seen = await made(home, tmp_path / "files", "", proof())
    assert built.listed(home) == [one]
    assert seen[0].name == one.name
    assert not seen[0].folder.exists(), "it was proved where it was built"
    assert left(home) == {one.name}
    assert built.in_use(home) is None
    built.use(home, one.name)
    assert built.in_use(home) is not None, "it was not changed by moving it"


async def test_the_same_again_takes_its_place(home: Home, tmp_path: Path) -> None:
    first, _ = await made(home, tmp_path / "files", "", proof())
    second, _ = await made(home, tmp_path / "files", "", proof(prompt=2.0))
    assert second.name == first.name
    assert built.listed(home)[0].proofs[0].prompt == 2.0


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (proof(is_as_good=False, perplexity=0.03), r"\+3.00% of perplexity"),
        (proof(holds=False, followed=20), "20 of 24 followed"),
    ],
)
async def test_one_that_is_not_sound_is_gone(home: Home, tmp_path: Path, bad: Proof, words: str) -> None:
    with pytest.raises(EngineFailed, match=words):
        await made(home, tmp_path / "files", "", proof(), bad)
    assert left(home) == set()


async def test_a_build_that_fails_leaves_nothing_but_its_log(home: Home, tmp_path: Path) -> None:
    with pytest.raises(SottoError, match="could not be built"):
        await made(home, tmp_path / "files", "sys.exit(1)")
    assert left(home) == set()
    assert "[3/3]" in making.log_of(home).read_text()


async def test_what_a_killed_one_has_left_goes_the_next_time(home: Home, tmp_path: Path) -> None:
    (home.engines / making.STAGING / "source").mkdir(parents=True)
    one, _ = await made(home, tmp_path / "files", "", proof())
    assert left(home) == {one.name}


async def test_two_do_not_build_at_once(home: Home, tmp_path: Path) -> None:
    home.engines.mkdir()
    other = FileLock(home.engines / "lock")
    assert other.take()
    with pytest.raises(StoreBusy):
        await made(home, tmp_path / "files", "", proof())
    other.release()


@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [
        (Held(24, 24, 24), Held(24, 24, 24), True),
        (Held(24, 24, 24), Held(23, 24, 24), False),
        (Held(23, 24, 24), Held(22, 23, 24), True),
        (Held(20, 20, 24), Held(14, 14, 24), True),
        (Held(20, 20, 24), Held(13, 13, 24), False),
        (Held(20, 20, 24), Held(0, 0, 24), False),
    ],
)
def test_schemas_hold_as_well_as_before(before: Held, after: Held, verdict: bool) -> None:
    assert holds(before, after) == verdict


def test_there_are_schemas_of_every_kind_that_people_use() -> None:
    said = str(schemas.ASKED)
    for word in ("boolean", "enum", "const", "minimum", "pattern", "anyOf", "$ref", "minItems", "number"):
        assert word in said
    assert len(schemas.ASKED) >= 12
