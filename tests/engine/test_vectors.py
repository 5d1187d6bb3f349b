"""Models that only make vectors, on the real engine."""

from __future__ import annotations

import asyncio
import contextlib
import math
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from gguf_samples import Sample, encoder, language_model

from sottovoce.app import open_app
from sottovoce.core.errors import BadModelFile, NotFound, TooLong, Unsupported
from sottovoce.core.messages import Conversation, Message, Role
from sottovoce.core.paths import Home
from sottovoce.core.priority import LOW, LOWEST
from sottovoce.core.sampling import Sampling
from sottovoce.engine.llama import LlamaEngine
from sottovoce.engine.plan import Plan
from sottovoce.engine.vectors import VectorEngine

pytestmark = pytest.mark.model

TEXTS = ["a b c", "c b a", "d e"]


async def unverified() -> str:
    return "d" * 64


class Makers:
    """Engines for models written here, stopped at the end."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.made: list[VectorEngine] = []

    def __call__(self, sample: Sample, name: str = "small") -> VectorEngine:
        path = sample.write(self._folder / f"{name}.gguf")
        self.made.append(VectorEngine(Plan(path, name, unverified, threads=1)))
        return self.made[-1]


@pytest.fixture
async def make(tmp_path: Path) -> AsyncIterator[Makers]:
    makers = Makers(tmp_path)
    yield makers
    for engine in makers.made:
        await engine.close()


def pooled(sample: Sample, kind: int) -> Sample:
    architecture = sample.metadata["general.architecture"][1]
    return sample.set(f"{architecture}.pooling_type", "uint32", kind)


def likeness(one: list[float], other: list[float]) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))


async def test_a_bert_makes_vectors_of_length_one(make: Makers) -> None:
    engine = make(encoder())
    vectors = await engine.embed(TEXTS)
    assert [len(vector) for vector in vectors] == [32, 32, 32]
    assert all(math.isclose(math.hypot(*vector), 1, abs_tol=1e-3) for vector in vectors)
    assert likeness(vectors[0], vectors[1]) < 0.9999, "a word knows where it stands"
    assert await engine.embed(TEXTS[1:2], "another") == [pytest.approx(vectors[1], abs=1e-5)]
    facts = await engine.ready()
    assert (facts.window, facts.can_embed) == (256, True)
    assert await engine.embed([]) == []


async def test_a_text_is_given_to_bert_between_its_marks(make: Makers) -> None:
    engine = make(encoder())
    await engine.ready()
    running = engine._embedder.life.running
    assert running is not None
    assert (await running.words.prompt("a b")).ids == [2, 4, 5, 3]
    assert await engine.count("a b") == 4
    assert await engine.weigh(["a b"]) == [2]


@pytest.mark.parametrize(
    ("kind", "like"), [(None, 1), (0, 1), (1, 1), (2, 2)], ids=["nothing said", "none", "mean", "first"]
)
async def test_vectors_are_pooled_as_the_file_says(make: Makers, kind: int | None, like: int) -> None:
    """A file that says nothing, or none, gets the mean: one vector for a text is what is asked for."""
    said = pooled(encoder(), 1)
    said = said.drop("bert.pooling_type") if kind is None else pooled(said, kind)
    vector = (await make(said, "said").embed(["a b c"]))[0]
    for expected in (1, 2):
        other = (await make(pooled(encoder(), expected), f"pooled-{expected}").embed(["a b c"]))[0]
        assert (vector == pytest.approx(other, abs=1e-4)) is (expected == like)


async def test_a_model_that_reads_in_order_may_pool_its_last_token(make: Makers, tmp_path: Path) -> None:
    """As Qwen3-Embedding does. The same file without that word is a chat model, whose vectors are means."""
    last = (await make(pooled(language_model(), 3)).embed(["hello"]))[0]
    path = language_model().write(tmp_path / "chat.gguf")
    chat = LlamaEngine(Plan(path, "chat", unverified, threads=1))
    try:
        mean = (await chat.embed(["hello"]))[0]
    finally:
        await chat.close()
    assert len(last) == len(mean) == 32
    assert last != pytest.approx(mean, abs=1e-2)


async def test_a_text_longer_than_the_engines_usual_batch_is_embedded_whole(make: Makers) -> None:
    engine = make(encoder())
    long = "a b c d e f g h i j k l " * 20
    vectors = await engine.embed([long, long + "a a a a"])
    assert likeness(*vectors) < 0.99999, "the end of it counts"
    with pytest.raises(TooLong) as caught:
        await engine.embed([long * 2])
    assert caught.value.field == "input.0"


async def test_a_model_for_vectors_does_not_answer(make: Makers) -> None:
    engine = make(encoder())
    with pytest.raises(Unsupported, match="cannot answer"):
        async for _ in engine.answer([Message(Role.USER, "Hi")], Sampling(), Conversation("me")):
            pass
    with pytest.raises(Unsupported):
        await engine.count([Message(Role.USER, "Hi")])


async def test_a_model_that_ranks_makes_no_vectors(make: Makers) -> None:
    with pytest.raises(Unsupported, match="makes no vectors"):
        await make(pooled(encoder(), 4)).embed(["a"])


async def test_the_setting_embed_model_says_what_makes_the_vectors(home: Home) -> None:
    encoder().write(home.models / "vectors.gguf")
    async with open_app(home=home, environment={}, given={"embed_model": "vectors"}) as app:
        assert [len(vector) for vector in await app.embed(["a b", "c"])] == [32, 32]
        assert app.engine.load() is None, "the model that answers is not loaded for it"
        model, _ = await app.embedder()
        assert model.name == "vectors"


async def test_vectors_in_the_background_are_made_by_a_process_of_their_own(home: Home) -> None:
    encoder().write(home.models / "vectors.gguf")
    async with open_app(home=home, environment={}, given={"embed_model": "vectors"}) as app:
        async with app.background() as engine:
            assert engine is not None
            assert await engine.embed(["a b"]) == await app.embed(["a b"])
            loaded = engine.load()
            assert loaded is not None
        assert engine.load() is None, "it goes with the block"
        _, other = await app.embedder()
        assert other.load() is not None
    async with open_app(home=home, environment={}) as app, app.background() as engine:
        assert engine is None, "no model is set for vectors"


async def test_an_embed_model_that_is_not_there_is_no_reason_not_to_chat(home: Home) -> None:
    async with open_app(home=home, environment={}, given={"embed_model": "vectors"}) as app:
        with pytest.raises(NotFound):
            await app.embed(["a"])


async def test_a_model_for_vectors_cannot_be_the_one_that_answers(home: Home) -> None:
    encoder().write(home.models / "vectors.gguf")
    with pytest.raises(BadModelFile, match="only makes embeddings"):
        async with open_app(home=home, environment={}, given={"model": "vectors"}):
            pass


def priorities(pid: int) -> set[int]:
    """Return those of all threads of a process; on Linux also that of its whole session."""
    tasks, autogroup = Path(f"/proc/{pid}/task"), Path(f"/proc/{pid}/autogroup")
    threads = [int(one.name) for one in tasks.iterdir()] if tasks.is_dir() else [pid]
    found = set()
    for one in threads:
        with contextlib.suppress(ProcessLookupError):  # it has ended
            found.add(os.getpriority(os.PRIO_PROCESS, one))
    if autogroup.exists():
        found.add(int(autogroup.read_text("ascii").split()[-1]))
    return found


@pytest.mark.skipif(
    not hasattr(os, "getpriority") or os.getpriority(os.PRIO_PROCESS, 0) == 19,
    reason="needs priorities of processes, and one that is not the last already",
)
@pytest.mark.parametrize(("how", "priority"), [({}, 0), ({"gentle": True}, LOW), ({"patient": True}, LOWEST)])
async def test_an_engine_in_the_background_comes_last_and_a_gentle_one_later(
    tmp_path: Path, how: dict[str, bool], priority: int
) -> None:
    path = encoder().write(tmp_path / "small.gguf")
    engine = VectorEngine(Plan(path, "small", unverified, threads=1, **how))  # type: ignore[arg-type]
    ours = os.getpriority(os.PRIO_PROCESS, 0)
    try:
        assert len(await engine.embed(["a"])) == 1
        running = engine._embedder.life.running
        assert running is not None
        found = await asyncio.to_thread(priorities, running.child.process.pid)
        assert max(found) == max(ours, priority)
        assert min(found) >= min(ours, priority)
        assert not priority or min(found) >= priority
    finally:
        await engine.close()
