"""A private assistant on your own machine. Importing this costs nothing; names load when used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sottovoce.core.errors import SottoError
    from sottovoce.core.messages import Message
    from sottovoce.sdk.local import AsyncSotto, Sotto

__version__ = "0.1.0"

_HOMES = {
    "AsyncSotto": "sottovoce.sdk.local",
    "Message": "sottovoce.core.messages",
    "Sotto": "sottovoce.sdk.local",
    "SottoError": "sottovoce.core.errors",
}

__all__ = ["AsyncSotto", "Message", "Sotto", "SottoError", "__version__"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
