import pytest

from sottovoce.core.messages import Message, Role
from sottovoce.engine.pace import Pace, guessed_tokens


def test_rates_are_learned_and_the_latest_count_most() -> None:
    pace = Pace()
    for _ in range(50):
        pace.read(128, 0.5)
        pace.wrote(65, 1.0, company=3)
    assert pace.reading == pytest.approx(256, rel=0.02)
    assert pace.writing == pytest.approx(192, rel=0.02)
    assert pace.answer == pytest.approx(65, rel=0.02)
    for _ in range(50):
        pace.read(128, 2.0)
    assert pace.reading == pytest.approx(64, rel=0.02)


def test_one_odd_word_teaches_little_and_nothing_teaches_nothing() -> None:
    pace = Pace()
    pace.read(1, 5.0)
    assert pace.reading == pytest.approx(200, rel=0.01)
    before = (pace.reading, pace.writing)
    pace.read(0, 1.0)
    pace.read(5, 0.0)
    pace.wrote(1, 0.0, company=1)
    assert (pace.reading, pace.writing) == before


def test_a_reading_that_breaks_teaches_nothing() -> None:
    pace = Pace()
    with pytest.raises(ValueError, match="broke"), pace.timing(128):
        raise ValueError("broke")
    assert pace.reading == Pace().reading


def test_a_larger_model_is_presumed_slower_until_more_is_known() -> None:
    small, large = Pace(), Pace()
    small.presume(100_000_000)
    large.presume(4_000_000_000)
    assert small.writing == pytest.approx(large.writing * 40)
    assert small.seconds(100, 10) < large.seconds(100, 10)
    large.presume(1)
    assert large.writing == pytest.approx(2.0)


def test_an_answer_is_expected_to_be_as_long_as_most_but_no_longer_than_it_may() -> None:
    pace = Pace(answer=100.0)
    assert (pace.expected(None), pace.expected(10), pace.expected(1000)) == (100, 10, 100)


def test_the_guess_grows_with_all_that_is_said() -> None:
    messages = [Message(Role.SYSTEM, "x" * 30), Message(Role.USER, "y" * 60)]
    assert guessed_tokens(messages) == guessed_tokens("z" * 90) == 31
    assert guessed_tokens("") == 1
