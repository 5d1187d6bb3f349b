"""Outside the prompt, keys must not appear on the screen. What is typed waits for the next prompt."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress


@contextmanager
def keys_kept() -> Iterator[None]:
    """Turn the terminal's echo off; Ctrl-C still interrupts. Does nothing where there is no terminal."""
    try:
        import termios
    except ImportError:  # Windows: the console shows keys only when they are read
        yield
        return
    terminal = _terminal()
    if terminal is None:
        yield
        return
    before = termios.tcgetattr(terminal)
    during = termios.tcgetattr(terminal)
    # ICRNL: Enter must stay Enter for the prompt that reads it later.
    during[0] &= ~termios.ICRNL
    during[3] &= ~(termios.ECHO | termios.ICANON)
    during[3] |= termios.NOFLSH  # Ctrl-C stops the answer, and must not lose what was typed
    termios.tcsetattr(terminal, termios.TCSANOW, during)
    try:
        yield
    finally:
        with suppress(termios.error):  # closed meanwhile: there is nothing left to restore
            termios.tcsetattr(terminal, termios.TCSANOW, before)


def _terminal() -> int | None:
    """Return the terminal that standard output goes to, if it is ours to change.

    With the answer in a pipe it belongs to the reader (`| less`), and a job in the background that
    touched it would be stopped.
    """
    if sys.stdout is None or not sys.stdout.isatty():
        return None
    terminal = sys.stdout.fileno()
    try:
        return terminal if os.tcgetpgrp(terminal) == os.getpgrp() else None
    except OSError:
        return None
