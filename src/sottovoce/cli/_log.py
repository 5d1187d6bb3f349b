"""Send what the program's parts log to a file in the home: a line on the screen would tear it.

Never the words of an error that nobody foresaw: those could repeat what a person wrote.
"""

from __future__ import annotations

import logging
import os
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from typing import Any

from sottovoce.core.paths import PRIVATE_FILE, Home

MOST_BYTES = 500_000
FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


class _Plain(logging.Formatter):
    def formatException(self, ei: Any) -> str:
        from sottovoce.cli._crash import without_words

        problem: BaseException | None = ei[1]
        return "" if problem is None else without_words(problem)


class _PrivateFile(RotatingFileHandler):
    """Opened when the first line comes; readable by this user alone. A full disk is passed over."""

    def _open(self) -> TextIOWrapper:
        os.close(os.open(self.baseFilename, os.O_WRONLY | os.O_CREAT | os.O_APPEND, PRIVATE_FILE))
        return super()._open()

    def handleError(self, record: logging.LogRecord) -> None:
        """Lose the line: a log that cannot be written must not disturb the work."""


def keep_log(home: Home, *, debug: bool) -> None:
    """Write warnings, or with `debug` everything, to logs/sotto.log. Calling it again changes the home."""
    ours = logging.getLogger("sottovoce")
    for handler in list(ours.handlers):
        if isinstance(handler, _PrivateFile):
            ours.removeHandler(handler)
            handler.close()
    handler = _PrivateFile(
        home.logs / "sotto.log", maxBytes=MOST_BYTES, backupCount=1, encoding="utf-8", delay=True
    )
    handler.setFormatter(_Plain(FORMAT))
    ours.addHandler(handler)
    ours.setLevel(logging.DEBUG if debug else logging.WARNING)
    # Whatever else logs, libraries included, would otherwise reach the screen; and with no handler at all, a
    # complaint of that would.
    logging.lastResort = logging.NullHandler()
