"""A model of eight billion parameters, and a machine, in round numbers; and headers that no file has."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from sottovoce.engine.header import ArrayInfo, Header, Tensor
from sottovoce.engine.quants import TYPES
from sottovoce.fit.cells import Cells
from sottovoce.fit.pace import Pace
from sottovoce.fit.shape import Shape, Weights

MIB = 1 << 20
PLAIN = Cells(heads=8, key=128, value=128)
EIGHT = Shape(
    weights=(
        Weights("Q4_K", 4000 * MIB, 7_000_000_000),
        Weights("Q6_K", 400 * MIB, 500_000_000, is_head=True),
    ),
    cells=(PLAIN,) * 32,
    file=4800 * MIB,
    looked_up=400 * MIB,
    repacked=4000 * MIB,
    state=0,
    layers=32,
    width=4096,
    heads=32,
    feed_forward=14_336,
    vocabulary=128_256,
    context=131_072,
)
COSTS = {"once": 4e-11, "few": 1e-12, "each": 1e-12}
PACE = Pace(
    {f"{what} {kind}": cost for what, cost in COSTS.items() for kind in ("Q4_K", "Q6_K")} | {"cell": 4e-8}
)


def header(architecture: str, said: dict[str, object], tensors: tuple[Tensor, ...] = ()) -> Header:
    """Return a header that was never in a file; `said` are the architecture's own keys."""
    metadata: dict[str, Any] = {"general.architecture": architecture}
    metadata |= {f"{architecture}.{key}": value for key, value in said.items()}
    size = sum(tensor.nbytes for tensor in tensors)
    return Header(Path("made-up.gguf"), 3, metadata, tensors, 32, 0, size, ())


def array(*values: int | bool) -> ArrayInfo:
    return ArrayInfo("int32", len(values), 0, values)


def tensor(name: str, kind: str, *dims: int) -> Tensor:
    packing = next(one for one in TYPES.values() if one.name == kind)
    return Tensor(name, packing, dims, 0, math.prod(dims) // packing.block * packing.size)
