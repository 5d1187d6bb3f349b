"""Another program's engine, used over a real socket of a real server in this process."""

from __future__ import annotations

import asyncio
import functools
import json
import logging
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from gguf_samples import encoder, ranker

from sottovoce import __version__
from sottovoce.app import open_app
from sottovoce.chat.question import Question
from sottovoce.chat.runs import Runs
from sottovoce.core.errors import BadValue, Busy, EngineFailed, ModelProblem, SottoError, TooLong
from sottovoce.core.events import Done, Finished, Piece, Reading, Text, Waiting
from sottovoce.core.messages import Conversation, Message, Role
from sottovoce.core.paths import Home
from sottovoce.core.sampling import Sampling
from sottovoce.core.settings import Value
from sottovoce.engine import sign
from sottovoce.engine.attached import AttachedEngine, tell_server_to_forget
from sottovoce.engine.echo import EchoEngine
from sottovoce.engine.protocol import Asked, Engine
from sottovoce.engine.sign import Sign
from sottovoce.erasing import delete_chat
from sottovoce.server import app_api, asgi, sockets
from sottovoce.server.doors import Doors
from sottovoce.server.gate.hosts import names_of
from sottovoce.server.gate.origins import origins_of
from sottovoce.server.house import House
from sottovoce.server.limits import Meter
from sottovoce.server.listening import Listening, listening
from sottovoce.server.metrics import Metrics
from sottovoce.server.sessions import Sessions
from sottovoce.store import chats

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no unix sockets here")

ADDRESS = "http://127.0.0.1:7886"
WINDOW = 4096
CHAT = "abcdefghijklmnop"


def said(text: str) -> list[Message]:
    return [Message(Role.USER, text)]


@asynccontextmanager
async def serving(
    home: Home, engine: Engine, *, shown: bool = True, given: dict[str, Value | None] | None = None
) -> AsyncIterator[Listening]:
    """A server of this home on this engine, with its sign up."""
    how: dict[str, Any] = {"environment": {"engine": "echo"}, "engine": engine, "attach": False}
    async with open_app(home=home, given=given, **how) as app:
        doors = Doors(app.database, Sessions(), is_loopback_only=True)
        house = House(app, doors, Meter(), Metrics(), Runs(app.parts()))
        names = names_of([("127.0.0.1", 7886)], "127.0.0.1", "")
        gate = asgi.build(house, names, origins_of(""), app_api.ENDPOINTS)
        with sockets.open_private() as private:
            assert private is not None
            async with listening(gate, [private]) as front:
                if shown:
                    with app.shared(Path(private.getsockname()), ADDRESS):
                        yield front
                else:
                    yield front


class Building:
    """Builds engines of one's own, and remembers them."""

    def __init__(self) -> None:
        self.built: list[EchoEngine] = []

    def __call__(self) -> EchoEngine:
        self.built.append(EchoEngine())
        return self.built[-1]


@pytest.fixture
def own() -> Building:
    return Building()


@pytest.fixture
async def attached(home: Home, own: Building) -> AsyncIterator[AttachedEngine]:
    engine = AttachedEngine(home, "echo", WINDOW, own)
    yield engine
    await engine.close()


async def answer(
    engine: Engine, asked: list[Message] | str, sampling: Sampling | None = None, chat: str | None = None
) -> list[Piece]:
    async with aclosing(engine.answer(asked, sampling or Sampling(), Conversation("me", chat))) as pieces:
        return [piece async for piece in pieces]


def text_of(pieces: list[Piece]) -> str:
    return "".join(piece.text for piece in pieces if isinstance(piece, Text))


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not holds():
            await asyncio.sleep(0.005)


# ---- through the server ----


@pytest.mark.parametrize(
    ("asked", "sampling"),
    [
        (said("one two three"), Sampling()),
        ("bare text to go on with", Sampling(max_tokens=3, temperature=0.5, stop=("with",))),
        (said("weighed, every word"), Sampling(likelihoods=2, bias=((5, -100.0), (7, 2.5)))),
        (said("\U0001f600 \u2028 data: [DONE]\n\nerror: x"), Sampling(seed=7)),
        (said("{}"), Sampling(schema='{"type": "object"}')),
    ],
)  # fmt: skip
async def test_the_pieces_are_those_of_the_servers_engine(
    home: Home, attached: AttachedEngine, own: Building, asked: list[Message] | str, sampling: Sampling
) -> None:
    engine = EchoEngine()
    async with serving(home, engine):
        through = await answer(attached, asked, sampling)
    assert through == await answer(EchoEngine(), asked, sampling)
    assert engine.samplings == [sampling]
    assert not own.built


async def test_facts_counts_and_vectors_are_those_of_the_servers_engine(
    home: Home, attached: AttachedEngine, own: Building
) -> None:
    engine = EchoEngine(can_embed=True)
    async with serving(home, engine):
        assert await attached.ready() == engine.facts
        assert await attached.count(said("one two")) == await engine.count(said("one two"))
        assert await attached.count("one two three") == 3
        assert await attached.weigh(["a b", "", "c"]) == [2, 0, 1]
        assert await attached.embed(["a boat"]) == await engine.embed(["a boat"])
        assert attached.address == ADDRESS
    assert not own.built
    assert attached.address is None


async def test_a_chat_finds_its_history_computed_and_forgetting_reaches_the_server(
    home: Home, attached: AttachedEngine
) -> None:
    engine = EchoEngine()
    conversation = Conversation("me", CHAT)
    async with serving(home, engine):
        await answer(attached, said("one two"), chat=CHAT)
        again = (await answer(attached, said("one two"), chat=CHAT))[-1]
        assert isinstance(again, Finished)
        assert again.usage.reused == again.usage.prompt > 0
        await attached.forget(conversation)
        assert conversation not in engine.seen
        engine.seen[conversation] = 3
        await tell_server_to_forget(home, conversation)
        assert conversation not in engine.seen


async def test_problems_keep_their_class_sentence_hint_and_field(
    home: Home, attached: AttachedEngine, own: Building
) -> None:
    engine = EchoEngine(window=16, can_embed=True)
    cases: list[tuple[type[SottoError], Callable[[Engine], Awaitable[object]]]] = [
        (TooLong, lambda one: answer(one, said("words " * 20))),
        (BadValue, lambda one: answer(one, said("hi"), Sampling(temperature=3.0))),
        (EngineFailed, lambda one: answer(one, said("/fail b c d"))),
        (BadValue, lambda one: one.embed(["fine", ""])),
    ]
    async with serving(home, engine):
        for kind, act in cases:
            with pytest.raises(kind) as here:
                await act(engine)
            with pytest.raises(kind) as there:
                await act(attached)
            assert type(there.value) is type(here.value) is kind
            assert (there.value.sentence, there.value.hint, there.value.field) == (
                here.value.sentence,
                here.value.hint,
                here.value.field,
            )
    async with serving(home, EchoEngine()):
        with pytest.raises(ModelProblem, match="no embeddings"):
            await attached.embed(["x"])
    assert not own.built


async def test_a_place_in_line_is_passed_on_and_leaving_frees_the_slot(
    home: Home, attached: AttachedEngine
) -> None:
    engine = EchoEngine(slots=1)
    async with serving(home, engine):
        first = attached.answer(said("/slow 5"), Sampling(), Conversation("me"))
        await anext(first)
        await until(lambda: engine.line.computing == 1)
        second = attached.answer(said("hello"), Sampling(), Conversation("me"))
        assert isinstance(await anext(second), Waiting)
        await first.aclose()
        rest = [piece async for piece in second]
        assert text_of(rest) == "hello"
        await until(lambda: engine.line.is_idle)


async def test_a_cancelled_question_frees_its_place_in_the_line(home: Home, attached: AttachedEngine) -> None:
    engine = EchoEngine(slots=1)
    async with serving(home, engine):
        first = attached.answer(said("/slow 5"), Sampling(), Conversation("me"))
        await anext(first)
        waiting = asyncio.create_task(answer(attached, said("hello")))
        await until(lambda: engine.line.waiting == 1)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        await until(lambda: engine.line.waiting == 0)
        await first.aclose()


async def test_too_long_a_line_is_refused_as_by_an_engine(
    home: Home, attached: AttachedEngine, own: Building
) -> None:
    engine = EchoEngine(slots=1, queue_seconds=0.001)
    async with serving(home, engine):
        running = asyncio.create_task(answer(attached, said("/slow 20")))
        await until(lambda: engine.line.computing == 1)
        with pytest.raises(Busy) as problem:
            await answer(attached, said("one more"))
        assert problem.value.hint
        running.cancel()
        await asyncio.wait({running})
    assert not own.built


# ---- coming and going ----


async def test_without_a_server_an_engine_of_ones_own_is_built_once_when_needed(
    attached: AttachedEngine, own: Building
) -> None:
    assert not own.built
    await attached.forget(Conversation("me", CHAT))
    assert not own.built
    assert (await attached.ready()).name == "echo"
    assert text_of(await answer(attached, said("alone"))) == "alone"
    assert len(own.built) == 1
    assert attached.address is None
    assert attached.queue("me").slots == own.built[0].queue("me").slots


async def test_a_server_that_went_between_two_calls_is_replaced_without_a_word(
    home: Home, attached: AttachedEngine, own: Building, caplog: pytest.LogCaptureFixture
) -> None:
    async with serving(home, EchoEngine()):
        await attached.ready()
        left = sign.read(home)
    assert left is not None
    sign.put_up(home, left)  # as after a kill
    assert text_of(await answer(attached, said("still here"))) == "still here"
    assert len(own.built) == 1
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


async def test_a_server_that_goes_away_before_the_first_word_is_replaced_without_a_word(
    home: Home, attached: AttachedEngine, own: Building
) -> None:
    class Slow(EchoEngine):
        async def answer(self, *asked: object) -> AsyncIterator[Piece]:  # type: ignore[override]
            yield Reading(0, 900)
            await asyncio.sleep(60)

    async with serving(home, Slow()) as front:
        pieces = attached.answer(said("hello"), Sampling(), Conversation("me"))
        assert await anext(pieces) == Reading(0, 900)
        for wire in tuple(front._state.connections):
            wire.transport.abort()  # type: ignore[attr-defined]
        rest = asyncio.create_task(_all(pieces))
        await until(lambda: bool(own.built))
        assert text_of(await rest) == "hello"


async def _all(pieces: AsyncIterator[Piece]) -> list[Piece]:
    return [piece async for piece in pieces]


async def test_a_server_that_goes_away_in_mid_answer_is_told_and_the_next_question_works(
    home: Home, attached: AttachedEngine, own: Building
) -> None:
    async with serving(home, EchoEngine()) as front:
        pieces = attached.answer(said("/slow 20"), Sampling(), Conversation("me"))
        while not isinstance(await anext(pieces), Text):
            pass
        front.take_no_more()
        for wire in tuple(front._state.connections):
            wire.transport.abort()  # type: ignore[attr-defined]
        with pytest.raises(EngineFailed, match="The server that was answering has stopped") as problem:
            await _all(pieces)
        assert problem.value.hint
        assert not own.built
    assert text_of(await answer(attached, said("next"))) == "next"
    assert len(own.built) == 1


async def test_a_server_that_appears_takes_over_and_ones_own_engine_is_closed(
    home: Home, attached: AttachedEngine, own: Building
) -> None:
    assert text_of(await answer(attached, said("alone"))) == "alone"
    engine = EchoEngine()
    async with serving(home, engine):
        assert text_of(await answer(attached, said("together"))) == "together"
        assert own.built[0].closed
        assert engine.prompts == [tuple(said("together"))]
    assert text_of(await answer(attached, said("alone again"))) == "alone again"
    assert len(own.built) == 2
    await attached.close()
    assert own.built[1].closed
    with pytest.raises(EngineFailed, match="has been closed"):
        await attached.ready()


async def test_ones_own_engine_finishes_its_answer_when_a_server_appears(
    home: Home, attached: AttachedEngine, own: Building
) -> None:
    pieces = attached.answer(said("/slow 2"), Sampling(), Conversation("me"))
    await anext(pieces)
    engine = EchoEngine()
    async with serving(home, engine):
        assert text_of(await answer(attached, said("beside it"))) == "beside it"
        assert not own.built[0].closed
        rest = await _all(pieces)
        assert isinstance(rest[-1], Finished)
        await attached.ready()
        assert own.built[0].closed
        assert not engine.prompts


# ---- which signs are believed ----


@pytest.fixture
def listening_socket() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="sotto-"))
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(folder / "s.sock"))
        listener.listen()
        yield folder / "s.sock"
    shutil.rmtree(folder)


@pytest.fixture
def honest(home: Home, listening_socket: Path) -> Sign:
    found = Sign(os.getpid(), str(listening_socket), ADDRESS, __version__, "echo", WINDOW)
    sign.put_up(home, found)
    assert sign.read(home) == found
    return found


def dead() -> int:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        return process.pid


def test_a_sign_is_private_and_taken_down_by_its_own_server_only(home: Home, honest: Sign) -> None:
    assert sign.path_of(home).stat().st_mode & 0o777 == 0o600
    sign.take_down(home, replace(honest, process=1))
    assert sign.read(home) == honest
    sign.take_down(home, honest)
    assert sign.read(home) is None
    sign.take_down(home, honest)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda home, one: sign.put_up(home, replace(one, process=dead())),
        lambda home, one: sign.put_up(home, replace(one, process=-1)),
        lambda home, one: sign.put_up(home, replace(one, process=2**70)),
        lambda home, one: sign.put_up(home, replace(one, process=True)),
        lambda home, one: sign.put_up(home, replace(one, socket=f"{one.socket}.gone")),
        lambda home, one: sign.put_up(home, replace(one, socket=str(home.config))),
        lambda home, one: sign.put_up(home, replace(one, socket="\0")),
        lambda home, one: sign.path_of(home).chmod(0o644),
        lambda home, one: Path(one.socket).parent.chmod(0o755),
        lambda home, one: sign.path_of(home).write_bytes(b"not JSON"),
        lambda home, one: sign.path_of(home).write_bytes(b"[1, 2]"),
        lambda home, one: sign.path_of(home).write_bytes(b'{"process": 1}'),
        lambda home, one: sign.path_of(home).write_bytes(b"[" * 100_000),
        lambda home, one: sign.path_of(home).rename(home.root / "real") and
        sign.path_of(home).symlink_to(home.root / "real"),
    ],
)  # fmt: skip
async def test_a_sign_that_cannot_be_trusted_is_none(
    home: Home,
    attached: AttachedEngine,
    own: Building,
    honest: Sign,
    spoil: Callable[[Home, Sign], object],
    caplog: pytest.LogCaptureFixture,
) -> None:
    spoil(home, honest)
    assert sign.read(home) is None
    assert text_of(await answer(attached, said("alone"))) == "alone"
    assert len(own.built) == 1
    assert not caplog.records


@pytest.mark.parametrize("other", [{"model": "/models/large.gguf"}, {"window": 8192}, {"version": "0.0.1"}])
async def test_a_server_that_runs_something_else_is_left_alone(
    home: Home, attached: AttachedEngine, own: Building, honest: Sign, other: dict[str, object]
) -> None:
    sign.put_up(home, replace(honest, **other))  # type: ignore[arg-type]
    assert attached.address is None
    assert text_of(await answer(attached, said("alone"))) == "alone"
    assert len(own.built) == 1


def nobody_listens(path: Path) -> None:
    path.unlink()
    with socket.socket(socket.AF_UNIX) as nobody:
        nobody.bind(str(path))


async def test_ones_own_engine_is_not_given_up_for_a_dead_socket(
    home: Home, attached: AttachedEngine, own: Building, honest: Sign, listening_socket: Path
) -> None:
    sign.take_down(home, honest)
    await attached.ready()
    nobody_listens(listening_socket)
    sign.put_up(home, honest)
    assert sign.read(home) == honest
    await attached.ready()
    assert len(own.built) == 1
    assert not own.built[0].closed


async def test_what_a_server_says_that_is_no_piece_is_an_error_with_a_next_step(
    home: Home, attached: AttachedEngine, honest: Sign, listening_socket: Path
) -> None:
    async def babble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        body = b'data: {"finished": {"reason": "stop"}}\n\n'
        head = f"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: {len(body)}\r\n\r\n"
        writer.write(head.encode() + body)
        await writer.drain()
        writer.close()

    other = listening_socket.with_suffix(".two")
    async with await asyncio.start_unix_server(babble, other):
        sign.put_up(home, replace(honest, socket=str(other)))
        with pytest.raises(EngineFailed) as problem:
            await answer(attached, said("hello"))
        assert problem.value.hint


def test_every_error_of_the_tree_travels() -> None:
    from sottovoce.core import errors
    from sottovoce.engine.pieces import KINDS, raised

    ours = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, SottoError)]
    for kind in ours:
        with pytest.raises(kind) as problem:
            raised(
                json.loads(json.dumps({"code": kind.code, "sentence": "No.", "hint": "Try.", "field": "x"}))
            )
        assert type(problem.value) is kind
        assert (problem.value.sentence, problem.value.hint, problem.value.field) == ("No.", "Try.", "x")
    assert set(KINDS.values()) == set(ours)
    with pytest.raises(EngineFailed):
        raised({"code": "of a later version"})


# ---- the whole program ----


async def test_a_turn_goes_through_the_server_and_is_stored_by_who_asked(home: Home) -> None:
    engine = EchoEngine()
    async with (
        serving(home, engine),
        open_app(home=home, environment={"engine": "echo"}) as app,
    ):
        assert app.server == ADDRESS
        events = [event async for event in app.ask(Question("hello there"))]
        done = events[-1]
        assert isinstance(done, Done)
        assert engine.prompts == [tuple(said("hello there"))]
        (question, written) = await app.database.read(lambda conn: chats.messages(conn, "me", done.chat))
        assert (question.text, written.text) == ("hello there", "hello there")
        await app.delete_chat(done.chat)
        assert not engine.seen
    async with open_app(home=home, environment={"engine": "echo"}) as app:
        assert app.server is None


@pytest.mark.parametrize(
    "how",
    [
        {"environment": {"engine": "echo"}, "attach": False},
        {"environment": {"engine": "echo"}, "engine": EchoEngine()},
        {"environment": {"engine": "echo", "watch": "report"}},
        {"environment": {"engine": "echo"}, "given": {"context": 1024}},
        {"environment": {}},
    ],
)
async def test_who_wants_something_else_than_the_server_has_keeps_apart(
    home: Home, how: dict[str, Any]
) -> None:
    async with serving(home, EchoEngine()), open_app(home=home, **how) as app:
        assert app.server is None


async def test_what_a_server_was_asked_for_a_deleted_chat_without_an_engine_at_hand_is_erased(
    home: Home,
) -> None:
    engine = EchoEngine()
    async with serving(home, engine), open_app(home=home, environment={"engine": "echo"}) as app:
        done = [event async for event in app.ask(Question("hello there"))][-1]
        assert isinstance(done, Done)
        assert engine.seen
        await delete_chat(home, app.database, done.chat)
        assert not engine.seen


class Unasked(EchoEngine):
    async def count(self, asked: Asked) -> int:
        raise AssertionError("the model that answers was asked")


async def test_vectors_come_from_the_servers_model_for_them(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoder().write(home.models / "vectors.gguf")
    given: dict[str, Value | None] = {"embed_model": "vectors"}
    usual = Unasked(can_embed=False)
    monkeypatch.setattr("sottovoce.engine.echo.EchoEngine", functools.partial(EchoEngine, can_embed=True))
    async with (
        serving(home, usual, given=given),
        open_app(home=home, environment={"engine": "echo"}, given=given) as app,
    ):
        assert app.server == ADDRESS
        assert await app.embed(["one two"]) == await EchoEngine(can_embed=True).embed(["one two"])
        _, engine = await app.embedder()
        assert (await engine.ready()).can_embed, "else its vectors would be taken for another model's"
        assert await engine.count("one two") == 2
        assert engine.load() is None, "no engine of one's own was needed"
        async with open_app(home=home, environment={"engine": "echo"}) as other:
            assert other.server is None, "who wants other vectors keeps apart"


async def test_texts_are_ranked_by_the_servers_model_for_it(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    ranker().write(home.models / "rank.gguf")
    given: dict[str, Value | None] = {"rerank_model": "rank"}
    usual = EchoEngine()
    monkeypatch.setattr("sottovoce.engine.echo.EchoEngine", functools.partial(EchoEngine, window=99))
    async with (
        serving(home, usual, given=given),
        open_app(home=home, environment={"engine": "echo"}, given=given) as app,
    ):
        engine = await app.ranker()
        assert (await engine.ready()).window == 99
        assert await engine.rank("one two", ["two one", "x", "one"]) == [2.0, 0.0, 1.0]
        assert engine.load() is None, "no engine of one's own was needed"
        async with open_app(home=home, environment={"engine": "echo"}) as other:
            assert other.server is None, "who wants no ranking keeps apart"
