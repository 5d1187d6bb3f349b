"""Under whose account of the operating system the program runs. Knows no passwords and no groups."""

from __future__ import annotations

import getpass
import os


def account() -> str:
    """Return the account's name; its number where it has none, as in some containers."""
    try:
        import pwd
    except ImportError:  # Windows
        return getpass.getuser()
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())
