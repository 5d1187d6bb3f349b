from __future__ import annotations

import pytest

from sottovoce.core.amounts import amount, duration


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (0, "0 kB"),
        (51_000, "51 kB"),
        (98_000_000, "98 MB"),
        (131_000_000, "131 MB"),
        (5_050_000_000, "5.0 GB"),
    ],
)
def test_bytes_are_told_as_people_say_them(count: int, said: str) -> None:
    assert amount(count) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "0 s"), (89.4, "89 s"), (90, "2 min"), (3600, "60 min"), (5400, "1.5 h"), (86_400, "24.0 h")],
)
def test_times_are_told_as_people_say_them(seconds: float, said: str) -> None:
    assert duration(seconds) == said
