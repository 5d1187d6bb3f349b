"""Record the terminal sessions shown in the pages: `python -m docs.record [PAGE…]`, with the real model.

A page asks for a session with a comment, `<!-- session: what is typed | and then -->`; the block of text
behind it is replaced by the screen as it looked. Nothing in such a block is written by hand.
"""

from __future__ import annotations

import re
import sys
import tempfile
import time
from pathlib import Path

import pexpect
import pyte

ROOT = Path(__file__).parents[1]
PAGES = (ROOT / "README.md", ROOT / "docs" / "guides" / "first-answer.md")
SESSION = re.compile(r"(<!-- session: (.+?) -->\n\n```text\n).*?(```\n)", re.DOTALL)
COLUMNS, ROWS = 92, 200
QUIET_SECONDS = 3.0
LONGEST_SECONDS = 120.0


def main() -> None:
    for page in [Path(name) for name in sys.argv[1:]] or PAGES:
        text = page.read_text("utf-8")
        page.write_text(SESSION.sub(lambda found: found[1] + screen_of(found[2]) + found[3], text), "utf-8")


def screen_of(script: str) -> str:
    """Return what stands on the screen after everything was typed and answered."""
    with tempfile.TemporaryDirectory() as home:
        terminal = Terminal(home)
        terminal.settle()
        for line in script.split(" | "):
            terminal.type(line)
        shown = terminal.shown()
        terminal.leave()
    return shown


class Terminal:
    """`sotto` in a terminal of its own, with an empty home."""

    def __init__(self, home: str) -> None:
        self.screen = pyte.Screen(COLUMNS, ROWS)
        self._stream = pyte.ByteStream(self.screen)
        environment = {
            "PATH": "/usr/bin:/bin",
            "LANG": "C.UTF-8",
            "TERM": "xterm",
            "NO_COLOR": "1",
            "HOME": home,
            "SOTTO_HOME": home,
        }
        program = str(Path(sys.executable).with_name("sotto"))
        self._child = pexpect.spawn(program, env=environment, dimensions=(ROWS, COLUMNS))

    def settle(self) -> None:
        """Read until the screen has been still for a while."""
        began = still = time.monotonic()
        while time.monotonic() - still < QUIET_SECONDS and time.monotonic() - began < LONGEST_SECONDS:
            try:
                data = self._child.read_nonblocking(65536, timeout=0.1)
            except pexpect.TIMEOUT:
                continue
            self._stream.feed(data)
            still = time.monotonic()
            if b"\x1b[6n" in data:  # the program asks where the cursor is
                self._child.send(f"\x1b[{self.screen.cursor.y + 1};{self.screen.cursor.x + 1}R")

    def type(self, line: str) -> None:
        self._child.send(line)
        time.sleep(0.3)
        self._child.send("\r")
        self.settle()

    def shown(self) -> str:
        """Return the lines on the screen, without the empty ones before the last, which is the status."""
        lines = [line.rstrip() for line in self.screen.display]
        written = [line for line in lines if line]
        status = written[-1]
        body = "\n".join(lines[: len(lines) - 1 - lines[::-1].index(status)]).rstrip()
        return f"{body}\n{status}\n"

    def leave(self) -> None:
        self._child.send("\x04")
        self._child.expect(pexpect.EOF, timeout=20)


if __name__ == "__main__":
    main()
