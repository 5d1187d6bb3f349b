"""What is said in a person's language where no model speaks it: whole, and in that language."""

from __future__ import annotations

import string

import pytest

from sottovoce.guard import sentences as module
from sottovoce.guard.language import recognise
from sottovoce.guard.sentences import sentences

NAMES = {"cannot", "get", "use", "none", "quotes", "strayed"}
ALL = module._all()


def test_there_are_more_than_thirty_languages() -> None:
    assert len(ALL) >= 30
    assert {"en", "zh", "ja", "ko", "ru", "ar", "de", "fr", "es", "pt", "it", "hi"} <= set(ALL)


@pytest.mark.parametrize("code", sorted(ALL))
def test_each_has_every_sentence_and_names_the_model_once(code: str) -> None:
    told = ALL[code]
    assert set(told) == NAMES
    for name, text in told.items():
        fields = [field for _, field, _, _ in string.Formatter().parse(text) if field is not None]
        assert fields == (["model"] if name == "cannot" else []), name
        assert text == text.strip()
        assert text.isprintable() or code == "fa", name  # Persian joins letters with a sign of its own


@pytest.mark.parametrize("code", sorted(ALL))
def test_each_is_in_its_own_language(code: str) -> None:
    text = " ".join(text.replace("{model}", "") for text in ALL[code].values())
    assert recognise(text).code == code.partition("-")[0]


def test_who_writes_traditional_signs_is_answered_in_them() -> None:
    assert "這" in sentences("zh", "臺灣最高的山是哪一座，有多高呢？這裡")["get"]
    assert "这" in sentences("zh", "天空为什么是蓝色的")["get"]


def test_where_nothing_is_written_english_is_used() -> None:
    assert sentences("ta") == sentences("en")
