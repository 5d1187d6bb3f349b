"""What stands where it may is passed over; what others could read there, or stands elsewhere, is told."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
from torture import hidden
from torture.canaries import Canaries
from torture.hidden import HUB, MADE, MEMORY, QUESTION, TEMPORARY, THERE


@pytest.fixture
def words() -> Canaries:
    return Canaries(MADE, Random(1))


def found(folder: Path, words: Canaries, **held: str) -> dict[str, set[str]]:
    """Return what is told of these files, each of which holds the words of a kind."""
    for name, kind in held.items():
        path = folder / name.replace("__", "/").replace("_dot_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"x {words[kind]} y")
        path.chmod(0o600)
    return dict(hidden.found(folder, words))


def test_what_stands_in_its_own_place_is_no_fault(tmp_path: Path, words: Canaries) -> None:
    held = {"home__sotto_dot_db": QUESTION, "home__upstreams__cellar_dot_key": THERE}
    held |= {"home__kv__1_dot_json": MEMORY}
    assert found(tmp_path, words, **held) == {}


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("home__sotto_dot_db", TEMPORARY),
        ("home__sotto_dot_db", HUB),
        ("home__logs__server_dot_log", QUESTION),
        ("home__ledger_dot_jsonl", THERE),
        ("home__kv__1_dot_json", TEMPORARY),
        ("home__kv__opening-1_dot_json", MEMORY),
        ("exported_dot_json", MEMORY),
        ("tmp__sotto-x__left", QUESTION),
        ("cwd__core", QUESTION),
        ("errors", HUB),
    ],
)
def test_what_stands_elsewhere_is_told(tmp_path: Path, words: Canaries, name: str, kind: str) -> None:
    path = name.replace("__", "/").replace("_dot_", ".")
    assert found(tmp_path, words, **{name: kind}) == {path: {kind}}


def test_a_name_counts_as_what_is_in_it(tmp_path: Path, words: Canaries) -> None:
    (tmp_path / "tmp").mkdir()
    (tmp_path / "tmp" / words[QUESTION]).touch()
    assert {QUESTION} in dict(hidden.found(tmp_path, words)).values()


def test_what_others_may_read_is_told(tmp_path: Path, words: Canaries) -> None:
    assert found(tmp_path, words, home__sotto_dot_db=QUESTION) == {}
    (tmp_path / "home" / "sotto.db").chmod(0o644)
    assert dict(hidden.found(tmp_path, words)) == {"home/sotto.db, which others may read,": {QUESTION}}
