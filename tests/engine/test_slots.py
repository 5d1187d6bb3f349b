"""Who sits in which slot, and whom a newcomer pushes out."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

import pytest

from sottovoce.core.messages import Conversation
from sottovoce.engine.script import Prompt, Script, common_prefix
from sottovoce.engine.slots import Slot, Slots

ONE, TWO, THREE = (Conversation("me", name) for name in ("one", "two", "three"))
CALL, OTHERS_CALL = Conversation("me", None), Conversation("you", None)
NOTHING = Prompt("", [])


async def used(slots: Slots, conversation: Conversation, tokens: list[int] | None = None) -> int:
    """Sit down as a turn does, and leave the slot holding these tokens."""
    async with slots.seat(conversation, Prompt("", tokens or [])) as slot:
        if slot.conversation is not None and slot.conversation.owner != conversation.owner:
            slot.empty()
        slot.conversation = conversation
        slot.script = Script(tuple(tokens or ()))
        return slot.number


async def test_a_chat_gets_its_own_slot_back() -> None:
    slots = Slots(2)
    assert [await used(slots, each) for each in (ONE, TWO, ONE, TWO, TWO)] == [0, 1, 0, 1, 1]


async def test_the_slot_unused_for_longest_is_given_up() -> None:
    slots = Slots(2)
    assert [await used(slots, each) for each in (ONE, TWO, ONE, THREE)] == [0, 1, 0, 1]


async def test_a_call_without_a_chat_never_takes_anothers_slot_as_its_own() -> None:
    slots = Slots(1)
    await used(slots, CALL)
    assert slots.of(CALL) is None


async def test_a_call_goes_on_where_its_owner_said_what_it_begins_with() -> None:
    slots = Slots(4)
    first, second = list(range(100)), list(range(500, 600))
    assert [await used(slots, CALL, said) for said in (first, second)] == [0, 1]
    assert await used(slots, CALL, [*first, 7, 8]) == 0
    assert await used(slots, CALL, [*second, 7, 8]) == 1
    assert await used(slots, CALL, [*second, 7, 9]) == 1
    assert await used(slots, CALL, [*second[:40], 9]) == 2, "less than half is no continuing"


async def test_the_slot_that_holds_most_of_it_is_taken() -> None:
    slots = Slots(3)
    for said in ([1] * 10, [1] * 30, [1] * 20):
        async with slots.seat(CALL, NOTHING) as slot:
            slot.conversation, slot.script = CALL, Script(tuple(said))
    assert await used(slots, CALL, [1] * 40) == 1


async def test_unusual_tokens_do_not_hide_that_the_text_goes_on() -> None:
    slots = Slots(3)
    async with slots.seat(CALL, NOTHING) as slot:
        slot.conversation = CALL
        slot.script = Script((1,), "ask:", ((4, 1),)).said("odd words", (7, 7, 7))
    async with slots.seat(CALL, Prompt("ask:odd words and more", [1, 5, 6, 8])) as slot:
        assert slot.number == 0


async def test_what_another_owner_said_is_never_gone_on_from() -> None:
    slots = Slots(2)
    await used(slots, CALL, [1] * 50)
    assert await used(slots, OTHERS_CALL, [1] * 60) == 1
    assert slots.all[1].stale is False
    assert await used(slots, OTHERS_CALL, [2] * 60) == 1, "its own slot, not the other's"


async def test_a_slot_whose_owner_changes_may_not_be_gone_on_from() -> None:
    slots = Slots(1)
    await used(slots, CALL, [1] * 50)
    async with slots.seat(OTHERS_CALL, Prompt("", [1] * 60)) as slot:
        slot.empty()
        assert slot.stale
        assert slot.shared([1] * 60) == 0


async def test_a_program_that_asks_much_pushes_out_its_own_calls_first() -> None:
    slots = Slots(3)
    await used(slots, ONE)
    await used(slots, OTHERS_CALL, [1] * 9)
    await used(slots, CALL, [2] * 9)
    for at in range(5):
        assert await used(slots, CALL, [at + 3] * 9) == 2


async def test_a_chat_about_to_sit_down_keeps_its_slot() -> None:
    slots = Slots(2)
    await used(slots, ONE)
    await used(slots, TWO)
    async with slots.seat(CALL, NOTHING, lambda conversation: conversation == ONE) as slot:
        assert slot.number == 1


async def test_whoever_holds_a_slot_keeps_others_out_until_it_lets_go() -> None:
    slots = Slots(1)
    await used(slots, ONE)
    async with AsyncExitStack() as saving:
        held = await saving.enter_async_context(slots.hold(ONE))
        assert isinstance(held, Slot)
        waiting = asyncio.create_task(used(slots, TWO))
        again = asyncio.create_task(used(slots, ONE))
        await asyncio.sleep(0.01)
        assert not waiting.done()
        assert not again.done()
        again.cancel()
        await asyncio.gather(again, return_exceptions=True)
        await saving.aclose()
        assert await waiting == 0
    assert slots.is_idle


async def test_holding_a_chat_that_sits_nowhere_holds_nothing() -> None:
    async with Slots(1).hold(ONE) as slot:
        assert slot is None
    async with Slots(1).hold(CALL) as slot:
        assert slot is None


@pytest.mark.parametrize(
    ("one", "other", "shared"),
    [
        ([1, 2, 3], [1, 2, 4], 2),
        ([], [1], 0),
        ([1], [1, 2], 1),
        (list(range(200)), list(range(200)), 200),
        (list(range(200)), [*range(128), 0], 128),
        (list(range(200)), [*range(150), 0], 150),
        (tuple(range(64)), list(range(500)), 64),
    ],
)
def test_common_prefix_counts_leading_equals(one: list[int], other: list[int], shared: int) -> None:
    assert common_prefix(one, other) == shared


def test_a_script_knows_how_far_it_agrees_with_a_text() -> None:
    script = Script((1, 2), "ask:", ((4, 2),)).said("odd words", (7, 7, 7)).said("/end", (9,))
    assert script.agreed("ask:odd words/end and more") == (17, 6)
    assert script.agreed("ask:odd words, changed") == (13, 5)
    assert script.agreed("ask:other words") == (4, 2)
    assert script.agreed("nothing alike") == (0, 0)
    assert script.agreed("") == (0, 0)


def test_a_cut_script_ends_at_a_mark_in_its_text_and_at_a_token_in_its_tokens() -> None:
    script = Script((1, 2), "ask:", ((4, 2),)).said("odd words", (7, 7, 7))
    assert script.cut(4) == Script((1, 2, 7, 7), "ask:", ((4, 2),))
    assert script.cut(1) == Script((1,), "", ())
