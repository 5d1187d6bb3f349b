"""How a model is built, as far as memory and time depend on it.

Read from a file's header, or put together from what a catalogue knows before the file is here. Knows
nothing of machines. What is read for each token, what is only looked up, and what the engine keeps twice
follows llama.cpp's sources (ggml-cpu/repack.cpp, llama-model-loader.cpp, llama-hparams.cpp).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sottovoce.engine.header import ArrayInfo, Header, Tensor
from sottovoce.engine.quants import TYPES

REPACKED = frozenset(("Q4_0", "Q4_K", "IQ4_NL", "MXFP4"))
"""Types of which the engine makes a second, rearranged copy on x86 with AVX2 (repack.cpp)."""

REPACKED_ROWS = 8
LOOKED_UP = re.compile(r"(token_embd|per_layer_token_embd|position_embd|token_types)\.weight")
EXPERTS = re.compile(r"blk\.\d+\.\w+_exps\.weight")
HEAD = "output.weight"
EMBEDDING = "token_embd.weight"

WINDOW_PATTERNS = {
    "gemma2": 2, "gemma3": 6, "gemma3n": 5, "gpt-oss": 2, "cohere2": 4, "olmo2": 4, "llama4": 4,
    "exaone4": 4, "plamo3": 8,
}  # fmt: skip
"""Of so many layers the last one sees everything, where the file itself does not say (llama-hparams.cpp)."""

MIXED = {"Q4_K_M": "Q4_K", "Q4_K_S": "Q4_K", "Q5_K_M": "Q5_K", "Q5_K_S": "Q5_K", "Q3_K_M": "Q3_K"}
"""The commonest type in a mix of types."""


@dataclass(frozen=True, slots=True)
class ShapeFacts:
    """What is known of a model before its file is here: counts, lengths in values, tokens of context."""

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


@dataclass(frozen=True, slots=True)
class Weights:
    """Weights of one type that are used alike. `share` is the part of them that one token needs.

    `experts` is how many there are to choose from, 1 where all are used. `is_head`: computed only for tokens
    whose successor is asked for, as the head is, and what comes after the last layer's attention.
    """

    type: str
    bytes: int
    elements: int
    rows: int = 0
    matrices: int = 0
    experts: int = 1
    share: float = 1.0
    is_head: bool = False


@dataclass(frozen=True, slots=True)
class Cells:
    """What a layer keeps of each token: `heads` keys and values. `window` 0 sees everything.

    With latent attention (MLA) one vector is kept, and `value` is 0.
    """

    heads: int
    key: int
    value: int
    window: int = 0


@dataclass(frozen=True, slots=True)
class Shape:
    """`file` is the size in bytes, `looked_up` the part of it of which a token needs one row.

    `repacked` is the second copy that the engine makes, `state` what a sequence of a recurrent model takes.
    """

    weights: tuple[Weights, ...]
    cells: tuple[Cells, ...]
    file: int
    looked_up: int
    repacked: int
    state: int
    layers: int
    width: int
    heads: int
    feed_forward: int
    vocabulary: int
    context: int

    @property
    def parameters(self) -> int:
        return sum(group.elements for group in self.weights)

    @property
    def read(self) -> float:
        """Return the bytes of weights that one token needs."""
        return sum(group.bytes * group.share for group in self.weights)


def shape_of(header: Header) -> Shape:
    """Return the shape that a header tells."""
    heads = {HEAD} if header.tensor(HEAD) is not None else {EMBEDDING}
    last = re.compile(rf"blk\.{header.block_count - 1}\.ffn_")
    used, experts = header.number("expert_used_count") or 0, header.number("expert_count") or 0
    share = used / experts if used and experts else 1.0
    groups: Counter[tuple[str, int, float, bool]] = Counter()
    elements: Counter[tuple[str, int, float, bool]] = Counter()
    rows: Counter[tuple[str, int, float, bool]] = Counter()
    matrices: Counter[tuple[str, int, float, bool]] = Counter()
    looked_up = repacked = 0
    for tensor in header.tensors:
        is_expert = EXPERTS.fullmatch(tensor.name) is not None
        is_head = tensor.name in heads or last.match(tensor.name) is not None
        if LOOKED_UP.fullmatch(tensor.name) and not is_head:
            looked_up += tensor.nbytes
            continue
        if len(tensor.dims) == 1:  # norms and biases: too small to count, their time is the layer's
            continue
        key = (tensor.type.name, max(1, experts) if is_expert else 1, share if is_expert else 1.0, is_head)
        groups[key] += tensor.nbytes
        elements[key] += tensor.elements
        rows[key] += tensor.elements // tensor.row
        matrices[key] += key[1]
        repacked += tensor.nbytes if is_repacked(tensor) else 0
    return Shape(
        weights=tuple(
            Weights(key[0], size, elements[key], rows[key], matrices[key], *key[1:])
            for key, size in groups.items()
        ),
        cells=cells_of(header),
        file=header.file_size,
        looked_up=looked_up,
        repacked=repacked,
        state=state_of(header),
        layers=header.block_count,
        width=header.embedding_length,
        heads=max(header.head_count, default=0),
        feed_forward=max(
            (
                *header.per_layer("feed_forward_length"),
                (header.number("expert_feed_forward_length") or 0) * used,
            ),
            default=0,
        ),
        vocabulary=vocabulary_of(header),
        context=header.context_length,
    )


def from_facts(facts: ShapeFacts, size: int, packing: str) -> Shape:
    """Return the shape of a file of `size` bytes that is not here, by what is known of it.

    How its types are mixed is not known: the commonest stands for all, at the file's own bytes a weight.
    """
    embedding = facts.vocabulary * facts.width
    attention = facts.width * facts.head_length * (2 * facts.heads + 2 * facts.kv_heads)
    inner = facts.expert_feed_forward or facts.feed_forward
    one = 3 * facts.width * inner
    dense = facts.layers * (attention + (0 if facts.experts else one))
    experts = facts.layers * one * facts.experts
    total = dense + experts + embedding * (1 if facts.tied else 2)
    last = one * (facts.experts or 1)
    kind = MIXED.get(packing, packing)
    bytes_each = size / total

    def group(count: int, matrices: int, many: int = 1, share: float = 1.0, *, head: bool = False) -> Weights:
        # Most rows are as long as the model is wide.
        rows = count // facts.width
        return Weights(kind, int(count * bytes_each), count, rows, matrices * many, many, share, head)

    if facts.experts:
        share = facts.experts_used / facts.experts
        weights = [
            group(dense, 4 * facts.layers),
            group(experts - last, 3 * (facts.layers - 1), facts.experts, share),
            group(last, 3, facts.experts, share, head=True),
        ]
    else:
        weights = [group(dense - last, 7 * facts.layers - 3), group(last, 3, head=True)]
    weights.append(group(embedding, 1, head=True))
    plain = Cells(facts.kv_heads, facts.head_length, facts.head_length)
    near = Cells(facts.kv_heads, facts.head_length, facts.head_length, facts.window)
    pattern = facts.window_pattern if facts.window else 1
    return Shape(
        weights=tuple(weights),
        cells=tuple(near if is_near(layer, pattern) else plain for layer in range(facts.layers)),
        file=size,
        looked_up=0 if facts.tied else int(embedding * bytes_each),
        repacked=int((dense + experts) * bytes_each) if kind in REPACKED else 0,
        state=0,
        layers=facts.layers,
        width=facts.width,
        heads=facts.heads,
        feed_forward=inner * (facts.experts_used or 1),
        vocabulary=facts.vocabulary,
        context=facts.context,
    )


def is_repacked(tensor: Tensor) -> bool:
    """Tell whether the engine keeps a second copy: a matrix of whole groups of eight rows."""
    dims = [length for length in tensor.dims[1:] if length > 1]
    is_matrix = len(dims) == 1 or EXPERTS.fullmatch(tensor.name) is not None
    if tensor.type.name not in REPACKED or not is_matrix:
        return False
    return tensor.dims[1] % REPACKED_ROWS == 0


def is_near(layer: int, pattern: int) -> bool:
    """Tell whether a layer looks back only a window, where the last of every `pattern` sees everything."""
    return pattern == 0 or layer % pattern < pattern - 1


def cells_of(header: Header) -> tuple[Cells, ...]:
    """Return what each layer keeps of a token, in order; a layer without attention is left out.

    A model whose words all see each other at once keeps nothing.
    """
    if header.sees_all_at_once:
        return ()
    latent = header.number("attention.key_length_mla") is not None
    value = 0 if latent else header.value_length
    near = _near_layers(header)
    window = header.number("attention.sliding_window") or 0
    return tuple(
        Cells(heads, header.key_length, value, window if near[layer] else 0)
        for layer, heads in enumerate(header.head_count_kv)
        if heads and layer < _layers_with_cells(header)
    )


def state_of(header: Header) -> int:
    """Return the bytes that a recurrent model keeps for a sequence, 32-bit numbers always."""
    inner, size = header.number("ssm.inner_size") or 0, header.number("ssm.state_size") or 0
    kernel, group = header.number("ssm.conv_kernel") or 0, header.number("ssm.group_count") or 0
    if not inner:
        return 0
    per_layer = max(0, kernel - 1) * (inner + 2 * group * size) + size * inner
    heads = header.head_count_kv
    layers = sum(1 for count in heads if not count) if any(heads) else header.block_count
    return 4 * per_layer * layers


def vocabulary_of(header: Header) -> int:
    tokens = header.array("tokenizer.ggml.tokens")
    return tokens.count if tokens is not None else header.number("vocab_size") or 0


def bytes_of(kind: str, count: int) -> int:
    """Return the bytes of a row of so many values, in whole blocks."""
    found = next(type_ for type_ in TYPES.values() if type_.name == kind)
    return -(-count // found.block) * found.size


def _near_layers(header: Header) -> Sequence[bool]:
    """Return for each layer whether it looks back only a window."""
    layers = range(header.block_count)
    if not header.number("attention.sliding_window"):
        return [False for _ in layers]
    said = header.own("attention.sliding_window_pattern")
    if isinstance(said, ArrayInfo):
        flags: Iterable[object] = said.values or ()
        return [*(bool(flag) for flag in flags), *(False for _ in layers)]
    pattern = said if isinstance(said, int) else WINDOW_PATTERNS.get(header.architecture, 1)
    return [is_near(layer, pattern) for layer in layers]


def _layers_with_cells(header: Header) -> int:
    """Return how many layers keep their own; the last ones of some models use those of others."""
    shared = header.number("attention.shared_kv_layers") or 0
    return header.block_count - shared
