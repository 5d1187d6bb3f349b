"""Which protocol a path belongs to: in whose words it is answered, even where nothing is. Knows no routes."""

from __future__ import annotations

from sottovoce.server import problems
from sottovoce.server.problems import Shape


def shape_of(path: str) -> Shape:
    """Return the shape of the problems of this path: its clients understand no other."""
    return _belonging(path)[1]


def room_of(path: str) -> str:
    """Return the room that answers this path, as the metrics name it."""
    return _belonging(path)[0]


def _belonging(path: str) -> tuple[str, Shape]:
    if _is_in(path, "/v1/messages"):
        return "anthropic", problems.ANTHROPIC
    if _is_in(path, "/v1"):
        return "openai", problems.OPENAI
    if _is_in(path, "/api"):
        return "ollama", problems.OLLAMA
    return "app", problems.OURS


def _is_in(path: str, place: str) -> bool:
    return path == place or path.startswith(f"{place}/")
