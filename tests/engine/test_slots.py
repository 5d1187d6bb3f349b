import asyncio

from sottovoce.core.messages import Conversation
from sottovoce.engine.slots import Script, Slots, common_prefix

ONE, TWO, THREE = (Conversation("me", name) for name in ("one", "two", "three"))


async def test_a_conversation_gets_its_own_slot_back() -> None:
    slots = Slots(2)
    for conversation in (ONE, TWO, ONE):
        async with slots.hold(conversation) as slot:
            slot.conversation = conversation
    async with slots.hold(TWO) as slot:
        assert slot.number == 1
    async with slots.hold(ONE) as slot:
        assert slot.number == 0


async def test_the_slot_unused_for_longest_is_given_up() -> None:
    slots = Slots(2)
    for conversation in (ONE, TWO, ONE):
        async with slots.hold(conversation) as slot:
            slot.conversation = conversation
    async with slots.hold(THREE) as slot:
        assert slot.conversation == TWO


async def test_an_asker_without_a_chat_never_takes_anothers_slot_as_its_own() -> None:
    slots = Slots(1)
    nobody = Conversation("me", None)
    async with slots.hold(nobody) as slot:
        slot.conversation = nobody
    assert slots.of(nobody) is None


async def test_slots_are_handed_out_in_the_order_of_asking() -> None:
    slots = Slots(1)
    order: list[str] = []

    async def work(name: str) -> None:
        async with slots.hold(Conversation("me", name)):
            order.append(name)
            await asyncio.sleep(0)

    async with slots.hold(ONE):
        tasks = []
        for name in "abcd":
            tasks.append(asyncio.create_task(work(name)))
            await asyncio.sleep(0)
        assert slots.waiting == 4
    await asyncio.gather(*tasks)
    assert order == list("abcd")
    assert slots.is_idle


async def test_two_turns_of_one_chat_wait_for_each_other_though_a_slot_is_free() -> None:
    slots = Slots(2)
    async with slots.hold(ONE) as slot:
        slot.conversation = ONE
        second = asyncio.create_task(anext(_held(slots, ONE)))
        await asyncio.sleep(0.01)
        assert not second.done()
    assert (await second) == slot.number


async def test_a_turn_that_must_be_alone_waits_for_all_and_keeps_all_out() -> None:
    slots = Slots(3)
    running: set[str] = set()
    seen_beside_alone: list[set[str]] = []

    async def work(name: str, alone: bool) -> None:
        async with slots.hold(Conversation("me", name), alone=alone):
            running.add(name)
            await asyncio.sleep(0.002)
            if alone:
                seen_beside_alone.append(running - {name})
            running.discard(name)

    await asyncio.gather(*(work(f"c{at}", at % 3 == 0) for at in range(12)))
    assert seen_beside_alone == [set()] * 4


async def test_giving_up_while_waiting_lets_the_next_one_in() -> None:
    slots = Slots(1)
    async with slots.hold(ONE):
        first = asyncio.create_task(anext(_held(slots, TWO)))
        second = asyncio.create_task(anext(_held(slots, THREE)))
        await asyncio.sleep(0.01)
        first.cancel()
        await asyncio.sleep(0.01)
        assert slots.waiting == 1
    assert await second == 0


def test_common_prefix_counts_leading_equals() -> None:
    assert common_prefix([1, 2, 3], [1, 2, 4]) == 2
    assert common_prefix([], [1]) == 0
    assert common_prefix([1], [1, 2]) == 1


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


async def _held(slots: Slots, conversation: Conversation):  # type: ignore[no-untyped-def]
    async with slots.hold(conversation) as slot:
        yield slot.number
