"""A model optimised in its place: as good and quicker or not at all, undone at will, and never half."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from gguf_samples import encoder, language_model, slow_model, split
from made_quick import QUICKER, Said, nobody, optimised_now

from sottovoce.core.errors import (
    BadModelFile,
    DiskFull,
    NotEnoughMemory,
    NotFound,
    Refused,
    StoreBusy,
    Unsupported,
)
from sottovoce.core.lock import FileLock
from sottovoce.core.paths import Home
from sottovoce.models import inventory, optimising, records, removing, shelf, starter, swapping, verifying
from sottovoce.models.comparing import Comparison, Speeds
from sottovoce.models.kinds import MEANINGS
from sottovoce.models.optimising import examine
from sottovoce.models.records import Record
from sottovoce.store.db import Database, open_database

AS_GOOD_AND_SLOWER = Comparison(Speeds(100, 50), Speeds(100, 50), 0.0, 0.001, 100)
WORSE = Comparison(Speeds(100, 50), Speeds(200, 60), 0.1, 0.001, 100)


@pytest.fixture
def database(home: Home) -> Iterator[Database]:
    with closing(open_database(home)) as database:
        yield database


@pytest.fixture
def slow(home: Home, database: Database) -> Path:
    """Put a model on the shelf that came from somewhere, under a licence that somebody said yes to."""
    path = slow_model().write(home.models / "slow.gguf")
    record = Record(path, "slow", digest(path), "hf:me/slow", "Llama-3.2", "me/slow", 1000.0, 2000.0)
    database.call(lambda conn: records.note_model(conn, record))
    return path


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def names_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} if folder.is_dir() else set()


# ── what takes its place ──────────────────────────────────────────────────────────────────────────


def test_it_takes_the_place_of_its_original_which_is_kept(home: Home, database: Database, slow: Path) -> None:
    before = digest(slow)
    optimised_now(home, database, "slow")
    model = shelf.resolve("slow", home)
    assert model.path == slow
    assert model.made_of == before
    assert "optimised (Q8_0 from Q4_1)" in model.note
    assert digest(home.models / "originals" / "slow.gguf") == before
    assert names_in(home.models / "optimised") == {"lock"}


def test_licence_source_and_use_travel_along(home: Home, database: Database, slow: Path) -> None:
    optimised_now(home, database, "slow")
    found = database.look(lambda conn: records.of(conn, slow))
    assert found == Record(slow, "slow", digest(slow), "hf:me/slow", "Llama-3.2", "me/slow", 1000.0, 2000.0)
    licence = database.look(lambda conn: records.licence_for(conn, home, shelf.resolve("slow", home)))
    assert licence == "Llama-3.2"


def test_its_new_content_is_what_verify_holds_it_against(home: Home, database: Database, slow: Path) -> None:
    optimised_now(home, database, "slow")
    model = shelf.resolve("slow", home)
    assert [one.state for one in verifying.verify(database, model)] == ["sound"]
    data = bytearray(slow.read_bytes())
    data[-1] ^= 1
    slow.write_bytes(data)
    assert [one.state for one in verifying.verify(database, model)] == ["wrong"]


def test_undone_it_is_as_it_was(home: Home, database: Database, slow: Path) -> None:
    before, record = digest(slow), database.look(lambda conn: records.of(conn, slow))
    optimised_now(home, database, "slow")
    swapping.undo(home, database, shelf.resolve("slow", home))
    assert digest(slow) == before
    assert database.look(lambda conn: records.of(conn, slow)) == record
    assert [one.state for one in verifying.verify(database, shelf.resolve("slow", home))] == ["sound"]
    assert names_in(home.models / "originals") == set()
    optimised_now(home, database, "slow")


def test_of_a_link_the_file_it_leads_to_is_not_touched(
    home: Home, database: Database, tmp_path: Path
) -> None:
    theirs = slow_model().write(tmp_path / "theirs.gguf")
    before, link = digest(theirs), home.models / "mine.gguf"
    link.symlink_to(theirs)
    optimised_now(home, database, "mine")
    assert not link.is_symlink()
    assert (home.models / "originals" / "mine.gguf").is_symlink()
    assert digest(theirs) == before
    swapping.undo(home, database, shelf.resolve("mine", home))
    assert link.readlink() == theirs
    optimised_now(home, database, "mine")
    assert swapping.drop_original(home, shelf.resolve("mine", home)) == 0
    assert digest(theirs) == before


def test_without_its_original_it_takes_less_and_cannot_be_undone(
    home: Home, database: Database, slow: Path
) -> None:
    size = slow.stat().st_size
    optimised_now(home, database, "slow")
    with_both = inventory.disk(home).models
    assert swapping.drop_original(home, shelf.resolve("slow", home)) == size
    assert inventory.disk(home).models < with_both
    with pytest.raises(NotFound, match="original of slow is not here any more"):
        swapping.undo(home, database, shelf.resolve("slow", home))


def test_an_original_that_was_damaged_meanwhile_is_not_put_back(
    home: Home, database: Database, slow: Path
) -> None:
    optimised_now(home, database, "slow")
    after = digest(slow)
    (home.models / "originals" / "slow.gguf").write_bytes(b"junk")
    with pytest.raises(BadModelFile, match="is not what slow was made of"):
        swapping.undo(home, database, shelf.resolve("slow", home))
    assert digest(slow) == after


def test_removing_takes_the_original_along(home: Home, database: Database, slow: Path) -> None:
    optimised_now(home, database, "slow")
    removing.remove(removing.belongings(home, "slow"))
    assert names_in(home.models) == {"optimised", "originals"}
    assert names_in(home.models / "originals") == set()


# ── the starter ───────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def small_starter(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Let a small model be what came with the program."""
    monkeypatch.setattr(starter, "FOLDER", tmp_path)
    path = slow_model().write(starter.path())
    monkeypatch.setattr(starter, "SHA256", digest(path))
    return path


def test_of_the_starter_the_programs_file_stays(home: Home, database: Database, small_starter: Path) -> None:
    before = digest(small_starter)
    optimised_now(home, database, "starter")
    model = shelf.resolve("starter", home)
    assert model.path == starter.quick_path(home)
    assert (model.name, model.made_of, model.licence) == (starter.card().name, before, "Apache-2.0")
    assert model.note.endswith("optimised (Q8_0 from Q4_1)")
    assert model.sampling == starter.card().sampling
    assert [one.name for one in shelf.listed(home)] == [starter.card().name]
    assert [one.state for one in verifying.verify(database, model)] == ["sound"]
    assert digest(small_starter) == before
    licence = database.look(lambda conn: records.licence_for(conn, home, model))
    assert licence == "Apache-2.0"
    swapping.undo(home, database, starter.card())
    assert shelf.resolve("starter", home).path == small_starter
    with pytest.raises(Refused, match="not optimised"):
        swapping.undo(home, database, starter.card())


def test_an_optimised_starter_that_is_damaged_says_how_to_get_back(
    home: Home, database: Database, small_starter: Path
) -> None:
    optimised_now(home, database, "starter")
    starter.quick_path(home).write_bytes(b"junk")
    with pytest.raises(BadModelFile) as caught:
        shelf.resolve("starter", home)
    assert caught.value.hint is not None
    assert "sotto models optimise starter --undo" in caught.value.hint
    swapping.undo(home, database, starter.card())
    assert shelf.resolve("starter", home).path == small_starter


def test_the_optimised_starter_of_another_release_is_not_taken_and_goes_the_next_time(
    home: Home, database: Database, small_starter: Path, slow: Path
) -> None:
    (home.models / "optimised").mkdir()
    old = slow_model().write(home.models / "optimised" / f"starter-{'0' * 16}.gguf")
    assert shelf.resolve("starter", home).path == small_starter
    optimised_now(home, database, "slow")
    assert not old.exists()


# ── what does not take its place ──────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("found", [AS_GOOD_AND_SLOWER, WORSE])
def test_what_is_not_as_good_or_not_quicker_goes_again(
    home: Home, database: Database, slow: Path, found: Comparison
) -> None:
    before, record = digest(slow), database.look(lambda conn: records.of(conn, slow))
    assert optimised_now(home, database, "slow", Said(found)).file is None
    assert digest(slow) == before
    assert database.look(lambda conn: records.of(conn, slow)) == record
    assert names_in(home.models / "optimised") == {"lock"}


def test_what_is_not_quicker_is_kept_where_it_is_asked_for_but_never_what_is_not_as_good(
    home: Home, database: Database, slow: Path
) -> None:
    assert optimised_now(home, database, "slow", Said(WORSE), keep=True).file is None
    assert optimised_now(home, database, "slow", Said(AS_GOOD_AND_SLOWER), keep=True).file is not None


def test_a_stop_while_it_is_compared_leaves_everything_as_it_was(
    home: Home, database: Database, slow: Path
) -> None:
    before = digest(slow)

    async def stopped() -> None:
        task: asyncio.Task[object]

        async def compare(old: Path, new: Path, threads: int, told: Callable[[float], None]) -> Comparison:
            assert names_in(home.models / "optimised") == {"lock", "slow.part"}
            task.cancel()
            await asyncio.sleep(0)
            return QUICKER

        offer = examine(home, shelf.resolve("slow", home), 256)
        task = asyncio.ensure_future(optimising.optimise(offer, home, database, nobody, compare=compare))
        await task

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(stopped())
    assert digest(slow) == before
    assert names_in(home.models / "optimised") == {"lock"}


def test_an_original_that_changed_since_it_was_added_is_not_made_anything_of(
    home: Home, database: Database, slow: Path
) -> None:
    data = bytearray(slow.read_bytes())
    data[-1] ^= 1
    slow.write_bytes(data)
    with pytest.raises(BadModelFile, match="is not what it was when it was added"):
        optimised_now(home, database, "slow")
    assert slow.read_bytes() == data


def test_two_at_once_are_one_too_many(home: Home, database: Database, slow: Path) -> None:
    offer = examine(home, shelf.resolve("slow", home), 256)
    (home.models / "optimised").mkdir()
    other = FileLock(home.models / "optimised" / "lock")
    assert other.take()
    with pytest.raises(StoreBusy):
        asyncio.run(optimising.optimise(offer, home, database, nobody, compare=Said(QUICKER)))
    other.release()
    optimised_now(home, database, "slow")


# ── what is refused beforehand ────────────────────────────────────────────────────────────────────


def refusal(home: Home, name: str, kind: type[Exception]) -> str:
    with pytest.raises(kind) as caught:
        examine(home, shelf.resolve(name, home, MEANINGS), 256)
    return str(caught.value)


def test_where_nothing_is_to_gain_it_says_so(
    home: Home, database: Database, slow: Path, tmp_path: Path
) -> None:
    language_model().write(home.models / "quick.gguf")
    assert "nothing to gain" in refusal(home, "quick", Refused)
    optimised_now(home, database, "slow")
    assert "optimised already" in refusal(home, "slow", Refused)
    elsewhere = slow_model().write(tmp_path / "elsewhere.gguf")
    assert "not on the shelf" in refusal(home, str(elsewhere), Refused)


def test_what_cannot_be_compared_is_refused(home: Home) -> None:
    encoder().write(home.models / "e.gguf")
    split(home.models)
    assert "writes nothing" in refusal(home, "e", Unsupported)
    assert "split over 3 files" in refusal(home, "big", Unsupported)


def test_an_original_of_another_file_is_not_written_over(home: Home, slow: Path) -> None:
    (home.models / "originals").mkdir()
    (home.models / "originals" / "slow.gguf").write_bytes(b"somebody's")
    assert "is in the way" in refusal(home, "slow", Refused)


def test_without_disk_or_memory_nothing_is_begun(
    home: Home, slow: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr("shutil.disk_usage", lambda _: type("Disk", (), {"free": 1000})())
        assert "The new file needs" in refusal(home, "slow", DiskFull)
    with monkeypatch.context() as patched:
        patched.setattr("sottovoce.engine.memory.available", lambda: 1000)
        assert "slow needs" in refusal(home, "slow", NotEnoughMemory)


# ── the plug ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.e2e
@pytest.mark.skipif(not hasattr(os, "fork"), reason="trials are forked, and this system has no fork")
@pytest.mark.parametrize("what", ["optimise", "undo"])
def test_killed_at_anything_it_does_to_the_disk_a_model_is_the_old_or_the_new(
    tmp_path: Path, what: str
) -> None:
    command = [sys.executable, str(Path(__file__).with_name("made_quick.py")), str(tmp_path), what]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    trials = [json.loads(line) for line in done.stdout.splitlines()]
    assert [at for at, one in enumerate(trials) if not one["loads"] or one["left"]] == []
    assert len(trials) > 5
    found = [one["is"] for one in trials]
    assert set(found) == {"old", "new"}, "both were met"
    assert found in (sorted(found), sorted(found, reverse=True)), "there is one moment at which it is done"
