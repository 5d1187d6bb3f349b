"""In which language a page's reader is told of a problem: what its browser asks for, where we have it.

Programs get English, whatever they ask for: they look for words. What is kept is kept in English, and told in
the language of whoever reads it then. Knows no words itself.
"""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator

from sottovoce.core.language import ENGLISH, LANGUAGES, reader, spoken

MOST = 200
"""Characters of the header that are looked at; a browser's are a tenth of that."""

ONE = re.compile(r"\s*([A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*)\s*(?:;\s*q=([01](?:\.[0-9]{0,3})?)\s*)?")


def preferred(accepted: str) -> str:
    """Return the language of ours that an Accept-Language asks for most; English where it asks for none."""
    found = (ONE.fullmatch(part) for part in accepted[:MOST].split(","))
    wishes = [(float(one[2] or 1), spoken(one[1])) for one in found if one is not None]
    best = max((share for share, tag in wishes if tag in LANGUAGES), default=0.0)
    return next((tag for share, tag in wishes if share == best > 0 and tag in LANGUAGES), ENGLISH)


def told(text: str) -> str:
    """Return a sentence of ours in the language of the request at hand, as far as we have it."""
    if reader.get() in ("", ENGLISH):
        return text
    from sottovoce.words.table import table

    return table(reader.get()).say(text)


Told = Annotated[str, AfterValidator(told)]
"""A sentence of ours in a noun of the page's API: given in English, told in the reader's language."""
