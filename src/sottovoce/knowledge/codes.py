"""Vectors made small: one bit a number to look through all of them, eight bits to compare a few exactly.

A bit is a number's sign. Vectors that point alike have most signs in common, so counting those that differ
finds the few hundred worth a second look (Charikar, "Similarity estimation techniques from rounding
algorithms", 2002). Knows nothing of files or passages.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sottovoce.knowledge.vectors import sign_bytes

CHUNK = 1 << 14
"""Vectors compared in one go: what is in between then stays in the processor's own memory."""

FURTHEST = np.iinfo(np.uint16).max
LARGEST = 127

Floats = NDArray[np.float32]
Signs = NDArray[np.uint64]
Codes = NDArray[np.int8]
Ids = NDArray[np.int64]


def units(vectors: ArrayLike) -> Floats:
    """Return each row with the length one. A row without a direction (zero, or not a number) becomes zero."""
    rows = np.atleast_2d(np.asarray(vectors, np.float32))
    with np.errstate(invalid="ignore", over="ignore"):
        largest = np.abs(rows).max(axis=1, keepdims=True, initial=0)
        usable = np.isfinite(largest) & (largest > 0)
        # By the largest first: the squares of very large or very small numbers are none.
        scaled = np.divide(rows, largest, out=np.zeros_like(rows), where=usable)
    lengths = np.linalg.norm(scaled, axis=1, keepdims=True)
    found: Floats = np.divide(scaled, lengths, out=np.zeros_like(scaled), where=lengths > 0)
    return found


def signs(rows: Floats) -> Signs:
    """Return the signs of each row's numbers, a bit each: an array of rows and words."""
    packed = np.packbits(rows > 0, axis=1, bitorder="little")
    whole = np.zeros((len(rows), sign_bytes(rows.shape[1])), np.uint8)
    whole[:, : packed.shape[1]] = packed
    return whole.view("<u8")


def codes(rows: Floats) -> Codes:
    """Return each row in small whole numbers, its largest one LARGEST: only the direction counts."""
    largest = np.abs(rows).max(axis=1, keepdims=True, initial=0)
    scaled = np.divide(rows, largest, out=np.zeros_like(rows), where=largest > 0)
    small: Codes = np.rint(scaled * LARGEST).astype(np.int8)
    return small


def cosines(small: Codes, query: Floats) -> Floats:
    """Return how alike each row of codes is to a unit vector: 1 the same direction, 0 none in common."""
    rows = small.astype(np.float32)
    # Not by "@": for so little it would wake a thread on every core, and wait for each on a busy machine.
    lengths = np.sqrt(np.einsum("ij,ij->i", rows, rows))
    products = np.einsum("ij,j->i", rows, query)
    found: Floats = np.divide(products, lengths, out=np.zeros(len(rows), np.float32), where=lengths > 0)
    return found


def differing(columns: Signs, query: Signs) -> NDArray[np.uint16]:
    """Return in how many signs each vector differs from one. `columns` has words as rows, vectors as columns.

    So laid out, all is done on long runs of neighbouring words; rows of six would take ten times as long.
    """
    count = columns.shape[1]
    found = np.zeros(count, np.uint16)
    for start in range(0, count, CHUNK):
        part = found[start : start + CHUNK]
        for word, wanted in zip(columns[:, start : start + CHUNK], query, strict=True):
            part += np.bitwise_count(word ^ wanted)
    return found


def lowest(numbers: NDArray[np.uint16], count: int, most: int) -> NDArray[np.intp]:
    """Return where the `count` lowest numbers stand, in no order. Those above `most` are no candidates."""
    low = np.flatnonzero(numbers <= most)
    if len(low) <= count:
        return low
    # There are few different ones: counting how often each comes is quicker than sorting.
    often = np.cumsum(np.bincount(numbers[low], minlength=most + 1))
    limit = int(np.searchsorted(often, count))
    under = np.flatnonzero(numbers < limit)
    return np.concatenate([under, np.flatnonzero(numbers == limit)[: count - len(under)]])


def best(scores: Floats, count: int) -> NDArray[np.intp]:
    """Return where the highest scores stand, the highest first."""
    return np.argsort(-scores, kind="stable")[:count]
