"""How a model is built, as far as memory and time depend on it.

Read from a file's header. Knows nothing of machines. What is read for each token, what is only looked up,
and what the engine keeps twice follows llama.cpp's sources (ggml-cpu/repack.cpp, llama-model-loader.cpp,
llama-context.cpp, and src/models/ for each architecture).
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from sottovoce.engine.architectures import is_known
from sottovoce.engine.header import Header, Tensor, shown
from sottovoce.engine.quants import TYPES
from sottovoce.fit.cells import Cells, cells_of, layers_of, state_of

REPACKED = frozenset(("Q4_0", "Q4_K", "IQ4_NL", "MXFP4"))
"""Types of which the engine makes a second, rearranged copy on x86 with AVX2 (repack.cpp)."""

REPACKED_ROWS = 8
LOOKED_UP = re.compile(r"(token_embd|per_layer_token_embd|position_embd|token_types)\.weight")
EXPERTS = re.compile(r"blk\.\d+\.\w+_exps\.(weight|bias)")
LAYER = re.compile(r"blk\.(\d+)\.")
HEAD = "output.weight"
EMBEDDING = "token_embd.weight"


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
class Shape:
    """`file` is the size in bytes, `looked_up` the part of it of which a token needs one row.

    `repacked` is the second copy that the engine makes, `state` what a sequence of a recurrent model takes.
    One that embeds or ranks texts does not write. `doubt`: how far off the work may be, 0 where the file was
    read. `unknown` names the architecture where the engine cannot load it.
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
    writes: bool = True
    doubt: float = 0.0
    unknown: str = ""

    @property
    def parameters(self) -> int:
        return sum(group.elements for group in self.weights)

    @property
    def read(self) -> float:
        """Return the bytes of weights that one token needs."""
        return sum(group.bytes * group.share for group in self.weights)


def shape_of(header: Header) -> Shape:
    """Return the shape that a header tells."""
    head = HEAD if header.tensor(HEAD) is not None else EMBEDDING
    layers, writes = layers_of(header), header.writes
    used, experts = header.number("expert_used_count") or 0, header.number("expert_count") or 0
    share = used / experts if used and experts else 1.0
    groups: Counter[tuple[str, int, float, bool]] = Counter()
    elements: Counter[tuple[str, int, float, bool]] = Counter()
    rows: Counter[tuple[str, int, float, bool]] = Counter()
    matrices: Counter[tuple[str, int, float, bool]] = Counter()
    looked_up = repacked = 0
    for tensor in header.tensors:
        layer = _layer_of(tensor)
        if (
            layer is not None and layer >= layers
        ):  # guesses at more tokens (MTP), which the engine does not use
            continue
        # BERT and its kin have no head; whoever else embeds computes it, and the last layer, for every token.
        if LOOKED_UP.fullmatch(tensor.name) and (tensor.name != head or header.sees_all_at_once):
            looked_up += tensor.nbytes
            continue
        is_last = layer == layers - 1 and ".ffn_" in tensor.name
        is_head = writes and (tensor.name == head or is_last)
        is_expert = EXPERTS.fullmatch(tensor.name) is not None
        if len(tensor.dims) == 1:  # norms and biases: too small to count, their time is the layer's
            continue
        key = (tensor.type.name, max(1, experts) if is_expert else 1, share if is_expert else 1.0, is_head)
        groups[key] += tensor.nbytes
        elements[key] += tensor.elements
        rows[key] += tensor.elements // tensor.row
        matrices[key] += 1
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
        layers=layers,
        width=header.embedding_length,
        heads=max(header.head_count, default=0),
        feed_forward=_feed_forward(header, used),
        vocabulary=vocabulary_of(header),
        context=header.context_length,
        writes=writes,
        unknown="" if is_known(header) else shown(header.architecture),
    )


def is_repacked(tensor: Tensor) -> bool:
    """Tell whether the engine keeps a second copy: a matrix of whole groups of eight rows."""
    dims = [length for length in tensor.dims[1:] if length > 1]
    is_matrix = len(dims) == 1 or EXPERTS.fullmatch(tensor.name) is not None
    if tensor.type.name not in REPACKED or not is_matrix:
        return False
    return tensor.dims[1] % REPACKED_ROWS == 0


def _feed_forward(header: Header, used: int) -> int:
    """Return the widest that a layer gets: with experts, all those in use lie beside each other."""
    dense = max(header.per_layer("feed_forward_length"), default=0)
    return max(dense, (header.number("expert_feed_forward_length") or dense) * used)


def _layer_of(tensor: Tensor) -> int | None:
    found = LAYER.match(tensor.name)
    return int(found[1]) if found else None


def vocabulary_of(header: Header) -> int:
    tokens = header.array("tokenizer.ggml.tokens")
    return tokens.count if tokens is not None else header.number("vocab_size") or 0


def bytes_of(kind: str, count: int) -> int:
    """Return the bytes of a row of so many values, in whole blocks."""
    found = next(type_ for type_ in TYPES.values() if type_.name == kind)
    return -(-count // found.block) * found.size
