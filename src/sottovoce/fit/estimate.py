"""What a model needs of a machine: bytes and seconds. Pure: shape, way to run it and pace in, numbers out.

Memory follows llama.cpp's own allocations (llama-kv-cache.cpp, llama-kv-cache-iswa.cpp, llama-context.cpp,
ggml-cpu/repack.cpp). Time is the sum of what a step goes through: weights by type, cells looked back at,
and a little for each layer; see docs/concepts/fit.md.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass

from sottovoce.fit.cells import Cells
from sottovoce.fit.pace import Pace
from sottovoce.fit.shape import Shape, bytes_of

PADDING = 256
"""Windows are rounded up to whole blocks of so many cells (llama-context.cpp)."""

FULL_PRECISION = 4

FEW = 8
"""Up to so many tokens at once are computed nearly as one by one (ggml-cpu: blocks of four or more rows)."""


@dataclass(frozen=True, slots=True)
class Run:
    """How a model is to be run. `window` is tokens for each of the `slots`; `batch` is tokens read in one go.

    `flash`: attention without the whole table of scores, as it is by default. `threads` compute.
    """

    window: int
    slots: int = 1
    kv_type: str = "F16"
    flash: bool = True
    batch: int = 128
    threads: int = 2


@dataclass(frozen=True, slots=True)
class Program:
    """Bytes that the engine's process takes without a model, and for each word of a vocabulary."""

    base: int = 64 << 20
    word: int = 160


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes by what they are for. `weights` are pages of the file, which the system can take back."""

    weights: int
    repacked: int
    window: int
    state: int
    buffers: int
    program: int

    @property
    def total(self) -> int:
        return self.weights + self.repacked + self.window + self.state + self.buffers + self.program

    @property
    def least(self) -> int:
        """Return what must stay. Where a second copy was made, the file's own pages are not read again."""
        return self.total - self.repacked


# ── memory ────────────────────────────────────────────────────────────────────────────────────────


def memory(shape: Shape, run: Run, program: Program) -> Memory:
    """Return what the engine's process will hold when the window is full."""
    return Memory(
        weights=shape.file,
        repacked=shape.repacked,
        window=window_bytes(shape, run),
        state=shape.state * run.slots,
        buffers=buffer_bytes(shape, run),
        program=program.base + program.word * shape.vocabulary,
    )


def window_bytes(shape: Shape, run: Run) -> int:
    """Return the bytes of all cells of all slots."""
    return run.slots * sum(_cells(layer, run) * _layer_bytes(shape, layer, run) for layer in shape.cells)


def cell_bytes(shape: Shape, run: Run, tokens: int) -> float:
    """Return the bytes of cells that a token looks back at when so many stand before it."""
    return sum(_seen(layer, tokens) * _layer_bytes(shape, layer, run) for layer in shape.cells)


def buffer_bytes(shape: Shape, run: Run) -> int:
    """Return the bytes in which a batch is computed, as far as they are touched.

    The graph is at its widest in the feed-forward network, whose gate, its way up and their product lie
    beside the stream (llama-graph.cpp, build_ffn), or else in the table of scores (build_attn_mha). Beside
    that: the mask (build_attn_inp_kq_mask), the words' weights as computed and as handed out
    (llama-context.cpp, output_reserve), and a packed copy of the widest rows (ggml-cpu.c; 9/8 bytes a value).
    """
    tokens, seen = run.batch, _padded(run.window)
    inner = FULL_PRECISION * tokens * (shape.width + 3 * shape.feed_forward)
    scores = FULL_PRECISION * tokens * seen * shape.heads if not run.flash else 0
    mask = tokens * seen * (2 if run.flash else FULL_PRECISION)
    logits = FULL_PRECISION * 2 * _drawn(shape, run) * shape.vocabulary
    packed = tokens * shape.feed_forward * 9 // 8
    return max(inner, scores) + mask + logits + packed


def _drawn(shape: Shape, run: Run) -> int:
    """Return for how many tokens of a batch the words' weights are computed.

    Whoever embeds does that for all of them, though nobody asks for it, unless it has no head at all, as BERT
    (llama-context.cpp, output_reserve and output_all; src/models/qwen3.cpp and bert.cpp). Measured: with
    100,000 words and a text of 2,000 tokens the engine takes 1,544 MiB more, twice 4 bytes for each.
    """
    if shape.writes:
        return run.slots
    return run.batch if shape.cells else 0


def _cells(layer: Cells, run: Run) -> int:
    whole = _padded(run.window)
    return min(whole, _padded(layer.window + run.batch)) if layer.window else whole


def _layer_bytes(shape: Shape, layer: Cells, run: Run) -> int:
    """Return the bytes a layer keeps of a token; without flash attention all values are the widest."""
    widest = layer if run.flash else max(shape.cells, key=lambda cells: cells.heads * cells.value)
    values = bytes_of(run.kv_type, widest.heads * widest.value) if widest.value else 0
    return bytes_of(run.kv_type, layer.heads * layer.key) + values


def _seen(layer: Cells, tokens: float) -> float:
    """Return how many of so many tokens a layer looks back at."""
    return min(tokens, layer.window) if layer.window else tokens


def _padded(tokens: int) -> int:
    return -(-tokens // PADDING) * PADDING


# ── time ──────────────────────────────────────────────────────────────────────────────────────────
#
# Units of work, whose costs a Pace holds:
#   once TYPE   a byte of weights of a type that a step goes through, however many tokens it has
#   few TYPE    the same, for each token of a step of few
#   each TYPE   the same, for each token of a step of many: these are multiplied in blocks
#   row         a row of weights, for each token of the step, whatever its type and length
#   matrix      a matrix of weights that a step goes through, however small; of experts all that lie together
#   step        a step
#   word        a word of the vocabulary, each time a token is drawn
#   cell        a cell of a key head that a written token looks back at, whatever its length
#   pair        a number of a query, times the cells it is held against, while a prompt is read

NUMBER = 1 / 900
"""What a number of a query costs of what a cell of a key head does.

Measured on an AMD EPYC with heads of 64 to 256 numbers, of which 1 to 8 share a key head: a cell takes 57 ns,
and 8 ns for each query of 64 numbers. Fetching is what takes time, whatever the length.
"""

Work = dict[str, float]


def step_work(shape: Shape, run: Run, before: int, together: int = 1) -> Work:
    """Return the work of writing a token in each of `together` answers, with `before` tokens behind each."""
    return _weights_work(shape, together, together) | {
        "step": 1,
        "word": shape.vocabulary * together,
        "cell": together * _cells_seen(shape, run, before, together),
    }


def prompt_work(shape: Shape, run: Run, tokens: int, before: int = 0) -> Work:
    """Return the work of reading so many tokens, with `before` in their cells already, and drawing a word."""
    total: defaultdict[str, float] = defaultdict(float)
    sizes = [min(run.batch, tokens - at) for at in range(0, tokens, run.batch)]
    for at, size in enumerate(sizes):
        seen = before + at * run.batch
        work = _weights_work(shape, size, 1 if at == len(sizes) - 1 else 0)
        work |= {"step": 1, "pair": _pairs(shape, size, seen + size / 2)}
        for unit, amount in work.items():
            total[unit] += amount
    return {**total, "word": shape.vocabulary}


def step_seconds(shape: Shape, run: Run, pace: Pace, before: int, together: int = 1) -> float:
    """Return the time to write one token in each of `together` answers."""
    return pace.seconds(step_work(shape, run, before, together))


def first_token_seconds(shape: Shape, run: Run, pace: Pace, tokens: int) -> float:
    """Return the time from a prompt of so many tokens to the first word of its answer."""
    return pace.seconds(prompt_work(shape, run, tokens))


def _weights_work(shape: Shape, tokens: int, drawn: int) -> Work:
    """Return the work of a step's weights, after `drawn` of whose tokens a word is drawn."""
    work: defaultdict[str, float] = defaultdict(float)
    for group in shape.weights:
        count = drawn if group.is_head else tokens
        # Of many experts a step goes through those that any of its tokens needs.
        touched = 1 - (1 - group.share) ** count if group.experts > 1 else min(1, count)
        work[f"once {group.type}"] += group.bytes * touched
        work[f"{'few' if count <= FEW else 'each'} {group.type}"] += group.bytes * group.share * count
        work["row"] += group.rows * group.share * count
        work["matrix"] += group.matrices * min(1, count)
    return dict(work)


def _cells_seen(shape: Shape, run: Run, before: int, together: int) -> float:
    """Return the cells of key heads that a written token looks back at, and what its queries add to that."""
    return sum(
        (layer.heads + _numbers(shape, layer) * NUMBER) * _shared(layer, run, before, together)
        for layer in shape.cells
    )


def _shared(layer: Cells, run: Run, before: int, together: int) -> int:
    """Return how many cells a written token looks back at, with what its threads wait for each other.

    A thread takes an even part of whole blocks, of which the last may be empty for the most part (ops.cpp,
    use_split_kv_path: one answer, more than one block). Otherwise heads are shared out, without a rest.
    """
    seen = math.ceil(_seen(layer, before))
    return _padded(seen) if seen > PADDING and together == 1 and run.threads > 1 else seen


def _pairs(shape: Shape, tokens: int, seen: float) -> float:
    """Return the numbers of all queries, times the cells that each is held against: `seen`, or a window."""
    return sum(tokens * _seen(layer, seen) * _numbers(shape, layer) for layer in shape.cells)


def _numbers(shape: Shape, layer: Cells) -> int:
    """Return the numbers of a layer's queries and of what comes of them; latent vectors are both."""
    return shape.heads * (layer.key + (layer.value or layer.key))


# ── with an accelerator ───────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Split:
    """How a model is shared between a graphics card and the processor: layers, and bytes on the card."""

    layers: int
    bytes: int
    is_whole: bool


def split(shape: Shape, run: Run, room: int) -> Split:
    """Return how many layers, from the last, find room on a card of `room` free bytes, with their cells.

    As llama.cpp places them (llama-model.cpp): the head goes to the card with the last layer only when all
    layers are there. A whole batch's buffers are needed on the card for any layer at all.
    """
    head = sum(group.bytes for group in shape.weights if group.is_head)
    body = sum(group.bytes for group in shape.weights) - head
    layers = max(1, shape.layers)
    one = (body + window_bytes(shape, run) + shape.state * run.slots) / layers
    left = room - buffer_bytes(shape, run)
    if left <= 0:
        return Split(0, 0, is_whole=False)
    if layers * one + head <= left:
        return Split(layers, math.ceil(layers * one + head) + buffer_bytes(shape, run), is_whole=True)
    count = int(left // one) if one else layers  # what a head leaves no room for may weigh nothing else
    placed = math.ceil(count * one) + (buffer_bytes(shape, run) if count else 0)
    return Split(min(count, layers), placed, is_whole=False)


CARD_SHARE = 0.65
CARD_LAYER = 40e-6
"""What a card reaches of its memory's bandwidth, and seconds for each layer whatever its size.

Measured on an NVIDIA H100 with llama.cpp's CUDA build, models of 1 and 8 billion parameters: 61 % with Q4_K,
77 % with Q8_0, 40 microseconds a layer. Other cards were not measured.
"""


def split_step_seconds(
    shape: Shape, run: Run, pace: Pace, before: int, on_card: Split, bytes_per_second: float
) -> float:
    """Return the time to write one token when a card of this bandwidth holds part of the layers.

    The parts compute one after the other: the time is the sum of both.
    """
    if not bytes_per_second:  # its driver does not tell: it surely is no slower than the processor
        return step_seconds(shape, run, pace, before)
    part = on_card.layers / max(1, shape.layers)
    there = (shape.read + cell_bytes(shape, run, before)) * part / (bytes_per_second * CARD_SHARE)
    here = 0.0 if on_card.is_whole else step_seconds(shape, run, pace, before) * (1 - part)
    return here + there + CARD_LAYER * on_card.layers


def unified_room(memory_bytes: int) -> int:
    """Return what an Apple processor surely lets its graphics part take of the common memory: two thirds.

    Metal names 21.8 of 32 GB (llama.cpp pull request 2011) and up to 107.5 of 128 GiB on newer systems
    (antirez/ds4 pull request 893); on the machine itself `sysctl iogpu.wired_limit_mb` may say more.
    """
    return memory_bytes * 2 // 3
