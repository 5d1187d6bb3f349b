"""Which models are too small to be trusted with what must not go wrong."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
from gguf_samples import TensorSpec, language_model, padded, size_of

from sottovoce.models.file import ModelFile
from sottovoce.models.small import ENOUGH, is_small
from sottovoce.models.starter import starter


def like(path: Path, parameters: int) -> ModelFile:
    """Return a model of at least so many parameters; the file has holes in their place."""
    sample = language_model()
    sample.tensors.append(TensorSpec("blk.0.ffn_more.weight", (1024, -(-parameters // 1024)), 3))
    header = sample.header()
    path.write_bytes(header)
    weights = sum(padded(size_of(spec), sample.alignment) for spec in sample.tensors)
    os.truncate(path, padded(len(header), sample.alignment) + weights)
    return replace(starter(), path=path)


def test_the_starter_is_too_small() -> None:
    assert is_small(starter())


@pytest.mark.parametrize(("parameters", "small"), [(ENOUGH // 2, True), (ENOUGH, False)])
def test_it_goes_by_the_number_of_parameters(tmp_path: Path, parameters: int, small: bool) -> None:
    assert is_small(like(tmp_path / "model.gguf", parameters)) is small


def test_one_that_cannot_be_read_is_not_trusted(tmp_path: Path) -> None:
    torn = tmp_path / "torn.gguf"
    torn.write_bytes(b"GGUF")
    assert is_small(replace(starter(), path=torn))
    assert is_small(replace(starter(), path=tmp_path / "gone.gguf"))
