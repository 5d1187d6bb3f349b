"""Draws a QR code with the characters of a terminal."""

from __future__ import annotations

BORDER = 2
"""Light modules around the code. The standard wants 4; cameras do with 2, and a small window is the rule."""

BLOCKS = {(True, True): " ", (True, False): "▄", (False, True): "▀", (False, False): "█"}
"""What is drawn for two modules, one above the other, that are dark or not: the light ones are ink.

So it is right on the usual dark terminal even without colours.
"""


def drawn(text: str) -> list[str]:
    """Return the lines of a QR code for this text, two rows of modules in each."""
    import segno

    rows = [list(map(bool, row)) for row in segno.make_qr(text, error="l").matrix_iter(border=BORDER)]
    if len(rows) % 2:
        rows.append([True] * len(rows[0]))  # nothing is drawn there
    return [
        "".join(BLOCKS[pair] for pair in zip(above, below, strict=True))
        for above, below in zip(rows[::2], rows[1::2], strict=True)
    ]
