"""An emulated screen; a terminal chat on the echo engine, with a model elsewhere that nobody asked yet."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator

import pyte
import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.input.base import PipeInput
from prompt_toolkit.output import DummyOutput
from rich.console import Console
from speaking import Speaker, speakers

from sottovoce.app import open_app
from sottovoce.cli._show import Show
from sottovoce.cli.chat.talk import Place, Talk
from sottovoce.core import settings
from sottovoce.core.paths import Home
from sottovoce.engine.echo import EchoEngine
from sottovoce.hybrid import upstreams
from sottovoce.hybrid.upstream import Upstream
from sottovoce.net.address import Where


class Screen:
    """A terminal of a given size, with what scrolled away."""

    def __init__(self, width: int, height: int) -> None:
        self.screen = pyte.HistoryScreen(width, height, history=1000, ratio=1)
        self.screen.set_mode(pyte.modes.LNM)  # a terminal's driver turns \n into \r\n
        self.stream = pyte.Stream(self.screen)
        self.console = Console(
            file=self,  # type: ignore[arg-type]
            force_terminal=True,
            width=width,
            height=height,
        )
        self.encoding = "utf-8"
        self.writes = 0

    def write(self, text: str) -> int:
        self.writes += 1
        self.stream.feed(text)
        return len(text)

    def flush(self) -> None: ...

    def lines(self) -> list[str]:
        columns = range(self.screen.columns)
        above = ["".join(row[at].data for at in columns).rstrip() for row in self.screen.history.top]
        shown = [line.rstrip() for line in self.screen.display]
        while shown and not shown[-1]:
            shown.pop()
        return above + shown


@pytest.fixture
def make_screen() -> Callable[[int, int], Screen]:
    return Screen


@pytest.fixture
async def cellar(loopback: None) -> AsyncIterator[Speaker]:
    async with speakers() as opened:
        yield await opened()


@pytest.fixture
async def talk(home: Home, cellar: Speaker) -> AsyncIterator[Talk]:
    url = f"http://127.0.0.1:{cellar.port}/v1"
    settings.store(home, "network", "ask")
    upstreams.add(home, Upstream("cellar", url, "large", Where.INSIDE, by="the house"))
    async with open_app(home=home, environment={}, engine=EchoEngine()) as app:
        yield Talk(app, Show(), Place())


@pytest.fixture
def keys() -> Iterator[PipeInput]:
    with create_pipe_input() as typed, create_app_session(input=typed, output=DummyOutput()):
        yield typed
