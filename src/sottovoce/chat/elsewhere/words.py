"""The owner's list of what never leaves: `private.txt` in the home folder, a word or a name on each line."""

from __future__ import annotations

from sottovoce.core.errors import BadText, TooLarge
from sottovoce.core.paths import Home

NAME = "private.txt"
LARGEST = 100_000
"""Bytes."""


def read(home: Home) -> tuple[str, ...]:
    """Return the words; none where there is no list. Raises BadText and TooLarge: half a list hides half."""
    path = home.root / NAME
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
        text = data.decode("utf-8-sig")
    except FileNotFoundError:
        return ()
    except (OSError, UnicodeDecodeError) as problem:
        raise BadText(
            f"{path} cannot be read, so nothing is sent elsewhere.",
            hint="It holds UTF-8 text, a word or a name on each line",
        ) from problem
    if len(data) > LARGEST:
        raise TooLarge(
            f"{path} is too long, so nothing is sent elsewhere.", hint=f"Keep it below {LARGEST:,} bytes"
        )
    return tuple(dict.fromkeys(word for line in text.splitlines() if (word := line.strip())))
