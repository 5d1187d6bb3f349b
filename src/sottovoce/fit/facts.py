"""The shape of a model whose file is not here, by what a catalogue knows of it.

The file is drawn up as it would be: which tensors, and of which type each, as llama.cpp packs them
(llama-quant.cpp). Then it is read like any other. Its published size tells whether it was drawn rightly.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from sottovoce.engine.header import Header, Tensor, Value
from sottovoce.engine.quants import TYPES, TensorType
from sottovoce.fit.shape import EMBEDDING, HEAD, Shape, shape_of

AGREES = 0.03
"""A drawn file that is so near to the published size is the file: its vocabulary and norms are not drawn."""

UNKNOWN_MIX = 0.35
"""How far off the work may be at least where the sizes do not agree: the types are mixed in another way."""

KINDS = {kind.name: kind for kind in TYPES.values()}
USUAL = "Q4_K"
NARROW = {"Q4_K": "Q5_0", "Q5_K": "Q5_1", "Q6_K": "Q8_0"}
"""What a row is packed as that is not whole blocks; IQ4_NL for what is smaller (tensor_type_fallback)."""

UNPACKED = ("Q8_0", "F16", "BF16", "F32")
"""Types that the head has as well; below them it is packed as Q6_K."""

PLAIN_BERT = 2
"""So many matrices has a feed-forward network without a gate. Such a BERT has learnt its positions, too."""


@dataclass(frozen=True, slots=True)
class ShapeFacts:
    """What is known of a model before its file is here: counts, lengths in values, tokens of context.

    `dense_layers`: the first ones have no experts. `shared_feed_forward`: an expert that always works.
    `feed_forward_matrices` is 2 where there is no gate. `causal`: a token sees only those before it.
    """

    layers: int
    width: int
    heads: int
    kv_heads: int
    head_length: int
    feed_forward: int
    vocabulary: int
    tied: bool
    context: int
    experts: int = 0
    experts_used: int = 0
    expert_feed_forward: int = 0
    window: int = 0
    window_pattern: int = 0
    dense_layers: int = 0
    shared_feed_forward: int = 0
    feed_forward_matrices: int = 3
    causal: bool = True


@dataclass(frozen=True, slots=True)
class Mix:
    """Types in a file: of most matrices, of those that lose most by packing, of the head, of experts."""

    most: str
    better: str
    head: str
    experts: str = ""


MIXES = {
    "Q4_K_M": Mix("Q4_K", "Q6_K", "Q6_K"),
    "Q5_K_M": Mix("Q5_K", "Q6_K", "Q6_K"),
    "MXFP4": Mix("Q8_0", "Q8_0", "Q8_0", "MXFP4"),
    "MXFP4_MOE": Mix("Q8_0", "Q8_0", "Q8_0", "MXFP4"),
}


@lru_cache(maxsize=512)
def from_facts(facts: ShapeFacts, size: int, packing: str, *, writes: bool = True) -> Shape:
    """Return the shape of a file of `size` bytes that is not here, by what is known of it.

    Where the size says that its types are mixed otherwise, all of them are taken for so much larger.
    """
    # Some converters write the head for itself, though it is the embedding once more.
    drawn = (_header(replace(facts, tied=tied), size, packing, writes=writes) for tied in {facts.tied, False})
    header = min(drawn, key=lambda header: abs(size - header.weights_bytes))
    shape, part = shape_of(header), size / header.weights_bytes
    off = abs(part - 1)
    return replace(
        shape,
        weights=tuple(replace(group, bytes=int(group.bytes * part)) for group in shape.weights),
        looked_up=int(shape.looked_up * part),
        repacked=int(shape.repacked * part),
        unknown="",
        doubt=0.0 if off < AGREES else UNKNOWN_MIX + off,
    )


def mix_of(packing: str) -> Mix:
    """Return what a packing's name says: "Q4_K_S" and "UD-Q4_K_XL" are mostly Q4_K."""
    if packing in MIXES:
        return MIXES[packing]
    name = packing.removeprefix("UD-")
    most = max((kind for kind in KINDS if name.startswith(kind)), key=len, default=USUAL)
    return Mix(most, most, most if most in UNPACKED else "Q6_K")


def _header(facts: ShapeFacts, size: int, packing: str, *, writes: bool) -> Header:
    said: dict[str, Value] = {
        "block_count": facts.layers,
        "context_length": facts.context,
        "embedding_length": facts.width,
        "feed_forward_length": facts.feed_forward,
        "attention.head_count": facts.heads,
        "attention.head_count_kv": facts.kv_heads,
        "attention.key_length": facts.head_length,
        "attention.value_length": facts.head_length,
        "attention.causal": facts.causal,
        "vocab_size": facts.vocabulary,
    }
    if facts.experts:
        said |= {"expert_count": facts.experts, "expert_used_count": facts.experts_used}
        said["expert_feed_forward_length"] = facts.expert_feed_forward
    if facts.window:
        said["attention.sliding_window"] = facts.window
        said["attention.sliding_window_pattern"] = facts.window_pattern
    if not writes:
        said["pooling_type"] = 1
    metadata: dict[str, Value] = {"general.architecture": "facts"}
    metadata |= {f"facts.{key}": value for key, value in said.items()}
    tensors = tuple(_tensors(facts, mix_of(packing)))
    return Header(Path(), 3, metadata, tensors, 32, 0, size, ())


def _tensors(facts: ShapeFacts, mix: Mix) -> Iterator[Tensor]:
    """Yield the matrices of a file; what has one dimension is too small to count."""
    width = facts.width
    yield _tensor(EMBEDDING, mix.head if facts.tied else mix.most, width, facts.vocabulary)
    if not facts.tied:
        yield _tensor(HEAD, mix.head, width, facts.vocabulary)
    if not facts.causal and facts.feed_forward_matrices == PLAIN_BERT:
        yield _tensor("position_embd.weight", "F32", width, facts.context)
    query, key = facts.heads * facts.head_length, facts.kv_heads * facts.head_length
    for layer in range(facts.layers):
        name = f"blk.{layer}."
        better = mix.better if _is_better(layer, facts.layers) else mix.most
        yield _tensor(f"{name}attn_q.weight", mix.most, width, query)
        yield _tensor(f"{name}attn_k.weight", mix.most, width, key)
        yield _tensor(f"{name}attn_v.weight", better, width, key)
        yield _tensor(f"{name}attn_output.weight", mix.most, query, width)
        if not facts.experts or layer < facts.dense_layers:
            yield from _feed_forward(facts, name, "", (mix.most, better), facts.feed_forward)
            continue
        inner = facts.expert_feed_forward or facts.feed_forward
        kinds = (mix.experts or mix.most, mix.experts or better)
        yield _tensor(f"{name}ffn_gate_inp.weight", "F32", width, facts.experts)
        yield from _feed_forward(facts, name, "_exps", kinds, inner, facts.experts)
        if facts.shared_feed_forward:
            shared = facts.shared_feed_forward
            yield from _feed_forward(facts, name, "_shexp", (mix.most, better), shared)


def _feed_forward(
    facts: ShapeFacts, name: str, tail: str, kinds: tuple[str, str], inner: int, *experts: int
) -> Iterator[Tensor]:
    """Yield the matrices up, and the one down, which may be packed better."""
    most, better = kinds
    for way in ("up",) if facts.feed_forward_matrices == PLAIN_BERT else ("gate", "up"):
        yield _tensor(f"{name}ffn_{way}{tail}.weight", most, facts.width, inner, *experts)
    yield _tensor(f"{name}ffn_down{tail}.weight", better, inner, facts.width, *experts)


def _tensor(name: str, kind: str, *dims: int) -> Tensor:
    packing = _whole(kind, dims[0])
    return Tensor(name, packing, dims, 0, math.prod(dims) // packing.block * packing.size)


def _whole(kind: str, row: int) -> TensorType:
    """Return the type that a row of this length is packed as."""
    for name in (kind, NARROW.get(kind, "IQ4_NL")):
        if row % KINDS[name].block == 0:
            return KINDS[name]
    return KINDS["F16"]


def _is_better(layer: int, layers: int) -> bool:
    """Tell whether a layer's values and way down get more bits: the first, the last, and each third."""
    eighth = layers // 8
    return layer < eighth or layer >= 7 * layers // 8 or (layer - eighth) % 3 == 2
