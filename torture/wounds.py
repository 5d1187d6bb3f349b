"""Models with wounds: headers changed piece by piece, weights byte by byte, shapes of published holes.

Knows nothing of who reads them.
"""

from __future__ import annotations

import os
import random
import shutil
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "tests" / "engine"))

from gguf_damage import BAD
from gguf_samples import (
    Piece,
    Sample,
    encoder,
    language_model,
    mixture,
    mutations,
    pieces_of,
    projector,
    ranker,
    recurrent,
    slow_model,
)

from sottovoce.core.errors import BadModelFile
from sottovoce.engine.architectures import is_known
from sottovoce.engine.gguf import read_header
from sottovoce.models import starter
from sottovoce.models.kinds import LANGUAGE, kind_of

ALIGNMENT = 32

SHAPES = (
    "an offset past the end",  # CVE-2026-7482: what lies behind the file's end is read
    "tensors whose bytes together wrap to 0",  # CVE-2025-53630, and past its mending CVE-2026-27940
    "no end of keys",
    "a text of 2^63 bytes",
    "an array of arrays",
    "an alignment of 0",
    "the same key twice",
    "a product that wraps to something small",
)
"""Shapes of published holes, by their names in tests/engine/gguf_damage.py."""

BYTES = 1_000
"""How many bytes of weights are changed."""


@dataclass(frozen=True, slots=True)
class Patient:
    """A sound model: its header in pieces, and the `rest`. A file of it has `size` bytes at least."""

    pieces: tuple[Piece, ...]
    rest: bytes
    size: int = 0

    def wound(self, path: Path, chance: random.Random) -> str:
        """Write it with a header that was changed, and return how."""
        ((story, header),) = mutations(list(self.pieces), 1, chance.randrange(1 << 32))
        data = header + bytes(-len(header) % ALIGNMENT) + self.rest
        path.write_bytes(data)
        os.truncate(path, max(len(data), self.size))
        return str(story)


@cache
def patients() -> tuple[Patient, ...]:
    """Return a model of each kind, and the starter, whose weights are a hole in the file."""
    kinds = (language_model, mixture, recurrent, slow_model, encoder, ranker, projector)
    header = read_header(starter.path())
    with starter.path().open("rb") as file:
        pieces = pieces_of(file.read(header.data_offset))
    return (*(_patient(make()) for make in kinds), Patient(tuple(pieces), b"", header.file_size))


@cache
def writers() -> tuple[Patient, ...]:
    """Return small ones that write answers."""
    return patients()[:4]


def is_taken(path: Path) -> bool:
    """Whether the program would have its engine load this, and ask it for an answer."""
    try:
        header = read_header(path)
    except BadModelFile:
        return False
    return is_known(header) and kind_of(header) == LANGUAGE


def small(path: Path) -> Path:
    """Write a sound one."""
    language_model().write(path)
    return path


def shape(path: Path, what: str) -> None:
    """Write one of SHAPES."""
    path.write_bytes(BAD[what][0])


def damage_weights(path: Path, chance: random.Random) -> None:
    """Write the starter with some bytes of its weights changed."""
    shutil.copyfile(starter.path(), path)
    begin, end = read_header(path).data_offset, path.stat().st_size
    with path.open("r+b") as file:
        for _ in range(BYTES):
            file.seek(chance.randrange(begin, end))
            file.write(chance.randbytes(1))


def _patient(sample: Sample) -> Patient:
    data, header = sample.bytes(), len(sample.header())
    return Patient(tuple(pieces_of(data)), data[header + -header % ALIGNMENT :])
