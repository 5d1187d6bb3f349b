from __future__ import annotations

import string
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sottovoce.store import chats, search
from sottovoce.store.db import Database
from sottovoce.store.search import Hit, index_text, query_words


def _find(database: Database, text: str, owner: str = "me", limit: int = 20) -> list[Hit]:
    return database.look(lambda conn: search.find(conn, owner, text, limit))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("plain words", "plain words"),
        ("离线", " 离线 线 "),
        ("离", " 离 "),
        ("用GPU跑模型", " 用 GPU 跑模 模型 型 "),
        ("ＧＰＵ１", "GPU1"),
        ("カタカナー", " カタ タカ カナ ナー ー "),
        ("", ""),
    ],
)
def test_runs_without_spaces_are_indexed_as_overlapping_pairs(text: str, words: str) -> None:
    assert index_text(text) == words


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("Why is the sky blue?", "sky"),
        ("Why is the sky blue?", "BLUE sky"),
        ("Why is the sky blue?", "sk"),
        ("Why is the sky blue?", "the sky"),
        ("to be or not to be", "to be"),  # nothing but stop words
        ("she was running fast", "run fast"),
        ("two ponies", "pony"),
        ("Café Zürich", "cafe zurich"),
        ("cafe zurich", "Café Zürich"),
        ("Cafe\u0301s", "cafés"),
        ("don't panic", "don't"),
        ("x = foo_bar(1)", "foo_bar"),
        ("price: 12.50 EUR", "12.50"),
        ("如何在离线时聊天", "离线"),
        ("如何在离线时聊天", "线"),
        ("如何在离线时聊天", "天"),
        ("如何在离线时聊天", "离线 聊天"),
        ("用GPU跑大模型", "gpu 模型"),
        ("用GPU跑大模型", "GPU跑大模型"),
        ("ＧＰＵ 显存", "gpu"),
        ("東京タワーに行く", "タワー"),
        ("오프라인에서 대화", "오프라인"),
        ("Привет, мир", "привет"),
        ("𠮷野家で食べる", "𠮷野家"),
        ('say "hello" 🙂 now', "hello 🙂"),
    ],
)
def test_a_message_is_found(database: Database, tell: Any, text: str, query: str) -> None:
    tell(database, text, "no")
    (hit,) = _find(database, query)
    assert hit.role == "user"
    assert hit.marks
    for start, end in hit.marks:
        assert hit.excerpt[start:end].strip()


@pytest.mark.parametrize(
    "query", ["ocean", "sky ocean", "线离", "", "   ", "🙂", "...", "skies ocean blu", "线聊", "x"]
)
def test_what_is_not_there_is_not_found(database: Database, tell: Any, query: str) -> None:
    tell(database, "Why is the sky blue? 离线时聊天", "x-ray" if query == "ray" else "no")
    assert _find(database, query) == []


TYPED = [
    '"', '""', "'", "sky*", "*", "NEAR(sky blue)", "sky AND", "OR", "NOT sky", "-sky", "words:sky", "^sky",
    "(sky", "sky)", "{sky}", "sky + blue", "\\", "%", "_", "\0", "sky\0blue", "message_words",
    "'; DROP TABLE chats", "a" * 5000, "sky " * 500, "离" * 3000, "\ud83d", "²", "ⅷ", "\u0301",
    "sky\u200bblue",
]  # fmt: skip


@pytest.mark.parametrize("query", TYPED)
def test_nothing_a_person_types_is_an_error(database: Database, tell: Any, query: str) -> None:
    tell(database)
    _find(database, query)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.sampled_from(string.punctuation + " abAN离線ーéß²🙂\u0301\n"), max_size=30))
def test_what_is_typed_never_breaks_the_search_and_a_text_finds_itself(database: Database, text: str) -> None:
    _find(database, text)
    assert not query_words(text) or query_words(query_words(text)[0])


def test_each_word_must_be_in_the_message(database: Database, tell: Any) -> None:
    tell(database, "blue sky", "grey sea")
    tell(database, "blue sea", "no")
    assert [hit.excerpt for hit in _find(database, "blue sea")] == ["blue sea"]


def test_the_last_word_may_be_cut_short_and_the_others_not(database: Database, tell: Any) -> None:
    tell(database, "wonderful weather", "no")
    assert _find(database, "wonderful wea")
    assert not _find(database, "wonderf weather")


def test_better_matches_come_first_and_the_limit_holds(database: Database, tell: Any) -> None:
    tell(database, "zebra", "x " * 200 + "zebra")
    hits = _find(database, "zebra")
    assert [hit.role for hit in hits] == ["user", "assistant"]
    assert len(_find(database, "zebra", limit=1)) == 1


def test_a_hit_names_its_place(database: Database, tell: Any) -> None:
    chat, question, _ = tell(database, "where are zebras", "no", now=77)
    database.call(lambda conn: chats.rename(conn, "me", chat, "Animals"))
    (hit,) = _find(database, "zebra")
    assert (hit.chat, hit.message, hit.title, hit.created) == (chat, question, "Animals", 77)
    assert hit.excerpt == "where are zebras"
    assert [hit.excerpt[a:b] for a, b in hit.marks] == ["zebras"]


def test_the_excerpt_of_a_long_text_surrounds_the_first_hit(database: Database, tell: Any) -> None:
    tell(database, "before\n" * 500 + "the Zébra ran " + "after " * 500, "no")
    (hit,) = _find(database, "zebra ran")
    assert [hit.excerpt[a:b] for a, b in hit.marks] == ["Zébra", "ran"]
    assert hit.excerpt.startswith("…")
    assert hit.excerpt.endswith("…")
    assert "\n" not in hit.excerpt
    assert len(hit.excerpt) < 250


def test_marks_keep_their_place_where_folding_a_character_changes_its_length(
    database: Database, tell: Any
) -> None:
    tell(database, "İİİ ﬁﬁ ßßß zebra 离线", "no")
    (hit,) = _find(database, "zebra 离线")
    assert [hit.excerpt[a:b] for a, b in hit.marks] == ["zebra", "离线"]


def test_only_the_owner_finds(database: Database, tell: Any) -> None:
    tell(database, "zebra", owner="you")
    assert _find(database, "zebra") == []
    assert len(_find(database, "zebra", owner="you")) == 1
