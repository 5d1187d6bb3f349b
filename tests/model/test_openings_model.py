"""What new chats begin with, read once and kept, with the real engine."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from sottovoce.core.events import Finished
from sottovoce.core.messages import Conversation, Message, Role
from sottovoce.core.sampling import Sampling
from sottovoce.engine.kvfiles import KvFiles, opening_of
from sottovoce.engine.llama import LlamaEngine, Plan

FIXED = "You are the assistant of a small library by the sea. Answer in one short sentence, and be kind."
OWN = "I am Ada Quillfeather and I live at 7 Heron Lane. Always call me Captain, and never speak of the sea."
QUESTION = "What is a tide?"

Open = Callable[[], LlamaEngine]


@pytest.fixture
def fixed() -> set[str]:
    return {"", FIXED}


@pytest.fixture
async def open_engine(plan: Callable[..., Plan], tmp_path: Path, fixed: set[str]) -> AsyncIterator[Open]:
    """Open engines over one folder of kept states, as programs do one after another."""
    made: list[LlamaEngine] = []

    def build() -> LlamaEngine:
        kept = KvFiles(tmp_path / "kv", 1 << 30)
        assert kept.open()
        made.append(LlamaEngine(plan(slots=2), kept, fixed=lambda: fixed))
        return made[-1]

    yield build
    for engine in made:
        await engine.close()


async def reused(engine: LlamaEngine, owner: str, system: str, *, seed: int | None = None) -> tuple[int, int]:
    """Ask in a new chat; return how many tokens were not read again, and how many there were."""
    lead = [Message(Role.SYSTEM, system)] if system else []
    asked = [*lead, Message(Role.USER, QUESTION)]
    chat = Conversation(owner, f"{owner} {system} {seed}")
    pieces = [piece async for piece in engine.answer(asked, Sampling(max_tokens=1, seed=seed), chat)]
    [finished] = [piece for piece in pieces if isinstance(piece, Finished)]
    return finished.usage.reused, finished.usage.prompt


def openings(folder: Path) -> list[Path]:
    return sorted((folder / "kv").glob("opening-*.json"))


@pytest.mark.parametrize("system", ["", FIXED])
async def test_a_new_chat_of_anybody_begins_where_the_fixed_instructions_end(
    system: str, open_engine: Open, tmp_path: Path
) -> None:
    first = open_engine()
    assert (await reused(first, "me", system))[0] == 0
    await first.close()
    [kept] = openings(tmp_path)
    second = open_engine()
    count, prompt = await reused(second, "somebody else", system)
    again = await reused(second, "a third", system)
    known = await second._life.running.words.opening(system)  # type: ignore[union-attr]
    assert len(known) - 1 <= count <= len(known) < prompt
    assert again == (count, prompt)
    assert kept.stem.startswith(opening_of(system))


async def test_only_what_the_owner_has_set_for_everybody_is_kept(open_engine: Open, tmp_path: Path) -> None:
    engine = open_engine()
    await reused(engine, "me", OWN)
    await reused(engine, "somebody else", OWN)
    assert openings(tmp_path) == []


async def test_what_is_kept_holds_no_word_of_a_chat(open_engine: Open, tmp_path: Path) -> None:
    engine = open_engine()
    await reused(engine, "me", FIXED)
    running = engine._life.running
    assert running is not None
    state = json.loads(openings(tmp_path)[0].read_bytes())
    kept = await engine._seats.openings.of(
        running,
        [Message(Role.SYSTEM, FIXED), Message(Role.USER, QUESTION)],
        await running.words.prompt([Message(Role.SYSTEM, FIXED), Message(Role.USER, QUESTION)]),
        0,
    )
    assert kept is not None
    text = await running.words.text(list(kept.tokens[1:]), kept.tokens[0])
    assert FIXED in text
    assert "tide" not in text
    assert (state["owner"], state["text"]) == ("", "")


async def test_a_question_with_a_seed_is_computed_afresh(open_engine: Open) -> None:
    engine = open_engine()
    await reused(engine, "me", FIXED)
    assert (await reused(engine, "me", FIXED, seed=7))[0] == 0


async def test_a_changed_byte_means_that_it_is_read_again(open_engine: Open, tmp_path: Path) -> None:
    first = open_engine()
    await reused(first, "me", FIXED)
    await first.close()
    state = openings(tmp_path)[0].with_suffix(".state")
    data = bytearray(state.read_bytes())
    data[len(data) // 2] ^= 1
    state.write_bytes(data)
    second = open_engine()
    assert (await reused(second, "me", FIXED))[0] == 0
    assert state.is_file(), "it is not kept anew"


async def test_what_is_no_longer_fixed_goes_from_the_disk_with_the_next_new_chat(
    open_engine: Open, tmp_path: Path, fixed: set[str]
) -> None:
    engine = open_engine()
    await reused(engine, "me", FIXED)
    assert openings(tmp_path)
    fixed.remove(FIXED)
    assert (await reused(engine, "somebody else", FIXED))[0] == 0
    assert openings(tmp_path) == []
