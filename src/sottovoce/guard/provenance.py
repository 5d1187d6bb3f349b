"""A record of how a text was made, signed with this home's key, so that it can be held against it later.

A record is one JSON object. Its signature (Ed25519) is over the object without `signature`, as JSON with
sorted keys, no spaces and ASCII alone: a record that another program has indented anew verifies as before.
Three kinds: `answer` is the text of an AI; `chat` seals all that an export shows of a chat, whoever said it,
so that a question cannot be changed beside an answer that was not; `fonts` vouches for the fonts of a PDF, by
their digests, since a font could show other letters than it says. What a person wrote has no record of its
own. Pure: keys, texts and times come in as values.
"""

from __future__ import annotations

import base64
import binascii
import json
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sottovoce.guard.normal import MOST_PARTS, Print, fingerprint

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

VERSION = 1
ANSWER = "answer"
CHAT = "chat"
FONTS = "fonts"
FIELD = "provenance"
"""The field of a JSON object that has the record of a text beside it."""

HEADER = "X-Sotto-Provenance"

MOST_SOURCES = 64
MOST_BYTES = 64 << 10
"""Of a record as JSON; nobody writes longer ones."""

SHORT = 12
"""Digits of a key that are shown of it."""


@dataclass(frozen=True, slots=True)
class Source:
    """A document that an answer quotes. None: its name is not told where the text itself does not."""

    document: str | None
    digest: str


@dataclass(frozen=True, slots=True)
class Made:
    """How an answer was made: by which model (its file's SHA-256, where known), when, and from what."""

    model: str
    digest: str | None
    at: float
    sources: tuple[Source, ...] = ()
    variant: str | None = None
    adapter: str | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """`made` is when the answer was written, or its chat changed last, as 2026-11-27T10:15:00.250Z."""

    kind: str
    text: Print
    made: str
    product: str
    key: str
    """The public part of the key, in base64; it is its own name."""
    signature: str
    model: str | None = None
    model_digest: str | None = None
    sources: tuple[Source, ...] = ()
    variant: str | None = None
    adapter: str | None = None

    @property
    def id(self) -> str:
        """What marks in a file name it by."""
        return base64.b64decode(self.signature).hex()[:16]

    def fields(self) -> dict[str, Any]:
        """Return the JSON object."""
        return {**self._signed(), "signature": self.signature}

    def _signed(self) -> dict[str, Any]:
        return {
            "v": VERSION,
            "kind": self.kind,
            "ai_generated": self.kind == ANSWER,
            "text_sha256": self.text.digest,
            "parts": list(self.text.parts),
            "each": self.text.each,
            "model": self.model,
            "model_digest": self.model_digest,
            "variant": self.variant,
            "adapter": self.adapter,
            "sources": [{"document": one.document, "digest": one.digest} for one in self.sources],
            "made": self.made,
            "product": self.product,
            "key": self.key,
        }

    def is_sound(self) -> bool:
        """Return whether the signature is that of the key the record names, over what it says."""
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

        try:
            public = Ed25519PublicKey.from_public_bytes(base64.b64decode(self.key, validate=True))
            public.verify(base64.b64decode(self.signature), canonical(self._signed()))
        except (InvalidSignature, ValueError):
            return False
        return True


class Signer:
    """Signs records with one key. `private` are its 32 bytes; `product` says which program it is."""

    def __init__(self, private: bytes, product: str) -> None:
        self._private = private
        self._product = product

    @cached_property
    def _key(self) -> Ed25519PrivateKey:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        return Ed25519PrivateKey.from_private_bytes(self._private)

    @cached_property
    def public(self) -> str:
        """The public part, in base64."""
        return base64.b64encode(self._key.public_key().public_bytes_raw()).decode()

    def answer(self, blocks: Iterable[str], made: Made) -> Record:
        """Return the record of an answer, whose words stand in these blocks."""
        return self._signed(
            Record(
                ANSWER, fingerprint(blocks), _moment(made.at), self._product, self.public, "",
                model=made.model,
                model_digest=made.digest,
                sources=made.sources[:MOST_SOURCES],
                variant=made.variant,
                adapter=made.adapter,
            )
        )  # fmt: skip

    def chat(self, blocks: Iterable[str], changed: float) -> Record:
        """Return the seal of a whole chat."""
        return self._signed(
            Record(CHAT, fingerprint(blocks), _moment(changed), self._product, self.public, "")
        )

    def fonts(self, digests: Iterable[str], changed: float) -> Record:
        """Return the record of the fonts that a file is set in."""
        return self._signed(
            Record(FONTS, fingerprint(digests), _moment(changed), self._product, self.public, "")
        )

    def _signed(self, record: Record) -> Record:
        from dataclasses import replace

        signature = self._key.sign(canonical(record._signed()))
        return replace(record, signature=base64.b64encode(signature).decode())


def canonical(fields: Mapping[str, Any]) -> bytes:
    """Return the bytes that are signed."""
    return json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


def written(record: Record) -> str:
    """Return a record as one line of JSON for an HTML comment or an attribute: no --, < or > in it."""
    text = canonical(record.fields()).decode()
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("--", "-\\u002d")


def read(value: object) -> Record | None:
    """Return the record that a JSON object is, or None where it is none of this version."""
    if not isinstance(value, dict) or value.get("v") != VERSION:
        return None
    try:
        record = Record(
            kind=_one_of(value["kind"], (ANSWER, CHAT, FONTS)),
            text=_print(value),
            made=_text(value["made"]),
            product=_text(value["product"]),
            key=_base64(value["key"], 32),
            signature=_base64(value["signature"], 64),
            model=_text_or_none(value["model"]),
            model_digest=_text_or_none(value["model_digest"]),
            sources=tuple(
                Source(_text_or_none(one["document"]), _text(one["digest"])) for one in value["sources"]
            ),
            variant=_text_or_none(value["variant"]),
            adapter=_text_or_none(value["adapter"]),
        )
    except (KeyError, TypeError, ValueError):
        return None
    return record if len(record.sources) <= MOST_SOURCES else None


def read_text(text: str) -> Record | None:
    """Return the record that is written in a text, or None where it is none."""
    if len(text) > MOST_BYTES:
        return None
    try:
        return read(json.loads(text))
    except (ValueError, RecursionError):
        return None


def short(key: str) -> str:
    """Return what is shown of a key in base64."""
    try:
        return base64.b64decode(key).hex()[:SHORT]
    except (binascii.Error, ValueError):
        return "?"


def is_public(text: str) -> bool:
    """Return whether a text is the public part of a key as records name it."""
    try:
        return bool(_base64(text, 32))
    except ValueError:
        return False


def _moment(seconds: float) -> str:
    """Return a moment to the millisecond: two equal answers of one second have each a record of its own."""
    try:
        whole, thousandths = divmod(int(seconds * 1000), 1000)
        return time.strftime(f"%Y-%m-%dT%H:%M:%S.{thousandths:03}Z", time.gmtime(whole))
    except (ValueError, OverflowError, OSError):
        return ""


def _print(value: Mapping[str, Any]) -> Print:
    parts, each = value["parts"], value["each"]
    if not isinstance(parts, Sequence) or isinstance(parts, str) or len(parts) > MOST_PARTS:
        raise ValueError
    if type(each) is not int or not 1 <= each <= 1_000_000:
        raise ValueError
    return Print(_text(value["text_sha256"]), tuple(_text(part) for part in parts), each)


def _base64(value: object, size: int) -> str:
    text = _text(value)
    data = base64.b64decode(text, validate=True)
    # One spelling each, so that a key has one name.
    if len(data) != size or base64.b64encode(data).decode() != text:
        raise ValueError
    return text


def _one_of(value: object, choices: Sequence[str]) -> str:
    if value not in choices:
        raise ValueError
    return _text(value)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _text_or_none(value: object) -> str | None:
    return None if value is None else _text(value)
