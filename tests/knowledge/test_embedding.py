"""A shelf's vectors, made in the background."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

import pytest

from sottovoce.core.errors import StoreBusy
from sottovoce.core.messages import OWNER
from sottovoce.engine.echo import EchoEngine
from sottovoce.knowledge import documents, embedding, vectors
from sottovoce.knowledge.document import Passage
from sottovoce.knowledge.documents import Document
from sottovoce.knowledge.embedding import GROUP, Progress, fill
from sottovoce.knowledge.file import ShelfFile
from sottovoce.knowledge.nearest import Vectors
from sottovoce.knowledge.passages import told
from sottovoce.knowledge.questions import REMEMBERED, Questions
from sottovoce.knowledge.vectors import VectorModel

COUNT = 2 * GROUP + 3


def put(file: ShelfFile, path: str, words: Sequence[str]) -> None:
    """Put a document on the shelf with a passage for each word."""
    text, passages = "", []
    for word in words:
        passages.append(Passage(len(text), len(text) + len(word)))
        text += f"{word} "
    document = Document(0, None, path, path, "", "d" * 64, 1, 0, None, None, 0, 0.0)
    file.call(lambda conn: documents.put(conn, document, text, passages))


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[ShelfFile]:
    file = ShelfFile(tmp_path / "shelf")
    put(file, "/a", [f"word{number}" for number in range(COUNT)])
    yield file
    file.close()


@pytest.fixture
def engine() -> EchoEngine:
    return EchoEngine(can_embed=True)


async def whole(steps: AsyncIterator[Progress]) -> list[Progress]:
    return [step async for step in steps]


async def test_all_passages_get_a_vector_a_group_at_a_time(shelf: ShelfFile, engine: EchoEngine) -> None:
    steps = await whole(fill(shelf, engine, told))
    assert [(step.done, step.total) for step in steps] == [
        (0, COUNT), (GROUP, COUNT), (2 * GROUP, COUNT), (COUNT, COUNT)
    ]  # fmt: skip
    assert [step.finished for step in steps] == [False, False, False, True]
    assert not steps[-1].anew
    near = await Questions(engine).near(shelf, Vectors(), "word5", 1)
    assert await shelf.read(lambda conn: told(conn, [near[0][0]])) == ["word5"]
    assert len(await whole(fill(shelf, engine, told))) == 1, "nothing is left to do"


async def test_what_was_stopped_goes_on_where_it_was(shelf: ShelfFile, engine: EchoEngine) -> None:
    async with aclosing(fill(shelf, engine, told)) as steps:
        async for step in steps:
            if step.done:
                break
    assert (await shelf.read(vectors.counts))[0] == GROUP
    steps_after = await whole(fill(shelf, engine, told))
    assert steps_after[0].done == GROUP
    assert steps_after[-1].finished


async def test_a_step_that_is_cancelled_leaves_the_shelf_whole(shelf: ShelfFile) -> None:
    class Endless(EchoEngine):
        async def embed(self, texts: Sequence[str], owner: str = OWNER) -> list[list[float]]:
            begun.set()
            await asyncio.Event().wait()
            raise AssertionError

    begun = asyncio.Event()
    work = asyncio.create_task(whole(fill(shelf, Endless(can_embed=True), told)))
    await begun.wait()
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    assert await shelf.read(vectors.counts) == (0, COUNT)


async def test_no_group_is_begun_while_somebody_is_answered(
    shelf: ShelfFile, engine: EchoEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedding, "LOOK_SECONDS", 0)
    looks = iter([True, True, False, True, False])
    done: list[int] = []

    def busy() -> bool:
        done.append(shelf.look(vectors.counts)[0])
        return next(looks, False)

    steps = await whole(fill(shelf, engine, told, busy=busy))
    assert steps[-1].finished
    assert done[:5] == [0, 0, 0, GROUP, GROUP]


async def test_passages_that_come_or_go_meanwhile_are_not_mistaken(
    shelf: ShelfFile, engine: EchoEngine
) -> None:
    """A number that a passage leaves may be the next one's."""
    changed = False

    class Slow(EchoEngine):
        async def embed(self, texts: Sequence[str], owner: str = OWNER) -> list[list[float]]:
            nonlocal changed
            if not changed and any(text == f"word{COUNT - 1}" for text in texts):
                changed = True
                put(shelf, "/a", [f"other{number}" for number in range(COUNT + 1)])
            return await super().embed(texts, owner)

    steps = await whole(fill(shelf, Slow(can_embed=True), told))
    assert changed
    assert (steps[-1].done, steps[-1].total) == (COUNT + 1, COUNT + 1)
    for number in (0, COUNT - 1, COUNT):
        near = await Questions(engine).near(shelf, Vectors(), f"other{number}", 1)
        assert near[0][1] == pytest.approx(1, abs=0.01)
        assert await shelf.read(lambda conn, found=near[0][0]: told(conn, [found])) == [f"other{number}"]


async def test_another_model_makes_them_anew_and_says_so(shelf: ShelfFile, engine: EchoEngine) -> None:
    await whole(fill(shelf, engine, told))
    other = EchoEngine(can_embed=True)
    other.facts = replace(other.facts, name="other", digest="1" * 64)
    assert await Questions(other).near(shelf, Vectors(), "word5", 1) == [], "not comparable"
    steps = await whole(fill(shelf, other, told))
    assert steps[0] == Progress(0, COUNT, 0.0, anew=True)
    assert steps[-1].finished
    assert await shelf.read(vectors.made_by) == VectorModel("other", "1" * 64)


async def test_two_programs_do_not_mix_the_vectors_of_two_models(
    shelf: ShelfFile, engine: EchoEngine
) -> None:
    other = VectorModel("other", "1" * 64)
    async with aclosing(fill(shelf, engine, told)) as steps:
        await anext(steps)
        await shelf.run(lambda conn: vectors.begin(conn, other))
        with pytest.raises(StoreBusy, match="another model than echo"):
            await anext(steps)
    assert await shelf.read(vectors.counts) == (0, COUNT)


async def test_a_text_longer_than_the_model_sees_is_embedded_by_its_first_tokens() -> None:
    engine = EchoEngine(window=20, can_embed=True)
    long = " ".join(["a"] * 30 + ["much-longer-words"] * 3000)
    found = await embedding.embed(engine, ["short", long, "", long])
    assert found[1] == found[3]
    assert found[0] == (await engine.embed(["short"]))[0]
    first = await embedding.first_tokens(engine, long)
    assert long.startswith(first)
    assert 15 <= await engine.count(first) <= 20


async def test_a_question_that_comes_again_is_not_embedded_again() -> None:
    asked: list[str] = []

    class Counting(EchoEngine):
        async def embed(self, texts: Sequence[str], owner: str = OWNER) -> list[list[float]]:
            asked.extend(texts)
            return await super().embed(texts, owner)

    engine = Counting(can_embed=True)
    questions = Questions(engine)
    first = await questions.vector("what?")
    assert await questions.vector("what?") == first
    assert asked == ["what?"]
    for number in range(REMEMBERED):
        await questions.vector(str(number))
    await questions.vector("what?")
    assert asked.count("what?") == 2, "only the latest are remembered"
    engine.facts = replace(engine.facts, digest="1" * 64)
    await questions.vector("what?")
    assert asked.count("what?") == 3, "another file is another model"
