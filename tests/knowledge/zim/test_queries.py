from __future__ import annotations

import pytest

from sottovoce.knowledge.zim.queries import Term, merge, plan, terms


def texts(question: str) -> list[str]:
    return [term.text for term in terms(question)]


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("How do plants make oxygen from light?", ["plants", "oxygen", "light"]),
        ("What did Marie Curie win in 1903?", ["Marie Curie", "Marie", "Curie", "win", "1903"]),
        ("Volcanoes: how many erupted?", ["Volcanoes", "erupted"]),
        ('Who wrote "Man and Sea"?', ["Man and Sea", "wrote", "Man", "Sea"]),
        ("Darwin's finches", ["Darwin", "finches"]),
        ("What is C++ and what is .NET?", ["C++", "NET"]),
        ("植物怎么制造氧气？", ["植物", "制造氧气", "制造", "造氧", "氧气"]),
        ("什么是DNA复制？", ["DNA", "复制"]),
        ("《红楼梦》的作者是谁", ["红楼梦", "红楼", "楼梦", "作者"]),
        ("What is it?", ["What", "is", "it"]),
        ("¿?! …", []),
        ("", []),
    ],
)  # fmt: skip
def test_a_question_is_about_its_words_of_weight(question: str, found: list[str]) -> None:
    assert texts(question) == found


def test_names_weigh_more_than_numbers_and_these_more_than_words() -> None:
    weight = {term.text: term.weight for term in terms("What did Marie Curie win in 1903?")}
    assert weight["Marie Curie"] > weight["Marie"] > weight["1903"] > weight["win"]


def test_a_long_question_is_looked_at_in_part() -> None:
    assert len(terms(" ".join(f"word{number}" for number in range(10_000)))) == 12


def test_a_word_that_no_article_has_spoils_no_query() -> None:
    found = plan([Term("iron"), Term("brown"), Term("rain")], {"iron": 3, "rain": 5})
    assert found.queries == ("iron rain", "iron", "rain")
    assert "brown" in found.titles


def test_queries_narrow_from_all_words_to_the_rarest() -> None:
    counts = {"steam": 40, "engine": 60, "coal": 9, "water": 900, "much": 1000}
    found = plan([Term(text) for text in counts], counts).queries
    assert found[0] == "steam engine coal water much"
    assert found[1] == "coal steam engine"
    assert "coal steam" in found
    assert found[-4:] == ("coal", "steam", "engine", "water")
    assert not any("much" in query.split() for query in found[1:])


def test_queries_with_the_same_words_are_asked_once() -> None:
    found = plan([Term("iron"), Term("rust")], {"iron": 3, "rust": 1}).queries
    assert len({frozenset(query.split()) for query in found}) == len(found) == 3


def test_the_models_queries_come_first_and_without_words_that_only_ask() -> None:
    found = plan([Term("iron")], {"iron": 3}, ["What is the oxidation of iron?", "rust"])
    assert found.queries[:2] == ("oxidation iron", "rust")
    assert len(plan([], {}, [f"query{number}" for number in range(99)]).queries) == 6


def test_rankings_are_joined_by_their_places() -> None:
    joined = merge([["a", "b", "c"], ["b", "c"]], [1.0, 1.0])
    assert list(joined) == ["b", "c", "a"]
    assert list(merge([["a"], ["b"]], [1.0, 2.0])) == ["b", "a"]
