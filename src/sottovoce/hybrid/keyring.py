"""The system's keyring: secrets under names. The only file that knows the library; knows no model elsewhere.

Which keyring is used is said here. The library would ask its own configuration file, which may name any code.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, Protocol, TypeVar

from sottovoce.core.aside import aside
from sottovoce.core.errors import BadUpstream, SottoError

SERVICE = "sottovoce"
READING = 30.0
CHANGING = 120.0
"""Seconds. A locked keyring opens a window; whoever changes something sits before it."""

GOOD = 1
"""What the library gives a keyring that is to be relied on, at least."""

T = TypeVar("T")

_in_use = threading.Lock()
"""While one waits for a window to be answered, no other opens a second."""


class Keyring(Protocol):
    """What is asked of a keyring of the library's."""

    def get_password(self, service: str, username: str, /) -> str | None: ...

    def set_password(self, service: str, username: str, password: str, /) -> None: ...

    def delete_password(self, service: str, username: str, /) -> None: ...


def put(name: str, secret: str) -> str:
    """Keep a secret under a name, in place of another; return which keyring has it. Raises BadUpstream."""

    def work() -> str:
        which, ring = _open()
        ring.set_password(SERVICE, name, secret)
        return which

    return _within(CHANGING, work, secret)


def read(which: str, name: str) -> str | None:
    """Return what a keyring has under a name. Raises BadUpstream."""
    return _within(READING, lambda: _open(which)[1].get_password(SERVICE, name))


def remove(which: str, name: str) -> None:
    """Delete what a keyring has under a name; nothing is nothing. Raises BadUpstream."""

    def work() -> None:
        _, ring = _open(which)
        if ring.get_password(SERVICE, name) is not None:
            ring.delete_password(SERVICE, name)

    _within(CHANGING, work)


def kinds() -> Mapping[str, Any]:
    """Return the library's classes for this system's keyrings, the preferred first. Raises ImportError."""
    if sys.platform == "win32":
        from keyring.backends.Windows import WinVaultKeyring

        return {"Credential Manager": WinVaultKeyring}
    if sys.platform == "darwin":
        from keyring.backends import macOS

        return {"Keychain": macOS.Keyring}
    from keyring.backends import SecretService, kwallet

    return {"Secret Service": SecretService.Keyring, "KWallet": kwallet.DBusKeyring}


def _open(wanted: str = "") -> tuple[str, Keyring]:
    """Return this keyring, or the preferred one of those that are here, and its name."""
    try:
        known = kinds()
    except ImportError as missing:
        raise BadUpstream(
            "The system's keyring is reached by the library keyring, which is not installed.",
            hint="Install it from Sottovoce's checkout: pip install '.[keyring]'; "
            "or have keys in files, and give them again: sotto settings set keys_in files",
            detail=str(missing),
        ) from missing
    for name, kind in known.items():
        if wanted in ("", name) and _is_here(kind):
            ring = kind()
            if sys.platform == "win32":
                ring.persist = "local machine"  # or it would follow the account to other machines
            return name, ring
    raise BadUpstream(
        "There is no keyring of the system here.",
        hint="Start your desktop's keyring; or have keys in files, and give them again: "
        "sotto settings set keys_in files",
    )


def _is_here(kind: Any) -> bool:
    try:
        return bool(kind.priority >= GOOD)
    except (RuntimeError, OSError):  # how the library says that it is not, and how a bus does that is gone
        return False


def _within(seconds: float, work: Callable[[], T], secret: str = "") -> T:
    """Return what the work returns. Raises BadUpstream where it fails, or takes longer."""
    end = time.monotonic() + seconds

    def alone() -> T:
        try:
            return work()
        finally:
            _in_use.release()

    try:
        if not _in_use.acquire(timeout=seconds):
            raise TimeoutError
        return aside(alone).result(max(0.0, end - time.monotonic()))
    except SottoError:
        raise
    except TimeoutError:
        raise BadUpstream(
            f"The system's keyring did not answer within {seconds:.0f} seconds.",
            hint="It may be locked: unlock it, and do the same again",
        ) from None
    except Exception as problem:  # noqa: BLE001  (the library's edge: any bus and any window is behind it)
        detail = f"{type(problem).__name__}: {problem}"
        raise BadUpstream(
            "The system's keyring does not open.",
            hint="Unlock it, and do the same again; --debug shows what it said",
            detail=detail.replace(secret, "…") if secret else detail,
        ) from None
