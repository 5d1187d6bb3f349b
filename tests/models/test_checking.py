from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from gguf_samples import language_model, split

from sottovoce.models import checking, shelf


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
