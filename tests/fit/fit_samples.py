"""A model of eight billion parameters, and a machine, in round numbers."""

from __future__ import annotations

from sottovoce.fit.pace import Pace
from sottovoce.fit.shape import Cells, Shape, Weights

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
