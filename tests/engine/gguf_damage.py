"""Damaged and hostile GGUF files, each with words of the sentence that must name what is wrong with it."""

from __future__ import annotations

import struct
from collections.abc import Callable

from gguf_samples import Sample, language_model, pieces_of


def with_piece(label: str, data: bytes, which: int = 0) -> bytes:
    """Return the sample with one piece of its header replaced."""
    whole = language_model().bytes()
    pieces = pieces_of(whole)
    rest = whole[sum(len(piece.data) for piece in pieces) :]
    at = [number for number, piece in enumerate(pieces) if piece.label == label][which]
    return b"".join(data if number == at else piece.data for number, piece in enumerate(pieces)) + rest


def number(value: int, form: str = "Q") -> bytes:
    return struct.pack(f"<{form}", value)


def with_sample(change: Callable[[Sample], object]) -> bytes:
    sample = language_model()
    change(sample)
    return sample.bytes()


def with_token(at: int, text: str) -> bytes:
    return with_sample(lambda sample: sample.metadata["tokenizer.ggml.tokens"][1].__setitem__(at, text))


def with_tensor(**changes: object) -> bytes:
    def change(sample: Sample) -> None:
        for name, value in changes.items():
            setattr(sample.tensor("blk.1.attn_q.weight"), name, value)

    return with_sample(change)


def with_alignment(value: bytes) -> bytes:
    marked = with_sample(lambda sample: sample.set("general.alignment", "uint32", 64))
    return marked.replace(b"general.alignment" + number(4, "I") + number(64, "I"), ALIGNED + value)


ALIGNED = b"general.alignment" + struct.pack("<I", 4)


def raw_key(key: bytes, kind: int, value: bytes) -> bytes:
    """Return a whole file with one metadata key and no tensors."""
    return b"GGUF" + struct.pack("<IQQQ", 3, 0, 1, len(key)) + key + struct.pack("<I", kind) + value


MOST = 2**64 - 1

BAD: dict[str, tuple[bytes, str]] = {
    "all tensors of the world": (
        with_piece("tensor count", number(MOST)),
        "615 tensors, more than",
    ),
    "a few tensors too many": (with_piece("tensor count", number(21)), "is damaged"),
    "no end of keys": (with_piece("key count", number(2**63)), "more than it has room for"),
    "more keys than are there": (with_piece("key count", number(22)), "name of tensor 1 of 20"),
    "fewer keys than are there": (with_piece("key count", number(3)), "is damaged"),
    "a key of 2^64 bytes": (with_piece("key length", number(MOST)), "is cut short"),
    "a key of 100,000 bytes": (
        with_sample(lambda sample: sample.set("k" * 100_000, "uint8", 1)),
        "the name of metadata key 22 of 22 has 100,000 bytes",
    ),
    "a key without a name": (with_sample(lambda sample: sample.set("", "uint8", 1)), "has no name"),
    "a key that is not text": (raw_key(b"\xff\xfe", 4, number(1, "I")), "not UTF-8"),
    "the same key twice": (
        with_sample(lambda sample: sample.set("general.licens2", "uint8", 1)).replace(
            b"general.licens2", b"general.license"
        ),
        "general.license stands in it twice",
    ),
    "a value of no known type": (raw_key(b"a", 13, number(1)), "unknown type (13)"),
    "a truth neither true nor false": (raw_key(b"a", 7, b"\x02"), "neither true nor false"),
    "a text of 2^63 bytes": (raw_key(b"a", 8, number(2**63)), "is cut short"),
    "a text that is not text": (raw_key(b"a", 8, number(2) + b"\xc3("), "not UTF-8"),
    "an array of 2^64 numbers": (raw_key(b"a", 9, number(4, "I") + number(MOST)), "is cut short"),
    "an array whose bytes wrap to 0": (
        raw_key(b"a", 9, number(10, "I") + number(2**61)),
        "is cut short",
    ),
    "an array of 2^64 texts": (raw_key(b"a", 9, number(8, "I") + number(MOST)), "is cut short"),
    "an array of no known type": (raw_key(b"a", 9, number(99, "I") + number(1)), "unknown type (99)"),
    "an array of arrays": (
        raw_key(b"a", 9, (number(9, "I") + number(1)) * 10_000),
        "holds arrays within an array",
    ),
    "a text within an array that is too long": (
        raw_key(b"a", 9, number(8, "I") + number(2) + number(MOST) + bytes(100)),
        "is cut short",
    ),
    "an alignment of 0": (
        with_sample(lambda sample: sample.set("general.alignment", "uint32", 0)),
        "not a power of two",
    ),
    "an alignment of 48": (
        with_sample(lambda sample: sample.set("general.alignment", "uint32", 48)),
        "not a power of two",
    ),
    "an alignment of 2^31": (with_alignment(number(2**31, "I")), "instead of 2,147,483,648"),
    "an alignment of 2^32 - 1": (with_alignment(number(2**32 - 1, "I")), "not a power of two"),
    "an alignment of 8": (
        with_sample(lambda sample: sample.set("general.alignment", "uint32", 8).set("p", "string", "p" * 9)),
        "aligned to 8 bytes, and the engine needs 32",
    ),
    "an alignment as text": (
        with_sample(lambda sample: sample.set("general.alignment", "string", "32")),
        "wrong type",
    ),
    "a tensor's name of 64 bytes": (with_tensor(name="n" * 64), "has 64 bytes"),
    "a tensor without a name": (with_tensor(name=""), "has no name"),
    "the same tensor twice": (
        with_tensor(name="blk.0.attn_q.weight"),
        "attn_q.weight stands in it twice",
    ),
    "five dimensions": (with_tensor(dims=(1, 1, 1, 1, 1)), "has 5 dimensions"),
    "2^32 dimensions": (with_piece("dim count", number(2**32 - 1, "I")), "has 4,294,967,295 dimensions"),
    "a dimension of 0": (with_tensor(dims=(32, 0)), "impossible shape: 32 x 0"),
    "a product that wraps to 0": (with_tensor(dims=(2**32, 2**32)), "impossible shape"),
    "a product that wraps to something small": (with_tensor(dims=(2**33, 2**31 + 1)), "impossible shape"),
    "a product below 2^63 whose bytes wrap": (with_tensor(dims=(2**31, 2**31)), "is damaged"),
    "tensors whose bytes together wrap to 0": (
        with_sample(lambda sample: [setattr(spec, "dims", (2**31, 2**30)) for spec in sample.tensors[-2:]]),
        "is cut short",
    ),
    "a tensor larger than the file": (with_tensor(dims=(32, 2**30)), "ends 137,438,920,448 bytes after"),
    "a type that was removed": (with_tensor(type=31), "old type (31)"),
    "a type of the future": (with_tensor(type=999), "unknown type (999)"),
    "rows that are not whole blocks": (with_tensor(dims=(33, 31), type=2), "not whole Q4_0 blocks"),
    "an offset past the end": (with_tensor(offset=2**40), "begins at byte 1,099,511,627,776 of the data"),
    "an offset that wraps": (with_tensor(offset=MOST - 31), "begins at byte"),
    "an offset that is not aligned": (with_tensor(offset=7), "begins at byte 7"),
    "two tensors in one place": (with_tensor(offset=0), "begins at byte 0 of the data instead of"),
    "a vocabulary that repeats itself": (with_token(7, "C"), "tokens 7 and 70 are spelled alike"),
    "a token of 2 MB": (with_token(7, "x" * 2_000_000), "holds a text of 2,000,000 bytes"),
}
"""What is wrong, the file, and words of the sentence that names it."""
