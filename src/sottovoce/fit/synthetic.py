"""Write a model without a mind: the shape of a real one, its weights a pattern that repeats.

How quickly the engine computes does not depend on what the weights are, so such a file measures a machine
in place of a download. It loads, and babbles.
"""

from __future__ import annotations

import random
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sottovoce.engine import writer
from sottovoce.engine.quants import TensorType
from sottovoce.engine.writer import Planned

PATTERN_BLOCKS = 4096
WRITE = 1 << 22
SCALE = struct.pack("<e", 0.004)
HALVES: dict[str, tuple[int, ...]] = {
    "Q4_0": (0,), "Q4_1": (0, 2), "Q5_0": (0,), "Q5_1": (0, 2), "Q8_0": (0,), "IQ4_NL": (0,),
    "Q2_K": (80, 82), "Q3_K": (108,), "Q4_K": (0, 2), "Q5_K": (0, 2), "Q6_K": (208,), "IQ4_XS": (0,),
}  # fmt: skip
"""Where a block of each type has its 16-bit scales (ggml-common.h): random ones could be no numbers."""

ROUTER = "ffn_gate_inp.weight"

EXPONENT = 118
"""The one scale of an MXFP4 block: a power of two, here a small one."""


@dataclass(frozen=True, slots=True)
class Build:
    """A model to be written. `packing` is the type of all matrices, `head_packing` that of the embedding."""

    packing: str = "Q4_0"
    layers: int = 2
    width: int = 1024
    heads: int = 16
    kv_heads: int = 4
    head_length: int = 64
    feed_forward: int = 4096
    vocabulary: int = 512
    tied: bool = True
    context: int = 8192
    head_packing: str = "Q8_0"
    experts: int = 0
    experts_used: int = 0
    window: int = 0
    """Above zero: of six layers five look back only so far, as in Gemma 3."""

    @property
    def architecture(self) -> str:
        return "gemma3" if self.window else "llama"


def write(build: Build, path: Path) -> Path:
    """Write the model to a file, and return where."""
    matrices = [Planned(*tensor) for tensor in _tensors(build)]
    with path.open("wb") as file:
        file.write(writer.head(list(_keys(build)), matrices))
        for matrix in matrices:
            name, size = matrix.name, matrix.nbytes
            pattern = _router(name, size) if name.endswith(ROUTER) else _pattern(matrix.type)
            for at in range(0, size, len(pattern)):
                file.write(pattern[: size - at])
            file.write(writer.padding(size))
    return path


def _tensors(build: Build) -> Iterator[tuple[str, tuple[int, ...], TensorType]]:
    width, many = build.width, build.experts
    query, key = build.heads * build.head_length, build.kv_heads * build.head_length
    packed, head, plain = map(writer.type_named, (build.packing, build.head_packing, "F32"))
    yield "token_embd.weight", (width, build.vocabulary), head
    if not build.tied:
        yield "output.weight", (width, build.vocabulary), head
    yield "output_norm.weight", (width,), plain
    for layer in range(build.layers):
        name = f"blk.{layer}."
        yield f"{name}attn_norm.weight", (width,), plain
        yield f"{name}ffn_norm.weight", (width,), plain
        if build.window:
            for norm, length in {"post_attention_norm": width, "post_ffw_norm": width}.items():
                yield f"{name}{norm}.weight", (length,), plain
            for norm in ("attn_q_norm", "attn_k_norm"):
                yield f"{name}{norm}.weight", (build.head_length,), plain
        yield f"{name}attn_q.weight", (width, query), packed
        yield f"{name}attn_k.weight", (width, key), packed
        yield f"{name}attn_v.weight", (width, key), packed
        yield f"{name}attn_output.weight", (query, width), packed
        inner, kind = build.feed_forward, "_exps" if many else ""
        tail = (many,) if many else ()
        if many:
            yield f"{name}{ROUTER}", (width, many), plain
        yield f"{name}ffn_gate{kind}.weight", (width, inner, *tail), packed
        yield f"{name}ffn_up{kind}.weight", (width, inner, *tail), packed
        yield f"{name}ffn_down{kind}.weight", (inner, width, *tail), packed


def _keys(build: Build) -> Iterator[bytes]:
    name = build.architecture
    yield writer.text("general.architecture", name)
    yield writer.text("general.name", "Synthetic")
    numbers = {
        "block_count": build.layers,
        "context_length": build.context,
        "embedding_length": build.width,
        "feed_forward_length": build.feed_forward,
        "attention.head_count": build.heads,
        "attention.head_count_kv": build.kv_heads,
        "attention.key_length": build.head_length,
        "attention.value_length": build.head_length,
        "rope.dimension_count": build.head_length,
    }
    if build.experts:
        numbers |= {"expert_count": build.experts, "expert_used_count": build.experts_used}
    if build.window:
        numbers["attention.sliding_window"] = build.window
    for key, number in numbers.items():
        yield writer.number(f"{name}.{key}", number)
    yield writer.decimal(f"{name}.attention.layer_norm_rms_epsilon", 1e-5)
    yield writer.decimal(f"{name}.rope.freq_base", 10_000.0)
    yield from _vocabulary(build.vocabulary)


def _vocabulary(count: int) -> Iterator[bytes]:
    """Yield a vocabulary of bytes in the order of GPT-2's, and made-up words behind them."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = iter(range(256, 512))
    letters = [chr(byte if byte in plain else next(others)) for byte in range(256)]
    words = ["<|end|>", *letters, *(f"w{number}" for number in range(count - 257))]
    yield writer.text("tokenizer.ggml.model", "gpt2")
    yield writer.text("tokenizer.ggml.pre", "smollm")
    yield writer.texts("tokenizer.ggml.tokens", words)
    yield writer.numbers("tokenizer.ggml.token_type", [3, *(1 for _ in range(count - 1))])
    yield writer.texts("tokenizer.ggml.merges", ["h e"])
    for end in ("bos", "eos"):
        yield writer.number(f"tokenizer.ggml.{end}_token_id", 0)


def _pattern(kind: TensorType) -> bytes:
    """Return some megabytes of whole blocks whose scales are small numbers."""
    draw = random.Random(kind.name)  # noqa: S311  (the same each time)
    if kind.name in ("F32", "F16", "BF16"):
        return _floats(kind.name, draw)
    blocks = bytearray(draw.randbytes(kind.size * PATTERN_BLOCKS))
    for at in range(0, len(blocks), kind.size):
        for half in HALVES.get(kind.name, ()):
            blocks[at + half : at + half + 2] = SCALE
        if kind.name == "MXFP4":
            blocks[at] = EXPONENT
    return bytes(blocks) * max(1, WRITE // len(blocks))


def _router(name: str, size: int) -> bytes:
    """Return numbers that never repeat: experts with the same ones would all be chosen together."""
    draw = random.Random(name)  # noqa: S311  (the same each time)
    count = size // struct.calcsize("<f")
    return struct.pack(f"<{count}f", *(draw.uniform(-0.02, 0.02) for _ in range(count)))


def _floats(name: str, draw: random.Random) -> bytes:
    values = [draw.uniform(-0.02, 0.02) for _ in range(PATTERN_BLOCKS)]
    if name == "F16":
        return struct.pack(f"<{len(values)}e", *values) * 64
    whole = struct.pack(f"<{len(values)}f", *values)
    if name == "F32":
        return whole
    return b"".join(whole[at + 2 : at + 4] for at in range(0, len(whole), 4)) * 64
