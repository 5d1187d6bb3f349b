"""What a model keeps of what it has read: cells for each token, or a state of one size.

Follows llama.cpp: which layer keeps what, and how much, is in llama-hparams.cpp and in src/models/ for each
architecture; what is allocated for it, in llama-kv-cache.cpp and llama-memory-recurrent.cpp. Knows nothing
of weights.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sottovoce.engine.header import ArrayInfo, Header

WINDOW_PATTERNS = {
    "gemma2": 2, "gemma3": 6, "gemma3n": 5, "gpt-oss": 2, "cohere2": 4, "olmo2": 4, "llama4": 4,
    "exaone4": 4, "plamo3": 8,
}  # fmt: skip
"""Of so many layers the last one sees everything, where the file itself does not say (src/models/)."""

FULL_INTERVALS = {"qwen3next": 4, "qwen35": 4, "qwen35moe": 4}
"""Of so many layers the last one has attention, the others a state (src/models/qwen3next.cpp)."""

BOTH = frozenset(("falcon-h1",))
"""Architectures in which every layer has attention and a state beside it (src/models/falcon-h1.cpp)."""

TOKEN_SHIFTS = 2
"""So many tokens an RWKV layer remembers, where the file does not say (llama-hparams.h)."""

STATE_NUMBER = 4
"""Bytes of a number in a state, which is never packed (llama-memory-recurrent.cpp)."""


@dataclass(frozen=True, slots=True)
class Cells:
    """What a layer keeps of each token: `heads` keys and values. `window` 0 sees everything.

    With latent attention (MLA) one vector is kept, and `value` is 0.
    """

    heads: int
    key: int
    value: int
    window: int = 0


def layers_of(header: Header) -> int:
    """Return how many layers compute a token; those that guess at more tokens (MTP) come behind them."""
    return max(0, header.block_count - (header.number("nextn_predict_layers") or 0))


def cells_of(header: Header) -> tuple[Cells, ...]:
    """Return what each layer keeps of a token, in order; a layer without attention is left out.

    A model whose words all see each other at once keeps nothing. The last layers of some models use the
    cells of others.
    """
    if header.sees_all_at_once:
        return ()
    near, far = _near_layers(header), _is_recurrent(header)
    window = header.number("attention.sliding_window") or 0
    own = layers_of(header) - (header.number("attention.shared_kv_layers") or 0)
    return tuple(
        _cells(header, heads, window if near[layer] else 0)
        for layer, heads in enumerate(header.head_count_kv[:own])
        if heads and (not far[layer] or header.architecture in BOTH)
    )


def state_of(header: Header) -> int:
    """Return the bytes that a recurrent or hybrid model keeps for a sequence, however long it is."""
    layers = layers_of(header) if header.architecture in BOTH else sum(_is_recurrent(header))
    return STATE_NUMBER * _state_numbers(header) * layers


def is_near(layer: int, pattern: int) -> bool:
    """Tell whether a layer looks back only a window, where the last of every `pattern` sees everything."""
    return pattern == 0 or layer % pattern < pattern - 1


def _cells(header: Header, heads: int, window: int) -> Cells:
    """Return a layer's cells; those that look back a window may be of a length of their own (gemma 4)."""
    key, value = header.key_length, header.value_length
    if window:
        key = header.number("attention.key_length_swa") or key
        value = header.number("attention.value_length_swa") or value
    latent = header.number("attention.key_length_mla") is not None
    return Cells(heads, key, 0 if latent else value, window)


def _near_layers(header: Header) -> Sequence[bool]:
    """Return for each layer whether it looks back only a window."""
    layers = range(header.block_count)
    if not header.number("attention.sliding_window"):
        return [False for _ in layers]
    said = header.own("attention.sliding_window_pattern")
    if isinstance(said, ArrayInfo):
        return _flags(said, header.block_count)
    pattern = said if isinstance(said, int) else WINDOW_PATTERNS.get(header.architecture, 1)
    return [is_near(layer, pattern) for layer in layers]


def _is_recurrent(header: Header) -> Sequence[bool]:
    """Return for each layer whether it keeps a state."""
    count = layers_of(header)
    said = header.own("attention.recurrent_layers")
    if isinstance(said, ArrayInfo):
        return _flags(said, count)
    interval = header.number("full_attention_interval") or FULL_INTERVALS.get(header.architecture)
    if interval:
        return [(layer + 1) % interval != 0 for layer in range(count)]
    heads, inner = header.head_count_kv, header.per_layer("feed_forward_length")
    if not any(heads):
        return [True] * count
    # In Nemotron-H a layer is attention, a state, or a feed-forward network alone.
    alone = [any(inner) and not all(inner) and length > 0 for length in inner] or [False] * count
    return [not heads[layer] and not alone[layer] for layer in range(count)]


def _state_numbers(header: Header) -> int:
    """Return how many numbers a layer's state has: what a convolution looks back at, and what is summed up.

    llama_hparams::n_embd_r and n_embd_s: RWKV, LFM2, Kimi's delta attention, Mamba and gated delta nets.
    """
    width, kernel = header.embedding_length, header.number("ssm.conv_kernel") or 0
    if size := header.number("wkv.head_size"):
        return width * ((header.number("token_shift_count") or TOKEN_SHIFTS) + size)
    if kept := header.number("shortconv.l_cache"):
        return width * (kept - 1)
    if size := header.number("kda.head_dim"):
        heads = next(iter(header.head_count), 0)
        return heads * size * (3 * (kernel - 1 if kernel else 3) + size)
    inner, size = header.number("ssm.inner_size") or 0, header.number("ssm.state_size") or 0
    group = header.number("ssm.group_count") or 0
    return max(0, kernel - 1) * (inner + 2 * group * size) + size * inner


def _flags(said: ArrayInfo, count: int) -> Sequence[bool]:
    """Return one flag for each layer; what the file leaves out is False."""
    flags: Iterable[object] = said.values or ()
    return [*(bool(flag) for flag in flags), *(False for _ in range(count))][:count]
