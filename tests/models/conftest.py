"""Makes the writer of small models importable: pytest's importlib mode puts no test folder on the path."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "engine"))
sys.path.insert(0, str(Path(__file__).parent))

from getting import small_model
from mirror import Mirror, serving


@pytest.fixture(scope="session")
def weights() -> bytes:
    return small_model()


@pytest.fixture
def mirror(loopback: None) -> Iterator[Mirror]:
    with serving(Mirror()) as running:
        yield running
