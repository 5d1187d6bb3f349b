"""What is kept of a PDF, which has letters in places and no more."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from samples import pdf, read

from sottovoce.knowledge.reading.layout import Line, joined, level_of, sizes_of
from sottovoce.knowledge.reading.refusal import Refusal

MAY = datetime(2024, 5, 1, 12, tzinfo=UTC).timestamp()


def line(text: str, size: int, y: int) -> str:
    return f"BT /F1 {size} Tf 72 {y} Td ({text}) Tj ET\n"


def test_the_text_of_a_pdf_stands_on_its_pages_under_its_headings() -> None:
    first = line("Goals", 20, 780) + "".join(
        line(f"line {at} of a long text here,", 10, 740 - 12 * at) for at in range(8)
    )
    second = line("The second page says no more.", 10, 780) + line("Another paragraph stands apart.", 10, 700)
    blocks, end = read(pdf(first.encode(), second.encode()), "plan.pdf")
    assert [(block.page, block.kind, block.level) for block in blocks] == [
        (1, "heading", 1),
        (1, "text", 0),
        (2, "text", 0),
        (2, "text", 0),
    ]
    assert blocks[1].text.startswith("line 0 of a long text here, line 1 of")
    assert (end.title, end.written, end.pages) == ("A plan", MAY, 2)


def test_what_stands_above_and_below_every_page_of_a_pdf_is_read_once() -> None:
    pages = [
        line("The Book of Tea", 10, 820)
        + line(f"Some words of page {at} alone.", 10, 700)
        + line(f"{at}", 10, 20)
        for at in range(1, 6)
    ]
    blocks, _ = read(pdf(*(page.encode() for page in pages)), "book.pdf")
    assert [block.text for block in blocks] == [
        "The Book of Tea",
        *(f"Some words of page {at} alone." for at in range(1, 6)),
    ]


def test_chinese_in_a_pdf_is_joined_without_gaps() -> None:
    assert joined(["隐私是每个", "人的权利 and", "more", "exam\x02", "ple", "• one"]) == (
        "隐私是每个人的权利 and more example\n• one"
    )


def test_pages_without_text_in_a_pdf_are_told() -> None:
    _, end = read(pdf("A page with quite some text on it.", b""), "a.pdf")
    assert end.notes == ("1 of 2 pages have no text; they may be pictures.",)


@pytest.mark.parametrize(
    ("page", "reason"),
    [(b"q 9 0 0 9 0 0 cm BI /W 1 /H 1 /BPC 8 /CS /G ID x EI Q", "scanned"), (b"0 0 m 10 10 l S", "empty")],
)
def test_a_pdf_without_text_is_refused_for_what_it_is(page: bytes, reason: str) -> None:
    with pytest.raises(Refusal) as caught:
        read(pdf(page, b""), "scan.pdf")
    assert caught.value.reason == reason


def of_height(*lines: tuple[str, float]) -> list[Line]:
    return [Line(text, height, 0, 0) for text, height in lines]


def test_heights_that_are_nearly_alike_are_one_level() -> None:
    page = of_height(("long text " * 50, 10.0), ("A", 20.1), ("B", 19.8), ("C", 14.0))
    usual, levels = sizes_of([page])
    assert (usual, levels) == (10.0, [20.1, 14.0])
    assert [level_of(line, usual, levels) for line in page] == [0, 1, 1, 2]


def test_where_most_is_large_nothing_is_a_heading() -> None:
    assert sizes_of([of_height(("text", 10.0), ("more", 20.0), ("most of", 20.0))])[1] == []
