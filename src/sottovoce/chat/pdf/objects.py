"""The objects of a PDF as bytes (ISO 32000-1, 7.3 and 7.5). Knows nothing of what stands on a page."""

from __future__ import annotations

import hashlib
import zlib
from dataclasses import dataclass, field


class Name(str):
    """A name, written with a slash; a plain str is a text."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Ref:
    """An object that is written elsewhere in the file."""

    number: int


@dataclass(slots=True)
class File:
    """A file that is being written: its objects, each with a number from 1."""

    _objects: list[bytes] = field(default_factory=list)

    def reserve(self) -> Ref:
        """Return where an object will be that is put in later."""
        self._objects.append(b"null")
        return Ref(len(self._objects))

    def add(self, value: object) -> Ref:
        ref = self.reserve()
        self.put(ref, value)
        return ref

    def put(self, ref: Ref, value: object) -> None:
        self._objects[ref.number - 1] = written(value)

    def stream(self, about: dict[str, object], data: bytes) -> Ref:
        """Add a stream, packed."""
        packed = zlib.compress(data, 9)
        head = written({**about, "Filter": Name("FlateDecode"), "Length": len(packed)})
        self._objects.append(b"%s\nstream\n%s\nendstream" % (head, packed))
        return Ref(len(self._objects))

    def bytes(self, root: Ref, info: Ref) -> bytes:
        """Return the file. The same objects have the same bytes."""
        out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
        places = []
        for number, one in enumerate(self._objects, 1):
            places.append(len(out))
            out += b"%d 0 obj\n%s\nendobj\n" % (number, one)
        name = hashlib.sha256(out).digest()[:16]
        trailer = {"Size": len(places) + 1, "Root": root, "Info": info, "ID": [name, name]}
        table = len(out)
        out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1)
        out += b"".join(b"%010d 00000 n \n" % place for place in places)
        out += b"trailer\n%s\nstartxref\n%d\n%%%%EOF\n" % (written(trailer), table)
        return bytes(out)


def written(value: object) -> bytes:
    """Return an object as it stands in a file. Raises TypeError for what is none."""
    match value:
        case Name():
            return b"/" + "".join(_in_name(byte) for byte in value.encode()).encode()
        case str():
            return written(b"\xfe\xff" + value.encode("utf-16-be", "replace"))
        case bytes():
            return b"<%s>" % value.hex().encode()
        case bool():
            return b"true" if value else b"false"
        case int():
            return b"%d" % value
        case float():
            return number(value)
        case Ref():
            return b"%d 0 R" % value.number
        case list():
            return b"[%s]" % b" ".join(map(written, value))
        case dict():
            inner = b" ".join(written(Name(name)) + b" " + written(one) for name, one in value.items())
            return b"<< %s >>" % inner
    raise TypeError(f"{type(value).__name__} is nothing that a PDF can hold")


def number(value: float) -> bytes:
    """Return a number with at most two decimals: a hundredth of a point is less than anybody sees."""
    return f"{value:.2f}".rstrip("0").rstrip(".").encode() or b"0"


def _in_name(byte: int) -> str:
    return chr(byte) if (chr(byte).isalnum() and byte < 128) or byte in b"-_+." else f"#{byte:02X}"
