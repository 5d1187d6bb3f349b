"""Removing takes a model's own files and nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from gguf_samples import language_model, split

from sottovoce.core.errors import NotFound, Refused, StoreBusy
from sottovoce.core.paths import Home
from sottovoce.models import removing
from sottovoce.models.partial import Partial, Wanted


def test_a_model_goes_and_the_others_stay(home: Home) -> None:
    for name in ("a", "ab"):
        language_model().write(home.models / f"{name}.gguf")
    paths = removing.belongings(home, "a")
    assert paths == [home.models / "a.gguf"]
    removing.remove(paths)
    assert [path.name for path in home.models.iterdir()] == ["ab.gguf"]


def test_of_a_link_only_the_link_goes(home: Home, tmp_path: Path) -> None:
    path = language_model().write(tmp_path / "theirs.gguf")
    content = path.read_bytes()
    (home.models / "mine.gguf").symlink_to(path)
    removing.remove(removing.belongings(home, "mine"))
    assert list(home.models.iterdir()) == []
    assert path.read_bytes() == content


def test_a_link_to_a_file_that_is_gone_can_be_removed(home: Home, tmp_path: Path) -> None:
    (home.models / "mine.gguf").symlink_to(tmp_path / "gone.gguf")
    removing.remove(removing.belongings(home, "mine"))
    assert list(home.models.iterdir()) == []


@pytest.mark.parametrize("name", ["big", "big-00001-of-00003", "big-00001-of-00003.gguf"])
def test_all_parts_go(home: Home, name: str) -> None:
    parts = split(home.models)
    assert removing.belongings(home, name) == parts
    removing.remove(parts)
    assert list(home.models.iterdir()) == []


def test_later_parts_whose_first_never_came_can_be_removed(home: Home) -> None:
    first, *later = split(home.models)
    first.unlink()
    assert removing.belongings(home, "big") == later


def test_of_two_models_of_one_name_one_goes(home: Home) -> None:
    parts = split(home.models, "m")
    for name in ("m.gguf", "m.gguf.gguf"):
        language_model().write(home.models / name)
    assert removing.belongings(home, "m.gguf") == [home.models / "m.gguf"]
    assert removing.belongings(home, "m") == [home.models / "m.gguf"]
    assert removing.belongings(home, parts[0].stem) == parts


def test_what_another_program_downloads_is_not_taken_away(home: Home) -> None:
    with Partial(home.models / "partial", Wanted("http://x/m.gguf", "m.gguf", "x", 5)) as partial:
        partial.begin(5, '"tag"')
        paths = removing.belongings(home, "m")
        with pytest.raises(StoreBusy):
            removing.remove(paths)
        assert partial.path.exists()
    with Partial(home.models / "partial", Wanted("http://y/m.gguf", "m.gguf", "y", 5)) as partial:
        partial.begin(5, '"tag"')
    removing.remove(removing.belongings(home, "m"))
    assert list((home.models / "partial").iterdir()) == []


def test_a_damaged_file_can_be_removed(home: Home) -> None:
    (home.models / "bad.gguf").write_bytes(b"junk")
    assert removing.belongings(home, "bad") == [home.models / "bad.gguf"]


def test_what_is_left_of_a_download_goes_with_it(home: Home) -> None:
    partial = home.models / "partial"
    partial.mkdir()
    states = {
        "k1": {"name": "mine"},
        "k2": {"target": "/x/mine.gguf"},
        "k3": {"name": "other"},
        "k4": [1],
        "k5": {},
    }
    for key, state in states.items():
        (partial / f"{key}.json").write_text(json.dumps(state))
        (partial / f"{key}.part").write_bytes(b"half")
    (partial / "bad.json").write_bytes(b"\xff{")
    paths = removing.belongings(home, "mine")
    assert {path.name for path in paths} == {"k1.json", "k1.part", "k2.json", "k2.part"}
    removing.remove(paths)
    assert len(list(partial.iterdir())) == 7


@pytest.mark.parametrize("name", ["nothing", "../secret", "*", ""])
def test_what_is_not_there_is_not_found(home: Home, name: str) -> None:
    secret = language_model().write(home.root / "secret.gguf")
    with pytest.raises((NotFound, Refused)) as caught:
        removing.belongings(home, name)
    assert caught.value.hint
    assert secret.exists()


def test_a_file_elsewhere_is_not_ours_to_remove(home: Home, tmp_path: Path) -> None:
    path = language_model().write(tmp_path / "theirs.gguf")
    with pytest.raises(Refused, match="not on the shelf"):
        removing.belongings(home, str(path))
    assert path.exists()


def test_the_starter_is_not_removed(home: Home) -> None:
    with pytest.raises(Refused, match="comes with the program"):
        removing.belongings(home, "starter")
