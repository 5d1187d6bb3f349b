"""What a variant may be called: small letters of any script, as any disk and any API can hold them. Pure."""

from __future__ import annotations

import re
import unicodedata

from sottovoce.core.errors import BadValue
from sottovoce.models.names import DEFAULT, RESERVED, STARTER

MOST = 60
"""Characters."""

MOST_BYTES = 180
"""Of UTF-8: with its endings, a file's name has at most 255."""

LETTERS = ("Ll", "Lo", "Lm", "Mn", "Mc", "Nd")
"""Unicode's categories of small letters, those without case, what is joined to them, and digits.

Nothing among them is unseen or turns the direction of what stands beside it.
"""

TAKEN = (STARTER, DEFAULT)

EXAMPLE = "For example: sotto variants add clinic --model starter"

_SIGNS = re.compile(r"[._-]")
_ALIKE = frozenset(("LATIN", "CYRILLIC", "GREEK"))
"""Scripts with letters that look like one another's."""


def as_kept(name: str) -> str:
    """Return a name in the one form that it is kept in: accents are part of their letters."""
    return unicodedata.normalize("NFC", name)


def is_name(name: str) -> bool:
    """Tell whether a variant may be called so."""
    letters = _SIGNS.sub("", name)
    scripts = {unicodedata.name(letter, "").partition(" ")[0] for letter in letters}
    return (
        0 < len(name) <= MOST
        and len(name.encode("utf-8", "replace")) <= MOST_BYTES
        and not _SIGNS.match(name)
        and unicodedata.category(name[0]) not in ("Mn", "Mc")
        and all(unicodedata.category(letter) in LETTERS for letter in letters)
        and len(scripts & _ALIKE) < 2
        # Full-width letters, ligatures and the like look like others.
        and unicodedata.normalize("NFKC", name) == name
        and name.partition(".")[0] not in RESERVED
    )


def require(name: str) -> None:
    """Raise BadValue where no variant may be called so."""
    if name in TAKEN:
        raise BadValue(f"{name} means a model already.", hint="Choose another name", field="name")
    if not is_name(name):
        raise BadValue(
            "A variant's name has 1 to 60 small letters of any script, digits, dots, dashes and underlines, "
            "and begins with a letter or a digit.",
            hint=EXAMPLE,
            field="name",
        )
