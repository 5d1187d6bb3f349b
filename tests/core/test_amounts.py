from __future__ import annotations

import pytest

from sottovoce.core.amounts import amount


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
