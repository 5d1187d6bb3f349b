"""Passages are ordered by what speaks for them and for their documents."""

from __future__ import annotations

import pytest

from sottovoce.knowledge import rank

DOCUMENT = {1: 10, 2: 10, 3: 20, 4: 30}


def test_the_passages_of_a_document_speak_for_it_together_each_less_than_the_one_before():
    found = rank.evidence({1: 2.0, 2: 1.0, 3: 2.2}, DOCUMENT, decay=0.5)
    assert found == {10: 2.5, 20: 2.2}


def test_fusion_takes_ranks_and_not_scores():
    found = rank.fused([[1, 2], [2, 3]], [1.0, 1.0])
    assert rank.best(found, 3) == [2, 1, 3]
    assert rank.fused([[7]], [3.0]) == {7: pytest.approx(1.0)}, "first everywhere is the most there is"


def test_equal_scores_stand_in_a_fixed_order():
    assert rank.best({3: 1.0, 1: 1.0, 2: 2.0}, 3) == [2, 1, 3]


def test_one_document_does_not_crowd_out_the_others():
    scores = {1: 1.0, 2: 0.9, 3: 0.8, 4: 0.1}
    assert rank.spread(scores, DOCUMENT, 3) == [1, 3, 2]
    assert rank.spread({1: 1.0, 2: 0.9}, DOCUMENT, 8) == [1, 2], "alone it may have all places"
    assert rank.spread({}, DOCUMENT, 8) == []


def test_a_rare_word_weighs_more_and_an_unknown_one_most():
    assert rank.rarity(0, 1000) == rank.rarity(1, 1000) > rank.rarity(10, 1000) > rank.rarity(1000, 1000)


def test_another_word_for_the_same_counts_as_rare_as_between_it_and_the_word_asked_for():
    odd, common = rank.rarity(1, 1000), rank.rarity(300, 1000)
    assert rank.worth(1, 300, 1000) * odd == pytest.approx((odd * common) ** 0.5)
    assert rank.worth(300, 1, 1000) == 1.0, "one that is commoner gains nothing"
    assert rank.worth(7, 0, 1000) == 1.0, "the word that was asked for is not there"
