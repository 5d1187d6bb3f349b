"""Weights packed by ggml's own formulas: what a block holds, and what becomes of it."""

from __future__ import annotations

import struct

import pytest

from sottovoce.engine.blocks import READERS, to_q8_0

NUMBERS = [(7 * at) % 32 for at in range(32)]
"""What a block of five bits holds; of four, their lower parts."""


def packed(kind: str, scale: float, least: float) -> bytes:
    """Pack NUMBERS as ggml does: the lower bits of the first half in the lower halves of the bytes."""
    low = bytes(
        (one & 15) | ((other & 15) << 4) for one, other in zip(NUMBERS[:16], NUMBERS[16:], strict=True)
    )
    fifth = struct.pack("<I", sum((number >> 4) << at for at, number in enumerate(NUMBERS)))
    scales = struct.pack("<e", scale) if kind == "Q5_0" else struct.pack("<ee", scale, least)
    return scales + (low if kind == "Q4_1" else fifth + low)


def meant(kind: str, scale: float, least: float) -> list[float]:
    numbers = [number & 15 for number in NUMBERS] if kind == "Q4_1" else NUMBERS
    if kind == "Q5_0":
        return [scale * (number - 16) for number in numbers]
    return [scale * number + least for number in numbers]


def unpacked(block: bytes) -> list[float]:
    scale, *numbers = struct.unpack("<e32b", block)
    return [scale * number for number in numbers]


@pytest.mark.parametrize("kind", READERS)
def test_each_weight_stays_what_it_was_within_half_a_step(kind: str) -> None:
    data = packed(kind, 0.25, -2.0) + packed(kind, 0.5, 1.0)
    found = to_q8_0(kind, data)
    assert len(found) == 2 * 34
    for block, values in ((found[:34], meant(kind, 0.25, -2.0)), (found[34:], meant(kind, 0.5, 1.0))):
        step = max(map(abs, values)) / 127
        # The scale is kept in 16 bits, so a little more than half a step.
        pairs = zip(unpacked(block), values, strict=True)
        assert max(abs(one - other) for one, other in pairs) <= step * 0.57


def test_a_block_of_nothing_stays_nothing() -> None:
    assert to_q8_0("Q4_1", bytes(20)) == bytes(34)


def test_halves_are_rounded_outwards_as_ggml_does() -> None:
    # 127 steps of one: the weights are 127, then 63.5 and its opposite.
    block = struct.pack("<ee", 63.5, 0.0) + bytes([2, 1] + [0] * 14)
    assert struct.unpack("<e32b", to_q8_0("Q4_1", block))[:4] == (1.0, 127, 64, 0)
    block = struct.pack("<ee", 63.5, -127.0) + bytes([0, 1] + [2] * 14)
    assert struct.unpack("<e32b", to_q8_0("Q4_1", block))[:4] == (1.0, -127, -64, 0)


def test_a_damaged_block_is_packed_without_a_word() -> None:
    assert len(to_q8_0("Q4_1", struct.pack("<ee", float("nan"), float("inf")) + bytes(16))) == 34
