"""Every export verifies as it was written, also when another program wrote it anew; no changed word does."""

from __future__ import annotations

import io
import json
import random
import re
from collections.abc import Callable
from typing import Any

import changing
import changing_pdf
import marked
import pytest

from sottovoce.chat.marks.verifying import Finding, Signed, Verdict, verdicts
from sottovoce.core.messages import Role, State
from sottovoce.guard.provenance import ANSWER, CHAT
from sottovoce.knowledge.reading import shown

KINDS = ("md", "html", "json", "docx", "pdf")
TRIED = {"pdf": 12}
"""Changed words for each kind, 250 of most. `python -m bench.marking` changes 1,000 of each."""

HERE = frozenset([marked.SIGNER.public])
Exported = Callable[..., bytes]


def looked(file: bytes, _: str) -> dict[str, Any]:
    """Read a PDF in this process: starting another each time would take hours."""
    return shown.look(io.BytesIO(file))


def verify(file: bytes, name: str = "file") -> list[Verdict]:
    return verdicts(file, name, HERE, look=looked)


def is_whole(found: list[Verdict]) -> bool:
    return bool(found) and all(one.finding is Finding.UNCHANGED for one in found)


@pytest.mark.parametrize("labels", ["none", "eu", "cn"])
@pytest.mark.parametrize("kind", KINDS)
def test_an_export_verifies_as_it_was_written(exported: Exported, kind: str, labels: str) -> None:
    found = verify(exported(kind, pen=marked.pen(labels)))
    assert is_whole(found)
    assert {one.signed for one in found} == {Signed.HERE}
    kinds = [one.record.kind for one in found if one.record is not None]
    assert (kinds.count(ANSWER), kinds.count(CHAT)) == (3, 1)


@pytest.mark.parametrize("kind", KINDS)
def test_two_equal_answers_of_one_second_have_each_a_record(exported: Exported, kind: str) -> None:
    moments = (1_764_237_600.25, 1_764_237_600.75)
    found = verify(exported(kind, [marked.message("It is wet.", created=at) for at in moments]))
    ids = {one.record.id for one in found if one.record is not None and one.record.kind == ANSWER}
    assert is_whole(found)
    assert len(ids) == 2


@pytest.mark.parametrize("kind", KINDS)
def test_every_changed_word_is_found(exported: Exported, kind: str) -> None:
    file, draw = exported(kind), random.Random(kind)
    missed = []
    for _ in range(TRIED.get(kind, 250)):
        other, what = changing.changed(kind, file, draw)
        if is_whole(verify(other)):
            missed.append(what)
    assert missed == []


@pytest.mark.parametrize("kind", KINDS)
def test_the_changed_sentence_of_an_answer_is_named_and_the_others_are_unchanged(
    exported: Exported, kind: str
) -> None:
    file = exported(kind)
    if kind == "docx":
        parts = changing.unpacked(file)
        document = parts["word/document.xml"].replace("水流不快".encode(), "水流很快".encode())
        file = changing.packed({**parts, "word/document.xml": document})
    elif kind == "pdf":
        file = changing_pdf.reworded(file, "水流不快", "水流流快")
    else:
        file = file.replace("水流不快".encode(), "水流很快".encode())
    answers = [one for one in verify(file) if one.record is not None and one.record.kind == ANSWER]
    changed = [one for one in answers if one.finding is Finding.CHANGED]
    assert (len(answers), len(changed)) == (3, 1)
    (place,) = changed[0].changes
    assert "水流很快" in place.text or kind == "pdf"
    assert "水流不快" not in place.text


def windows(text: str) -> str:
    return "\ufeff" + text.replace("\n", "\r\n")


def trailing(text: str) -> str:
    return "\n".join(f"{line} \t" if not line.startswith("|") else line for line in text.split("\n"))


def bulleted(text: str) -> str:
    """Write Markdown as a formatter does: other bullets, other emphasis."""
    text = re.sub(r"^( *)- ", r"\1* ", text, flags=re.MULTILINE)
    return text.replace("*Alps*", "_Alps_").replace("**1,230 km**", "__1,230 km__")


@pytest.mark.parametrize("edit", [windows, trailing, bulleted])
def test_markdown_that_another_program_wrote_anew_is_unchanged(
    exported: Exported, edit: Callable[[str], str]
) -> None:
    text = exported("md").decode()
    assert edit(text) != text
    assert is_whole(verify(edit(text).encode()))


@pytest.mark.parametrize("encoding", ["utf-16", "gb18030", "utf-8-sig"])
def test_markdown_saved_in_another_encoding_is_unchanged(exported: Exported, encoding: str) -> None:
    text = exported("md").decode().replace("ö", "oe")
    with_name = text.encode(encoding)
    assert [one.finding for one in verify(with_name)][1] is Finding.UNCHANGED


@pytest.mark.parametrize(
    "write",
    [
        lambda value: json.dumps(value, indent=4),
        lambda value: json.dumps(value, sort_keys=True, separators=(",", ":")),
        lambda value: json.dumps(value, ensure_ascii=False).replace(".0,", ","),
    ],
    ids=["indented", "sorted", "numbers as JavaScript writes them"],
)
def test_json_that_another_program_wrote_anew_is_unchanged(
    exported: Exported, write: Callable[[object], str]
) -> None:
    assert is_whole(verify(write(json.loads(exported("json"))).encode()))


def test_html_that_another_program_wrote_anew_is_unchanged(exported: Exported) -> None:
    from selectolax.lexbor import LexborHTMLParser

    page = LexborHTMLParser(exported("html").decode()).html or ""
    assert is_whole(verify(page.encode()))
    assert is_whole(verify(re.sub(r">\s+<", ">\n\n  <", page).encode()))
    assert is_whole(verify(page.replace("</p>", "").replace("</li>", "").encode()))


def test_an_answer_alone_out_of_a_page_is_unchanged(exported: Exported) -> None:
    from selectolax.lexbor import LexborHTMLParser

    piece = LexborHTMLParser(exported("html").decode()).css("div.answer")[1].html or ""
    (found,) = verify(f"<p>Look:</p>{piece}<p>Nice.</p>".encode())
    assert (found.finding, found.record is not None and found.record.kind) == (Finding.UNCHANGED, ANSWER)


def test_a_document_with_the_order_of_its_parts_changed_is_unchanged(exported: Exported) -> None:
    parts = changing.unpacked(exported("docx"))
    renamed = {**dict(reversed(parts.items()))}
    renamed["customXml/item7.xml"] = renamed.pop("customXml/item1.xml")
    assert is_whole(verify(changing.packed(renamed)))


def test_a_document_whose_bookmarks_were_lost_still_has_its_answers(exported: Exported) -> None:
    parts = changing.unpacked(exported("docx"))
    document = re.sub(rb"<w:bookmark(Start|End)[^>]*/>", b"", parts["word/document.xml"])
    assert is_whole(verify(changing.packed({**parts, "word/document.xml": document})))


def test_an_answer_whose_beginning_is_no_longer_marked_is_found_in_more(exported: Exported) -> None:
    text = exported("md").decode()
    end = re.search(r"莱茵河长约.*?<!-- sottovoce:end [^>]*-->", text, re.DOTALL)
    assert end is not None
    (found,) = verify(f"A word before.\n\n{end[0]}".encode())
    assert found.finding is Finding.UNCHANGED


def test_markdown_made_into_html_with_its_comments_is_unchanged(exported: Exported) -> None:
    from markdown_it import MarkdownIt

    (text,) = [part for part in marked.ANSWERS if part.startswith("莱茵河")]
    export = exported("md", [marked.message(text)]).decode()
    html = MarkdownIt("commonmark", {"html": True}).render(export)
    answers = [one for one in verify(html.encode()) if one.record and one.record.kind == ANSWER]
    assert [one.finding for one in answers] == [Finding.UNCHANGED]


@pytest.mark.parametrize(
    "answer",
    [
        {"role": Role.USER},
        {"model": "", "digest": ""},
        {"facts": {}},
        {"facts": {"made": "here", "replaced": True}},
    ],
    ids=["a person", "no model", "came with an import", "put in its place"],
)
@pytest.mark.parametrize("kind", KINDS)
def test_what_no_model_is_known_to_have_written_is_not_signed_as_if_one_had(
    exported: Exported, kind: str, answer: dict[str, object]
) -> None:
    found = verify(exported(kind, [marked.message("Somebody wrote this.", **answer)]))
    assert is_whole(found)
    assert [one.record.kind for one in found if one.record is not None] == [CHAT]


@pytest.mark.parametrize("state", [State.STOPPED, State.INTERRUPTED, State.FAILED, State.WRITING])
@pytest.mark.parametrize("digest", [marked.DIGEST, ""], ids=["known file", "unknown file"])
@pytest.mark.parametrize("kind", KINDS)
def test_what_there_is_of_a_cut_answer_is_signed(
    exported: Exported, kind: str, digest: str, state: State
) -> None:
    cut = marked.message("Half of", state=state, digest=digest, facts={"made": "here"})
    found = verify(exported(kind, [cut]))
    assert is_whole(found)
    (record,) = [one.record for one in found if one.record is not None and one.record.kind == ANSWER]
    assert (record.model, record.model_digest) == ("starter", digest or None)


@pytest.mark.parametrize(
    "text",
    [
        "<!-- sottovoce:begin 0123456789abcdef -->",
        "<!-- sottovoce:end 0123456789abcdef {} -->",
        '</div><div data-sottovoce="{}">',
        "--> <script>alert(1)</script>",
        "```\nnever closed",
        "a\x07b\x0bc\x1fd e\ufffef",
        "&amp; &lt; &notit; &#x41;",
        "{{body}} {{title}} ]]> <w:p/>",
        "1. a\n1. b\n\n5. c\n7. d",
        "[a]: https://example.org\n\n[a] [b][a]",
        "x" * 5_000,
        "word " * 50_000,
        "\u202eevil\u202c and\u200bzero",
        "    indented at first",
        "| a |\n|---|\n| b | c |",
        "𝕳𝖊𝖑𝖑𝖔 👩‍👩‍👧",
    ],
    ids=lambda text: repr(text[:20]),
)
@pytest.mark.parametrize("kind", KINDS)
def test_an_answer_with_odd_things_in_it_verifies(exported: Exported, kind: str, text: str) -> None:
    text = text[:20_000] if kind == "pdf" else text
    found = verify(exported(kind, [marked.message(text), marked.message("Yes.")]))
    assert is_whole([one for one in found if one.signed is Signed.HERE])
    assert len([one for one in found if one.signed is Signed.HERE]) == 3


@pytest.mark.parametrize("kind", KINDS)
def test_a_mark_put_beside_another_text_is_found(exported: Exported, kind: str) -> None:
    one, other = (
        exported(kind, [marked.message(text)]) for text in ("The sky is blue.", "The sky is green.")
    )
    if kind == "docx":
        mine, theirs = changing.unpacked(one), changing.unpacked(other)
        mine["word/document.xml"] = mine["word/document.xml"].replace(b"blue", b"green")
        assert "customXml/item1.xml" in theirs
        file = changing.packed(mine)
    elif kind == "pdf":
        file = changing_pdf.reworded(one, "blue", "green")
    else:
        file = one.replace(b"blue", b"green")
    assert {found.finding for found in verify(file)} == {Finding.CHANGED}


@pytest.mark.parametrize("kind", KINDS)
def test_the_marks_of_another_home_are_told_from_ours(exported: Exported, kind: str) -> None:
    file = exported(kind, pen=marked.pen(signer=marked.STRANGER))
    assert {one.signed for one in verify(file)} == {Signed.UNKNOWN}
    given = verdicts(file, "file", HERE, frozenset([marked.STRANGER.public]), look=looked)
    assert {one.signed for one in given} == {Signed.GIVEN}
    assert is_whole(given)
