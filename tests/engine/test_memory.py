from pathlib import Path

import pytest

from sottovoce.core.errors import NotEnoughMemory
from sottovoce.engine import memory


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
    limit, used = tmp_path / "max", tmp_path / "current"
    limit.write_text("1000000\n")
    used.write_text("400000\n")
    assert memory.container_room([(limit, used)]) == [600_000]
    limit.write_text("max\n")
    assert memory.container_room([(limit, used)]) == []
    assert memory.container_room([(tmp_path / "none", used)]) == []


def test_this_machine_has_some_memory() -> None:
    assert memory.available() > 100 << 20
