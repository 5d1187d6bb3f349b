"""A person at a terminal: the whole program in a pty, its screen emulated, its keys pressed."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

# pytest's importlib mode puts no test folder on the path.
sys.path.append(str(Path(__file__).parents[1] / "processes"))

PATIENCE = 20.0

ENTER, NEW_LINE, UP, BACKSPACE = "\r", "\n", "\x1b[A", "\x7f"
CTRL_C, CTRL_D, CTRL_U, ALT_ENTER = "\x03", "\x04", "\x15", "\x1b\r"
PASTE, PASTED = "\x1b[200~", "\x1b[201~"


class Terminal:
    """One run of `sotto` as a person sees it."""

    def __init__(self, home: Path, arguments: list[str], width: int, height: int, **env: str) -> None:
        import termios

        import pyte
        import whole
        from pexpect import fdpexpect

        self.screen = pyte.HistoryScreen(width, height, history=2000, ratio=1)
        self.screen.write_process_input = self.press  # type: ignore[method-assign]
        self._stream = pyte.Stream(self.screen)
        self.raw = ""
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("SOTTO_")},
            "SOTTO_HOME": str(home),
            "SOTTO_ENGINE": "echo",
            "TERM": "xterm-256color",
            "COLUMNS": "",
            "LINES": "",
            **env,
        }
        ours, theirs = os.openpty()
        termios.tcsetwinsize(theirs, (height, width))
        kept = {name: value for name, value in environment.items() if value}
        self.process = whole.sotto().start_at(theirs, arguments, kept)
        os.close(theirs)
        self._pty: Any = fdpexpect.fdspawn(ours, encoding="utf-8")

    def press(self, *keys: str) -> None:
        for key in keys:
            self._pty.send(key)

    def ask(self, *text: str) -> None:
        """Type at an empty prompt, see it there, and send: the next empty prompt is another one."""
        self.until(lambda: self.at_prompt)
        self.press(*text)
        self.until(lambda: not self.at_prompt)
        self.press(ENTER)

    @property
    def at_prompt(self) -> bool:
        """Whether an empty prompt waits for a question."""
        return any(line.startswith(("› Ask something", "› 请提问")) for line in self.screen.display)

    @property
    def text(self) -> str:
        """Everything on the screen and above it."""
        columns = range(self.screen.columns)
        above = ["".join(row[at].data for at in columns).rstrip() for row in self.screen.history.top]
        return "\n".join([*above, *(line.rstrip() for line in self.screen.display)])

    @property
    def bottom(self) -> str:
        """The last line that is not empty."""
        return next((line.rstrip() for line in reversed(self.screen.display) if line.strip()), "")

    def until(self, seen: str | Callable[[], bool]) -> None:
        """Watch the screen until it shows something, or fail with what it shows instead."""
        deadline = time.monotonic() + PATIENCE
        while not (seen in self.text if isinstance(seen, str) else seen()):
            if not self._read() or time.monotonic() > deadline:
                raise AssertionError(f"never seen: {seen}\n{self.text}")

    def settle(self) -> None:
        """Watch until the prompt waits again and nothing moves."""
        self.until(lambda: self.at_prompt)
        while self._read(0.5) == "more":
            pass

    def leave(self) -> int:
        """Press Ctrl-D and return the exit code."""
        self.until(lambda: self.at_prompt)
        self.press(CTRL_D)
        return self.ended()

    def ended(self) -> int:
        deadline = time.monotonic() + PATIENCE
        while self.process.poll() is None and time.monotonic() < deadline:
            self._read(0.05)
        code = self.process.returncode
        assert code is not None, f"still running\n{self.text}"
        assert code >= 0, f"killed by signal {-code}"
        return code

    def hang_up(self) -> None:
        """Close the terminal's window."""
        nowhere = os.open(os.devnull, os.O_RDWR)
        os.dup2(nowhere, self._pty.child_fd)
        os.close(nowhere)

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        self._pty.close()

    def _read(self, seconds: float = 0.1) -> str:
        """Take what has been written; return "more", "quiet", or nothing at the end."""
        import pexpect

        try:
            piece = self._pty.read_nonblocking(65536, seconds)
        except pexpect.TIMEOUT:
            return "quiet"
        except (pexpect.EOF, OSError):
            return ""
        self.raw += piece
        self._stream.feed(piece)
        return "more"


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Callable[..., Terminal]]:
    """Open a terminal with `sotto` in it; several share one home, one after the other."""
    if os.name == "nt":
        pytest.skip("Windows has no pseudo-terminals of this kind")
    opened: list[Terminal] = []

    def open_terminal(*arguments: str, width: int = 80, height: int = 24, **env: str) -> Terminal:
        opened.append(Terminal(tmp_path / "home", list(arguments), width, height, **env))
        return opened[-1]

    yield open_terminal
    for one in opened:
        one.end()
