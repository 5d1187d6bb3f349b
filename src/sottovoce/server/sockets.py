"""Opens the sockets a server listens on: on the network where a person says, and one for the home's programs.

Looks up no names. Knows nothing of HTTP.
"""

from __future__ import annotations

import errno
import ipaddress
import os
import shutil
import socket
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sottovoce.core.errors import BadValue, SottoError
from sottovoce.core.paths import PRIVATE_FILE
from sottovoce.server.gate.hosts import EVERY_ADDRESS, is_loopback

BACKLOG = 1024
TRIES = 8
"""For a free port that is free on both loopback addresses."""

MOST_FILES = 4096
LONGEST_PATH = 100
"""Of a unix socket: some systems take 104 bytes, some 108."""

BOTH = ("127.0.0.1", "::1")
TAKEN = (errno.EADDRINUSE, getattr(errno, "WSAEACCES", errno.EADDRINUSE))


def open_network(host: str, port: int) -> list[socket.socket]:
    """Bind where the settings say; on this machine, to both of its own addresses where there are two.

    Raises BadValue.
    """
    if host.lower() not in ("localhost", *BOTH):
        return [_bind(host, port)]
    for _ in range(TRIES):
        first = _bind(BOTH[0], port)
        try:
            return [first, *_beside(first)]
        except BadValue:
            first.close()
            if port:
                raise
        except BaseException:
            first.close()
            raise
    raise _taken(port)


def open_shared(lan: str, port: int) -> list[socket.socket]:
    """Bind this machine's own addresses, and one of a network with the same port. Raises BadValue."""
    own = open_network(BOTH[0], port)
    try:
        return [*own, _bind(lan, address_of(own[0])[1])]
    except BaseException:
        for listener in own:
            listener.close()
        raise


def address_of(listener: socket.socket) -> tuple[str, int]:
    host, port = listener.getsockname()[:2]
    return str(host), int(port)


@contextmanager
def open_private() -> Iterator[socket.socket | None]:
    """Bind a unix socket in a folder of its own that only this user can enter; both go at the end.

    None where the system has no such sockets.
    """
    if sys.platform == "win32":
        yield None
        return
    folder = _short_folder()
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        path = folder / "s.sock"
        listener.bind(str(path))
        path.chmod(PRIVATE_FILE)
        yield listener
    finally:
        listener.close()
        shutil.rmtree(folder, ignore_errors=True)


def allow_many_files() -> None:
    """Raise this process's own limit on open files, as far as the system lets it: macOS begins with 256."""
    if sys.platform == "win32":
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_FILES if hard == resource.RLIM_INFINITY else min(MOST_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def is_only_here(listeners: list[socket.socket]) -> bool:
    """Return whether nobody beyond this machine can reach any of them."""
    return all(is_loopback(address_of(listener)[0]) for listener in listeners)


def _beside(first: socket.socket) -> list[socket.socket]:
    """Bind the other loopback address to the same port: names such as localhost may lead to either."""
    try:
        return [_bind(BOTH[1], address_of(first)[1])]
    except OSError:  # this machine has only one
        return []


def _bind(host: str, port: int) -> socket.socket:
    """Raises BadValue for what a person can change, OSError where a machine may well not have it."""
    family, target = _target(host, port)
    # The protocol is named, since asyncio has only such connections send at once: one that waits for more
    # to send along answers 40 ms late.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":
            # A port whose last connections are still fading away is free.
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, host != "::")
        listener.bind(target)
    except OSError as problem:
        listener.close()
        raise _explained(problem, host, port) from problem
    return listener


def _target(host: str, port: int) -> tuple[socket.AddressFamily, tuple[str, int] | tuple[str, int, int, int]]:
    """Return what the operating system takes for an address."""
    try:
        address = ipaddress.ip_address(host)
        if isinstance(address, ipaddress.IPv4Address):
            return socket.AF_INET, (host, port)
        scope = address.scope_id or "0"
        index = int(scope) if scope.isdigit() else socket.if_nametoindex(scope)
    except (ValueError, OSError):
        raise BadValue(
            f"The server listens at an address, and {host!r} is none.",
            hint="For example: sotto serve --host 0.0.0.0; names are for: sotto settings set hosts NAME",
        ) from None
    return socket.AF_INET6, (host.partition("%")[0], port, 0, index)


def _explained(problem: OSError, host: str, port: int) -> Exception:
    if problem.errno in TAKEN:
        return _taken(port)
    if problem.errno in (errno.EACCES, errno.EPERM):
        return BadValue(f"Port {port} is not for everybody's use.", hint="sotto serve --port 7886")
    if host in BOTH[1:] or host in EVERY_ADDRESS:
        return problem
    return BadValue(
        f"This machine has no address {host}.",
        hint="For every address it has: sotto serve --host 0.0.0.0",
        detail=str(problem),
    )


def _taken(port: int) -> SottoError:
    return BadValue(
        f"Port {port} is taken by another program.",
        hint=f"sotto serve --port {port + 1 if port < 65_535 else 7886}",
    )


def _short_folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="sotto-"))
    if len(os.fsencode(folder)) + 8 <= LONGEST_PATH:
        return folder
    folder.rmdir()
    return Path(tempfile.mkdtemp(prefix="sotto-", dir="/tmp"))
