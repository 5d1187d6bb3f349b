"""Whether what was found answers what was asked."""

from __future__ import annotations

import pytest

from sottovoce.knowledge import documents, search
from sottovoce.knowledge.answers import Coverage, Hits, answered, coverage
from sottovoce.knowledge.chunk import cut
from sottovoce.knowledge.document import Block, Reading
from sottovoce.knowledge.documents import Document
from sottovoce.knowledge.file import ShelfFile

DOCUMENT = {1: 10, 2: 10, 3: 20}


def hits(*parts: tuple[float, set[int]]) -> list[Hits]:
    return [Hits(weight, frozenset(passages)) for weight, passages in parts]


def test_a_document_may_have_in_two_passages_what_is_asked():
    why = coverage(hits((3.0, {1}), (1.0, {2, 3}), (1.0, set())), [1, 3], DOCUMENT, [])
    assert why == Coverage(passage=0.6, document=0.8, unknown=0.2, cosine=None)


def test_nothing_found_speaks_for_nothing():
    assert not answered(coverage([], [], {}, []))
    assert not answered(Coverage())


@pytest.mark.parametrize(
    ("why", "yes"),
    [
        (Coverage(0.5, 0.8, 0.0), True),
        (Coverage(0.3, 0.4, 0.0), False),
        (Coverage(0.6, 0.6, 0.4), False),
        (Coverage(0.6, 0.9, 0.0, 0.6), True),
        (Coverage(0.6, 0.9, 0.0, 0.5), True),
        (Coverage(0.3, 0.4, 0.0, 0.5), False),
        (Coverage(0.6, 0.9, 0.0, 0.2), False),
        (Coverage(0.1, 0.1, 0.9, 0.7), True),
    ],
)
def test_it_answers_where_enough_of_the_question_is_there_and_its_meaning_is_near(why, yes):
    assert answered(why) is yes


@pytest.mark.parametrize(
    ("question", "yes"),
    [
        ("How many days of leave do I get?", True),
        ("When do unused days expire?", True),
        ("What must I do to take my leave?", True),
        ("Who won the world cup in 1998?", False),
        ("How many parking places are there?", False),
    ],
)
def test_on_a_shelf_of_one_page_a_word_of_any_subject_may_be_missing(question, yes, tmp_path):
    said = "Everybody has 28 days of leave a year. Unused days expire at the end of March."
    file = ShelfFile(tmp_path / "shelf")
    text, passages = cut(Reading((Block("heading", "Leave", 1), Block("text", said))))
    one = Document(0, None, "/leave.md", "leave.md", "", "d", 1, 1, 1.0, None, 0, 1.0)
    file.call(lambda conn: documents.put(conn, one, text, passages))
    results = file.look(lambda conn: search.search(conn, "handbook", question, 5))
    file.close()
    assert results.answers is yes
