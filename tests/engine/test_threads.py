from pathlib import Path

import pytest

from sottovoce.engine import threads


@pytest.mark.parametrize(
    ("cores", "others", "load", "wanted"),
    [
        (2, 0.0, 0.1, 2),
        (2, 2.0, 2.0, 1),
        (2, 2.0, 0.2, 2),  # a blip
        (2, 0.0, 2.0, 2),  # our own last answer
        (8, 6.0, 6.0, 1),
        (8, 2.0, 7.0, 8),
        (1, 0.0, 0.0, 1),
    ],
)
def test_one_thread_only_when_moment_and_minute_both_say_busy(
    cores: int, others: float, load: float, wanted: int
) -> None:
    assert threads.choose(cores, others, load) == wanted


@pytest.mark.parametrize(("cores", "wanted"), [(1, 1), (2, 1), (3, 1), (8, 4)])
def test_a_gentle_engine_leaves_half_of_the_cores(cores: int, wanted: int) -> None:
    assert threads.gentle(cores) == wanted


def test_the_gauge_counts_what_others_do_and_not_us(tmp_path: Path) -> None:
    stat = tmp_path / "stat"
    ticks = [0.0, 2.0]
    stat.write_text("cpu 1000 0 0 5000 0 0 0 0 0 0\n")
    spent = {1: 50.0}  # before the gauge was made
    gauge = threads.OthersGauge([1], stat, lambda: ticks[0], lambda pid: spent[pid])
    stat.write_text("cpu 1300 0 100 5000 0 0 0 0 0 0\n")  # four seconds of work, at 100 ticks a second
    ticks[0] = 2.0
    spent |= {1: 52.0, 2: 1.0}
    assert gauge.read([1, 2]) == pytest.approx(0.5, abs=0.1)
    assert gauge.read() == pytest.approx(2.0, abs=0.1)


def test_without_proc_nobody_is_busy(tmp_path: Path) -> None:
    assert threads.OthersGauge(stat=tmp_path / "missing").read() == 0.0


def test_the_real_files_are_understood() -> None:
    assert threads.busy_seconds(Path("/proc/stat")) > 0
    assert threads.usable_cores() >= 1
