"""The GGUF reader on sound files, on every kind of damage we could think of, and on a thousand at random."""

from __future__ import annotations

import io
import os
import random
import struct
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from gguf_damage import BAD, number, raw_key
from gguf_samples import (
    LAYERS,
    Sample,
    encoder,
    language_model,
    mixture,
    mutations,
    pieces_of,
    projector,
    recurrent,
)

from sottovoce.core.errors import BadModelFile
from sottovoce.engine.gguf import Header, read_header, read_vocabulary
from sottovoce.engine.quants import FILE_TYPES, REMOVED, TYPES
from sottovoce.engine.reader import MAX_STRINGS, WINDOW, Reader
from sottovoce.models import starter

STARTER = starter.path()


def refused(path: Path) -> str:
    with pytest.raises(BadModelFile) as caught:
        read_header(path)
    assert caught.value.hint
    assert caught.value.sentence.startswith(path.name)
    assert caught.value.sentence.endswith(".")
    return caught.value.sentence


def read(tmp_path: Path, sample: Sample) -> Header:
    return read_header(sample.write(tmp_path / "sample.gguf"))


# ── sound files ───────────────────────────────────────────────────────────────────────────────────


def test_the_starters_facts_are_read() -> None:
    header = read_header(STARTER)
    assert header.version == 3
    assert header.architecture == "llama"
    assert header.file_size == 98_362_432
    assert header.data_offset + header.weights_bytes == header.file_size
    assert header.parameters == 134_515_008
    assert len(header.tensors) == 272
    assert (header.block_count, header.context_length, header.embedding_length) == (30, 8192, 576)
    assert header.head_count == (9,) * 30
    assert header.head_count_kv == (3,) * 30
    assert header.key_length == header.value_length == 64
    # Measured on the engine: a kept state takes 23,058 bytes a token.
    assert header.kv_bytes_per_token() == 23_040
    assert header.file_type == "Q4_1"
    assert header.is_language_model
    assert header.metadata["general.license"] == "apache-2.0"
    assert header.chat_template is not None
    assert "<|im_start|>" in header.chat_template
    tokens = header.array("tokenizer.ggml.tokens")
    assert tokens is not None
    assert tokens.count == 49_152
    assert tokens.values is None


def test_the_starters_control_tokens_are_read() -> None:
    found = read_vocabulary(STARTER)
    assert {"<|im_start|>", "<|im_end|>", "<|endoftext|>", "<repo_name>"} <= found.controls
    assert len(found.controls) == 17
    assert (found.size, found.longest, found.mark) == (49_152, 162, 0)
    assert read_vocabulary(STARTER, read_header(STARTER)) == found


def test_a_small_files_facts_are_read(tmp_path: Path) -> None:
    header = read(tmp_path, language_model())
    assert header.name == "Tiny"
    assert header.alignment == 32
    assert header.block_count == LAYERS
    assert header.kv_bytes_per_token() == LAYERS * 2 * (8 + 8) * 2
    assert header.file_type == "F32"
    assert header.metadata["tokenizer.ggml.add_bos_token"] is False
    embedding = header.tensor("token_embd.weight")
    assert embedding is not None
    assert embedding.dims == (32, 260)
    assert embedding.nbytes == 32 * 260 * 4
    assert read_vocabulary(header.path).controls == {"<|endoftext|>", "<|im_start|>", "<|im_end|>"}


def test_a_mark_that_the_file_calls_a_word_is_still_a_control_token(tmp_path: Path) -> None:
    sample = language_model().set("tokenizer.ggml.token_type", "[int32]", [1] * 260)
    assert "<|im_end|>" in read_vocabulary(sample.write(tmp_path / "m.gguf")).controls
    sample.drop("tokenizer.ggml.token_type")
    assert "<|im_end|>" in read_vocabulary(sample.write(tmp_path / "n.gguf")).controls


def test_every_kind_of_value_is_read(tmp_path: Path) -> None:
    sample = language_model()
    values = {
        "uint8": 255, "int8": -128, "uint16": 65_535, "int16": -32_768, "uint32": 4_294_967_295,
        "int32": -2_147_483_648, "float32": 0.5, "bool": True, "uint64": 2**64 - 1, "int64": -(2**63),
        "float64": -0.25, "string": "Grüße, 你好",
    }  # fmt: skip
    for kind, value in values.items():
        sample.set(f"one.{kind}", kind, value)
        sample.set(f"many.{kind}", f"[{kind}]", [value, value])
    header = read(tmp_path, sample)
    for kind, value in values.items():
        assert header.metadata[f"one.{kind}"] == value
        many = header.array(f"many.{kind}")
        assert many is not None
        assert (many.kind, many.count, many.values) == (kind, 2, (value, value))


def test_a_long_array_is_counted_and_stepped_over(tmp_path: Path) -> None:
    sample = language_model().set("a", "[uint8]", [1] * 5_000_000).set("z", "uint8", 7)
    header = read(tmp_path, sample)
    array = header.array("a")
    assert array is not None
    assert (array.count, array.values) == (5_000_000, None)
    assert header.metadata["z"] == 7


def test_a_text_longer_than_the_window_is_stepped_over(tmp_path: Path) -> None:
    sample = language_model()
    sample.set("tokenizer.huggingface.json", "string", "x" * (3 * WINDOW)).set("z", "uint8", 7)
    header = read(tmp_path, sample)
    assert header.text("tokenizer.huggingface.json") is None
    assert header.metadata["z"] == 7


def test_texts_that_cross_the_windows_edge_are_walked(tmp_path: Path) -> None:
    draw = random.Random(5)
    texts = ["y" * draw.choice((0, 1, 7, 300, WINDOW // 3, WINDOW + 5)) for _ in range(40)]
    for size in range(8):
        sample = language_model().set("pad", "string", "p" * size)
        sample.set("many", "[string]", [*texts, *["z"] * 300]).set("z", "uint8", 7)
        assert read(tmp_path, sample).metadata["z"] == 7


def test_version_2_is_read(tmp_path: Path) -> None:
    sample = language_model()
    sample.version = 2
    assert read(tmp_path, sample).version == 2


@pytest.mark.parametrize("alignment", [32, 64, 4096])
def test_other_alignments_are_read(tmp_path: Path, alignment: int) -> None:
    header = read(tmp_path, language_model().set("general.alignment", "uint32", alignment))
    assert header.data_offset % alignment == 0


def test_the_last_tensors_padding_may_be_missing(tmp_path: Path) -> None:
    sample = language_model()
    sample.tensors[-1].dims = (33,)
    sample.cut = 28
    assert read(tmp_path, sample).file_size % 32 == 4


@pytest.mark.parametrize("make", [language_model, mixture, recurrent, encoder, projector])
def test_other_kinds_of_models_are_read(tmp_path: Path, make: Callable[[], Sample]) -> None:
    header = read(tmp_path, make())
    assert header.is_language_model == (make is not projector)


def test_a_file_without_tensors_is_read(tmp_path: Path) -> None:
    sample = language_model()
    sample.tensors = []
    assert read(tmp_path, sample).parameters == 0


def test_sizes_are_those_of_the_format() -> None:
    by_name = {kind.name: kind for kind in TYPES.values()}
    assert len(by_name) == len(TYPES)
    assert not TYPES.keys() & REMOVED
    # Bits for each weight, as the format's authors state them.
    for name, bits in {
        "F32": 32, "F16": 16, "BF16": 16, "Q4_0": 4.5, "Q4_1": 5, "Q5_0": 5.5, "Q5_1": 6, "Q8_0": 8.5,
        "Q8_1": 9, "Q2_K": 2.625, "Q3_K": 3.4375, "Q4_K": 4.5, "Q5_K": 5.5, "Q6_K": 6.5625, "Q8_K": 9.125,
        "IQ1_S": 1.5625, "IQ1_M": 1.75, "IQ2_XXS": 2.0625, "IQ2_XS": 2.3125, "IQ2_S": 2.5625,
        "IQ3_XXS": 3.0625, "IQ3_S": 3.4375, "IQ4_NL": 4.5, "IQ4_XS": 4.25, "TQ1_0": 1.6875, "TQ2_0": 2.0625,
        "MXFP4": 4.25, "NVFP4": 4.5, "Q1_0": 1.125, "Q2_0": 2.25,
    }.items():  # fmt: skip
        kind = by_name[name]
        assert kind.size * 8 / kind.block == bits, name
    assert FILE_TYPES[15] == "Q4_K_M"


# ── files that are something else, or nothing ─────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("start", "words"),
    [
        (b"", "is empty"),
        (b"GG", "not a GGUF model"),
        (b"PK\x03\x04" + bytes(60), "zip archive"),
        (b"\x80\x04\x95" + bytes(60), "Python pickle"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:00", "git lfs pull"),
        (b"<!DOCTYPE html><html><body>Not found", "web page"),
        (b"\n  <HTML lang=en>", "web page"),
        (b'{"error": "not found"}', "JSON"),
        (struct.pack("<Q", 40) + b'{"__metadata__":{"format":"pt"}}', "safetensors"),
        (struct.pack("<Q", 32) + b'{"__metadata__":{"format":"pt"}}', "safetensors"),
        (b"FUGG" + bytes(60), "byte order"),
        (b"tjgg" + bytes(60), "GGML format"),
        (b"\x1f\x8b\x08" + bytes(60), "gzip"),
        (bytes(4096), "zeros"),
        (b"Lorem ipsum dolor sit amet", "not a GGUF model"),
        (b"GGUF", "cut short"),
        (b"GGUF" + struct.pack("<I", 1) + bytes(60), "version 1;"),
        (b"GGUF" + struct.pack("<I", 4) + bytes(60), "version 4;"),
        (b"GGUF" + struct.pack("<I", 0) + bytes(60), "version 0;"),
        (b"GGUF" + struct.pack(">I", 3) + bytes(60), "byte order"),
        (b"gguf" + struct.pack("<I", 3) + bytes(60), "not a GGUF model"),
    ],
)
def test_a_file_that_is_something_else_is_named(tmp_path: Path, start: bytes, words: str) -> None:
    path = tmp_path / "strange.gguf"
    path.write_bytes(start)
    assert words in refused(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    assert "is missing" in refused(tmp_path / "gone.gguf")


def test_a_folder_is_not_a_model(tmp_path: Path) -> None:
    (tmp_path / "folder.gguf").mkdir()
    assert "is not a file" in refused(tmp_path / "folder.gguf")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes on this system")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.gguf")
    assert "is not a file" in refused(tmp_path / "pipe.gguf")


def test_a_file_that_may_not_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = language_model().write(tmp_path / "closed.gguf")

    def refuse(*args: object, **kwargs: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.open", refuse)  # a test may run as one who may read everything
    assert "cannot be read: Permission denied" in refused(path)


def test_a_big_endian_file_is_named(tmp_path: Path) -> None:
    sample = language_model()
    sample.order = ">"
    assert "byte order" in refused(sample.write(tmp_path / "big.gguf"))


# ── truncation ────────────────────────────────────────────────────────────────────────────────────


def test_a_file_cut_anywhere_is_refused(tmp_path: Path) -> None:
    whole = language_model().bytes()
    header = len(language_model().header())
    path = tmp_path / "cut.gguf"
    path.write_bytes(whole)
    points = {*range(24, 400), *range(400, header, 61), *range(header, len(whole), 997), len(whole) - 1}
    for point in sorted(points, reverse=True):
        os.truncate(path, point)
        assert "is cut short" in refused(path), point


def test_a_cut_file_says_how_much_is_missing(tmp_path: Path) -> None:
    sample = language_model()
    sample.cut = 1204 + 128
    path = sample.write(tmp_path / "m.gguf")
    assert refused(path) == (
        "m.gguf is cut short: tensor blk.1.ffn_down.weight ends 1,204 bytes after the end of the file, "
        f"1,332 of {path.stat().st_size + 1332:,} bytes are missing in all."
    )
    sample.cut = 4
    assert refused(sample.write(path)) == (
        "m.gguf is cut short: tensor output_norm.weight ends 4 bytes after the end of the file."
    )


def test_the_cut_starter_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "starter.gguf"
    with STARTER.open("rb") as file:
        path.write_bytes(file.read(2_000_000))
    os.truncate(path, 50_000_000)
    assert "48,362,432 of 98,362,432 bytes are missing" in refused(path)


# ── hostile and damaged headers ───────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("what", BAD)
def test_a_damaged_file_is_refused_with_a_sentence_that_names_it(tmp_path: Path, what: str) -> None:
    data, words = BAD[what]
    path = tmp_path / "bad.gguf"
    path.write_bytes(data)
    assert words in refused(path)


def test_names_from_a_file_cannot_steer_the_terminal(tmp_path: Path) -> None:
    sample = language_model()
    sample.tensor("blk.1.attn_q.weight").name = "\x1b[2J\nq"
    sample.tensor("\x1b[2J\nq").type = 999
    assert "tensor ?[2J?q is of an unknown type" in refused(sample.write(tmp_path / "m.gguf"))


# ── bounded work ──────────────────────────────────────────────────────────────────────────────────


def peak_memory(work: Callable[[], object]) -> int:
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def sparse(path: Path, start: bytes, size: int = 1 << 40) -> Path:
    """Write a file that claims a terabyte and takes a block of disk."""
    path.write_bytes(start)
    os.truncate(path, size)
    return path


CLAIMS = {
    "many keys and tensors": b"GGUF" + struct.pack("<IQQ", 3, 1 << 16, 1 << 12),
    "an endless array of texts": raw_key(b"a", 9, number(8, "I") + number(1 << 36)),
    "an array of more texts than we walk": raw_key(b"a", 9, number(8, "I") + number(MAX_STRINGS + 1)),
    "a million empty tokens": raw_key(b"tokenizer.ggml.tokens", 9, number(8, "I") + number(1 << 20)),
    "half a terabyte of numbers": raw_key(b"a", 9, number(4, "I") + number(1 << 37)),
    "half a terabyte of text": raw_key(b"a", 8, number(1 << 39)),
    "half a terabyte of a key": struct.pack("<4sIQQQ", b"GGUF", 3, 1 << 16, 0, 1 << 39),
}


@pytest.mark.parametrize("claim", CLAIMS)
def test_a_terabyte_of_claims_takes_little_memory(tmp_path: Path, claim: str) -> None:
    path = sparse(tmp_path / "huge.gguf", CLAIMS[claim])

    def work() -> None:
        with pytest.raises(BadModelFile):
            read_header(path)

    assert peak_memory(work) < 24 << 20


class CountingFile(io.BytesIO):
    total = 0

    def read(self, size: int | None = -1) -> bytes:
        data = super().read(size)
        self.total += len(data)
        return data


def test_what_is_stepped_over_is_not_read(tmp_path: Path) -> None:
    sample = language_model().set("a", "[uint8]", bytes(20 * WINDOW)).set("b", "string", "x" * (9 * WINDOW))
    path = sample.write(tmp_path / "m.gguf")
    file = CountingFile(path.read_bytes())
    reader = Reader(file, path)
    reader.skip(25 * WINDOW)
    assert reader.peek(1) == b"x"
    assert file.total <= WINDOW


def test_reading_the_starter_takes_little_memory() -> None:
    assert peak_memory(lambda: read_header(STARTER)) < 24 << 20


# ── mutations ─────────────────────────────────────────────────────────────────────────────────────


def survey(path: Path, header: bytes, rest: bytes, count: int, seed: int) -> tuple[int, int]:
    """Read mutations of a header, and return how many were taken for sound and how many refused."""
    sound = 0
    for story, data in mutations(pieces_of(header), count, seed):
        path.write_bytes(data + bytes(-len(data) % 32) + rest)
        os.truncate(path, max(path.stat().st_size, 98_362_432) if not rest else path.stat().st_size)
        try:
            found = read_header(path)
        except BadModelFile as problem:
            assert problem.sentence.startswith(path.name), story  # noqa: PT017
            assert problem.hint, story  # noqa: PT017
        except Exception as problem:
            raise AssertionError(f"{story}: {problem!r}") from problem
        else:
            sound += 1
            assert found.data_offset + found.weights_bytes <= found.file_size, story
            found.kv_bytes_per_token()
            read_vocabulary(path)
    return sound, count - sound


def test_500_mutations_of_a_small_file_are_read_or_refused(tmp_path: Path) -> None:
    whole = language_model().bytes()
    header = len(language_model().header())
    header += -header % 32
    results: list[tuple[int, int]] = []
    path = tmp_path / "mutated.gguf"
    peak = peak_memory(lambda: results.append(survey(path, whole[:header], whole[header:], 500, seed=1)))
    (sound, bad) = results[0]
    assert bad > 400
    assert sound > 10  # else nothing was learned of what lies behind the first checks
    assert peak < 24 << 20


def test_500_mutations_of_the_starter_are_read_or_refused(tmp_path: Path) -> None:
    with STARTER.open("rb") as file:
        header = file.read(read_header(STARTER).data_offset)
    sound, bad = survey(tmp_path / "mutated.gguf", header, b"", 500, seed=2)
    assert bad > 400
    assert sound > 5
