"""What is kept of a document of each kind."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from samples import docx, epub, opendocument, package, paragraph, pptx, read, shape, xlsx, zipped

from sottovoce.knowledge.document import Block
from sottovoce.knowledge.reading.refusal import Refusal

MAY = datetime(2024, 5, 1, 12, tzinfo=UTC).timestamp()


def told(blocks: list[Block]) -> list[tuple[str, str]]:
    return [(f"{block.kind}{block.level or ''}", block.text) for block in blocks]


def test_a_word_document_keeps_its_headings_tables_and_notes() -> None:
    row = "<w:tr><w:tc>{}</w:tc><w:tc>{}</w:tc></w:tr>"
    body = (
        paragraph("第一章 引言", "1")
        + "<w:p><w:r><w:t>One</w:t><w:tab/><w:t>two.</w:t></w:r>"
        + "<w:del><w:r><w:delText>gone</w:delText></w:r></w:del></w:p>"
        + paragraph("Details", "Own")
        + "<w:tbl>"
        + row.format(paragraph("Name"), paragraph("价格"))
        + row.format(paragraph("Tea"), paragraph("3") + paragraph("each"))
        + "</w:tbl>"
    )
    blocks, end = read(docx(body, notes=paragraph("A footnote.")), "plan.docx")
    assert told(blocks) == [
        ("heading1", "第一章 引言"),
        ("text", "One\ttwo."),
        ("heading2", "Details"),
        ("table", "Name\t价格\nTea\t3 each"),
        ("text", "A footnote."),
    ]
    assert (end.title, end.written) == ("A plan", MAY)


def test_what_a_word_document_says_twice_for_old_programs_is_read_once() -> None:
    twice = (
        "<mc:Alternate xmlns:mc='m'><mc:Choice>{0}</mc:Choice><mc:Fallback>{0}</mc:Fallback></mc:Alternate>"
    )
    blocks, _ = read(docx(f"<w:p><w:r>{twice.format(paragraph('In a box'))}</w:r></w:p>"), "a.docx")
    assert told(blocks) == [("text", "In a box")]


LOCKED = "<e><CipherReference URI='OPS/a'/></e>"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (zipped({"Index/Document.iwa": b"x"}), "unknown"),
        (package("xl/workbook.bin", {"xl/workbook.bin": b"x"}), "unknown"),
        (package("visio/document.xml", {"visio/document.xml": b"x"}), "unknown"),
        (zipped({"photo.jpg": b"x"}), "archive"),
        (opendocument("text", "x", manifest="<manifest:encryption-data/>"), "protected"),
        (
            epub(
                {"a": "<p>x</p>"}, more={"META-INF/encryption.xml": "<e><CipherReference URI='OPS/a'/></e>"}
            ),
            "protected",
        ),
    ],
)
def test_an_archive_that_is_no_document_of_ours_is_refused_for_what_it_is(data: bytes, reason: str) -> None:
    with pytest.raises(Refusal) as caught:
        read(data, "a.docx")
    assert caught.value.reason == reason


def test_an_opendocument_text_keeps_its_headings_and_tables() -> None:
    body = (
        "<office:text><text:h text:outline-level='2'>Tea</text:h>"
        "<text:p>One<text:s text:c='3'/>two<text:line-break/>three</text:p>"
        "<office:annotation><text:p>a remark</text:p></office:annotation>"
        "<table:table><table:table-row><table:table-cell><text:p>名称</text:p></table:table-cell>"
        "<table:table-cell table:number-columns-repeated='2'><text:p>7</text:p></table:table-cell>"
        "</table:table-row></table:table></office:text>"
    )
    blocks, end = read(opendocument("text", body), "a.odt")
    assert told(blocks) == [("heading2", "Tea"), ("text", "One two\nthree"), ("table", "名称\t7\t7")]
    assert (end.title, end.written, end.pages) == ("A plan", MAY, None)


def test_an_opendocument_table_has_a_heading_for_each_sheet() -> None:
    cells = "".join(f"<table:table-cell><text:p>{at}</text:p></table:table-cell>" for at in (1, 2))
    row = f"<table:table-row>{cells}</table:table-row>"
    body = f"<office:spreadsheet><table:table table:name='Costs'>{row}</table:table></office:spreadsheet>"
    blocks, _ = read(opendocument("spreadsheet", body), "a.ods")
    assert told(blocks) == [("heading1", "Costs"), ("table", "1\t2")]


def test_the_pages_of_a_presentation_are_its_slides() -> None:
    cells = "".join(f"<a:tc><a:p><a:r><a:t>{text}</a:t></a:r></a:p></a:tc>" for text in "ab")
    table = f"<a:tbl><a:tr>{cells}</a:tr></a:tbl>"
    data = pptx(
        shape("Goals", "title") + shape("First\nSecond") + shape("1", "sldNum"),
        shape("数据", "ctrTitle") + table,
        notes=shape("Say hello", "body"),
    )
    blocks, end = read(data, "talk.pptx")
    assert [(block.page, *pair) for block, pair in zip(blocks, told(blocks), strict=True)] == [
        (1, "heading1", "Goals"),
        (1, "text", "First\nSecond"),
        (1, "text", "Say hello"),
        (2, "heading1", "数据"),
        (2, "table", "a\tb"),
    ]
    assert end.pages == 2


def test_a_spreadsheet_shows_what_its_cells_show() -> None:
    rows = (
        '<row><c r="A1" t="s"><v>0</v></c><c r="C1" t="inlineStr"><is><t>inline</t></is></c></row>'
        '<row><c r="A2" s="1"><v>45413</v></c><c r="B2" s="2"><v>45413.5</v></c><c r="C2" t="b"><v>1</v></c>'
        '<c r="D2"><f>1+1</f><v>2</v></c></row>'
    )
    blocks, _ = read(xlsx(rows, shared=("茶",)), "costs.xlsx")
    assert told(blocks) == [
        ("heading1", "Costs"),
        ("table", "茶\t\tinline\n2024-05-01\t2024-05-01 12:00:00\tTRUE\t2"),
    ]


def test_a_book_is_read_in_the_order_of_its_spine() -> None:
    chapters = {"b.xhtml": "<h1>二</h1><p>After <a id='x'/>it.</p>", "a.xhtml": "<h1>One</h1><p>First.</p>"}
    spine = '<itemref idref="a.xhtml"/><itemref idref="b.xhtml"/>'
    blocks, end = read(epub(chapters, spine=spine), "book.epub")
    assert told(blocks) == [
        ("heading1", "One"),
        ("text", "First."),
        ("heading1", "二"),
        ("text", "After it."),
    ]
    assert (end.title, end.written) == ("A book", datetime(2019, 1, 1, tzinfo=UTC).timestamp())


PAGE = """<!doctype html><html><head><title>Tea &amp; more</title>
<meta name="dcterms.modified" content="2024-05-01T12:00:00Z"><style>p{}</style></head><body>
<nav><a href=x>Menu</a></nav><h1>Tea<a class="headerlink" href="#t">¶</a></h1>
<p>Green  <b>tea</b>
is&nbsp;good.<br>Really.</p><p hidden>Ignore all this.</p><p style="display:none">And this.</p>
<ul><li>one<ul><li>two</li></ul></li><li><p>three</p></li></ul>
<table><tr><th>名称</th><th></th><th>价</th></tr><tr><td>a</td><td>b</td><td><p>c</p></td></tr></table>
<table><tr><td><h2>Laid out</h2><p>by a table</p></td></tr></table>
<pre>  def f():
    return 1
</pre><script>alert(1)</script></body></html>"""


def test_a_page_keeps_what_its_reader_sees() -> None:
    blocks, end = read(PAGE.encode(), "tea.html")
    assert told(blocks) == [
        ("heading1", "Tea"),
        ("text", "Green tea is good.\nReally."),
        ("text", "one\ntwo\nthree"),
        ("table", "名称\t\t价\na\tb\tc"),
        ("heading2", "Laid out"),
        ("text", "by a table"),
        ("code", "  def f():\n    return 1"),
    ]
    assert (end.title, end.written) == ("Tea & more", MAY)


@pytest.mark.parametrize(
    ("said", "text"), [("gb2312", "简体中文网页"), ("big5", "繁體中文網頁"), ("shift_jis", "日本語のページ")]
)
def test_a_page_is_decoded_as_it_says(said: str, text: str) -> None:
    page = f'<html><meta charset="{said}"><body><p>{text}</p></body></html>'
    blocks, end = read(page.encode(said), "a.html")
    assert told(blocks) == [("text", text)]
    assert end.notes == (f"Read as {'GB18030' if said == 'gb2312' else said}, not UTF-8.",)


MARKDOWN = """---
title: "Tea"
date: 2024-05-01T12:00:00Z
---
# Green *tea* #

It is **good**,
and | cheap.

Under
-----
| name | price |
|------|:-----:|
| tea \\| cup | 3 |

```python
# not a heading

x = 1
```
> quoted
- one
- two
"""


def test_markdown_keeps_its_structure_and_its_words_as_written() -> None:
    blocks, end = read(MARKDOWN.encode(), "tea.md")
    assert told(blocks) == [
        ("heading1", "Green *tea*"),
        ("text", "It is **good**,\nand | cheap."),
        ("heading2", "Under"),
        ("table", "name\tprice\ntea | cup\t3"),
        ("code", "# not a heading\n\nx = 1"),
        ("text", "> quoted\n- one\n- two"),
    ]
    assert (end.title, end.written) == ("Tea", MAY)


def test_underlined_lines_are_headings_in_restructuredtext() -> None:
    blocks, _ = read(b"====\nTea\n====\n\nGood\n----\nIt is.\n\nWhy\n---\n\nx\n", "a.rst")
    assert told(blocks) == [
        ("heading1", "Tea"),
        ("heading2", "Good"),
        ("text", "It is."),
        ("heading2", "Why"),
        ("text", "x"),
    ]


def test_code_is_cut_where_something_new_begins_at_the_margin() -> None:
    body = "".join(f"    line_{at} = 'some words to make it long enough'\n" for at in range(20))
    source = f"import os\n\n\ndef one():\n{body}\n    # still one\n{body}\n\ndef two():\n    pass\n"
    blocks, _ = read(source.encode(), "a.py")
    assert [block.kind for block in blocks] == ["code", "code"]
    assert blocks[1].text == "def two():\n    pass"


@pytest.mark.parametrize(
    ("name", "text"), [("a.csv", 'a,b\n"x, y",2\n'), ("a.csv", "a;b\nx, y;2\n"), ("a.tsv", "a\tb\nx, y\t2\n")]
)
def test_a_table_of_text_is_parted_by_what_parts_it(name: str, text: str) -> None:
    blocks, _ = read(text.encode(), name)
    assert told(blocks) == [("table", "a\tb\nx, y\t2")]


def test_a_table_whose_quotes_never_end_is_read_as_text_from_there() -> None:
    blocks, end = read(b'a,b\n1,"' + b"x " * 60_000, "a.csv")
    assert blocks[0] == Block("table", "a\tb")
    assert {block.kind for block in blocks[1:]} == {"text"}
    assert end.notes == ("From row 2 on this is no table; read as plain text.",)
