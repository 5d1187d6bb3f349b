"""Lays a document's blocks out as one text, and cuts that into passages along its structure. Pure."""

from __future__ import annotations

from sottovoce.knowledge.document import Block, Passage, Reading

PASSAGE = 700
"""Characters that a passage has at most, unless one block that is kept whole has more."""

BETWEEN = "\n\n"


def cut(reading: Reading) -> tuple[str, list[Passage]]:
    """Return the document's text, and its passages in their order."""
    text: list[str] = []
    passages: list[Passage] = []
    headings: list[Block] = []
    at = 0
    open_at: int | None = None
    open_page: int | None = None
    end = 0

    def close() -> None:
        nonlocal open_at
        if open_at is not None:
            passages.append(Passage(open_at, end, open_page, tuple(one.text for one in headings)))
        open_at = None

    for block in reading.blocks:
        said = block.text.strip("\n")
        if not said.strip():
            continue
        size = len(said.encode())
        is_heading = block.kind == "heading"
        if is_heading or (open_at is not None and (at + size - open_at > PASSAGE or block.page != open_page)):
            close()
        if is_heading:
            headings = [*(one for one in headings if one.level < block.level), block]
        text.append(said)
        if not is_heading:
            if open_at is None:
                open_at, open_page = at, block.page
            end = at + size
        at += size + len(BETWEEN)
    close()
    return BETWEEN.join(text), passages
