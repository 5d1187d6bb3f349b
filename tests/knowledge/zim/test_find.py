"""Questions to real ZIM files: what answers is among the first, and stands in the article to the byte."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from sottovoce.core.errors import BadDocument, NotFound
from sottovoce.knowledge.search import Results
from sottovoce.knowledge.zim.archive import Archive, open_archive
from sottovoce.knowledge.zim.find import find, text_of


@pytest.mark.parametrize(
    ("question", "document", "headings", "quote"),
    [
        (
            "How do plants make oxygen from light?",
            "Photosynthesis",
            (),
            "turn light, water and carbon dioxide",
        ),
        ("Which enzyme works in the Calvin cycle?", "Photosynthesis", ("Calvin cycle",), "RuBisCO"),
        (
            "Where are the thylakoid membranes held?",
            "Photosynthesis",
            ("Light reactions", "Where it happens"),
            "hold",
        ),
        ("When did Marie Curie receive the Nobel Prize?", "Marie Curie", (), "1903 and in 1911"),
        ("Who improved the steam engine so that it used less coal?", "James Watt", (), "separate condenser"),
        ("How many people died at Vesuvius in 1944?", "Mount Vesuvius", ("Eruptions",), "1944\t26"),
        ("Why does iron get brown outside in the rain?", "Rust", (), "oxide of iron"),
        ("What makes the sea rise and fall every day?", "Tide", (), "gravity of the Moon"),
        ("the largest animal", "Whale", (), "blue whale"),
        ("printing with movable type in Europe", "Johannes Gutenberg", (), "about 1440"),
        ("What is plant food?", "Photosynthesis", (), "sugar and oxygen"),
    ],
)
async def test_a_question_finds_the_passage_that_answers(
    wiki: Archive, question: str, document: str, headings: tuple[str, ...], quote: str
) -> None:
    best = (await find(wiki, question, 3, shelf="wiki")).found
    found = next(one for one in best if one.document == document and quote in one.text)
    assert (found.shelf, found.headings, found.page) == ("wiki", headings, None)


async def test_chinese_words_of_two_characters_are_found(written: Path) -> None:
    questions = {
        "植物怎么制造氧气？": "光合作用",
        "长城是什么时候修建的": "长城",
        "血糖过高是什么病？": "糖尿病",
        "谁改进了造纸术": "造纸术",
        "引力": "潮汐",
    }
    async with await open_archive(written / "chinese.zim") as archive:
        best = {question: (await find(archive, question, 3)).found[0].document for question in questions}
    assert best == questions


@pytest.mark.parametrize(
    ("question", "answers"),
    [
        ("Which enzyme works in the Calvin cycle?", True),
        ("How many people died at Vesuvius in 1944?", True),
        ("Who discovered penicillin?", True),
        ("Which enzyme digests lactose?", False),
        ("How tall is Mount Everest?", False),
        ("What is the largest city in China?", False),
        ("Who is the president of France?", False),
    ],
)
async def test_what_shares_a_word_or_two_with_the_question_does_not_answer_it(
    wiki: Archive, question: str, answers: bool
) -> None:
    assert (await find(wiki, question, 8)).answers is answers


async def test_chinese_that_shares_a_word_does_not_answer(written: Path) -> None:
    questions = {
        "植物怎么制造氧气？": True,
        "谁改进了造纸术": True,
        "量子引力是什么？": False,
        "中国的首都在哪里？": False,
    }
    async with await open_archive(written / "chinese.zim") as archive:
        said = {question: (await find(archive, question, 8)).answers for question in questions}
    assert said == questions


async def test_a_whole_question_would_find_nothing_since_every_word_is_wanted(wiki: Archive) -> None:
    question = "Why does iron get brown outside in the rain?"
    assert await wiki.search([question]) == ([[]], [])
    assert (await find(wiki, question, 1)).found[0].document == "Rust"


async def test_what_is_found_stands_in_the_article_to_the_byte(wiki: Archive) -> None:
    for question in ("light reactions in plants", "Marie Curie", "Vesuvius eruption deaths"):
        for found in (await find(wiki, question, 5)).found:
            text = await text_of(wiki, found.document)
            assert text.encode()[found.start : found.end] == found.text.encode()
            assert found.digest == hashlib.sha256(text.encode()).hexdigest()
            assert found.written == 1768435200.0  # 15 January 2026, from the file


async def test_no_more_is_found_than_was_wanted_and_best_comes_first(wiki: Archive) -> None:
    found = (await find(wiki, "steam engine coal", 2)).found
    assert len(found) == 2
    assert found[0].score >= found[1].score
    assert await find(wiki, "why?", 5) == Results()
    assert await find(wiki, "", 5) == Results()


async def test_one_article_does_not_crowd_out_the_others(wiki: Archive) -> None:
    found = (await find(wiki, "photosynthesis, radium", 8)).found
    assert [one.document for one in found].count("Photosynthesis") == 3
    assert "Radium" in [one.document for one in found]


async def test_the_models_queries_find_what_the_question_does_not_name(wiki: Archive) -> None:
    question = "Which medicine do people inject before meals?"
    alone = await find(wiki, question, 3)
    assert "Insulin" not in [one.document for one in alone.found]
    helped = await find(wiki, question, 3, written=["hormone pancreas blood sugar"])
    assert helped.found[0].document == "Insulin"
    assert (alone.answers, helped.answers) == (False, True)


async def test_likeness_by_vectors_takes_part_in_the_order(wiki: Archive) -> None:
    asked: list[str] = []

    async def near(question: str, texts: Sequence[str]) -> Sequence[float]:
        asked.append(question)
        return [float("near Naples" in text) for text in texts]

    question = "Which Roman town was buried under ash?"
    plain = (await find(wiki, question, 3)).found
    liked = (await find(wiki, question, 3, near=near)).found
    assert asked == [question]
    assert {one.document for one in liked[:2]} == {"Pompeii", "Mount Vesuvius"}
    assert [one.score for one in liked] != [one.score for one in plain]


async def test_without_an_index_the_titles_are_searched(written: Path) -> None:
    async with await open_archive(written / "plain.zim") as archive:
        assert not archive.facts.indexed
        assert (await find(archive, "What is chess?", 1)).found[0].document == "Chess"


async def test_where_the_index_cannot_be_read_the_titles_are_searched_and_it_is_told(
    wiki: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = wiki.search

    async def damaged(queries: Sequence[str] = (), *rest: Any, **more: Any) -> Any:
        if queries:
            raise BadDocument("Its index cannot be read.", hint="Copy it again")
        return await whole(queries, *rest, **more)

    monkeypatch.setattr(wiki, "search", damaged)
    told: list[str] = []
    assert (await find(wiki, "What is chess?", 1, told=told.append)).found[0].document == "Chess"
    assert told == ["Its index cannot be read."]


async def test_two_archives_answer_at_once_and_by_their_own(written: Path, wiki: Archive) -> None:
    async with await open_archive(written / "chinese.zim") as other:
        answers = await asyncio.gather(
            *(find(archive, word, 1) for _ in range(3) for archive, word in ((wiki, "rust"), (other, "长城")))
        )
        assert [one.found[0].document for one in answers] == ["Rust", "长城"] * 3
        assert wiki.pid != other.pid


async def test_a_name_that_is_no_article_is_told(wiki: Archive) -> None:
    with pytest.raises(NotFound, match="no article of this name: Atlantis"):
        await text_of(wiki, "Atlantis")
