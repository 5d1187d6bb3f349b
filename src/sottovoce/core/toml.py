"""Small files of TOML that people write and pass on: read within a bound, and texts as TOML has them."""

from __future__ import annotations

import json
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any


class NotRead(Exception):
    """The file gives no table. `reason` goes on after its name: "is not TOML: …"."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def table_in(path: Path, largest: int, *, exact: bool = False) -> dict[str, Any]:
    """Return the table in a file of at most `largest` bytes; `exact`: numbers as Decimal. Raises NotRead."""
    try:
        with path.open("rb") as file:
            data = file.read(largest + 1)
    except OSError as problem:
        raise NotRead(f"cannot be read: {problem.strerror}") from problem
    if len(data) > largest:
        raise NotRead(f"is larger than {largest:,} bytes")
    try:
        return tomllib.loads(data.decode(), parse_float=Decimal if exact else float)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise NotRead(f"is not TOML: {problem}") from problem


def quoted(text: str) -> str:
    """Return a text as a TOML string: JSON's, but for DEL, which TOML wants escaped."""
    whole = text.encode("utf-8", "replace").decode()
    return json.dumps(whole, ensure_ascii=False).replace("\x7f", "\\u007f")
