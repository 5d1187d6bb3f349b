"""Pieces of prompts on their way into the engine, in fair turns."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack

import pytest

from sottovoce.engine.batch import Batch, Piece


def entered(piece: Piece) -> bool:
    return piece.turn.done() and not piece.turn.cancelled()


async def test_at_most_one_batch_is_inside() -> None:
    batch = Batch(128)
    with ExitStack() as stay:
        pieces = [stay.enter_context(batch.piece("a", 128)) for _ in range(3)]
        assert [entered(piece) for piece in pieces] == [True, False, False]
        pieces[0].read()
        assert [entered(piece) for piece in pieces] == [True, True, False]
    assert batch.is_idle


async def test_short_prompts_that_fit_together_go_together() -> None:
    batch = Batch(128)
    with ExitStack() as stay:
        pieces = [stay.enter_context(batch.piece(owner, 40)) for owner in "abcd"]
        assert [entered(piece) for piece in pieces] == [True, True, True, False]
        pieces[1].read()
        assert entered(pieces[3])


async def test_one_larger_than_a_batch_goes_alone() -> None:
    batch = Batch(128)
    with batch.piece("a", 512) as large, batch.piece("b", 10) as small:
        assert entered(large)
        assert not entered(small)
        large.read()
        assert entered(small)


async def test_a_short_question_is_read_next_while_a_long_prompt_is_being_read() -> None:
    batch = Batch(128)
    read: list[str] = []

    async def long() -> None:
        for _ in range(20):
            with batch.piece("heavy", 128) as piece:
                await piece.turn
                read.append("H")
                await asyncio.sleep(0)

    async def short(name: str) -> None:
        with batch.piece(name, 40) as piece:
            await piece.turn
            read.append("l")
            await asyncio.sleep(0)

    heavy = asyncio.create_task(long())
    for at in range(6):
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        before = len(read)
        await short(f"light{at}")
        assert "".join(read[before:]).count("H") <= 1
    await heavy
    assert batch.is_idle


async def test_a_long_prompt_is_not_starved_by_short_ones() -> None:
    batch = Batch(128)
    with ExitStack() as stay:
        small = [stay.enter_context(batch.piece(f"s{at}", 40)) for at in range(3)]
        large = stay.enter_context(batch.piece("heavy", 128))
        turns = 0
        while not entered(large):
            small.append(stay.enter_context(batch.piece(f"t{turns}", 40)))
            next(piece for piece in small if entered(piece)).read()
            small = [piece for piece in small if piece in batch._inside or not entered(piece)]
            turns += 1
            assert turns < 40


@pytest.mark.parametrize("stage", ["inside", "next", "waiting"])
async def test_giving_up_at_any_stage_leaves_nothing_and_lets_the_next_in(stage: str) -> None:
    batch = Batch(128)
    with ExitStack() as gives_up, batch.piece("z", 100) as first:
        place = gives_up.enter_context(batch.piece("a", 100))
        if stage == "inside":
            first.read()
            assert entered(place)
        with batch.piece("b", 100) as other:
            if stage == "waiting":
                gives_up.close()
                place = gives_up.enter_context(batch.piece("b", 100))
            gives_up.close()
            first.read()
            assert entered(other)
    assert batch.is_idle


async def test_beside_those_who_had_less_reading_takes_its_share_of_the_time_and_no_more() -> None:
    """One owner reads piece after piece of 10 ms beside three who are answered: a quarter of the time."""
    batch = Batch(128)
    clock = asyncio.get_running_loop().time
    with ExitStack() as answered:
        for name in "abc":
            answered.enter_context(batch.piece(name, 10)).read()
        began, pieces = clock(), 0
        while clock() - began < 0.4:
            with batch.piece("heavy", 60, had=60 * pieces) as piece:
                await piece.turn
                await asyncio.sleep(0.01)
                pieces += 1
                ended = clock()
        assert pieces * 0.01 < (ended - began) * 0.45
        with batch.piece("newcomer", 40) as light:
            assert entered(light), "who has not read anything lately need not rest"


async def test_nobody_who_waits_for_a_first_word_rests_for_those_who_had_about_the_same() -> None:
    batch = Batch(128)
    with ExitStack() as answered:
        for name in "abc":
            answered.enter_context(batch.piece(name, 60, had=300)).read()
        for had in range(0, 720, 60):
            with batch.piece("last", 60, had=had) as piece:
                assert entered(piece), f"after {had} tokens"
                await asyncio.sleep(0.005)
        with batch.piece("last", 60, had=720) as piece:
            assert not entered(piece), "twice as much is not about the same"


async def test_many_short_prompts_of_one_owner_rest_as_one_long_one_does() -> None:
    batch = Batch(128)
    with batch.piece("light", 60) as answered:
        answered.read()
        for at in range(2):
            with batch.piece("flood", 60) as piece:
                assert entered(piece), f"after {at} prompts"
                await asyncio.sleep(0.01)
        with batch.piece("flood", 60) as piece:
            assert not entered(piece), "it has read twice what the other had"
        with batch.piece("newcomer", 60) as piece:
            assert entered(piece)


async def test_a_rest_ends_when_nobody_is_answered_any_more() -> None:
    batch = Batch(128)
    with ExitStack() as answered:
        answered.enter_context(batch.piece("a", 10)).read()
        with batch.piece("heavy", 60, had=60) as piece:
            await asyncio.sleep(0.2)
        with batch.piece("heavy", 60, had=120) as piece:
            await asyncio.sleep(0)
            assert not entered(piece)
            answered.close()
            assert entered(piece)
    assert batch.is_idle


async def test_an_owners_own_answers_give_it_no_rest() -> None:
    batch = Batch(128)
    with batch.piece("me", 10) as answered:
        answered.read()
        for _ in range(3):
            with batch.piece("me", 60) as piece:
                assert entered(piece)
                await asyncio.sleep(0.01)


async def test_what_is_remembered_of_owners_stays_small() -> None:
    batch = Batch(128)
    for at in range(1000):
        with batch.piece(f"o{at}", 10):
            pass
    assert len(batch._last) <= 101
