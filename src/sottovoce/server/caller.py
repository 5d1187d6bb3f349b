"""Who is asking: through which door they came, whose things they may see, and how far they reach."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sottovoce.core.messages import OWNER

NOBODY = "local"
"""The owner of what programs on this machine ask without a key. They may infer, and see no chats."""


class Scope(StrEnum):
    CHAT = "chat"
    MODELS = "models"
    EMBEDDINGS = "embeddings"
    ADMIN = "admin"
    """The server's own affairs: metrics, the queue."""
    PAGE = "page"
    """The person's own chats. Never given to a key: only to their browser and their terminal."""


GIVEN_TO_KEYS = (Scope.CHAT, Scope.MODELS, Scope.EMBEDDINGS, Scope.ADMIN)


@dataclass(frozen=True, slots=True)
class Limits:
    """What a key may do; None is without limit."""

    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None
    at_once: int | None = None


@dataclass(frozen=True, slots=True)
class Caller:
    """`key` is the id of the key they showed, if it was one; never the key itself."""

    owner: str
    scopes: frozenset[Scope]
    key: str | None = None
    limits: Limits = Limits()
    shelves: frozenset[str] = frozenset()
    """Ids of the person's shelves that a key may ask. The person may ask all of them, somebody here none."""


SOMEBODY_HERE = Caller(NOBODY, frozenset({Scope.CHAT, Scope.MODELS, Scope.EMBEDDINGS, Scope.ADMIN}))
"""A program on this machine that showed nothing."""

PERSON = Caller(OWNER, frozenset(Scope))
"""The person at this machine, by their signed-in browser or their own terminal."""
