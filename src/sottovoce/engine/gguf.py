"""Read the header of a GGUF model file, and refuse a file that is damaged or hostile.

Every count, length, type, size and offset is checked against the file before it is used; memory and
work stay bounded whatever the file claims. What a well-formed header may not say is in hparams, the
vocabulary in vocabulary. The format: ggml's docs/gguf.md, and what its reader asks beyond that.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from struct import Struct

from sottovoce.core.errors import BadModelFile
from sottovoce.engine import hparams, parts, vocabulary
from sottovoce.engine.header import ArrayInfo, Header, Tensor, Value, bad_model, shown
from sottovoce.engine.quants import REMOVED, TYPES
from sottovoce.engine.reader import U64, Reader, open_file
from sottovoce.engine.vocabulary import Vocabulary

__all__ = [
    "ArrayInfo",
    "Header",
    "Tensor",
    "check_start",
    "join",
    "keys",
    "parse",
    "read_header",
    "read_part",
    "read_vocabulary",
]

MAGIC = b"GGUF"
GGUF_HINT = "Take a file in the GGUF format; its name ends in .gguf"
VERSIONS = (2, 3)
MAX_KEYS = 4096
MAX_TENSORS = 1 << 16
MAX_KEY = 65_535
MAX_NAME = 63
MAX_DIMS = 4
MAX_ELEMENTS = (1 << 63) - 1
KEPT_TEXT = 1 << 20
"""A longer text (a whole tokenizer in JSON) is stepped over."""

KEPT_NUMBERS = 512
"""A list with a number for each layer is that long at most."""

KEPT_TEXTS = 64
DEFAULT_ALIGNMENT = 32
PLACE = 32
"""The engine maps the file and asks that each tensor begins at a multiple of this."""

BOOL, STRING, ARRAY = 7, 8, 9
SCALARS: dict[int, tuple[str, Struct]] = {
    0: ("uint8", Struct("<B")),
    1: ("int8", Struct("<b")),
    2: ("uint16", Struct("<H")),
    3: ("int16", Struct("<h")),
    4: ("uint32", Struct("<I")),
    5: ("int32", Struct("<i")),
    6: ("float32", Struct("<f")),
    BOOL: ("bool", Struct("<B")),
    10: ("uint64", Struct("<Q")),
    11: ("int64", Struct("<q")),
    12: ("float64", Struct("<d")),
}
NEEDED_KINDS = {"general.alignment": 4, "split.no": 2}
"""The engine dies of, or cannot read, any other type of these."""

U32 = Struct("<I")

OLD = "is of the GGML format, which GGUF replaced in 2023"
PICKLE = "is a Python pickle, which can run programs when it is opened, and not a GGUF model"
STRANGERS: tuple[tuple[bytes, str], ...] = (
    (b"PK\x03\x04", "is a zip archive, as PyTorch's files are, and not a GGUF model"),
    (b"\x80\x02", PICKLE),
    (b"\x80\x03", PICKLE),
    (b"\x80\x04", PICKLE),
    (b"\x80\x05", PICKLE),
    (b"version https://git-lfs", "only points to the model: git lfs pull brings the file itself"),
    (b"FUGG", "was written for machines of the other byte order (big-endian)"),
    (b"lmgg", OLD),
    (b"fmgg", OLD),
    (b"tjgg", OLD),
    (b"\x1f\x8b", "is packed with gzip and has to be unpacked first"),
    (b"\x28\xb5\x2f\xfd", "is packed with zstd and has to be unpacked first"),
    (b"7z\xbc\xaf\x27\x1c", "is a 7z archive and has to be unpacked first"),
    (b"\x89HDF", "is an HDF5 file, not a GGUF model"),
    (b"\0\0\0\0", "begins with zeros, as a download does that did not finish"),
    (b"<!doctype", "is a web page, saved in place of the model"),
    (b"<html", "is a web page, saved in place of the model"),
    (b"{", "holds JSON text, not a model"),
)
"""What a file is that begins with something else than GGUF."""


def read_header(path: Path) -> Header:
    """Return the header of a model, all its parts together. Raises BadModelFile naming what is wrong.

    For a split model, `path` is the first part and the others lie beside it.
    """
    first = read_part(path)
    return join([first, *(read_part(beside) for beside in parts.others(first))])


def read_vocabulary(path: Path, header: Header | None = None) -> Vocabulary:
    """Return what a model's file says of its tokens. Half the work where the header has been read already."""
    with open_file(path) as file:
        return vocabulary.read_vocabulary(file, header or parse(Reader(file, path)))


def read_part(path: Path, name: str | None = None) -> Header:
    """Return the header of one file alone, which may be a part of a split model.

    `name`: what the file is called in a sentence, where it does not have its name yet.
    """
    with open_file(path) as file:
        return parse(Reader(file, path if name is None else path.with_name(name)))


def keys(path: Path) -> list[tuple[str, int, int]]:
    """Return the names of one file's metadata keys in its order, each with its first byte and its end."""
    with open_file(path) as file:
        reader = Reader(file, path)
        _version(reader)
        _count(reader, "tensors", MAX_TENSORS, smallest=24)
        found = list(_metadata(reader, _count(reader, "metadata keys", MAX_KEYS, smallest=13)))
        ends = [start for _, start, _ in found[1:]] + [reader.position]
    return [(key, start, end) for (key, start, _), end in zip(found, ends, strict=False)]


def join(headers: list[Header]) -> Header:
    """Return the header of a model from those of its parts, in order. Raises BadModelFile."""
    header = parts.joined(headers) if len(headers) > 1 else headers[0]
    hparams.check(header)
    return header


def check_start(start: bytes, name: str) -> None:
    """Raise BadModelFile if a file that begins like this is no GGUF file. 64 bytes are enough."""
    if not start.startswith(MAGIC[: len(start)]):
        raise bad_model(Path(name), _stranger(start), hint=GGUF_HINT)


def parse(reader: Reader) -> Header:
    """Read one file's header from its first byte on. The reader knows the size of the whole file."""
    version = _version(reader)
    tensor_count = _count(reader, "tensors", MAX_TENSORS, smallest=24)
    key_count = _count(reader, "metadata keys", MAX_KEYS, smallest=13)
    metadata = {key: value for key, _, value in _metadata(reader, key_count)}
    alignment = _alignment(reader, metadata)
    tensors = tuple(_tensors(reader, tensor_count))
    data_offset = reader.position + -reader.position % alignment if tensors else reader.position
    _check_places(reader, tensors, alignment, data_offset)
    return Header(
        reader.path, version, metadata, tensors, alignment, data_offset, reader.size, (reader.path,)
    )


def _version(reader: Reader) -> int:
    path = reader.path
    if reader.size == 0:
        raise bad_model(path, "is empty")
    start = reader.peek(64)
    if not start.startswith(MAGIC):
        raise bad_model(path, _stranger(start), hint=GGUF_HINT)
    reader.doing = "its first 24 bytes"
    reader.skip(len(MAGIC))
    version: int = reader.number(U32)
    if version & 0xFFFF == 0 and version:
        raise bad_model(path, "was written for machines of the other byte order (big-endian)")
    if version not in VERSIONS:
        raise bad_model(path, f"is of GGUF version {version:,}; versions 2 and 3 can be read")
    return version


def _stranger(start: bytes) -> str:
    """Say what a file is that does not begin as a GGUF file does."""
    # Looked at first: it begins with a length, whose bytes may be taken for white space and zeros.
    if start[8:9] == b"{":
        return "is a safetensors file, not a GGUF model"
    for magic, words in STRANGERS:
        if start.startswith(magic) or start.lstrip().lower().startswith(magic):
            return words
    return "is not a GGUF model"


def _count(reader: Reader, what: str, limit: int, smallest: int) -> int:
    """Read a count, and check that so many things of the smallest size have room in the file."""
    count: int = reader.number(U64)
    if count > limit or count > reader.left // smallest:
        words = f"it claims {count:,} {what}, more than it has room for"
        raise bad_model(reader.path, f"is cut short or damaged: {words}")
    return count


def _metadata(reader: Reader, count: int) -> Iterator[tuple[str, int, Value]]:
    """Yield each key, where it begins, and its value."""
    names: set[str] = set()
    for number in range(count):
        reader.doing = f"the name of metadata key {number + 1} of {count}"
        start = reader.position
        key = reader.text(MAX_KEY)
        if not key:
            raise reader.damaged(f"metadata key {number + 1} has no name")
        if key in names:
            raise reader.damaged(f"the metadata key {shown(key)} stands in it twice")
        names.add(key)
        reader.doing = f"the value of {shown(key)}"
        yield key, start, _value(reader, key)


def _value(reader: Reader, key: str) -> Value:
    kind: int = reader.number(U32)
    if kind != NEEDED_KINDS.get(key, kind):
        raise reader.damaged(f"{reader.doing} is of the wrong type ({kind:,})")
    if kind == ARRAY:
        return _array(reader, key)
    if kind == STRING:
        return _text(reader)
    if kind not in SCALARS:
        raise reader.damaged(f"{reader.doing} is of an unknown type ({kind:,})")
    value: int | float = reader.number(SCALARS[kind][1])
    if kind != BOOL:
        return value
    if value not in (0, 1):
        raise reader.damaged(f"{reader.doing} is neither true nor false")
    return value == 1


def _text(reader: Reader) -> str | ArrayInfo:
    length = int.from_bytes(reader.peek(U64.size), "little")
    if length <= KEPT_TEXT:
        return reader.text(KEPT_TEXT)
    reader.skip(U64.size)
    offset = reader.position
    reader.skip(length)
    return ArrayInfo("uint8", length, offset)


def _array(reader: Reader, key: str) -> ArrayInfo:
    kind: int = reader.number(U32)
    count: int = reader.number(U64)
    offset = reader.position
    if kind == STRING:
        return ArrayInfo("string", count, offset, _texts(reader, key, count))
    if kind == ARRAY:
        raise reader.damaged(f"{reader.doing} holds arrays within an array")
    if kind not in SCALARS:
        raise reader.damaged(f"{reader.doing} is of an unknown type ({kind:,})")
    name, form = SCALARS[kind]
    if count <= KEPT_NUMBERS:
        return ArrayInfo(name, count, offset, reader.numbers(form, count))
    reader.skip(count * form.size)
    return ArrayInfo(name, count, offset)


def _texts(reader: Reader, key: str, count: int) -> tuple[str, ...] | None:
    """Walk over an array of texts, and return them if they are few."""
    if key == vocabulary.TOKENS:
        vocabulary.check_tokens(reader, count)
        return None
    few = count <= KEPT_TEXTS
    texts = reader.strings(count, keep=few)
    return tuple(text.decode("utf-8", "replace") for text in texts) if few else None


def _alignment(reader: Reader, metadata: dict[str, Value]) -> int:
    value = metadata.get("general.alignment", DEFAULT_ALIGNMENT)
    if isinstance(value, bool) or not isinstance(value, int) or value <= 0 or value & (value - 1):
        raise reader.damaged("its alignment (general.alignment) is not a power of two")
    return value


def _tensors(reader: Reader, count: int) -> Iterator[Tensor]:
    names: set[str] = set()
    for number in range(count):
        reader.doing = f"the name of tensor {number + 1} of {count}"
        name = reader.text(MAX_NAME)
        if not name:
            raise reader.damaged(f"tensor {number + 1} has no name")
        if name in names:
            raise reader.damaged(f"tensor {shown(name)} stands in it twice")
        names.add(name)
        reader.doing = f"the description of tensor {shown(name)}"
        yield _tensor(reader, name)


def _tensor(reader: Reader, name: str) -> Tensor:
    def damaged(reason: str) -> BadModelFile:
        return reader.damaged(f"tensor {shown(name)} {reason}")

    dim_count: int = reader.number(U32)
    if dim_count > MAX_DIMS:
        raise damaged(f"has {dim_count:,} dimensions")
    dims = tuple(int(reader.number(U64)) for _ in range(dim_count))
    elements = math.prod(dims)
    if not 0 < elements <= MAX_ELEMENTS:
        raise damaged(f"has an impossible shape: {' x '.join(f'{length:,}' for length in dims)}")
    kind: int = reader.number(U32)
    if kind in REMOVED:
        raise damaged(f"is of an old type ({kind}) that is no longer read")
    if kind not in TYPES:
        raise damaged(f"is of an unknown type ({kind:,})")
    packing = TYPES[kind]
    offset: int = reader.number(U64)
    tensor = Tensor(name, packing, dims, offset, elements // packing.block * packing.size)
    if tensor.row % packing.block:
        raise damaged(f"has rows of {tensor.row:,} values, which are not whole {packing.name} blocks")
    return tensor


def _check_places(reader: Reader, tensors: tuple[Tensor, ...], alignment: int, data_offset: int) -> None:
    """Check that the tensors' data lie one behind the other, aligned, and all within the file.

    Leaving no gaps is more than the format asks, and what the engine asks.
    """
    expected = 0
    for tensor in tensors:
        if (data_offset + tensor.offset) % PLACE and alignment % PLACE:
            words = f"its tensors are aligned to {alignment} bytes, and the engine needs {PLACE}"
            raise bad_model(reader.path, f"cannot be run: {words}")
        if tensor.offset != expected:
            words = f"begins at byte {tensor.offset:,} of the data instead of {expected:,}"
            raise reader.damaged(f"tensor {shown(tensor.name)} {words}")
        expected += tensor.nbytes + -tensor.nbytes % alignment
    for tensor in tensors:
        over = data_offset + tensor.offset + tensor.nbytes - reader.size
        if over > 0:
            _refuse_end(reader, tensor, tensors[-1], data_offset, over)


def _refuse_end(reader: Reader, tensor: Tensor, last: Tensor, data_offset: int, over: int) -> None:
    whole = data_offset + last.offset + last.nbytes
    words = f"tensor {shown(tensor.name)} ends {over:,} bytes after the end of the file"
    if tensor is not last:
        words += f", {whole - reader.size:,} of {whole:,} bytes are missing in all"
    raise bad_model(reader.path, f"is cut short: {words}")
