"""What hides, strikes or adds words that a reader sees is told, though the words in the file are the same."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Callable
from importlib import resources
from io import BytesIO

import changing
import marked
import pytest

from sottovoce.chat.marks import markup
from sottovoce.chat.marks.verifying import Finding, Verdict, verdicts
from sottovoce.core.errors import BadDocument
from sottovoce.guard.provenance import ANSWER, CHAT

Exported = Callable[..., bytes]
HERE = frozenset([marked.SIGNER.public])
SAID = "The river is very long."


def found_in(file: bytes) -> dict[str, Verdict]:
    """Return what is said of the answer and of the whole chat."""
    return {one.record.kind: one for one in verdicts(file, "file", HERE) if one.record is not None}


HTML = {
    "hidden": "<span hidden>very</span>",
    "hidden in capitals": "<SPAN HIDDEN>very</SPAN>",
    "a size of nothing": '<span style="font-size:0">very</span>',
    "no display": '<span style="display:none">very</span>',
    "unseen": '<b style="visibility: hidden">very</b>',
    "white": '<font color="white">very</font>',
    "struck": "<s>very</s>",
    "struck out": "<del>very</del>",
    "struck in an old way": "<strike>very</strike>",
    "words of a style": '<style>.x::before{content:"no "}</style><span class="x">very</span>',
    "a style alone": "very<style>p{display:none}</style>",
    "a field": 'very<input value="un">',
    "a picture": 'very<img src="https://example.org/not.png">',
    "quotation marks": "<q>very</q>",
    "other words": "very<script>document.write('not')</script>",
    "shown without scripts": "very<noscript>not</noscript>",
    "turned around": '<bdo dir="rtl">very</bdo>',
    "raised": "<sup>very</sup>",
    "folded": "<details>very</details>",
    "a class of somebody": '<span class="d-none">very</span>',
    "a comment that ends early": "<!-->not<!-- -->very",
    "a declaration": "<![CDATA[>not]]>very",
    "an instruction": "<?x >not?>very",
    "an inserted one": "<ins>very</ins>",
    "a drawing": "very<svg><text>not</text></svg>",
    "a place said twice": '<span lang="en" lang="de">very</span>',
}


@pytest.mark.parametrize("put", HTML.values(), ids=HTML)
def test_markup_that_can_change_what_a_page_shows_is_told(exported: Exported, put: str) -> None:
    file = exported("html", [marked.message(SAID)])
    changed = file.replace(b"very", put.encode(), 1)
    assert changed != file
    told = found_in(changed)
    assert {kind: one.finding for kind, one in told.items()} == dict.fromkeys(told, Finding.CHANGED)
    assert set(told) == {ANSWER, CHAT}


@pytest.mark.parametrize("put", ['hidden=""', 'style="display:none"', 'class="gone"'])
def test_the_element_of_an_answer_itself_may_hide_nothing(exported: Exported, put: str) -> None:
    file = exported("html", [marked.message(SAID)])
    changed = file.replace(b'<div class="answer"', b"<div " + put.encode(), 1)
    assert changed != file
    assert found_in(changed)[ANSWER].finding is Finding.CHANGED


AROUND = {
    "another style": (b"</head>", b"<style>.answer p{display:none}</style></head>"),
    "more in ours": (b"</style>", b" .answer{font-size:0}</style>"),
    "a sheet from elsewhere": (b"</head>", b'<link rel="stylesheet" href="x.css"></head>'),
    "a script": (b"</head>", b"<script>1</script></head>"),
    "behind the body": (b"</body>", b"</body><style>p{display:none}</style>"),
}


@pytest.mark.parametrize(("old", "new"), AROUND.values(), ids=AROUND)
def test_a_whole_page_has_the_style_that_it_was_exported_with(
    exported: Exported, old: bytes, new: bytes
) -> None:
    file = exported("html", [marked.message(SAID)])
    told = found_in(file.replace(old, new, 1))
    assert told[CHAT].finding is Finding.CHANGED
    assert told[CHAT].markup


def test_every_style_that_pages_are_exported_with_is_known() -> None:
    """Add the digest of a changed one to markup.STYLES, and leave the others: their pages are out there."""
    css = resources.files("sottovoce.chat").joinpath("as_page.css").read_text("utf-8")
    assert markup.style_digest(css) in markup.STYLES
    assert markup.is_our_style(css.replace("\n", "\r\n    "))


@pytest.mark.parametrize(
    "put", ["<b>very</b>", "<span>very</span>", '<font lang="en">very</font>', "<i>very</i>"]
)
def test_markup_that_changes_no_word_is_nothing(exported: Exported, put: str) -> None:
    file = exported("html", [marked.message(SAID)]).replace(b"very", put.encode(), 1)
    assert {one.finding for one in found_in(file).values()} == {Finding.UNCHANGED}


MARKDOWN = {
    "struck": "~~very~~",
    "html": "<span hidden>very</span>",
    "a comment": "<!-- very -->",
    "a picture": "very ![](x.png)",
    "a code": "very ```x```",
}


@pytest.mark.parametrize("put", MARKDOWN.values(), ids=MARKDOWN)
def test_markdown_that_shows_something_else_is_told(exported: Exported, put: str) -> None:
    file = exported("md", [marked.message(SAID)]).replace(b"very", put.encode(), 1)
    assert found_in(file)[ANSWER].finding is Finding.CHANGED


def test_what_the_model_struck_through_may_not_be_unstruck(exported: Exported) -> None:
    for kind, old, new in (
        ("md", b"~~very~~", b"very"),
        ("html", b"<s>very</s>", b"very"),
        ("docx", b"<w:strike/>", b""),
    ):
        file = exported(kind, [marked.message("It is ~~very~~ long.")])
        assert found_in(file)[ANSWER].finding is Finding.UNCHANGED
        other = in_document(file, old, new) if kind == "docx" else file.replace(old, new, 1)
        assert found_in(other)[ANSWER].finding is Finding.CHANGED


def in_document(file: bytes, old: bytes, new: bytes, part: str = "word/document.xml") -> bytes:
    parts = changing.unpacked(file)
    assert old in parts[part]
    return changing.packed({**parts, part: parts[part].replace(old, new, 1)})


def run(about: str, text: str = "very") -> str:
    return (
        "</w:t></w:r><w:r><w:rPr>" + about + f'</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'
        '<w:r><w:t xml:space="preserve">'
    )


DOCX = {
    "vanished": run("<w:vanish/>"),
    "struck": run("<w:strike/>"),
    "struck twice": run('<w:dstrike w:val="true"/>'),
    "white": run('<w:color w:val="FFFFFF"/>'),
    "a colour of the theme": run('<w:color w:val="000000" w:themeColor="background1"/>'),
    "tiny": run('<w:sz w:val="2"/>'),
    "pictures": run('<w:rFonts w:ascii="Wingdings"/>'),
    "black on black": run('<w:highlight w:val="black"/>'),
    "taken out": '</w:t></w:r><w:del w:id="9" w:author="x"><w:r><w:delText>very</w:delText></w:r></w:del>'
    '<w:r><w:t xml:space="preserve">',
    "put in": '</w:t></w:r><w:ins w:id="9" w:author="x"><w:r><w:t>very</w:t></w:r></w:ins>'
    '<w:r><w:t xml:space="preserve">',
    "a sign": 'very</w:t><w:sym w:font="Symbol" w:char="F0D8"/><w:t xml:space="preserve">',
    "a field": 'very</w:t></w:r><w:fldSimple w:instr="QUOTE not"/><w:r><w:t xml:space="preserve">',
    "a drawing": 'very</w:t><w:pict/><w:t xml:space="preserve">',
    "something unknown": 'very</w:t><x:y xmlns:x="urn:x"/><w:t xml:space="preserve">',
}


@pytest.mark.parametrize("put", DOCX.values(), ids=DOCX)
def test_markup_that_can_change_what_a_document_shows_is_told(exported: Exported, put: str) -> None:
    file = in_document(exported("docx", [marked.message(SAID)]), b"very", put.encode())
    told = found_in(file)
    assert {kind: one.finding for kind, one in told.items()} == dict.fromkeys((ANSWER, CHAT), Finding.CHANGED)


ELSEWHERE = {
    "a style that hides": (
        "word/styles.xml",
        b'w:val="Normal"/>',
        b'w:val="Normal"/><w:rPr><w:vanish/></w:rPr>',
    ),
    "letters of nothing": ("word/styles.xml", b'<w:sz w:val="22"/>', b'<w:sz w:val="1"/>'),
    "styles of another part": ("word/_rels/document.xml.rels", b'"styles.xml"', b'"others.xml"'),
    "another document": ("_rels/.rels", b'"word/document.xml"', b'"word/other.xml"'),
}


@pytest.mark.parametrize(("part", "old", "new"), ELSEWHERE.values(), ids=ELSEWHERE)
def test_the_other_parts_of_a_document_may_hide_nothing(
    exported: Exported, part: str, old: bytes, new: bytes
) -> None:
    file = in_document(exported("docx", [marked.message(SAID)]), old, new, part)
    told = found_in(file)[ANSWER]
    assert (told.finding, len(told.markup)) == (Finding.CHANGED, 1)


def test_a_style_that_nothing_is_set_in_hides_nothing(exported: Exported) -> None:
    style = b'<w:style w:type="character" w:styleId="Gone"><w:rPr><w:vanish/></w:rPr></w:style></w:styles>'
    file = in_document(exported("docx", [marked.message(SAID)]), b"</w:styles>", style, "word/styles.xml")
    assert {one.finding for one in found_in(file).values()} == {Finding.UNCHANGED}


def test_what_word_adds_unasked_is_nothing(exported: Exported) -> None:
    put = run(
        '<w:rFonts w:ascii="Calibri" w:cs="Calibri"/><w:b/><w:color w:val="auto"/><w:sz w:val="22"/>'
        '<w:lang w:val="en-US"/>'
    ).replace("<w:r>", '<w:proofErr w:type="spellStart"/><w:r w:rsidR="00AB12CD">')
    file = in_document(exported("docx", [marked.message(SAID)]), b"very", put.encode())
    assert {one.finding for one in found_in(file).values()} == {Finding.UNCHANGED}


def test_a_part_that_is_there_twice_is_told(exported: Exported) -> None:
    file = BytesIO(exported("docx", [marked.message(SAID)]))
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(file, "a") as archive:
        archive.writestr("word/document.xml", "<x/>")
    with pytest.raises(BadDocument, match="twice"):
        verdicts(file.getvalue(), "file", HERE)


@pytest.mark.parametrize("kind", ["md", "html", "docx"])
def test_every_kind_of_markup_that_an_answer_can_have_is_expected(exported: Exported, kind: str) -> None:
    found = verdicts(exported(kind), "file", HERE)
    assert {(one.finding, one.markup) for one in found} == {(Finding.UNCHANGED, ())}
    if kind == "html":
        assert len(set(re.findall(r"<(\w+)", exported(kind).decode()))) > 30


@pytest.mark.parametrize("field", ["answer", "content", "response", "output"])
def test_a_second_text_beside_the_one_that_was_signed_is_told(exported: Exported, field: str) -> None:
    answer = json.loads(exported("json", [marked.message(SAID)]))["chats"][0]["messages"][1]
    assert [one.finding for one in verdicts(json.dumps(answer).encode(), "x", HERE)] == [Finding.UNCHANGED]
    for other in ({**answer, field: SAID, "text": "It is short."}, {**answer, field: "It is short."}):
        assert [one.finding for one in verdicts(json.dumps(other).encode(), "x", HERE)] == [Finding.CHANGED]
