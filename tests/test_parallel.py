"""Every test is in one of the groups that `make test` runs, and in no second one."""

from __future__ import annotations

import runpy
from pathlib import Path

TESTS = Path(__file__).parent
KNOWN = runpy.run_path(str(TESTS / "parallel.py"))
MARKS: tuple[str, ...] = KNOWN["MARKS"]


def test_every_file_is_in_one_group_of_those_told_apart_by_folders() -> None:
    groups: dict[str, list[str]] = KNOWN["groups"]()
    plain = [arguments for name, arguments in groups.items() if name not in MARKS]
    assert {arguments[1] for arguments in plain} == {" and ".join(f"not {mark}" for mark in MARKS)}
    places = [Path(place) for arguments in plain for place in arguments[2:]]
    assert all(place.exists() for place in places)
    for file in TESTS.rglob("test_*.py"):
        assert sum(file == place or place in file.parents for place in places) == 1, file


def test_a_test_with_several_marks_is_in_the_group_of_the_first() -> None:
    groups: dict[str, list[str]] = KNOWN["groups"]()
    for at, mark in enumerate(MARKS):
        chosen, *files = groups[mark][1:]
        assert chosen == " and ".join([mark, *(f"not {earlier}" for earlier in MARKS[:at])])
        assert files, "without a file pytest would look through all of them"
        assert all(f"mark.{mark}" in Path(file).read_text("utf-8") for file in files)
