"""The published formulas of two other programs that say what runs where, for the same machine and model.

llmfit 1.1.10 (llmfit-core/src/fit.rs, models.rs) and gguf-parser-go 8dc7a62 (file_estimate__llamacpp.go),
for a machine that has only a processor. llmfit knows nothing of the machine but its cores; gguf-parser is
told the machine's memory bandwidth and arithmetic, as measured here. Neither predicts the first word.
"""

from __future__ import annotations

from dataclasses import dataclass

from sottovoce.engine.header import Header
from sottovoce.fit.shape import EXPERTS, Shape, bytes_of

SPEED = {"F16": 0.6, "BF16": 0.6, "Q8_0": 0.8, "Q6_K": 0.95, "Q4_K": 1.15, "Q4_0": 1.15, "Q2_K": 1.35}
BYTES = {"F32": 4.0, "F16": 2.0, "BF16": 2.0, "Q8_0": 1.05, "Q6_K": 0.80, "Q4_K": 0.58, "Q4_0": 0.58}
X86 = 70.0
PROCESSOR_ONLY = 0.3
MANY_CORES = 8
OVERHEAD = 0.5
GIB = 1 << 30


@dataclass(frozen=True, slots=True)
class Known:
    """What a rival may know: bandwidth in bytes and arithmetic in operations a second."""

    cores: int
    bandwidth: float
    operations: float


def active_parameters(header: Header, shape: Shape) -> float:
    """Return the parameters that one token needs, in billions, as a catalogue would say."""
    experts, used = header.number("expert_count") or 1, header.number("expert_used_count") or 1
    part = used / experts
    return (
        sum(tensor.elements * (part if EXPERTS.fullmatch(tensor.name) else 1.0) for tensor in header.tensors)
        / 1e9
    )


def llmfit_decode(header: Header, shape: Shape, packing: str, known: Known) -> float:
    """Return tokens a second (fit.rs, estimate_tps, a machine without a graphics card)."""
    rate = X86 / max(0.1, active_parameters(header, shape)) * SPEED.get(packing, 1.0)
    return max(0.1, rate * (1.1 if known.cores >= MANY_CORES else 1.0) * PROCESSOR_ONLY)


def llmfit_memory(header: Header, packing: str, window: int) -> float:
    """Return bytes (models.rs, estimate_memory_gb_with_kv): weights in 10^9, cells in 2^30, and a half."""
    heads = max(header.head_count_kv, default=8)
    cells = 2 * header.block_count * heads * header.key_length * window * 2 / GIB
    return (header.parameters / 1e9 * BYTES.get(packing, 0.58) + cells + OVERHEAD) * 1e9


def parser_decode(header: Header, shape: Shape, window: int, known: Known) -> float:
    """Return tokens a second (EstimateLLaMACppRun with no layer offloaded, batch 2048, micro-batch 512)."""
    size = _padded(window, 32)
    tokens = min(size, 512)
    batches = 2048 / tokens
    first, last, rest = _cut(header)
    tied = header.tensor("output.weight") is None
    weights = sum(group[0] for group in (first, last, rest)) + (first[0] if tied else 0)
    ends = first[1] + last[1] + (first[1] if tied else 0)
    cells, numbers = _cells(header, size)
    compute = max((2 * rest[1] * batches + ends) / known.operations, weights / known.bandwidth)
    looked = max(2 * numbers * batches / known.operations, cells * batches / known.bandwidth)
    passed = 4 * header.embedding_length * tokens / known.bandwidth
    layers = header.block_count
    return 1 / ((compute + looked + passed) * (layers + 1) / (layers + 2))


def parser_memory(header: Header, shape: Shape, window: int) -> float:
    """Return bytes, the weights counted (no memory mapping), with the 150 MiB it adds for a process."""
    size = _padded(window, 32)
    tokens = min(size, 512)
    words, width = shape.vocabulary, header.embedding_length
    first, last, rest = _cut(header)
    tied = header.tensor("output.weight") is None
    weights = first[0] + last[0] + rest[0] + (first[0] if tied else 0)
    footprint = (5 << 20) + header.data_offset + words * 96 + 4 * tokens * (width + words)
    nodes = max(1024, 8 * len(header.tensors))
    graph = 400 * nodes + (4 << 20) + 800 * (len(header.tensors) + 1 + 3 * header.block_count) + 104 * nodes
    inputs = 12 * tokens + 4 * width * tokens + 4 * size * tokens
    layer = _cells(header, size)[0] / max(1, header.block_count)
    outputs = 4 * tokens * (width + words)
    return footprint + weights + _cells(header, size)[0] + graph + inputs + max(layer, outputs) + (150 << 20)


def _cut(header: Header) -> tuple[tuple[int, int], tuple[int, int], tuple[int, int]]:
    """Return bytes and elements of what comes in, what goes out, and the rest."""
    groups = {"in": [0, 0], "out": [0, 0], "rest": [0, 0]}
    for tensor in header.tensors:
        name = tensor.name
        where = (
            "in"
            if name.startswith(("position_", "token_"))
            else "out"
            if name.startswith(("cls.", "output.", "output_", "rope_factors_"))
            else "rest"
        )
        groups[where][0] += tensor.nbytes
        groups[where][1] += tensor.elements
    incoming, outgoing, rest = groups.values()
    return (incoming[0], incoming[1]), (outgoing[0], outgoing[1]), (rest[0], rest[1])


def _cells(header: Header, size: int) -> tuple[int, int]:
    """Return bytes and numbers of all cells; of Gemma 3's layers five of six have a window."""
    heads = max(header.head_count_kv, default=0)
    window = header.number("attention.sliding_window") or 0
    pattern = {"gemma2": 2, "gemma3": 6, "llama4": 4, "cohere2": 4}.get(header.architecture, 1)
    near = min(size, _padded(window + 2048, 32))
    total = numbers = 0
    for layer in range(header.block_count):
        count = near if pattern != 1 and layer % pattern else size
        row = heads * (header.key_length + header.value_length) * count
        total += bytes_of("F16", row)
        numbers += row
    return total, numbers


def _padded(count: int, to: int) -> int:
    return -(-count // to) * to
