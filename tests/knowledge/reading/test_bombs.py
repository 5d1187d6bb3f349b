"""A document built to harm ends soon, in a sentence that names it or in a text of sane size."""

from __future__ import annotations

import resource
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from bombs import BOMBS, Bomb
from samples import docx, epub, opendocument, paragraph, pdf, pptx, shape, xlsx

from sottovoce.core.errors import BadDocument
from sottovoce.knowledge.document import Reading
from sottovoce.knowledge.reading.read import Reader
from sottovoce.knowledge.reading.wire import Limits

pytestmark = pytest.mark.asyncio(loop_scope="module")

LIMITS = Limits(memory=400 << 20, cpu=4, wall=12.0, text=16_000_000)
"""Below those of the product, so that what only they can end ends while somebody waits."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def reader() -> AsyncIterator[Reader]:
    async with Reader(LIMITS) as reader:
        yield reader


async def outcome(reader: Reader, data: bytes, name: str) -> Reading | str:
    """Return what was read, or the sentence; one that names no file or no next step is a failure."""
    try:
        return await reader.read_bytes(data, name)
    except BadDocument as problem:
        return problem.sentence if name in problem.sentence and problem.hint else f"of no use: {problem}"


@pytest.mark.parametrize("bomb", BOMBS, ids=lambda bomb: bomb.name)
async def test_a_document_built_to_harm_ends_soon(bomb: Bomb, reader: Reader) -> None:
    data = bomb.make()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    found = await outcome(reader, data, bomb.name)
    said = found if isinstance(found, str) else ""
    assert isinstance(found, str) or sum(len(block.text) for block in found.blocks) <= LIMITS.text
    assert any(words in said if words else not said for words in bomb.ends), said or "was read"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 250_000  # kB


CUT = {
    "a.docx": docx(paragraph("Some text.") * 200),
    "a.odt": opendocument("text", "<office:text><text:p>Some text.</text:p></office:text>"),
    "a.xlsx": xlsx("<row><c><v>1</v></c></row>"),
    "a.pptx": pptx(shape("Some text.")),
    "a.epub": epub({"a": "<p>Some text.</p>"}),
    "a.pdf": pdf("Some text on a page here."),
    "a.html": b"<html><table><tr><td><p>Some text.",
    "a.eml": b"Subject: x\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nSome text.",
    "a.md": b"# A\n```\n| a | b |\n|---|",
    "a.csv": b'a,b\n"1,2',
    "a.txt": "naïve 你好".encode(),
}


@pytest.mark.parametrize("part", [0.5, 0.97])
@pytest.mark.parametrize("name", CUT)
async def test_a_document_that_is_cut_short_ends_in_a_sentence_or_in_what_is_left(
    name: str, part: float, reader: Reader
) -> None:
    data = CUT[name]
    found = await outcome(reader, data[: int(len(data) * part)], name)
    # What has no end of its own may end anywhere.
    assert isinstance(found, str) or name.endswith(("pdf", "html", "eml", "md", "csv", "txt"))


async def test_no_two_bombs_share_a_name_and_there_are_forty() -> None:
    assert len({bomb.name for bomb in BOMBS}) == len(BOMBS) >= 40
