from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from getting import way
from gguf_samples import Sample, TensorSpec, language_model, padded, size_of, split
from mirror import Ask, Blob, Handler, Mirror

from sottovoce.core.errors import BadModelFile, NetworkProblem
from sottovoce.core.paths import Home
from sottovoce.engine.gguf import read_header
from sottovoce.models import far
from sottovoce.models.far import FarFile
from sottovoce.net.ledger import Ledger


def put(mirror: Mirror, path: Path) -> FarFile:
    if "org/repo" not in mirror.repos:
        mirror.put("org/repo")
    mirror.repos["org/repo"].files[path.name] = Blob(path.read_bytes())
    return FarFile(mirror.url("org/repo", path.name), path.name, path.stat().st_size)


def written(sample: Sample, path: Path) -> Path:
    """Write the header, and nothing for the weights, which are large."""
    header = sample.header()
    weights = sum(padded(size_of(spec), sample.alignment) for spec in sample.tensors)
    path.write_bytes(header)
    os.truncate(path, padded(len(header), sample.alignment) + weights)
    return path


def like_70b() -> Sample:
    """A header as that of Llama 3 70B: 128,256 tokens and 280,147 merges, 80 layers of 9 tensors."""
    sample = language_model()
    tokens = [f"token{number:06}" for number in range(128_256)]
    sample.set("tokenizer.ggml.tokens", "[string]", tokens)
    sample.set("tokenizer.ggml.token_type", "[int32]", [1] * len(tokens))
    merges = [f"left{number % 1000:03} r{number:06}" for number in range(280_147)]
    sample.set("tokenizer.ggml.merges", "[string]", merges)
    sample.tensors[0] = TensorSpec("token_embd.weight", (32, len(tokens)))
    return sample


async def test_the_header_of_a_large_model_costs_little(home: Home, mirror: Mirror, tmp_path: Path) -> None:
    path = written(like_70b(), tmp_path / "large.gguf")
    found = await far.read_header(way(home), [put(mirror, path)])
    assert len(mirror.paths("cdn")) == 1
    assert found.received <= 12_000_000
    assert path.stat().st_size > 2 * found.received
    assert replace(found.header, path=path, parts=(path,)) == read_header(path)
    # What the ledger says has come is what was read, and no more than a little was sent in vain.
    assert Ledger(home.ledger).departures()[-1].received == found.received


async def test_a_small_file_is_read_to_its_end(home: Home, mirror: Mirror, tmp_path: Path) -> None:
    path = language_model().write(tmp_path / "small.gguf")
    found = await far.read_header(way(home), [put(mirror, path)])
    assert found.header.architecture == "llama"
    assert found.header.weights_bytes == read_header(path).weights_bytes


async def test_the_parts_of_a_split_model_are_read_as_one(home: Home, mirror: Mirror, tmp_path: Path) -> None:
    paths = split(tmp_path)
    found = await far.read_header(way(home), [put(mirror, path) for path in paths])
    whole = read_header(paths[0])
    assert found.header.tensors == whole.tensors
    assert found.header.file_size == whole.file_size
    assert len(mirror.paths("cdn")) == 3


async def test_a_server_that_knows_no_ranges_is_left_in_time(
    home: Home, mirror: Mirror, weights: bytes, tmp_path: Path
) -> None:
    def whole(here: Handler, blob: Blob, ask: Ask) -> None:
        here.serve(blob, Ask(ask.number, None, None, None))

    path = tmp_path / "m.gguf"
    path.write_bytes(weights)
    mirror.fault = whole
    found = await far.read_header(way(home), [put(mirror, path)])
    assert found.header.file_size == len(weights)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda data: b"<!doctype html>" + data, "web page"),
        (lambda data: data[:200_000], "cut short"),
        (lambda data: data[:300], "cut short"),
        (lambda data: b"GGUF\x03\0\0\0" + b"\xff" * 16 + data, "cut short or damaged"),
        (lambda data: b"version https://git-lfs.github.com/spec/v1\n", "git lfs"),
    ],
)
async def test_what_is_no_model_there_gets_a_sentence(
    home: Home, mirror: Mirror, weights: bytes, tmp_path: Path, change: Any, sentence: str
) -> None:
    path = tmp_path / "m.gguf"
    path.write_bytes(change(weights))
    with pytest.raises(BadModelFile, match=sentence):
        await far.read_header(way(home), [put(mirror, path)])


async def test_a_size_that_is_not_the_announced_one(
    home: Home, mirror: Mirror, weights: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "m.gguf"
    path.write_bytes(weights)
    with pytest.raises(NetworkProblem, match="not what was announced"):
        await far.read_header(way(home), [replace(put(mirror, path), size=len(weights) + 9)])


async def test_a_header_without_end_is_left(
    home: Home, mirror: Mirror, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(far, "MOST", 1 << 20)
    path = written(like_70b(), tmp_path / "large.gguf")
    with pytest.raises(BadModelFile, match="header of more than 1 MB"):
        await far.read_header(way(home), [put(mirror, path)])
