from __future__ import annotations

import pytest
from zim_articles import LEADS, SECTIONS, page

from sottovoce.knowledge.document import Block
from sottovoce.knowledge.zim import article
from sottovoce.knowledge.zim.article import BadArticle, blocks


def said(html: str, title: str = "") -> list[tuple[str, str]]:
    return [(block.kind, block.text) for block in blocks(html, title)[0]]


def test_sections_are_headings_and_what_is_no_text_is_left_out() -> None:
    found, cut = blocks(
        page("Photosynthesis", LEADS["Photosynthesis"], SECTIONS["Photosynthesis"]), "Photosynthesis"
    )
    assert not cut
    assert [(block.text, block.level) for block in found if block.kind == "heading"] == [
        ("Light reactions", 2),
        ("Where it happens", 3),
        ("Calvin cycle", 2),
    ]
    text = " ".join(block.text for block in found)
    assert found[0] == Block("text", LEADS["Photosynthesis"])
    for gone in ("[1]", "nobody cites", "References", "Portal", "evil", "color", "Random"):
        assert gone not in text


def test_a_table_is_one_block_of_rows_and_cells() -> None:
    assert said(page("Mount Vesuvius", "It is a volcano.", SECTIONS["Mount Vesuvius"]), "Mount Vesuvius")[
        2
    ] == (
        "table",
        "Known eruptions\nYear\tDeaths\n79\tabout 2,000\n1944\t26",
    )


@pytest.mark.parametrize(
    ("html", "found"),
    [
        ("<table><tr><td>a <table><tr><td>b<td>c</table> d<tr><td>e</table>", [("table", "a b c d\ne")]),
        ("<table><tr><td>a<br>b<p>c</p></td></tr></table>", [("table", "a b c")]),
        ("<table>never closed<tr><td>a", [("text", "never closed"), ("table", "a")]),
        ("<table><tr><td></td></tr></table>", []),
    ],
)
def test_odd_tables_keep_their_cells(html: str, found: list[tuple[str, str]]) -> None:
    assert said(html) == found


@pytest.mark.parametrize(
    ("html", "found"),
    [
        ("loose <b>words</b> <i>run</i><div>end</div>", [("text", "loose words run"), ("text", "end")]),
        ("<ul><li>one<ul><li>two</ul><li>three</ul>", [("text", "one"), ("text", "two"), ("text", "three")]),
        ("<pre>a\n  b</pre>", [("code", "a\n  b")]),
        ("<p hidden>a</p><p style='display: none'>b</p><p>c &amp; d</p>", [("text", "c & d")]),
        ("<math alttext='E=mc^2'><mi>E</mi></math> is known", [("text", "E=mc^2 is known")]),
        (
            "<span class='mwe-math-mathml-inline' style='display:none'><math alttext='x'></math></span>",
            [("text", "x")],
        ),
        ("<h2>Empty</h2><h2>Full</h2><p>a</p><h2>See also</h2>", [("heading", "Full"), ("text", "a")]),
        ("<h2>参考文献</h2><p>a</p><h3>b</h3><p>c</p><h2>d</h2><p>e", [("heading", "d"), ("text", "e")]),
        ("<img src=x alt=y onerror=alert(1)><iframe src=x>z</iframe><svg><text>q</text></svg>", []),
        ("", []),
    ],
)  # fmt: skip
def test_what_a_page_says(html: str, found: list[tuple[str, str]]) -> None:
    assert said(html) == found


@pytest.mark.parametrize(
    "html", ["<div>" * 100_000, "<div/>" * 100_000, "<b></i>" * 100_000, "<ul><li>" * 100_000]
)
def test_elements_deep_in_each_other_are_refused_before_they_are_read(html: str) -> None:
    with pytest.raises(BadArticle, match="deep in each other"):
        blocks(html, "")


def test_what_is_deep_but_closed_is_read() -> None:
    assert article.depth("<svg>" + "<path d='x'/>" * 2000 + "</svg>" + "<p>x<br>" * 2000) == 1
    assert said("<div><p>x</p></div>" * 1000) == [("text", "x")] * 1000


@pytest.mark.parametrize(
    "html", ["word " * 200_000, "<table>" + "<tr><td>cell text" * 60_000, "<p>x" * 20_000]
)
def test_of_a_long_article_the_beginning_is_kept_and_the_cut_told(html: str) -> None:
    found, cut = blocks(html, "")
    assert cut
    assert found
    assert sum(len(block.text) for block in found) <= article.LONGEST_TEXT
    with pytest.raises(BadArticle, match="more than"):
        blocks("x" * (article.LONGEST + 1), "")
