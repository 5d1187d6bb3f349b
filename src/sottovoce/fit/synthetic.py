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

from sottovoce.engine.quants import TYPES, TensorType

ALIGNMENT = 32
PATTERN_BLOCKS = 4096
WRITE = 1 << 22
NUMBERS = {kind.name: number for number, kind in TYPES.items()}
SCALE = struct.pack("<e", 0.004)
HALVES: dict[str, tuple[int, ...]] = {
    "Q4_0": (0,), "Q4_1": (0, 2), "Q5_0": (0,), "Q5_1": (0, 2), "Q8_0": (0,), "IQ4_NL": (0,),
    "Q2_K": (80, 82), "Q3_K": (108,), "Q4_K": (0, 2), "Q5_K": (0, 2), "Q6_K": (208,), "IQ4_XS": (0,),
}  # fmt: skip
"""Where a block of each type has its 16-bit scales (ggml-common.h): random ones could be no numbers."""

ROUTER = "ffn_gate_inp.weight"

EXPONENT = 118
"""The one scale of an MXFP4 block: a power of two, here a small one."""

UINT32, FLOAT32, STRING, ARRAY, INT32 = 4, 6, 8, 9, 5


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
    matrices = list(_tensors(build))
    with path.open("wb") as file:
        header = _header(build, matrices)
        file.write(header + bytes(-len(header) % ALIGNMENT))
        for name, dims, kind in matrices:
            size = _size(dims, kind)
            pattern = _router(name, size) if name.endswith(ROUTER) else _pattern(kind)
            for at in range(0, size, len(pattern)):
                file.write(pattern[: size - at])
            file.write(bytes(-size % ALIGNMENT))
    return path


def _tensors(build: Build) -> Iterator[tuple[str, tuple[int, ...], TensorType]]:
    width, many = build.width, build.experts
    query, key = build.heads * build.head_length, build.kv_heads * build.head_length
    packed, head, plain = _type(build.packing), _type(build.head_packing), _type("F32")
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


def _header(build: Build, tensors: list[tuple[str, tuple[int, ...], TensorType]]) -> bytes:
    keys = list(_keys(build))
    offset, listed = 0, b""
    for name, dims, kind in tensors:
        sizes = struct.pack(f"<{len(dims)}Q", *dims)
        listed += _text(name) + struct.pack("<I", len(dims)) + sizes
        listed += struct.pack("<IQ", NUMBERS[kind.name], offset)
        size = _size(dims, kind)
        offset += size + -size % ALIGNMENT
    return b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(keys)) + b"".join(keys) + listed


def _keys(build: Build) -> Iterator[bytes]:
    name = build.architecture
    yield _key("general.architecture", STRING, _text(name))
    yield _key("general.name", STRING, _text("Synthetic"))
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
        yield _key(f"{name}.{key}", UINT32, struct.pack("<I", number))
    yield _key(f"{name}.attention.layer_norm_rms_epsilon", FLOAT32, struct.pack("<f", 1e-5))
    yield _key(f"{name}.rope.freq_base", FLOAT32, struct.pack("<f", 10_000.0))
    yield from _vocabulary(build.vocabulary)


def _vocabulary(count: int) -> Iterator[bytes]:
    """Yield a vocabulary of bytes in the order of GPT-2's, and made-up words behind them."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = iter(range(256, 512))
    letters = [chr(byte if byte in plain else next(others)) for byte in range(256)]
    words = ["<|end|>", *letters, *(f"w{number}" for number in range(count - 257))]
    yield _key("tokenizer.ggml.model", STRING, _text("gpt2"))
    yield _key("tokenizer.ggml.pre", STRING, _text("smollm"))
    yield _key(
        "tokenizer.ggml.tokens", ARRAY, struct.pack("<IQ", STRING, count) + b"".join(map(_text, words))
    )
    kinds = struct.pack(f"<IQ{count}i", INT32, count, 3, *(1 for _ in range(count - 1)))
    yield _key("tokenizer.ggml.token_type", ARRAY, kinds)
    yield _key("tokenizer.ggml.merges", ARRAY, struct.pack("<IQ", STRING, 1) + _text("h e"))
    for end in ("bos", "eos"):
        yield _key(f"tokenizer.ggml.{end}_token_id", UINT32, struct.pack("<I", 0))


def _key(name: str, kind: int, value: bytes) -> bytes:
    return _text(name) + struct.pack("<I", kind) + value


def _text(text: str) -> bytes:
    data = text.encode()
    return struct.pack("<Q", len(data)) + data


def _type(name: str) -> TensorType:
    return TYPES[NUMBERS[name]]


def _size(dims: tuple[int, ...], kind: TensorType) -> int:
    count = 1
    for length in dims:
        count *= length
    return count // kind.block * kind.size


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
