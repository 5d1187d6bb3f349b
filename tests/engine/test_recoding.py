"""A model's file written anew: what changes is named, and nothing else does."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from gguf_samples import TensorSpec, language_model, slow_model

from sottovoce.core.errors import BadModelFile
from sottovoce.engine import blocks, gguf, recoding, writer
from sottovoce.engine.gguf import read_header
from sottovoce.engine.recoding import GivenUp

MADE = [writer.text("sottovoce.optimised.from_sha256", "a" * 64)]


def nobody(_: int) -> None:
    """Hears how far it is."""


def rewritten(path: Path) -> Path:
    into = path.with_name("new.gguf")
    recoding.write(recoding.planned(read_header(path)), MADE, into, nobody, threading.Event())
    return into


def data_of(path: Path, name: str) -> bytes:
    header = read_header(path)
    tensor = header.tensor(name)
    assert tensor is not None
    start = header.data_offset + tensor.offset
    return path.read_bytes()[start : start + tensor.nbytes]


def keys_of(path: Path) -> dict[str, bytes]:
    data = path.read_bytes()
    return {name: data[start:end] for name, start, end in gguf.keys(path)}


def test_slow_matrices_become_q8_0_and_the_rest_stays_byte_for_byte(tmp_path: Path) -> None:
    old = slow_model().write(tmp_path / "old.gguf")
    new = rewritten(old)
    before, after = read_header(old), read_header(new)
    assert [tensor.name for tensor in after.tensors] == [tensor.name for tensor in before.tensors]
    for tensor in before.tensors:
        data = data_of(old, tensor.name)
        slow = tensor.type.name == "Q4_1"
        assert data_of(new, tensor.name) == (blocks.to_q8_0("Q4_1", data) if slow else data)
    assert len([tensor for tensor in after.tensors if tensor.type.name == "Q8_0"]) == 14
    assert after.file_size == new.stat().st_size


def test_every_key_stays_but_the_name_of_the_mix_and_ours_come_last(tmp_path: Path) -> None:
    old = slow_model().write(tmp_path / "old.gguf")
    before, after = keys_of(old), keys_of(rewritten(old))
    assert list(after) == [*before, "sottovoce.optimised.from_sha256"]
    assert {name for name, data in before.items() if after[name] != data} == {"general.file_type"}
    assert read_header(rewritten_again(old)).file_type == "Q8_0"


def rewritten_again(path: Path) -> Path:
    path.with_name("new.gguf").unlink()
    return rewritten(path)


def test_another_alignment_is_kept(tmp_path: Path) -> None:
    old = slow_model().set("general.alignment", "uint32", 128).write(tmp_path / "old.gguf")
    new = rewritten(old)
    assert read_header(new).alignment == 128
    assert read_header(new).data_offset % 128 == 0
    assert data_of(new, "token_embd.weight") == data_of(old, "token_embd.weight")


def test_what_the_header_will_be_is_foretold(tmp_path: Path) -> None:
    old = slow_model().write(tmp_path / "old.gguf")
    will_be, is_now = recoding.planned(read_header(old)).as_will_be(), read_header(rewritten(old))
    assert [(one.name, one.type, one.nbytes) for one in will_be.tensors] == [
        (one.name, one.type, one.nbytes) for one in is_now.tensors
    ]


def test_rows_that_are_only_looked_up_stay_as_they_are(tmp_path: Path) -> None:
    sample = slow_model()
    sample.tensor("token_embd.weight").type = 3
    tied = read_header(sample.write(tmp_path / "tied.gguf"))
    assert "token_embd.weight" in {tensor.name for tensor in recoding.planned(tied).changed}
    sample.tensors.append(TensorSpec("output.weight", sample.tensor("token_embd.weight").dims))
    own_head = read_header(sample.write(tmp_path / "own.gguf"))
    assert "token_embd.weight" not in {tensor.name for tensor in recoding.planned(own_head).changed}


def test_where_nothing_is_slow_nothing_would_change(tmp_path: Path) -> None:
    assert recoding.planned(read_header(language_model().write(tmp_path / "m.gguf"))).changed == ()


def test_given_up_it_leaves_no_file(tmp_path: Path) -> None:
    old = slow_model().write(tmp_path / "old.gguf")
    given_up = threading.Event()

    def heard(_: int) -> None:
        given_up.set()

    with pytest.raises(GivenUp):
        recoding.write(recoding.planned(read_header(old)), MADE, tmp_path / "new.gguf", heard, given_up)
    assert [path.name for path in tmp_path.iterdir()] == ["old.gguf"]


def test_a_file_that_became_shorter_meanwhile_is_refused(tmp_path: Path) -> None:
    old = slow_model().write(tmp_path / "old.gguf")
    wanted = recoding.planned(read_header(old))
    with old.open("r+b") as file:
        file.truncate(old.stat().st_size - 100)
    with pytest.raises(BadModelFile, match="became shorter"):
        recoding.write(wanted, MADE, tmp_path / "new.gguf", nobody, threading.Event())
    assert not (tmp_path / "new.gguf").exists()


def test_what_lies_there_is_never_written_over(tmp_path: Path) -> None:
    old = slow_model().write(tmp_path / "old.gguf")
    with pytest.raises(FileExistsError):
        recoding.write(recoding.planned(read_header(old)), MADE, old, nobody, threading.Event())
    assert read_header(old).file_type == "Q4_1"
