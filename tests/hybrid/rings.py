"""Keyrings that are only pretended: what the library's classes do, with a dictionary behind them."""

from __future__ import annotations

from typing import Any, ClassVar


class Ring:
    """One of its kind; `held` is by service and name, and stays as long as the class."""

    priority: ClassVar[float] = 5
    held: ClassVar[dict[tuple[str, str], str]]

    def get_password(self, service: str, username: str) -> str | None:
        return self.held.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.held[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.held[service, username]


def ring(**changes: Any) -> type[Ring]:
    """Return a keyring of its own, with other ways where a test wants them."""
    return type("ARing", (Ring,), {"held": {}, **changes})
