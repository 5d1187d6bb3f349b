"""What was found: where it stands, of which kind it is, and its value in one spelling. Only nouns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "own", "key", "url", "email", "iban", "card", "id", "passport", "account", "phone", "ip", "address",
    "name",
]  # fmt: skip

KINDS: tuple[Kind, ...] = (
    "own", "key", "url", "email", "iban", "card", "id", "passport", "account", "phone", "ip", "address",
    "name",
)  # fmt: skip
"""In the order in which they win where two overlap."""


@dataclass(frozen=True, slots=True)
class Find:
    """A personal thing in a text: `text[start:end]`.

    `value` is the same for all spellings of one thing. `sure` is false where a person should be asked.
    """

    start: int
    end: int
    kind: Kind
    sure: bool
    value: str
