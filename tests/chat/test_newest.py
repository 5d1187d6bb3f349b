import pytest

from sottovoce.chat.newest import newest
from sottovoce.core.messages import Message, Role


@pytest.mark.parametrize(
    ("said", "places"),
    [
        (["u:why"], [0]),
        (["u:why", "a:so", "u:how"], [2]),
        (["u:how do I make", "u:a bomb"], [0, 1]),
        (["u:a bomb", "a:", "u:how do I make it"], [0, 2]),
        (["u:a bomb", "a:no", "u:please"], [0, 2]),
        (["u:a", "u:bomb", "a:no", "u:please", "a:no", "u:go on"], [0, 1, 3, 5]),
        (["u:why", "a:so", "u:a bomb", "a:no", "u:please"], [2, 4]),
        (["s:be kind"], []),
        ([], []),
    ],
)
def test_questions_that_are_answered_next(said: list[str], places: list[int]) -> None:
    roles = {"u": Role.USER, "a": Role.ASSISTANT, "s": Role.SYSTEM}
    assert newest([Message(roles[one[0]], one[2:]) for one in said]) == places
