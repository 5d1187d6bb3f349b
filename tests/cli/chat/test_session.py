"""The loop of the chat in this process, with keys from a pipe and no screen."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from functools import partial

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from sottovoce.app import open_app
from sottovoce.cli._show import Show
from sottovoce.cli.chat.session import Session
from sottovoce.cli.chat.talk import Place
from sottovoce.core.errors import NotEnoughMemory
from sottovoce.core.messages import OWNER, State
from sottovoce.core.paths import Home
from sottovoce.engine.echo import EchoEngine
from sottovoce.engine.protocol import ModelFacts
from sottovoce.erasing import delete_chat
from sottovoce.store import chats
from sottovoce.store.db import open_database

CTRL_D = "\x04"


class SlowToLoad(EchoEngine):
    """Is ready when it is told to be; or never, with a reason."""

    def __init__(self, problem: Exception | None = None) -> None:
        super().__init__()
        self.may_load = asyncio.Event()
        self.problem = problem

    async def ready(self) -> ModelFacts:
        await self.may_load.wait()
        if self.problem is not None:
            raise self.problem
        return await super().ready()


@asynccontextmanager
async def chatting(
    home: Home, engine: EchoEngine, place: Place | None = None
) -> AsyncIterator[tuple[asyncio.Task[Place | None], Callable[[str], None]]]:
    with create_pipe_input() as keys, create_app_session(input=keys, output=DummyOutput()):
        async with open_app(home=home, environment={}, engine=engine) as app:
            task = asyncio.create_task(Session(app, Show(), place or Place()).run())
            yield task, keys.send_text
            if not task.done():
                keys.send_text(CTRL_D)
            await asyncio.wait_for(task, 10)


async def soon(seen: Callable[[], bool]) -> None:
    for _ in range(500):
        if seen():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("never seen")


class Heard:
    """What has been printed so far."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys
        self._said = ""

    @property
    def text(self) -> str:
        self._said += self._capsys.readouterr().out
        return self._said


async def test_one_can_type_while_the_model_loads(home, capsys):
    heard, engine = Heard(capsys), SlowToLoad()
    async with chatting(home, engine) as (_, press):
        press("hello early\r")
        await asyncio.sleep(0.2)
        assert "hello early" not in heard.text
        engine.may_load.set()
        await soon(lambda: "hello early" in heard.text)


async def test_a_model_that_cannot_load_is_told_at_once_and_one_can_leave(home, capsys):
    heard, engine = Heard(capsys), SlowToLoad(NotEnoughMemory("It needs 5 GB.", hint="Try a smaller one"))
    async with chatting(home, engine) as (_, press):
        await soon(lambda: "You are talking" in heard.text)
        engine.may_load.set()
        await soon(lambda: "It needs 5 GB.\nhint: Try a smaller one\n" in heard.text)
        press("a question\r")
        await soon(lambda: heard.text.count("It needs 5 GB.") == 2)


async def test_leaving_does_not_wait_for_the_model(home):
    async with chatting(home, SlowToLoad()) as (task, press):
        await asyncio.sleep(0.2)
        press(CTRL_D)
        assert await asyncio.wait_for(task, 5) is None


async def test_another_model_keeps_the_place_and_one_that_is_not_there_changes_nothing(home, capsys):
    heard = Heard(capsys)
    async with chatting(home, EchoEngine()) as (task, press):
        press("hello\r")
        await soon(lambda: "hello" in heard.text)
        press("/model /nowhere/x.gguf\r")
        await soon(lambda: "/nowhere/x.gguf" in heard.text)
        assert not task.done()
        press("/model starter\r")
        place = await asyncio.wait_for(task, 5)
        assert place is not None
        assert place.settings == {"model": "starter"}
        assert place.chat is not None
    async with chatting(home, EchoEngine(), place):
        await asyncio.sleep(0.2)
        assert heard.text.count("You are talking to an AI") == 1


async def test_a_chat_deleted_elsewhere_is_told_once_and_left(home, capsys):
    heard, place = Heard(capsys), Place()
    async with chatting(home, EchoEngine(), place) as (_, press):
        press("hello\r")
        await soon(lambda: "hello" in heard.text)
        await delete_elsewhere(home, place)
        press("what now\r")
        await soon(lambda: "another program deleted it" in heard.text)
        assert "/chats" in heard.text
        assert "sotto chats list" not in heard.text
        assert place.chat is None
        press("\r")  # the question stands in the prompt again
        await soon(lambda: "what now" in heard.text)
        assert place.chat is not None
        assert heard.text.count("another program deleted it") == 1


@pytest.mark.parametrize("command", ["/retry", "/edit", "/system be kind", "/branch"])
async def test_commands_tell_that_the_chat_is_gone_too(home, capsys, command):
    heard, place = Heard(capsys), Place()
    async with chatting(home, EchoEngine(), place) as (_, press):
        press("hello\r")
        await soon(lambda: "hello" in heard.text)
        await delete_elsewhere(home, place)
        press(f"{command}\r")
        await soon(lambda: "another program deleted it" in heard.text)


async def test_the_counts_of_a_chat_deleted_elsewhere_are_not_shown(home, capsys):
    heard, place = Heard(capsys), Place()
    async with chatting(home, EchoEngine(), place) as (_, press):
        press("hello\r")
        await soon(lambda: "hello" in heard.text)
        chat = await delete_elsewhere(home, place)
        press("/stats\r")
        await soon(lambda: "not begun" in heard.text)
        assert chat not in heard.text
        assert "last answer" not in heard.text


async def delete_elsewhere(home: Home, place: Place) -> str:
    """Delete the open chat as another program would, once its answer is whole."""
    with closing(open_database(home)) as database:
        for _ in range(500):
            if (chat := place.chat) is not None and database.look(partial(whole, chat)):
                await delete_chat(home, database, chat)
                return chat
            await asyncio.sleep(0.01)
    raise AssertionError("never answered")


def whole(chat: str, connection: sqlite3.Connection) -> bool:
    return chats.branch(connection, OWNER, chat)[-1].state is State.COMPLETE
