"""What a power cut may leave: nothing that was synced is ever gone, and the rest may be in every way."""

from __future__ import annotations

import random

from torture.replay import PAGE, SECTOR, Disk, Record

OLD, NEW = b"o" * PAGE * 2, b"n" * PAGE * 2
SYNC_FILE = [Record("f", "home/a"), Record("F", "home/a")]
SYNC_FOLDER = [Record("f", "home"), Record("F", "home")]


def states(records: list[Record], count: int = 400) -> list[dict[str, bytes | None]]:
    start = {"home": None, "home/a": OLD}
    return [Disk(start, records).after(random.Random(seed)) for seed in range(count)]


def contents(records: list[Record]) -> set[bytes | None]:
    return {state.get("home/a") for state in states(records)}


def test_what_was_synced_is_there() -> None:
    assert contents([Record("w", "home/a", 0, NEW), *SYNC_FILE]) == {NEW}


def test_what_was_written_after_a_sync_began_is_not_covered_by_it() -> None:
    assert OLD in contents([Record("f", "home/a"), Record("w", "home/a", 0, NEW), Record("F", "home/a")])


def test_pages_that_were_not_synced_are_lost_apart_and_torn_at_sectors() -> None:
    found = contents([Record("w", "home/a", 0, NEW)])
    assert {OLD, NEW, OLD[:PAGE] + NEW[PAGE:], NEW[:PAGE] + OLD[PAGE:]} < found
    assert any(one and len({*one[:PAGE]}) == 2 for one in found), "no page is torn"
    for one in found:
        assert one is not None
        assert all(len({*one[at : at + SECTOR]}) == 1 for at in range(0, len(one), SECTOR))


def test_a_file_may_have_grown_and_not_have_what_it_grew_by() -> None:
    found = contents([Record("w", "home/a", len(OLD), NEW)])
    assert OLD + bytes(len(NEW)) in found
    assert {len(one or b"") for one in found} == {len(OLD), len(OLD) + len(NEW)}


def test_a_cut_to_nothing_may_come_without_what_was_written_then() -> None:
    assert {OLD, b"", NEW} <= contents([Record("T", "home/a"), Record("w", "home/a", 0, NEW)])


def test_a_rename_is_safe_once_its_folder_was_synced() -> None:
    put = [Record("c", "home/b"), Record("w", "home/b", 0, NEW), Record("f", "home/b"), Record("F", "home/b")]
    renamed = [*put, Record("r", "home/b", 0, b"home/a")]
    assert contents(renamed) == {OLD, NEW}
    assert contents([*renamed, *SYNC_FOLDER]) == {NEW}
    unsynced = [*put[:2], Record("r", "home/b", 0, b"home/a"), *SYNC_FOLDER]
    assert b"" in contents(unsynced), "a name came before what it names"


def test_a_folder_whose_own_folder_was_not_synced_takes_all_with_it() -> None:
    records = [
        Record("d", "home/new"),
        Record("c", "home/new/b"),
        Record("w", "home/new/b", 0, NEW),
        Record("f", "home/new/b"),
        Record("F", "home/new/b"),
        Record("f", "home/new"),
        Record("F", "home/new"),
    ]
    assert {"home/new/b" in state for state in states(records)} == {True, False}
    assert all(state["home/new/b"] == NEW for state in states([*records, *SYNC_FOLDER]))


def test_a_removal_may_have_come_or_not() -> None:
    assert contents([Record("u", "home/a")]) == {OLD, None}
    assert contents([Record("u", "home/a"), *SYNC_FOLDER]) == {None}
