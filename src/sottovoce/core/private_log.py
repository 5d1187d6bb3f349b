"""A log file that this user alone may read, and that never disturbs the work it tells of."""

from __future__ import annotations

import logging
import os
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path

from sottovoce.core.paths import PRIVATE_FILE


class PrivateLog(RotatingFileHandler):
    """`most` bytes and `kept` earlier files of as many. It is opened when the first line comes.

    A disk that takes nothing more is passed over.
    """

    def __init__(self, path: Path, *, most: int, kept: int) -> None:
        super().__init__(path, maxBytes=most, backupCount=kept, encoding="utf-8", delay=True)

    def _open(self) -> TextIOWrapper:
        os.close(os.open(self.baseFilename, os.O_WRONLY | os.O_CREAT | os.O_APPEND, PRIVATE_FILE))
        return super()._open()

    def handleError(self, record: logging.LogRecord) -> None:
        """Lose the line."""
