"""Makes the makers of engines and the hub's mirror importable: no test folder is on the path."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path[:0] = [str(Path(__file__).parents[1] / name) for name in ("native", "fit", "models")]

from mirror import Mirror, serving  # noqa: E402


@pytest.fixture
def mirror(loopback: None) -> Iterator[Mirror]:
    with serving(Mirror()) as running:
        yield running
