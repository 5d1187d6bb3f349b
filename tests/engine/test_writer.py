"""Heads of GGUF files, written and read again."""

from __future__ import annotations

from pathlib import Path

from sottovoce.engine import writer
from sottovoce.engine.gguf import read_header
from sottovoce.engine.writer import Planned


def test_what_is_written_is_read(tmp_path: Path) -> None:
    path = tmp_path / "small.gguf"
    keys = [
        writer.text("general.architecture", "bert"),
        writer.number("bert.block_count", 1),
        writer.number("bert.context_length", 512),
        writer.number("bert.embedding_length", 64),
        writer.number("bert.attention.head_count", 2),
        writer.number("bert.feed_forward_length", 128),
        writer.decimal("bert.attention.layer_norm_epsilon", 0.5),
        writer.truth("bert.attention.causal", False),
        writer.texts("tokenizer.ggml.tokens", ["eins", "zwei"]),
        writer.numbers("tokenizer.ggml.token_type", [3, 1]),
        writer.text("tokenizer.ggml.model", "bert"),
    ]
    tensors = [
        Planned("token_embd.weight", (64, 2), writer.type_named("Q8_0")),
        Planned("token_embd_norm.weight", (3,), writer.type_named("F32")),
    ]
    data = writer.head(keys, tensors)
    for tensor in tensors:
        data += bytes(tensor.nbytes) + writer.padding(tensor.nbytes)
    path.write_bytes(data)
    header = read_header(path)
    assert header.metadata["bert.attention.layer_norm_epsilon"] == 0.5
    assert header.metadata["bert.attention.causal"] is False
    assert header.context_length == 512
    assert [(t.name, t.dims, t.type.name, t.offset) for t in header.tensors] == [
        ("token_embd.weight", (64, 2), "Q8_0", 0),
        ("token_embd_norm.weight", (3,), "F32", 160),
    ]
