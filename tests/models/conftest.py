"""Makes the writer of small models importable: pytest's importlib mode puts no test folder on the path."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "engine"))
sys.path.insert(0, str(Path(__file__).parent))

from gguf_samples import TensorSpec, language_model
from mirror import Mirror, serving


@pytest.fixture(scope="session")
def weights() -> bytes:
    """A whole little model of a megabyte."""
    sample = language_model()
    sample.tensors.append(TensorSpec("filler.weight", (32, 8192)))
    return sample.bytes()


@pytest.fixture
def mirror(loopback: None) -> Iterator[Mirror]:
    with serving(Mirror()) as running:
        yield running
