"""What is asked is found, quoted to the byte, and what is not on the shelf is said not to be."""

from __future__ import annotations

import pytest

from sottovoce.knowledge import documents
from sottovoce.knowledge.chunk import cut
from sottovoce.knowledge.document import Block, Reading
from sottovoce.knowledge.documents import Document
from sottovoce.knowledge.file import ShelfFile
from sottovoce.knowledge.search import search

H, T = "heading", "text"
DOCUMENTS = {
    "berths.md": ((H, "Berths"), (T, "A berth is let for a year. The rent falls due in March."),
                  (H, "Fees"), (T, "Boats up to eight metres pay 300 a year, larger ones more.")),
    "diesel.md": ((H, "The fuel pump"), (T, "Diesel is sold from seven until noon. Pay at the office."),
                  (T, "The pump shows ERR-2041 when the tank is empty.")),
    "storm.md": ((H, "Warnings"), (T, "A black ball at the mast: a storm is near. Double your ropes."),
                 (T, "Nobody may leave the harbour until the ball comes down.")),
    "waste.md": ((H, "Rubbish"), (T, "Oil and batteries go to the shed by the crane, never into the bins.")),
    "office.md": ((H, "The office"), (T, "The harbour master is there on weekdays, with all keys.")),
    "wlan.md": ((H, "Internet"), (T, "The network is called Harbour. Set wifi_power.conf to low at night."),
                (T, "The passphrase changes every week; it hangs in the office.")),
    "zh.md": ((H, "停泊"), (T, "船只停泊一年须付租金。大船另外收费。")),
    "guests.md": ((H, "Guests"), (T, "Guests moor at the long pier and report on arrival.")),
    "crane.md": ((H, "Crane"), (T, "The crane lifts twelve tonnes. Book it two days before.")),
    "log.md": ((H, "Log"), (T, "Every boat that comes in or leaves the harbour is written down.")),
}  # fmt: skip

ANSWERED = {
    "When do I have to pay for my berth?": "berths.md",
    "What does a boat of eight metres cost in a year?": "berths.md",
    "When can I buy diesel?": "diesel.md",
    "What does ERR-2041 mean?": "diesel.md",
    "What does the black ball on the mast mean?": "storm.md",
    "Where do I throw away batteries?": "waste.md",
    "where does garbage such as oil go": "waste.md",
    "What is the password of the network?": "wlan.md",
    "wifi_power.conf": "wlan.md",
    "How many tonnes can the crane lift?": "crane.md",
    "船停泊一年要多少租金？": "zh.md",
}
NOT_ANSWERED = (
    "Who won the football championship in Brazil?",
    "How do I bake sourdough bread?",
    "Which dentist treats children on Sundays?",
    "怎样做红烧肉？",
)


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    file = ShelfFile(tmp_path_factory.mktemp("shelf"))

    def fill(connection) -> None:
        for name, said in DOCUMENTS.items():
            text, passages = cut(Reading(tuple(Block(kind, part, 1) for kind, part in said), name[:-3]))
            put = Document(0, None, f"/{name}", name, name[:-3], "d", 1, 1, None, None, 0, 0.0)
            documents.put(connection, put, text, passages)

    file.call(fill)
    yield file
    file.close()


def ask(shelf, question: str, limit: int = 5, nearest=()):
    return shelf.look(lambda conn: search(conn, "harbour", question, limit, nearest))


@pytest.mark.parametrize(("question", "document"), ANSWERED.items())
def test_a_question_finds_its_document_first_and_is_said_to_be_answered(shelf, question, document):
    results = ask(shelf, question)
    assert results.found[0].document == document
    assert results.answers, results.why


@pytest.mark.parametrize("question", NOT_ANSWERED)
def test_what_is_not_on_the_shelf_is_said_not_to_be(shelf, question):
    assert not ask(shelf, question).answers


def test_an_odd_word_does_not_outweigh_the_words_that_it_stands_for(tmp_path):
    said = ["A folder of ropes."] + ["The ropes are wet."] * 7 + ["A folder lies here."] * 19
    said += ["The directory is old."] + ["Nothing but water."] * 32
    file = ShelfFile(tmp_path)

    def fill(connection) -> None:
        for at, line in enumerate(said):
            text, passages = cut(Reading((Block(T, line),)))
            put = Document(0, None, f"/{at}", f"{at}", "", "d", 1, 1, None, None, 0, 0.0)
            documents.put(connection, put, text, passages)

    file.call(fill)
    found = [one.text for one in ask(file, "a folder for the ropes").found]
    file.close()
    assert found[:2] == ["A folder of ropes.", "The ropes are wet."]


def test_every_quote_is_what_stands_at_its_bytes(shelf):
    for question in ANSWERED:
        for found in ask(shelf, question).found:
            (number,) = [one.number for one in shelf.look(documents.listed) if one.name == found.document]
            text = shelf.look(lambda conn, number=number: documents.text_of(conn, number))
            assert text[found.start : found.end] == found.text.encode()


def test_what_is_near_by_meaning_is_found_without_a_common_word(shelf):
    question = "Where may a visitor tie up?"
    by_words = [one.document for one in ask(shelf, question).found]
    assert "guests.md" not in by_words[:1]
    (number,) = shelf.look(
        lambda conn: conn.execute(
            """SELECT p.number FROM passages p JOIN documents d ON d.number = p.document
               WHERE d.name = 'guests.md'"""
        ).fetchone()
    )
    assert ask(shelf, question, nearest=[(number, 0.7)]).found[0].document == "guests.md"


def test_near_passages_that_are_gone_are_passed_over(shelf):
    assert ask(shelf, "crane", nearest=[(999_999, 0.9)]).found[0].document == "crane.md"


def test_a_thing_far_by_meaning_is_not_answered_though_its_words_are_there(shelf):
    assert ask(shelf, "How many tonnes can the crane lift?", nearest=[(1, 0.5)]).answers
    assert not ask(shelf, "How many tonnes can the crane lift?", nearest=[(1, 0.1)]).answers


@pytest.mark.parametrize("question", ["", "?!", "of and", '"', "NEAR(a b)", "title:x OR *", "a" * 100_000])
def test_no_question_is_too_odd(shelf, question):
    ask(shelf, question)
    assert ask(shelf, "crane").found[0].document == "crane.md"


def test_an_empty_shelf_answers_nothing(tmp_path):
    file = ShelfFile(tmp_path)
    results = ask(file, "When can I buy diesel?")
    file.close()
    assert results.found == ()
    assert not results.answers


def test_a_limit_is_kept_and_scores_fall(shelf):
    found = ask(shelf, "harbour office boat", limit=3).found
    assert len(found) == 3
    assert 1 >= found[0].score > 0
