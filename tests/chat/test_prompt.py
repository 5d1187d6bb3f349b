import itertools

from sottovoce.chat.prompt import Turn, first_kept, room_for_prompt

TURNS = [Turn(40, 60) for _ in range(30)]


def test_everything_stays_while_it_fits() -> None:
    assert first_kept(50, TURNS[:8], 40, 1000) == 0


def test_a_cut_is_one_large_step_and_then_holds_for_many_turns() -> None:
    starts = [first_kept(50, TURNS[:count], 40, 1000) for count in range(31)]
    assert starts == sorted(starts)
    moves = [at for at in range(1, 31) if starts[at] != starts[at - 1]]
    assert all(later - earlier >= 4 for earlier, later in itertools.pairwise(moves))
    assert all(starts[at] - starts[at - 1] >= 4 for at in moves)


def test_what_stays_always_fits_the_room() -> None:
    for count in range(31):
        start = first_kept(50, TURNS[:count], 40, 1000)
        assert 50 + sum(turn.question + turn.answer for turn in TURNS[start:count]) + 40 <= 1000


def test_the_same_chat_is_always_cut_at_the_same_place() -> None:
    uneven = [Turn(10 + 37 * at % 91, 20 + 53 * at % 333) for at in range(60)]
    for count in range(1, 60):
        now = first_kept(30, uneven[:count], uneven[count].question, 1200)
        later = first_kept(30, [*uneven[:count], uneven[count]], 5, 1200)
        assert later >= now


def test_a_huge_question_leaves_no_history() -> None:
    assert first_kept(50, TURNS[:5], 5000, 1000) == 5


def test_room_is_kept_for_the_answer() -> None:
    assert room_for_prompt(4096, None) == 4096 - 1024 - 1
    assert room_for_prompt(4096, 10) == 4096 - 10 - 1
    assert room_for_prompt(4096, 4000) == 4096 - 1024 - 1
