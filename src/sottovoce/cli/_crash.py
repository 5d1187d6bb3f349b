"""Keep the traceback of an unexpected error, so that it can be reported. Holds code, never what was said."""

from __future__ import annotations

import platform
import time
import traceback
from pathlib import Path

from sottovoce import __version__
from sottovoce.cli._given import Given
from sottovoce.core.paths import write_whole

KEPT = 10


def record(problem: BaseException, given: Given) -> Path | None:
    """Write the traceback into the home's logs and return where; None when that cannot be done."""
    try:
        logs = given.open_home().logs
        path = logs / f"crash-{time.strftime('%Y%m%d-%H%M%S')}.txt"
        write_whole(path, _report(problem).encode("utf-8", "replace"))
        for old in sorted(logs.glob("crash-*.txt"))[:-KEPT]:
            old.unlink(missing_ok=True)
    except Exception:  # noqa: BLE001  (the process edge: a failing log must not hide what failed first)
        return None
    return path


def _report(problem: BaseException) -> str:
    # All in one, platform() would run another program, which would be given our settings.
    machine = f"{platform.system()} {platform.release()} {platform.machine()}"
    head = f"sotto {__version__}, Python {platform.python_version()}, {machine}"
    return f"{head}\n\n{without_words(problem)}"


def without_words(problem: BaseException) -> str:
    """Return where a problem came from, and what each of its causes was a kind of.

    Their words could repeat what a person wrote.
    """
    parts = []
    cause: BaseException | None = problem
    while cause is not None:
        parts.append(f"{type(cause).__module__}.{type(cause).__qualname__}\n")
        parts.extend(traceback.format_tb(cause.__traceback__))
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)
    return "".join(parts)
