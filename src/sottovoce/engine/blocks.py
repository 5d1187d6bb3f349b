"""Turn blocks of packed weights into blocks of Q8_0, number by number as ggml would.

The formulas are those of ggml-quants.c (dequantize_row_*, quantize_row_q8_0_ref). Knows nothing of files.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Bytes = NDArray[np.uint8]
    Floats = NDArray[np.float32]

TARGET = "Q8_0"
HALF = 16
LARGEST = 127


def to_q8_0(kind: str, data: bytes) -> bytes:
    """Return whole blocks of a type of READERS as blocks of Q8_0."""
    import numpy as np

    # A damaged block may hold what is no number: it is told by the comparison afterwards, not by a warning.
    with np.errstate(all="ignore"):
        return _packed(READERS[kind](np.frombuffer(data, np.uint8)))


def _packed(values: Floats) -> bytes:
    import numpy as np

    scales = np.abs(values).max(axis=1, keepdims=True) / np.float32(LARGEST)
    inverse = np.where(scales == 0, np.float32(0), np.float32(1) / scales)
    scaled = values * inverse
    rounded = np.trunc(scaled + np.copysign(np.float32(0.5), scaled)).astype(np.int8)  # halves go outwards
    return np.hstack((_as_bytes(scales.astype(np.float16)), rounded.view(np.uint8))).tobytes()


def _q4_1(data: Bytes) -> Floats:
    blocks = data.reshape(-1, 20)
    return _float(blocks, 0) * _nibbles(blocks[:, 4:]) + _float(blocks, 2)


def _q5_0(data: Bytes) -> Floats:
    import numpy as np

    blocks = data.reshape(-1, 22)
    return _float(blocks, 0) * (_fives(blocks[:, 2:6], blocks[:, 6:]) - np.float32(HALF))


def _q5_1(data: Bytes) -> Floats:
    blocks = data.reshape(-1, 24)
    return _float(blocks, 0) * _fives(blocks[:, 4:8], blocks[:, 8:]) + _float(blocks, 2)


READERS: dict[str, Callable[[Any], Any]] = {"Q4_1": _q4_1, "Q5_0": _q5_0, "Q5_1": _q5_1}


def _fives(high: Bytes, low: Bytes) -> Floats:
    """Return numbers of five bits, the fifth of each in `high`."""
    import numpy as np

    fifth = np.unpackbits(high, axis=1, bitorder="little").astype(np.float32)
    return _nibbles(low) + fifth * np.float32(HALF)


def _nibbles(packed: Bytes) -> Floats:
    """Return the lower halves of all bytes, then the upper ones."""
    import numpy as np

    return np.hstack((packed & 15, packed >> 4)).astype(np.float32)


def _float(blocks: Bytes, at: int) -> Floats:
    """Return the 16-bit float at this byte of each block, as a column."""
    import numpy as np

    halves: Any = np.ascontiguousarray(blocks[:, at : at + 2]).view(np.float16)
    floats: Floats = halves.astype(np.float32)
    return floats


def _as_bytes(halves: Any) -> Any:
    import numpy as np

    return np.ascontiguousarray(halves).view(np.uint8)
