"""The page of documents lists what the code reads, with its limits."""

from __future__ import annotations

import re
from pathlib import Path

from sottovoce.knowledge.reading import archive, html, kinds, markup, pdf, wire
from sottovoce.knowledge.reading.refusal import size

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "documents.md").read_text("utf-8")
ROWS = [
    [cell.strip() for cell in line.split("|")[1:-1]] for line in PAGE.splitlines() if line.startswith("| ")
][1:]


def test_every_kind_is_listed_with_its_endings_and_its_largest_file() -> None:
    rows = [row for row in ROWS if "`" in row[1]]
    told = [(tuple(re.findall(r"`(\w+)`", row[1])), row[2].split(",")[0]) for row in rows]
    assert sorted(told) == sorted(
        (endings, size(kinds.LARGEST[kind])) for kind, endings in kinds.ENDINGS.items()
    )


def test_the_limits_told_are_those_of_the_code() -> None:
    limits = wire.Limits()
    for said in (
        f"{pdf.MOST_PAGES:,} pages",
        f"{size(archive.MOST_UNPACKED)} unpacked",
        f"{limits.memory >> 20} MB of memory",
        f"{limits.cpu} seconds of processor",
        f"{limits.wall:.0f} seconds in all",
        f"{size(limits.text)} of text",
        f"{wire.MOST_BLOCKS:,} paragraphs",
        f"more than {archive.STEEPEST} times its size",
    ):
        assert said in PAGE
    assert html.DEEPEST == markup.DEEPEST == 1_000
