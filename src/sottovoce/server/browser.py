"""Open the person's browser at a link that signs it in, and tell nobody else that link.

What a program is started with can be read by every user of the machine, and the first to use a link is
signed in. So the browser is given a private file that leads there, and nothing of our environment. One that
may read no such file is given the link: better that another user could see it for a moment than no page.
"""

from __future__ import annotations

import platform
import subprocess
import sys
import threading
from contextlib import suppress
from html import escape
from pathlib import Path

from sottovoce.core.errors import SottoError
from sottovoce.core.paths import Home, write_whole
from sottovoce.core.settings import others_environment

FILE = "enter.html"
PAGE = (
    '<!doctype html><meta charset="utf-8"><title>Sottovoce</title>'
    '<meta http-equiv="refresh" content="0;url={link}"><a href="{link}">Sottovoce</a>\n'
)
OPENS = "import sys, webbrowser; webbrowser.open(sys.argv[1])"
"""In a process of its own: the library gives a browser the environment of whoever calls it."""

SNAPS = Path("/var/lib/snapd/desktop/applications")
"""Where the entries of those programs stand that snapd keeps from hidden folders."""

DEFAULT = ("xdg-settings", "get", "default-web-browser")
SECONDS = 5


def open_at(home: Home, link: str) -> None:
    """Open a browser. Where that fails nothing is lost: the person has read the link."""
    with suppress(SottoError):
        address = link if _is_windows_beside() or _is_snap() else _page(home, link).as_uri()
        # Some browsers keep their caller waiting; none may keep the server.
        threading.Thread(target=_open, args=(address,), daemon=True).start()


def forget(home: Home) -> None:
    """Delete the file, whose link ends with the server."""
    with suppress(OSError):
        (home.root / FILE).unlink(missing_ok=True)


def _page(home: Home, link: str) -> Path:
    path = home.root.absolute() / FILE
    write_whole(path, PAGE.format(link=escape(link)).encode())
    return path


def _open(address: str) -> None:
    with suppress(OSError):
        subprocess.run([sys.executable, "-P", "-c", OPENS, address], env=others_environment(), check=False)


def _is_windows_beside() -> bool:
    """Whether this is Linux within Windows, whose browser finds none of these files by their names here."""
    return "microsoft" in platform.release().lower()


def _is_snap() -> bool:
    """Whether the person's browser came as a snap, such as Ubuntu's Firefox."""
    if not SNAPS.is_dir():
        return False
    try:
        said = subprocess.run(DEFAULT, capture_output=True, text=True, timeout=SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    name = said.stdout.strip()
    return bool(name) and (SNAPS / Path(name).name).exists()
