"""Write a model's file anew, some of its tensors as Q8_0 and everything else as it was, byte for byte.

A piece at a time, so that memory stays bounded however large the file. Knows nothing of shelves, nor whether
the new file is any better.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from sottovoce.core.paths import PRIVATE_FILE
from sottovoce.engine import blocks, gguf, writer
from sottovoce.engine.header import Header, Tensor, bad_model
from sottovoce.engine.writer import Planned

LOOKED_UP = "token_embd.weight"
"""Of this a token needs one row, which costs nothing in any type; unless it is the head as well."""

HEAD = "output.weight"
FILE_TYPE = "general.file_type"
MOSTLY_Q8_0 = 7
PIECE_BLOCKS = 1 << 12

Told = Callable[[int], None]


class GivenUp(Exception):
    """Whoever wanted the file does not any more."""


@dataclass(frozen=True, slots=True)
class Recoding:
    """A file of one part, and its tensors as they are to be, in the same order."""

    header: Header
    tensors: tuple[Planned, ...]

    @property
    def changed(self) -> tuple[Tensor, ...]:
        """The tensors that will be of another type."""
        pairs = zip(self.header.tensors, self.tensors, strict=True)
        return tuple(tensor for tensor, planned in pairs if tensor.type != planned.type)

    @property
    def growth(self) -> int:
        """Bytes by which the file becomes larger."""
        return sum(planned.nbytes for planned in self.tensors) - self.header.weights_bytes

    def as_will_be(self) -> Header:
        """Return the header as its tensors will be: for what follows of their types and sizes alone."""
        pairs = zip(self.header.tensors, self.tensors, strict=True)
        tensors = tuple(replace(old, type=new.type, nbytes=new.nbytes) for old, new in pairs)
        return replace(self.header, tensors=tensors, file_size=self.header.file_size + self.growth)


def planned(header: Header) -> Recoding:
    """Return what there is to be done; `changed` is empty where nothing is."""
    return Recoding(header, tuple(_planned(header, tensor) for tensor in header.tensors))


def write(
    recoding: Recoding, added: Sequence[bytes], path: Path, told: Told, given_up: threading.Event
) -> None:
    """Write the new file and sync it; `added` are keys of our own, `told` hears bytes that were read.

    Raises GivenUp soon after `given_up` is set, OSError, and BadModelFile for a file that became shorter.
    Whatever is raised, no file is left.
    """
    with recoding.header.path.open("rb") as source, _new(path) as file:
        try:
            _copy(recoding, added, source, file, told, given_up)
            file.flush()
            os.fsync(file.fileno())
        except BaseException:  # half of it is of no use, also where it was stopped
            path.unlink(missing_ok=True)
            raise


def _copy(
    recoding: Recoding,
    added: Sequence[bytes],
    source: BinaryIO,
    file: BinaryIO,
    told: Told,
    given_up: threading.Event,
) -> None:
    header = recoding.header
    file.write(writer.head([*_keys(header, source), *added], recoding.tensors, header.alignment))
    for tensor, wanted in zip(header.tensors, recoding.tensors, strict=True):
        source.seek(header.data_offset + tensor.offset)
        for data in _pieces(source, header, tensor):
            if given_up.is_set():
                raise GivenUp
            file.write(data if tensor.type == wanted.type else blocks.to_q8_0(tensor.type.name, data))
            told(len(data))
        file.write(writer.padding(wanted.nbytes, header.alignment))


def _planned(header: Header, tensor: Tensor) -> Planned:
    is_used = tensor.name != LOOKED_UP or header.tensor(HEAD) is None
    is_slow = tensor.type.name in blocks.READERS and len(tensor.dims) > 1 and is_used
    return Planned(tensor.name, tensor.dims, writer.type_named(blocks.TARGET) if is_slow else tensor.type)


def _keys(header: Header, source: BinaryIO) -> list[bytes]:
    """Return the keys as they stand in the file, but for what it calls the mix of its types."""
    found = []
    for name, start, end in gguf.keys(header.path):
        source.seek(start)
        data = source.read(end - start)
        found.append(writer.number(FILE_TYPE, MOSTLY_Q8_0) if name == FILE_TYPE else data)
    return found


def _pieces(source: BinaryIO, header: Header, tensor: Tensor) -> Iterator[bytes]:
    """Yield a tensor's data in whole blocks, a few at a time."""
    left, most = tensor.nbytes, PIECE_BLOCKS * tensor.type.size
    while left:
        data = source.read(min(left, most))
        if len(data) < min(left, most):
            raise bad_model(header.path, "became shorter while it was read")
        left -= len(data)
        yield data


def _new(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE), "wb")
