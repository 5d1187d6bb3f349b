from __future__ import annotations

import os
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from gguf_samples import language_model, split

from sottovoce.core import settings
from sottovoce.core.errors import BadModelFile
from sottovoce.core.paths import Home, write_whole
from sottovoce.core.standing import StandingSettings
from sottovoce.models import adding, checking, records, shelf, variants
from sottovoce.models.file import Variant
from sottovoce.models.records import Record
from sottovoce.store.db import open_database
from sottovoce.workshop import Workshop


def test_a_file_nobody_spoke_of_can_only_be_read(tmp_path: Path) -> None:
    path = language_model().write(tmp_path / "m.gguf")
    (verdict,) = checking.check(path, {}, {})
    assert verdict.state == checking.UNKNOWN
    assert verdict.file == shelf.content(path)


def test_a_file_that_is_what_it_must_be_is_sound_and_says_by_whom(tmp_path: Path) -> None:
    path = language_model().write(tmp_path / "m.gguf")
    (verdict,) = checking.check(path, {}, {path: {"the record": shelf.content(path).sha256}})
    assert (verdict.state, verdict.sentence) == (checking.SOUND, "It is what the record says.")


def test_a_file_that_is_not_what_it_must_be_is_wrong(tmp_path: Path) -> None:
    path = language_model().write(tmp_path / "m.gguf")
    said = {path: {"the record": shelf.content(path).sha256, "the catalogue": "0" * 64}}
    (verdict,) = checking.check(path, {}, said)
    assert verdict.state == checking.WRONG
    assert "the catalogue" in verdict.sentence


def test_bytes_that_changed_on_a_disk_nobody_wrote_to_are_found(tmp_path: Path) -> None:
    """What was remembered would have hidden it: the file looks as it did."""
    path = language_model().write(tmp_path / "m.gguf")
    known = shelf.content(path)
    data = bytearray(path.read_bytes())
    data[-500] ^= 1
    path.write_bytes(data)
    os.utime(path, ns=(known.modified_ns, known.modified_ns))
    assert shelf.content(path, known) is known
    (verdict,) = checking.check(path, {path: known}, {})
    assert verdict.state == checking.WRONG
    assert "nobody wrote it" in verdict.sentence


def test_a_file_that_was_written_since_is_only_new(tmp_path: Path) -> None:
    path = language_model().write(tmp_path / "m.gguf")
    known = replace(shelf.content(path), sha256="0" * 64, modified_ns=1)
    (verdict,) = checking.check(path, {path: known}, {})
    assert verdict.state == checking.UNKNOWN


def test_every_part_is_looked_at(tmp_path: Path) -> None:
    parts = split(tmp_path)
    known = {path: shelf.content(path) for path in parts}
    assert [verdict.state for verdict in checking.check(parts[0], known, {})] == [checking.SOUND] * 3
    known[parts[1]] = replace(known[parts[1]], sha256="0" * 64)
    states = [verdict.state for verdict in checking.check(parts[0], known, {})]
    assert states == [checking.SOUND, checking.WRONG, checking.SOUND]


def test_a_missing_part_or_a_cut_file_is_wrong(tmp_path: Path) -> None:
    parts = split(tmp_path)
    parts[2].unlink()
    (verdict,) = checking.check(parts[0], {}, {})
    assert (verdict.state, verdict.file) == (checking.WRONG, None)
    path = tmp_path / "cut.gguf"
    path.write_bytes(language_model().bytes()[:-100])
    (verdict,) = checking.check(path, {}, {})
    assert verdict.state == checking.WRONG
    assert "cut short" in verdict.sentence


def changed(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    os.utime(path, ns=(1, 1))


@pytest.mark.parametrize("part", [0, 1, 2])
async def test_a_model_that_changed_since_it_was_added_is_not_loaded(
    home: Home, tmp_path: Path, part: int
) -> None:
    files = adding.put(home, adding.examine(split(tmp_path)[0]), "big", copy=True)
    first = files[0]
    with closing(open_database(home)) as database:
        database.call(
            lambda conn: records.note_model(conn, Record(first.path, "big", first.sha256, "", "", "", 1.0))
        )
        for file in files:
            database.call(lambda conn, file=file: shelf.remember(conn, file))  # type: ignore[misc]
        usual = settings.load(home, {}, {})
        workshop = Workshop(home, usual, database, None, 1, 0, lambda: usual)
        model = shelf.resolve("big", home)
        assert await workshop._verify(model) == first.sha256
        changed(files[part].path)
        for _ in range(2):
            with pytest.raises(BadModelFile, match="not what it was when it was added") as raised:
                await workshop._verify(model)
            assert "sotto models remove big" in str(raised.value.hint)


async def test_a_file_that_came_by_hand_may_change(home: Home) -> None:
    path = language_model().write(home.models / "m.gguf")
    with closing(open_database(home)) as database:
        usual = settings.load(home, {}, {})
        workshop = Workshop(home, usual, database, None, 1, 0, lambda: usual)
        for _ in range(2):
            assert await workshop._verify(shelf.resolve("m", home)) == shelf.content(path).sha256
            changed(path)


async def test_parts_that_came_by_hand_stay_what_they_were_with_the_first(home: Home, tmp_path: Path) -> None:
    parts = split(home.models)
    with closing(open_database(home)) as database:
        usual = settings.load(home, {}, {})
        workshop = Workshop(home, usual, database, None, 1, 0, lambda: usual)
        model = shelf.resolve("big", home)
        await workshop._verify(model)
        known = database.look(shelf.known_files)
        assert known == {part: shelf.content(part) for part in parts}
        changed(parts[1])
        for _ in range(2):
            with pytest.raises(BadModelFile, match=r"big-00002-of-00003\.gguf is not what it was"):
                await workshop._verify(model)
        verdicts = checking.check(parts[0], database.look(shelf.known_files), {})
        assert [one.state for one in verdicts] == [checking.SOUND, checking.WRONG, checking.SOUND]
        # Whoever puts another model there puts another first part there as well.
        changed(parts[0])
        assert await workshop._verify(model) == shelf.content(parts[0]).sha256


def test_fixed_are_the_instructions_of_the_settings_and_of_variants_as_they_are_now(home: Home) -> None:
    standing = StandingSettings(home, {}, {})
    with closing(open_database(home)) as database:
        workshop = Workshop(home, standing(), database, None, 1, 0, standing)
        assert workshop.fixed() == {""}
        write_whole(home.config, b'system = "Be brief."\n')
        variants.add(home, Variant("nurse", "starter", system="You are a nurse."))
        assert workshop.fixed() == {"", "Be brief.", "You are a nurse."}
        variants.remove(home, "nurse")
        assert workshop.fixed() == {"", "Be brief."}
