"""Send what the program's parts log to a file in the home: a line on the screen would tear it.

Never the words of an error that nobody foresaw: those could repeat what a person wrote.
"""

from __future__ import annotations

import logging
from typing import Any

from sottovoce.core.paths import Home
from sottovoce.core.private_log import PrivateLog

MOST_BYTES = 500_000
FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


class _Plain(logging.Formatter):
    def formatException(self, ei: Any) -> str:
        from sottovoce.cli._crash import without_words

        problem: BaseException | None = ei[1]
        return "" if problem is None else without_words(problem)


def keep_log(home: Home, *, debug: bool) -> None:
    """Write warnings, or with `debug` everything, to logs/sotto.log. Calling it again changes the home."""
    ours = logging.getLogger("sottovoce")
    for handler in list(ours.handlers):
        if isinstance(handler, PrivateLog):
            ours.removeHandler(handler)
            handler.close()
    handler = PrivateLog(home.logs / "sotto.log", most=MOST_BYTES, kept=1)
    handler.setFormatter(_Plain(FORMAT))
    ours.addHandler(handler)
    ours.setLevel(logging.DEBUG if debug else logging.WARNING)
    # Whatever else logs, libraries included, would otherwise reach the screen; and with no handler at all, a
    # complaint of that would.
    logging.lastResort = logging.NullHandler()
