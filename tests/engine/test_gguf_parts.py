"""Models split over several files."""

from __future__ import annotations

from pathlib import Path

import pytest
from gguf_samples import Sample, TensorSpec, language_model, split

from sottovoce.core.errors import BadModelFile
from sottovoce.engine.gguf import read_header


def refused(path: Path) -> str:
    with pytest.raises(BadModelFile) as caught:
        read_header(path)
    assert caught.value.hint
    return caught.value.sentence


def part(number: int, count: int = 3, tensors: tuple[TensorSpec, ...] = ()) -> Sample:
    sample = Sample(tensors=list(tensors))
    return sample.set("split.no", "uint16", number).set("split.count", "uint16", count)


def test_a_split_model_is_read_as_one(tmp_path: Path) -> None:
    paths = split(tmp_path)
    header = read_header(paths[0])
    whole = read_header(language_model().write(tmp_path / "whole.gguf"))
    assert header.parts == tuple(paths)
    assert header.parameters == whole.parameters
    assert header.weights_bytes == whole.weights_bytes
    assert header.file_size == sum(path.stat().st_size for path in paths)


def test_a_missing_part_is_named(tmp_path: Path) -> None:
    paths = split(tmp_path)
    paths[1].unlink()
    assert refused(paths[0]).startswith("big-00002-of-00003.gguf is missing")


def test_a_cut_part_is_named(tmp_path: Path) -> None:
    paths = split(tmp_path)
    paths[2].write_bytes(paths[2].read_bytes()[:-50])
    assert refused(paths[0]).startswith("big-00003-of-00003.gguf is cut short")


def test_a_later_part_points_to_the_first(tmp_path: Path) -> None:
    paths = split(tmp_path)
    with pytest.raises(BadModelFile, match="is not the first of 3 parts") as caught:
        read_header(paths[1])
    assert "-00001-of-00003.gguf" in str(caught.value.hint)


def test_a_renamed_part_is_named(tmp_path: Path) -> None:
    paths = split(tmp_path)
    assert "was renamed" in refused(paths[0].rename(tmp_path / "mine.gguf"))


def test_parts_in_the_wrong_order_are_refused(tmp_path: Path) -> None:
    paths = split(tmp_path)
    beside = paths[1].read_bytes()
    paths[1].write_bytes(paths[2].read_bytes())
    paths[2].write_bytes(beside)
    assert "it is not part 2 of 3" in refused(paths[0])


def test_a_tensor_in_two_parts_is_refused(tmp_path: Path) -> None:
    paths = split(tmp_path)
    part(2, tensors=(TensorSpec("token_embd.weight", (32,)),)).write(paths[2])
    assert "token_embd.weight stands in another part too" in refused(paths[0])


def test_a_part_with_too_few_tensors_is_refused(tmp_path: Path) -> None:
    paths = split(tmp_path)
    part(2).write(paths[2])
    assert "do not hold the number of tensors" in refused(paths[0])


def test_a_part_number_of_the_wrong_type_is_refused(tmp_path: Path) -> None:
    paths = split(tmp_path)
    part(2).set("split.no", "uint32", 2).write(paths[2])
    assert "split.no is of the wrong type" in refused(paths[0])


@pytest.mark.parametrize("count", [-1, 10_000, 2**31 - 1])
def test_an_absurd_number_of_parts_is_refused(tmp_path: Path, count: int) -> None:
    sample = language_model().set("split.count", "int32", count)
    assert "in how many parts" in refused(sample.write(tmp_path / "m-00001-of-00003.gguf"))
