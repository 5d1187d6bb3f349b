"""What was told beside an answer, read from its facts."""

from __future__ import annotations

import pytest

from sottovoce.core.events import Notice
from sottovoce.core.notices import FACT, LONGEST, MOST, kept


def test_what_was_told_is_read_in_its_order() -> None:
    told = {"stale": "It is old.", "unread": "One is damaged."}
    assert kept({FACT: told}) == (Notice("stale", "It is old."), Notice("unread", "One is damaged."))


@pytest.mark.parametrize("strange", [None, 3, ["x"], "text", {"code": 3}, {"code": "  "}, {}])
def test_what_another_program_wrote_in_its_place_says_nothing(strange: object) -> None:
    assert kept({FACT: strange}) == ()


def test_what_another_program_wrote_is_bounded() -> None:
    told = {str(at): "x" * 9_999 for at in range(99)}
    assert [len(notice.text) for notice in kept({FACT: told})] == [LONGEST] * MOST
