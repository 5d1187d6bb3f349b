from __future__ import annotations

import pytest

from sottovoce.knowledge.zim.ranking import bm25, tokens


@pytest.mark.parametrize(
    ("one", "other"),
    [("plants", "plant"), ("cities", "city"), ("erupted", "erupts"), ("making", "makes"), ("Größe", "größe")],
)
def test_forms_of_a_word_are_the_same_token(one: str, other: str) -> None:
    assert tokens(one) == tokens(other)


def test_chinese_is_pairs_also_beside_letters() -> None:
    assert tokens("光合作用") == ["光合", "合作", "作用"]
    assert tokens("DNA复制 水") == ["dna", "复制", "水"]


def test_a_rare_word_outweighs_a_common_one_and_a_short_passage_a_long_one() -> None:
    passages = [tokens(text) for text in ("iron iron water", "rust water", "water", "rust " + "water " * 50)]
    scores = bm25(passages, {"rust": 1.0, "water": 1.0})
    assert scores[1] == max(scores)
    assert scores[1] > scores[3]
    assert bm25(passages, {"gold": 1.0}) == [0.0] * 4
    assert bm25([], {"gold": 1.0}) == []


def test_a_weight_makes_a_word_count_more() -> None:
    passages = [["iron"], ["rust"]]
    assert bm25(passages, {"iron": 1.0, "rust": 3.0})[1] > bm25(passages, {"iron": 1.0, "rust": 1.0})[1]
