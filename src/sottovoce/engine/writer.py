"""Write the head of a GGUF file: its keys, and where each tensor stands.

The format's description: ggml's docs/gguf.md. Knows nothing of models, nor of what numbers are in a tensor;
whoever writes those fills each up to the next multiple of the alignment.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sottovoce.engine.quants import TYPES, TensorType

ALIGNMENT = 32
VERSION = 3

UINT32, INT32, FLOAT32, BOOL, STRING, ARRAY = 4, 5, 6, 7, 8, 9
"""How the format numbers the kinds of values."""

NUMBERS = {kind.name: number for number, kind in TYPES.items()}


@dataclass(frozen=True, slots=True)
class Planned:
    """A tensor to be written; `dims` begin with the fastest one."""

    name: str
    dims: tuple[int, ...]
    type: TensorType

    @property
    def nbytes(self) -> int:
        return math.prod(self.dims) // self.type.block * self.type.size


def type_named(name: str) -> TensorType:
    """Return a tensor type by ggml's name for it, such as Q8_0."""
    return TYPES[NUMBERS[name]]


def head(keys: Sequence[bytes], tensors: Sequence[Planned], alignment: int = ALIGNMENT) -> bytes:
    """Return all that comes before the first tensor's numbers. `keys` are made by the functions below."""
    offset, listed = 0, b""
    for tensor in tensors:
        sizes = struct.pack(f"<{len(tensor.dims)}Q", *tensor.dims)
        listed += _text(tensor.name) + struct.pack("<I", len(tensor.dims)) + sizes
        listed += struct.pack("<IQ", NUMBERS[tensor.type.name], offset)
        offset += tensor.nbytes + len(padding(tensor.nbytes, alignment))
    whole = b"GGUF" + struct.pack("<IQQ", VERSION, len(tensors), len(keys)) + b"".join(keys) + listed
    return whole + padding(len(whole), alignment)


def padding(size: int, alignment: int = ALIGNMENT) -> bytes:
    """Return what has to follow so many bytes."""
    return bytes(-size % alignment)


def text(name: str, value: str) -> bytes:
    return _key(name, STRING, _text(value))


def number(name: str, value: int) -> bytes:
    return _key(name, UINT32, struct.pack("<I", value))


def decimal(name: str, value: float) -> bytes:
    return _key(name, FLOAT32, struct.pack("<f", value))


def truth(name: str, value: bool) -> bytes:
    return _key(name, BOOL, struct.pack("<?", value))


def texts(name: str, values: Sequence[str]) -> bytes:
    return _key(name, ARRAY, struct.pack("<IQ", STRING, len(values)) + b"".join(map(_text, values)))


def numbers(name: str, values: Iterable[int]) -> bytes:
    listed = list(values)
    return _key(name, ARRAY, struct.pack(f"<IQ{len(listed)}i", INT32, len(listed), *listed))


def _key(name: str, kind: int, value: bytes) -> bytes:
    return _text(name) + struct.pack("<I", kind) + value


def _text(value: str) -> bytes:
    data = value.encode()
    return struct.pack("<Q", len(data)) + data
