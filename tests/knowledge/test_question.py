"""A question is read as ideas, each with the words that may stand for it."""

from __future__ import annotations

import pytest

from sottovoce.knowledge.question import MAX_QUESTION, SYNONYM, alike, read


def words(question: str) -> list[str]:
    """Return the first phrase of each idea."""
    return [idea.phrases[0][0] for idea in read(question)]


def test_what_every_question_has_is_left_out():
    assert words("How do I moor the boat?") == ["moor", "boat"]
    assert words("who are you") == ["who", "are", "you"], "there is nothing else to look for"
    assert words("?!") == []


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("what does --no-ff do", "no ff"),
        ("meaning of ERR-2041", "err 2041"),
        ("where is pg_hba.conf", "pg hba conf"),
        ("os.path.join with a slash", "os path join"),
    ],
)
def test_a_name_is_looked_for_as_it_is_written(question, name):
    assert name in words(question)


def test_two_forms_of_a_word_are_one_idea():
    assert words("change what was changed by other changes") == ["change"]


@pytest.mark.parametrize("form", ["folder", "folders", "Folder"])
def test_other_words_for_the_same_count_less(form):
    (idea,) = read(form)
    assert idea.phrases[0] == (form.lower(), 1.0)
    assert ("directory", SYNONYM) in idea.phrases


@pytest.mark.parametrize("word", ["delete", "deletes", "deleted", "deleting"])
def test_a_word_is_known_in_every_form(word):
    assert "remove" in alike(word)


def test_a_word_is_no_other_word_for_itself():
    assert not {"stop", "stopped"} & alike("stopped")
    assert alike("zzz") == set()


def test_chinese_is_looked_for_in_pairs_between_its_small_words():
    assert words("怎样漂洗帆布？") == ["漂洗", "洗帆", "帆布"]
    assert words("锁") == ["锁"]
    assert words("怎么安装 apt") == ["安装", "apt"]


def test_a_question_without_end_is_read_to_a_bound():
    assert len(read("word " * 10 + " ".join(f"w{at}" for at in range(10_000)))) < MAX_QUESTION
