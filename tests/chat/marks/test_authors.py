"""No export says that a model wrote what none wrote; and what was told beside an answer stands before it."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Callable
from functools import partial
from io import BytesIO
from typing import Any

import marked
import pytest

from sottovoce.chat import archive
from sottovoce.chat.as_pdf import pdf_of
from sottovoce.chat.as_words import WORDS
from sottovoce.chat.author import AI, Author
from sottovoce.chat.marks import copying, pdf
from sottovoce.chat.pdf.machine import Fonts
from sottovoce.guard.labels import LABELS
from sottovoce.knowledge.reading.shown import look
from sottovoce.store.db import Database
from sottovoce.store.rows import StoredMessage

KINDS = ("md", "html", "json", "docx")
Exported = Callable[..., bytes]


def by_program(reason: str, **facts: Any) -> dict[str, Any]:
    return {"model": "", "digest": "", "facts": {"reason": reason, "made": "here", **facts}}


ANSWERS: dict[str, tuple[dict[str, Any], Author]] = {
    "a model's": ({}, Author.MODEL),
    "an imported one": ({"model": "", "digest": "", "facts": {}}, Author.UNKNOWN),
    "a refusal": (by_program("refused", rule="malware"), Author.RULE),
    "a rule of the owner's": (by_program("answered", rule="hours"), Author.RULE),
    "a receipt": (by_program("remembered", remembered="x"), Author.RULE),
    "one that came in with an import": ({"model": "", "facts": {"reason": "no_question"}}, Author.RULE),
    "of languages": (by_program("language", language="pl"), Author.RULE),
    "of a kind yet unknown": (by_program("something new"), Author.RULE),
    "a withdrawn one": ({"facts": {"reason": "refused", "made": "here", "replaced": True}}, Author.RULE),
    "a sum": (by_program("computed"), Author.TOOL),
    "quotes": (by_program("quotes"), Author.DOCUMENTS),
    "not on the shelf": (by_program("not_on_shelf"), Author.DOCUMENTS),
    "the help's": (by_program("helped"), Author.HELP),
}


def answer(what: str) -> StoredMessage:
    return marked.message("Said so.", **ANSWERS[what][0])


def shown(kind: str, file: bytes) -> str:
    """Return what a reader sees of a file, in a row."""
    if kind == "docx":
        with zipfile.ZipFile(BytesIO(file)) as packed:
            text = packed.read("word/document.xml").decode()
    elif kind == "pdf":
        return " ".join(pdf.visible(look(BytesIO(file))))
    else:
        text = file.decode()
    return re.sub(r"<[^>]*>", "", text).replace("&#x27;", "'")


def written(database: Database, kind: str, said: StoredMessage, language: str, pen: Any) -> bytes:
    chat = database.call(lambda conn: marked.tell(conn, [said]))
    target = BytesIO()
    if kind == "md":
        database.look(lambda conn: archive.export_markdown(conn, "me", [chat.id], target, pen, language))
    else:
        write = partial(pdf_of, fonts=Fonts([])) if kind == "pdf" else archive.whole(kind)
        database.look(
            lambda conn: archive.export_whole(
                conn, "me", chat.id, target, lambda one, branch: write(one, branch, language, pen)
            )
        )
    return target.getvalue()


@pytest.mark.parametrize("language", WORDS)
@pytest.mark.parametrize("kind", ["md", "html", "docx", "pdf"])
@pytest.mark.parametrize("what", ANSWERS)
def test_an_export_says_whose_words_an_answer_is(
    database: Database, what: str, kind: str, language: str
) -> None:
    author, words = ANSWERS[what][1], WORDS[language]
    text = shown(kind, written(database, kind, answer(what), language, marked.pen("cn")))
    by = "starter" if author is Author.MODEL else words.by[author]
    said, other = (words.ai, words.program) if author in AI else (words.program, words.ai)
    heading = f"{{}} ({by})" if kind == "md" else f"{{}} · {by}"
    assert heading.format(said) in text
    assert heading.format(other) not in text
    assert text.count(LABELS["cn"].line) == (author in AI)


@pytest.mark.parametrize("what", ANSWERS)
def test_json_says_it_in_a_field(exported: Exported, what: str) -> None:
    (question, said) = json.loads(exported("json", [answer(what)], marked.pen("cn")))["chats"][0]["messages"]
    assert "written_by" not in question
    assert said["written_by"] == ANSWERS[what][1]
    assert ("label" in said) == (ANSWERS[what][1] in AI)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("what", ANSWERS)
def test_a_file_without_a_word_of_an_ai_is_not_said_to_be_generated(
    exported: Exported, what: str, kind: str
) -> None:
    file = exported(kind, [answer(what)], marked.pen("cn"))
    if kind == "docx":
        with zipfile.ZipFile(BytesIO(file)) as packed:
            file = packed.read("docProps/custom.xml")
        assert (b"AI-generated" in file) == (ANSWERS[what][1] in AI)
    assert (b"ContentProducer" in file) == (ANSWERS[what][1] in AI)


@pytest.mark.parametrize("what", ANSWERS)
def test_a_copy_is_labelled_where_an_ai_wrote_it(what: str) -> None:
    for copy in (copying.as_markdown, copying.as_html):
        text = copy(answer(what), marked.pen("eu"))
        assert (LABELS["eu"].line in text) == (ANSWERS[what][1] in AI)
        assert ("ai_generated" in text) == (ANSWERS[what][1] is Author.MODEL)


@pytest.mark.parametrize("kind", ["md", "html", "docx"])
def test_what_was_told_beside_an_answer_stands_before_it(exported: Exported, kind: str) -> None:
    told = {
        "made": "here",
        "notices": {"crisis": "Call the line."},
        "tools": [{"name": "calculate", "arguments": {"expression": "17 × 6"}, "result": "102"}],
    }
    text = shown(kind, exported(kind, [marked.message("Said so.", facts=told)]))
    assert text.index("Sottovoce: Call the line.") < text.index("calculate: 17 × 6") < text.index("Said so.")
