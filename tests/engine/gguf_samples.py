"""Small GGUF files for tests, written by our own hand, and ways to damage one.

The default sample is a whole language model of two layers that the engine loads and runs. Header
bytes are kept in labelled pieces, so that damage can aim at one field.
"""

from __future__ import annotations

import random
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FORMS = {
    "uint8": (0, "B"), "int8": (1, "b"), "uint16": (2, "H"), "int16": (3, "h"), "uint32": (4, "I"),
    "int32": (5, "i"), "float32": (6, "f"), "bool": (7, "B"), "uint64": (10, "Q"), "int64": (11, "q"),
    "float64": (12, "d"),
}  # fmt: skip
STRING, ARRAY = 8, 9
KINDS = {number: (name, form) for name, (number, form) in FORMS.items()}
SIZES = {0: (1, 4), 1: (1, 2), 2: (32, 18), 3: (32, 20), 8: (32, 34), 14: (256, 210)}
"""Block and bytes of the tensor types used here: F32, F16, Q4_0, Q4_1, Q8_0, Q6_K."""

WIDTH, HEADS, HEADS_KV, LAYERS, INNER = 32, 4, 2, 2, 64


@dataclass(frozen=True)
class Piece:
    label: str
    data: bytes


@dataclass
class TensorSpec:
    name: str
    dims: tuple[int, ...]
    type: int = 0
    offset: int | None = None
    """None: behind the one before."""
    data: bytes | None = None
    """None: small numbers, see weights."""


@dataclass
class Sample:
    """A GGUF file to be. `metadata` maps a key to (kind, value); an array's kind is "[kind]"."""

    metadata: dict[str, tuple[str, Any]] = field(default_factory=dict)
    tensors: list[TensorSpec] = field(default_factory=list)
    version: int = 3
    order: str = "<"
    cut: int = 0
    """Bytes left out at the end."""

    def set(self, key: str, kind: str, value: Any) -> Sample:
        self.metadata[key] = (kind, value)
        return self

    def drop(self, *keys: str) -> Sample:
        for key in keys:
            del self.metadata[key]
        return self

    def tensor(self, name: str) -> TensorSpec:
        return next(spec for spec in self.tensors if spec.name == name)

    def remove(self, start: str) -> Sample:
        """Leave out the tensors whose names begin so."""
        self.tensors = [spec for spec in self.tensors if not spec.name.startswith(start)]
        return self

    @property
    def alignment(self) -> int:
        return int(self.metadata.get("general.alignment", ("uint32", 32))[1])

    def pieces(self) -> list[Piece]:
        def number(label: str, form: str, value: Any) -> Piece:
            return Piece(label, struct.pack(self.order + form, value))

        def text(label: str, value: str | bytes) -> list[Piece]:
            data = value.encode() if isinstance(value, str) else value
            return [number(f"{label} length", "Q", len(data)), Piece(f"{label} text", data)]

        found = [
            Piece("magic", b"GGUF"),
            number("version", "I", self.version),
            number("tensor count", "Q", len(self.tensors)),
            number("key count", "Q", len(self.metadata)),
        ]
        for key, (kind, value) in self.metadata.items():
            found += text("key", key)
            if kind == "string":
                found += [number("kind", "I", STRING), *text("value", value)]
            elif kind == "[string]":
                found += [number("kind", "I", ARRAY), number("array kind", "I", STRING)]
                found.append(number("array count", "Q", len(value)))
                for item in value:
                    found += text("item", item)
            elif kind.startswith("["):
                code, form = FORMS[kind[1:-1]]
                found += [number("kind", "I", ARRAY), number("array kind", "I", code)]
                found.append(number("array count", "Q", len(value)))
                found.append(Piece("items", struct.pack(f"{self.order}{len(value)}{form}", *value)))
            else:
                code, form = FORMS[kind]
                found += [number("kind", "I", code), number("value", form, value)]
        offset = 0
        for spec in self.tensors:
            found += text("tensor", spec.name)
            found.append(number("dim count", "I", len(spec.dims)))
            found += [number("dim", "Q", length) for length in spec.dims]
            found.append(number("type", "I", spec.type))
            # A hostile shape may have more bytes than can be counted: then count as the victim would.
            found.append(number("offset", "Q", (offset if spec.offset is None else spec.offset) % 2**64))
            offset += padded(size_of(spec), self.alignment)
        return found

    def header(self) -> bytes:
        return b"".join(piece.data for piece in self.pieces())

    def bytes(self) -> bytes:
        header = self.header()
        data = header + bytes(-len(header) % max(self.alignment, 1))
        for spec in self.tensors:
            data += weights(spec) + bytes(-size_of(spec) % max(self.alignment, 1))
        return data[: len(data) - self.cut]

    def write(self, path: Path) -> Path:
        path.write_bytes(self.bytes())
        return path


def language_model() -> Sample:
    """Return a tiny model of the llama architecture with a byte vocabulary. It loads, and babbles."""
    tokens = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", *byte_letters(), "he"]
    types = [3, 3, 3] + [1] * 257
    sample = Sample()
    sample.set("general.architecture", "string", "llama")
    sample.set("general.name", "string", "Tiny")
    sample.set("general.license", "string", "apache-2.0")
    for key, value in {
        "block_count": LAYERS,
        "context_length": 256,
        "embedding_length": WIDTH,
        "feed_forward_length": INNER,
        "attention.head_count": HEADS,
        "attention.head_count_kv": HEADS_KV,
        "rope.dimension_count": WIDTH // HEADS,
    }.items():
        sample.set(f"llama.{key}", "uint32", value)
    sample.set("llama.attention.layer_norm_rms_epsilon", "float32", 1e-5)
    sample.set("llama.rope.freq_base", "float32", 10_000.0)
    sample.set("tokenizer.ggml.model", "string", "gpt2")
    sample.set("tokenizer.ggml.pre", "string", "smollm")
    sample.set("tokenizer.ggml.tokens", "[string]", tokens)
    sample.set("tokenizer.ggml.token_type", "[int32]", types)
    sample.set("tokenizer.ggml.merges", "[string]", ["h e"])
    sample.set("tokenizer.ggml.bos_token_id", "uint32", 1)
    sample.set("tokenizer.ggml.eos_token_id", "uint32", 2)
    sample.set("tokenizer.ggml.add_bos_token", "bool", False)
    sample.set("tokenizer.chat_template", "string", TEMPLATE)
    sample.tensors = [TensorSpec("token_embd.weight", (WIDTH, len(tokens)))]
    narrow = WIDTH // HEADS * HEADS_KV
    for layer in range(LAYERS):
        for name, dims in {
            "attn_norm": (WIDTH,),
            "attn_q": (WIDTH, WIDTH),
            "attn_k": (WIDTH, narrow),
            "attn_v": (WIDTH, narrow),
            "attn_output": (WIDTH, WIDTH),
            "ffn_norm": (WIDTH,),
            "ffn_gate": (WIDTH, INNER),
            "ffn_up": (WIDTH, INNER),
            "ffn_down": (INNER, WIDTH),
        }.items():
            sample.tensors.append(TensorSpec(f"blk.{layer}.{name}.weight", dims))
    sample.tensors.append(TensorSpec("output_norm.weight", (WIDTH,)))
    return sample


def slow_model() -> Sample:
    """Return the same with its layers packed as Q4_1, which the engine is slow with."""
    sample = language_model().set("general.file_type", "uint32", 3)
    for spec in sample.tensors:
        if spec.name.startswith("blk.") and len(spec.dims) == 2:
            spec.type = 3
            draw, count = random.Random(spec.name), spec.dims[0] * spec.dims[1] // 32
            scales = struct.pack("<ee", 0.01, -0.075)
            spec.data = b"".join(scales + draw.randbytes(16) for _ in range(count))
    return sample


def renamed(sample: Sample, architecture: str) -> Sample:
    """Make another architecture of it: the key prefix, not the tensors."""
    old = sample.metadata["general.architecture"][1]
    sample.metadata = {
        key.replace(f"{old}.", f"{architecture}.", 1) if key.startswith(f"{old}.") else key: value
        for key, value in sample.metadata.items()
    }
    return sample.set("general.architecture", "string", architecture)


def mixture() -> Sample:
    """Return a mixture of four experts, two used. It runs."""
    sample = language_model().remove("output_norm")
    for layer in range(LAYERS):
        for part in ("gate", "up", "down"):
            sample.remove(f"blk.{layer}.ffn_{part}.")
            dims = (INNER, WIDTH, 4) if part == "down" else (WIDTH, INNER, 4)
            sample.tensors.append(TensorSpec(f"blk.{layer}.ffn_{part}_exps.weight", dims))
        sample.tensors.append(TensorSpec(f"blk.{layer}.ffn_gate_inp.weight", (WIDTH, 4)))
    sample.tensors.append(TensorSpec("output_norm.weight", (WIDTH,)))
    return sample.set("llama.expert_count", "uint32", 4).set("llama.expert_used_count", "uint32", 2)


def recurrent() -> Sample:
    """Return a model without attention, which writes 0 heads. It runs."""
    inner, state, rank, kernel = 2 * WIDTH, 4, 2, 4
    sample = renamed(language_model(), "mamba")
    sample.remove("blk.").remove("output_norm")
    for layer in range(LAYERS):
        for name, dims in {
            "attn_norm.weight": (WIDTH,),
            "ssm_in.weight": (WIDTH, 2 * inner),
            "ssm_conv1d.weight": (kernel, inner),
            "ssm_conv1d.bias": (inner,),
            "ssm_x.weight": (inner, rank + 2 * state),
            "ssm_dt.weight": (rank, inner),
            "ssm_dt.bias": (inner,),
            "ssm_a": (state, inner),
            "ssm_d": (inner,),
            "ssm_out.weight": (inner, WIDTH),
        }.items():
            sample.tensors.append(TensorSpec(f"blk.{layer}.{name}", dims))
    sample.tensors.append(TensorSpec("output_norm.weight", (WIDTH,)))
    sample.drop("mamba.rope.dimension_count", "mamba.rope.freq_base", "mamba.attention.head_count_kv")
    for key, value in {
        "attention.head_count": 0,
        "feed_forward_length": 0,
        "ssm.conv_kernel": kernel,
        "ssm.inner_size": inner,
        "ssm.state_size": state,
        "ssm.time_step_rank": rank,
    }.items():
        sample.set(f"mamba.{key}", "uint32", value)
    return sample


def encoder() -> Sample:
    """Return a BERT, which only embeds. It runs."""
    sample = renamed(language_model(), "bert").remove("blk.").remove("output_norm")
    tokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *(f"\u2581{letter}" for letter in "abcdefghijkl")]
    sample.drop("bert.rope.dimension_count", "bert.rope.freq_base", "bert.attention.head_count_kv")
    sample.drop(
        "bert.attention.layer_norm_rms_epsilon", "tokenizer.ggml.token_type", "tokenizer.chat_template"
    )
    sample.drop("tokenizer.ggml.merges", "tokenizer.ggml.pre", "tokenizer.ggml.eos_token_id")
    sample.set("bert.attention.layer_norm_epsilon", "float32", 1e-12)
    sample.set("bert.attention.causal", "bool", False)
    sample.set("bert.pooling_type", "uint32", 1)
    sample.set("tokenizer.ggml.model", "string", "bert")
    sample.set("tokenizer.ggml.tokens", "[string]", tokens)
    sample.set("tokenizer.ggml.token_type_count", "uint32", 2)
    ids = {"bos": 2, "unknown": 1, "seperator": 3, "padding": 0}
    for name, value in ids.items():
        sample.set(f"tokenizer.ggml.{name}_token_id", "uint32", value)
    sample.tensor("token_embd.weight").dims = (WIDTH, len(tokens))
    sample.tensors.append(TensorSpec("token_types.weight", (WIDTH, 2)))
    sample.tensors.append(TensorSpec("position_embd.weight", (WIDTH, 256)))
    both = {"token_embd_norm": WIDTH}
    for layer in range(LAYERS):
        for name, dims in {"q": WIDTH, "k": WIDTH, "v": WIDTH, "output": WIDTH}.items():
            sample.tensors.append(TensorSpec(f"blk.{layer}.attn_{name}.weight", (WIDTH, dims)))
        sample.tensors.append(TensorSpec(f"blk.{layer}.ffn_up.weight", (WIDTH, INNER)))
        sample.tensors.append(TensorSpec(f"blk.{layer}.ffn_down.weight", (INNER, WIDTH)))
        both |= {f"blk.{layer}.attn_output_norm": WIDTH, f"blk.{layer}.layer_output_norm": WIDTH}
    for name, width in both.items():
        sample.tensors += [TensorSpec(f"{name}.weight", (width,)), TensorSpec(f"{name}.bias", (width,))]
    return sample


def ranker() -> Sample:
    """Return a BERT that tells how well two texts fit. It runs."""
    sample = encoder().set("bert.pooling_type", "uint32", 4)
    for name, dims in {"cls": (WIDTH, WIDTH), "cls.output": (WIDTH, 1)}.items():
        sample.tensors.append(TensorSpec(f"{name}.weight", dims))
        sample.tensors.append(TensorSpec(f"{name}.bias", dims[1:]))
    return sample


def projector() -> Sample:
    """Return what goes beside a model that sees: no layers, no words."""
    sample = Sample().set("general.architecture", "string", "clip")
    sample.set("general.type", "string", "mmproj").set("clip.vision.block_count", "uint32", 27)
    sample.tensors = [
        TensorSpec("v.blk.0.attn_q.weight", (WIDTH, WIDTH)),
        TensorSpec("mm.0.weight", (WIDTH, 8)),
    ]
    return sample


def split(folder: Path, stem: str = "big", count: int = 3) -> list[Path]:
    """Write one language model as several files, and return where they are."""
    whole = language_model()
    paths = [folder / f"{stem}-{number:05}-of-{count:05}.gguf" for number in range(1, count + 1)]
    for number, path in enumerate(paths):
        part = Sample(
            metadata=dict(whole.metadata) if number == 0 else {}, tensors=whole.tensors[number::count]
        )
        part.set("split.no", "uint16", number).set("split.count", "uint16", count)
        part.set("split.tensors.count", "int32", len(whole.tensors))
        part.write(path)
    return paths


TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}<|im_end|>\n"
    "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def byte_letters() -> list[str]:
    """Return the letter that byte-level vocabularies use for each of the 256 bytes."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = iter(range(256, 512))
    return [chr(byte if byte in plain else next(others)) for byte in range(256)]


def size_of(spec: TensorSpec) -> int:
    elements = 1
    for length in spec.dims:
        elements *= length
    block, size = SIZES.get(spec.type, (1, 4))
    return elements // block * size


def padded(size: int, alignment: int) -> int:
    return size + -size % max(alignment, 1)


def weights(spec: TensorSpec) -> bytes:
    """Return small numbers for a tensor, the same ones each time; a huge one gets none."""
    if spec.data is not None:
        return spec.data
    size = size_of(spec)
    if not 0 < size <= 1 << 20:
        return b""
    draw = random.Random(spec.name)
    if spec.type == 0:
        ones = spec.name.endswith("norm.weight")
        values = [1.0 if ones else draw.uniform(-0.1, 0.1) for _ in range(size // 4)]
        return struct.pack(f"<{len(values)}f", *values)
    return bytes(size)


# ── damage ────────────────────────────────────────────────────────────────────────────────────────


def pieces_of(data: bytes) -> list[Piece]:
    """Take a sound header apart. The items of an array stay together in one piece."""
    walker = _Walker(data)
    walker.take("magic", 4)
    walker.number("version", "I")
    tensor_count = walker.number("tensor count", "Q")
    for _ in range(walker.number("key count", "Q")):
        walker.text("key")
        kind = walker.number("kind", "I")
        if kind == STRING:
            walker.text("value")
        elif kind == ARRAY:
            code = walker.number("array kind", "I")
            count = walker.number("array count", "Q")
            if code == STRING:
                walker.items(count)
            else:
                walker.take("items", struct.calcsize(KINDS[code][1]) * count)
        else:
            walker.number("value", KINDS[kind][1])
    for _ in range(tensor_count):
        walker.text("tensor")
        for _ in range(walker.number("dim count", "I")):
            walker.number("dim", "Q")
        walker.number("type", "I")
        walker.number("offset", "Q")
    return walker.pieces


class _Walker:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0
        self.pieces: list[Piece] = []

    def take(self, label: str, count: int) -> bytes:
        piece = Piece(label, self.data[self.at : self.at + count])
        self.at += count
        self.pieces.append(piece)
        return piece.data

    def number(self, label: str, form: str) -> Any:
        return struct.unpack(f"<{form}", self.take(label, struct.calcsize(form)))[0]

    def text(self, label: str) -> None:
        self.take(f"{label} text", self.number(f"{label} length", "Q"))

    def items(self, count: int) -> None:
        start = self.at
        for _ in range(count):
            self.at += 8 + struct.unpack_from("<Q", self.data, self.at)[0]
        end, self.at = self.at, start
        self.take("items", end - start)


def mutations(pieces: list[Piece], count: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """Yield what was done to a header, and the damaged header."""
    draw = random.Random(seed)
    labels = sorted({piece.label for piece in pieces})
    for _ in range(count):
        # By label first: else nearly every blow would land on a tensor.
        label = draw.choice(labels)
        at = draw.choice([number for number, piece in enumerate(pieces) if piece.label == label])
        changed = list(pieces)
        story = []
        for _ in range(draw.choice((1, 1, 1, 2, 3))):
            how = draw.choice(BLOWS)
            story.append(f"{how.__name__} {changed[at].label} {at}")
            changed[at : at + 1] = how(changed[at], draw)
            at = draw.randrange(len(changed))
        yield ", ".join(story), b"".join(piece.data for piece in changed)


def _flip(piece: Piece, draw: random.Random) -> list[Piece]:
    data = bytearray(piece.data)
    if data:
        data[draw.randrange(len(data))] ^= 1 << draw.randrange(8)
    return [Piece(piece.label, bytes(data))]


def _extreme(piece: Piece, draw: random.Random) -> list[Piece]:
    """Put a hostile number where one stands."""
    size = len(piece.data)
    if size not in (1, 2, 4, 8):
        return _flip(piece, draw)
    top = 1 << (8 * size)
    value = int.from_bytes(piece.data, "little")
    near = (0, 1, 2, value - 1, value + 1, value * 2, top - 1, top // 2, top // 2 - 1, top // 4, 1 << 20)
    chosen = draw.choice((*near, draw.randrange(top)))
    return [Piece(piece.label, (chosen % top).to_bytes(size, "little"))]


def _drop(piece: Piece, draw: random.Random) -> list[Piece]:
    return []


def _twice(piece: Piece, draw: random.Random) -> list[Piece]:
    return [piece, piece]


def _noise(piece: Piece, draw: random.Random) -> list[Piece]:
    return [Piece(piece.label, draw.randbytes(min(len(piece.data), 1 << 16)))]


def _shorten(piece: Piece, draw: random.Random) -> list[Piece]:
    return [Piece(piece.label, piece.data[: draw.randrange(len(piece.data) + 1)])]


BLOWS = (_flip, _extreme, _extreme, _extreme, _drop, _twice, _noise, _shorten)
