import os
import sys
from pathlib import Path

import pytest

from sottovoce.core.errors import NotEnoughMemory
from sottovoce.engine import memory
from sottovoce.engine.memory import Need, private


def test_a_model_that_fits_is_let_through() -> None:
    wanted = memory.needed(98_000_000, 23_040, 4096)
    assert wanted < 400_000_000
    memory.require(wanted, 400_000_000, "Small")


def test_a_model_too_big_is_refused_with_both_figures() -> None:
    with pytest.raises(NotEnoughMemory) as caught:
        memory.require(5_100_000_000, 3_200_000_000, "Big")
    assert caught.value.sentence == "Big needs 5.1 GB of memory; 3.2 GB are free."
    assert "sotto settings set context" in str(caught.value.hint)


def test_the_window_counts() -> None:
    assert memory.needed(0, 1000, 4096) - memory.needed(0, 1000, 0) == 4_096_000


def test_a_containers_limit_counts(tmp_path: Path) -> None:
    limit, used = tmp_path / "memory.max", tmp_path / "memory.current"
    group = (tmp_path, limit.name, used.name)
    limit.write_text("1000000\n")
    used.write_text("400000\n")
    assert memory.container_room([group]) == [600_000]
    limit.write_text("max\n")
    assert memory.container_room([group]) == []
    assert memory.container_room([(tmp_path / "none", limit.name, used.name)]) == []


@pytest.mark.parametrize("total", ["", "total_"])
def test_files_that_a_container_has_read_take_none_of_its_room(tmp_path: Path, total: str) -> None:
    group = (tmp_path, "limit", "used")
    (tmp_path / "limit").write_text("1000000\n")
    (tmp_path / "used").write_text("900000\n")
    stat = tmp_path / "memory.stat"
    own = "" if not total else "inactive_file 5\nactive_file 7\n"
    stat.write_text(
        f"anon 300000\nfile 600000\n{own}{total}inactive_file 400000\n{total}active_file 100000\n"
    )
    assert memory.container_room([group]) == [600_000]
    for spoilt in ("inactive_file", "inactive_file many"):
        stat.write_text(spoilt)
        assert memory.container_room([group]) == [100_000]


def test_this_machine_has_some_memory() -> None:
    assert memory.available() > 100 << 20


@pytest.mark.parametrize(
    ("free_windows", "slots"), [(0, 1), (1, 1), (2, 1), (3.9, 1), (4.1, 2), (6.1, 3), (8.1, 4), (1000, 4)]
)
def test_as_many_answers_at_once_as_fit_well_in_half_of_what_is_free(free_windows: float, slots: int) -> None:
    window = 94_371_840
    room = memory.needed(98_000_000, 0, 0) + int(free_windows * window)
    assert memory.slots_that_fit(98_000_000, window, room) == slots
    assert memory.slots_that_fit(98_000_000, window, 0) == 1
    assert memory.slots_that_fit(98_000_000, 0, room) <= 4


def test_the_largest_window_that_fits_is_found() -> None:
    need = Need(4096, lambda tokens: 1000 + tokens)
    assert need.bytes == 5096
    assert [need.window_within(room) for room in (0, 1255, 1256, 1600, 3048, 5095, 5096, 10**9)] == [
        0, 0, 256, 512, 2048, 3840, 4096, 4096,
    ]  # fmt: skip
    assert Need(100, lambda tokens: tokens).window_within(10**9) == 0


def test_what_a_model_needs_is_computed_once() -> None:
    asked: list[int] = []
    need = Need(256, lambda tokens: asked.append(tokens) or 1000)
    assert need.bytes == need.bytes == 1000
    assert asked == [256]


def test_what_a_process_has_for_itself_is_told_where_the_system_tells_it() -> None:
    before = private(os.getpid())
    taken = bytearray(os.urandom(1 << 20) * 64)
    if sys.platform == "linux":
        assert private(os.getpid()) - before > len(taken) // 2
    assert private(2**22 + 1) == 0
