"""Words that stand for what nobody else may find, and whether bytes hold one, however it is written there.

All that are made together begin alike, so that many bytes are looked through at once; what the program
makes itself, keys and links, is looked for as it is. Knows nothing of where the bytes are from.
"""

from __future__ import annotations

import base64
import io
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from random import Random

LETTERS = "bcdfghjklmnpqrstvwxz"
LENGTH = 9
CUT = "a part of a word"
"""The kind of what begins like a word and does not go on so."""


class Canaries:
    """Words by the kind of what they stand for: of `kinds` made by chance, and such as the program makes."""

    def __init__(self, kinds: Iterable[str], chance: Random) -> None:
        self._begins = _letters(chance)
        self._made = {kind: self._begins + _letters(chance) for kind in kinds}
        self._added: dict[str, str] = {}

    def __getitem__(self, kind: str) -> str:
        return self._made[kind]

    def add(self, kind: str, word: str) -> None:
        """Look for a word that the program has made, too."""
        self._added[word] = kind

    def held(self, data: bytes) -> set[str]:
        """Return the kinds that these bytes hold, those of a zip's files among them."""
        found: set[str] = set()
        for part in unfolded(data):
            found |= {kind for word, kind in self._added.items() if _holds(part, word)}
            if _holds(part, self._begins):
                found |= {kind for kind, word in self._made.items() if _holds(part, word)} or {CUT}
        return found


def forms(word: str) -> list[bytes]:
    """Return how a word of letters and digits may be written, alone or within more.

    In UTF-8, and so in addresses and JSON; in UTF-16, in hexadecimal, and in base64 wherever it begins.
    """
    plain = word.encode()
    found = [plain, word.encode("utf-16-le"), plain.hex().encode(), plain.hex().upper().encode()]
    for before in range(3):
        # The letters that depend on neighbours are left out: four bits of the first and of the last byte.
        coded = base64.b64encode(bytes(before) + plain).rstrip(b"=")
        begins = -(-8 * before // 6)
        ends = 8 * (before + len(plain)) // 6
        found += [coded[begins:ends], base64.urlsafe_b64encode(bytes(before) + plain)[begins:ends]]
    return list(dict.fromkeys(found))


def unfolded(data: bytes) -> Iterator[bytes]:
    """Yield the bytes, and what is packed in them: a zip's files, a gzip's content."""
    yield data
    if data[:4] == b"PK\x03\x04":
        with suppress(zipfile.BadZipFile), zipfile.ZipFile(io.BytesIO(data)) as archive:
            yield from map(archive.read, archive.namelist())
    if data[:2] == b"\x1f\x8b":
        with suppress(zlib.error):
            yield zlib.decompressobj(31).decompress(data)


def _letters(chance: Random) -> str:
    """Return consonants, which make no word by chance."""
    return "".join(chance.choices(LETTERS, k=LENGTH))


def _holds(data: bytes, word: str) -> bool:
    return any(form in data for form in forms(word))
