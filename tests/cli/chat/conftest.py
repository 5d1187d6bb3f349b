"""An emulated screen."""

from __future__ import annotations

from collections.abc import Callable

import pyte
import pytest
from rich.console import Console


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
