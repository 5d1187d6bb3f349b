from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest
from gguf_samples import encoder, language_model, ranker

from sottovoce.core.errors import BadModelFile, NotFound
from sottovoce.core.messages import Conversation
from sottovoce.core.paths import Home
from sottovoce.engine.echo import EchoEngine
from sottovoce.models import shelf
from sottovoce.models.engines import Engines
from sottovoce.models.kinds import RERANK
from sottovoce.models.shelf import ModelFile


class Builder:
    """Builds an echo engine for each model, and knows for which."""

    def __init__(self) -> None:
        self.built: dict[str, EchoEngine] = {}

    def __call__(self, model: ModelFile) -> EchoEngine:
        self.built[model.name] = EchoEngine()
        return self.built[model.name]


@pytest.fixture
def builder() -> Builder:
    return Builder()


@pytest.fixture
def engines(home: Home, builder: Builder) -> Engines:
    language_model().write(home.models / "tiny.gguf")
    encoder().write(home.models / "vectors.gguf")
    return Engines(home, builder)


def test_a_model_has_one_engine_by_whatever_name(home: Home, engines: Engines, builder: Builder) -> None:
    tiny = shelf.resolve("tiny", home)
    (home.models / "link.gguf").symlink_to(tiny.path)
    assert engines.of(tiny) is engines.of(shelf.resolve("link", home)) is builder.built["tiny"]
    assert engines.of(engines.resolve("vectors")) is builder.built["vectors"]
    assert [model.name for model, _ in engines.made()] == ["tiny", "vectors"]


def test_a_model_that_ranks_is_nobodys_answer(home: Home, engines: Engines) -> None:
    ranker().write(home.models / "rank.gguf")
    assert engines.resolve("rank", (RERANK,)).name == "rank"
    with pytest.raises(BadModelFile, match="cannot answer"):
        engines.resolve("rank")


async def test_who_asks_at_once_gets_the_same_engine(home: Home, engines: Engines, builder: Builder) -> None:
    tiny = shelf.resolve("tiny", home)
    first, second = await asyncio.gather(engines.get(tiny), engines.get(tiny))
    assert first is second is engines.of(tiny) is builder.built["tiny"]


async def test_who_gives_up_while_an_engine_is_built_has_not_made_a_second_one(
    home: Home, builder: Builder
) -> None:
    begun, go_on, built = threading.Event(), threading.Event(), 0

    def slowly(model: ModelFile) -> EchoEngine:
        nonlocal built
        built += 1
        begun.set()
        go_on.wait(5)
        return builder(model)

    language_model().write(home.models / "tiny.gguf")
    engines, tiny = Engines(home, slowly), shelf.resolve("tiny", home)
    first = asyncio.create_task(engines.get(tiny))
    await asyncio.to_thread(begun.wait, 5)
    first.cancel()
    second = asyncio.create_task(engines.get(tiny))
    await asyncio.sleep(0.05)
    go_on.set()
    assert await second is builder.built["tiny"]
    assert built == 1


def test_a_file_that_was_replaced_is_another_model(home: Home, engines: Engines) -> None:
    before = engines.resolve("tiny")
    first = engines.of(before)
    encoder().write(home.models / "tiny.gguf")
    after = engines.resolve("tiny")
    assert after.kind != before.kind
    assert engines.of(after) is not first
    assert [engine for _, engine in engines.made()] == [first, engines.of(after)]


def test_an_engine_can_be_given(home: Home, engines: Engines, builder: Builder) -> None:
    given, tiny = EchoEngine(), shelf.resolve("tiny", home)
    engines.put(tiny, given)
    assert engines.of(tiny) is given
    assert builder.built == {}


def test_a_name_that_is_not_there_may_come_later(home: Home, engines: Engines) -> None:
    with pytest.raises(NotFound):
        engines.resolve("later")
    language_model().write(home.models / "later.gguf")
    assert engines.resolve("later").name == "later"


async def test_the_shelf_is_read_again_once_a_file_has_changed(
    home: Home, engines: Engines, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home.models / "bad.gguf").write_bytes(b"PK\x03\x04" + bytes(100))
    (home.models / "lost.gguf").symlink_to("nowhere")
    names = [model.name for model in await engines.on_shelf()]
    assert names == ["SmolLM2-135M-Instruct", "tiny", "vectors"]
    with monkeypatch.context() as patched:
        patched.setattr(shelf, "listed", None)  # a call would fail
        assert len(await engines.on_shelf()) == 3
    (home.models / "tiny.gguf").unlink()
    assert [model.name for model in await engines.on_shelf()] == ["SmolLM2-135M-Instruct", "vectors"]


async def test_a_chat_is_forgotten_by_all(home: Home, engines: Engines, builder: Builder) -> None:
    chat = Conversation("me", "a")
    for name in ("tiny", "vectors"):
        engines.of(engines.resolve(name))
        builder.built[name].seen[chat] = 3
    await engines.forget(chat)
    assert not any(engine.seen for engine in builder.built.values())


async def test_a_chat_is_forgotten_by_all_though_one_fails_and_another_is_made(
    home: Home, engines: Engines, builder: Builder
) -> None:
    class Failing(EchoEngine):
        async def forget(self, conversation: Conversation) -> None:
            engines.of(shelf.resolve("tiny", home))
            raise OSError("no")

    chat = Conversation("me", "a")
    engines.of(engines.resolve("vectors"))
    builder.built["vectors"].seen[chat] = 3
    engines.put(ModelFile("x", Path("x"), None, "", None, "", ""), Failing())
    engines.put(ModelFile("y", Path("y"), None, "", None, "", ""), last := EchoEngine())
    last.seen[chat] = 3
    with pytest.raises(OSError, match="no"):
        await engines.forget(chat)
    assert not builder.built["vectors"].seen
    assert not last.seen


async def test_all_are_closed_at_once(home: Home) -> None:
    both, closed = asyncio.Barrier(2), []

    class Slow(EchoEngine):
        async def close(self) -> None:
            closed.append(await both.wait())

    engines = Engines(home, lambda _: Slow())
    for name in ("x", "y"):
        engines.of(ModelFile(name, Path(name), None, "", None, "", ""))
    await asyncio.wait_for(engines.close(), 4)
    assert sorted(closed) == [0, 1]


async def test_all_are_closed_though_one_fails(home: Home, engines: Engines, builder: Builder) -> None:
    class Failing(EchoEngine):
        async def close(self) -> None:
            raise OSError("no")

    engines.of(shelf.resolve("tiny", home))
    engines.put(ModelFile("x", Path("x"), None, "", None, "", ""), Failing())
    engines.of(engines.resolve("vectors"))
    with pytest.raises(OSError, match="no"):
        await engines.close()
    assert all(engine.closed for engine in builder.built.values())
