"""What is said in a chat, and to whom it belongs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

OWNER = "me"
"""The owner of everything made by the person at this machine."""


MADE = "made"
MADE_HERE = "here"
"""The fact of an answer that says where it was made: here, or at an address. It leaves with no export."""

REPEATS = "repeats"
"""The reason of an answer that was ended because its model went round. It can be gone on with."""


BASE = "base"
"""The fact of an answer that names its model, where it goes by the name of a variant of it."""

DRAFT = "draft"
"""The code of what is told beside an answer that stands in for one from elsewhere, until that comes."""

NOT_WAITING = "not_waiting"
"""The code of what is told beside one in whose place nothing comes."""

REPLACED = "replaced"
"""The fact of an answer whose text stands in place of what its model wrote."""

UNKEPT = "unkept"
"""The fact of an answer that says that nothing is remembered beyond this chat: its question holds here."""


class Role(StrEnum):
    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"


class State(StrEnum):
    """How far a stored message has come.

    Only an answer is ever anything but `COMPLETE`. `WRITING` on disk after a restart means that the
    program was cut off; opening the store turns it into `INTERRUPTED`.
    """

    COMPLETE = "complete"
    WRITING = "writing"
    STOPPED = "stopped"
    INTERRUPTED = "interrupted"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Message:
    role: Role
    text: str


@dataclass(frozen=True, slots=True)
class Conversation:
    """Names whose KV state a turn may use. No chat: nothing is kept after the turn."""

    owner: str = OWNER
    chat: str | None = None


@dataclass(frozen=True, slots=True)
class Framed:
    """A prompt that is written out, and goes through no chat template.

    `parts` are in turn a frame, in which control marks count as such, and a text, in which they are letters.
    """

    parts: tuple[str, ...]

    @property
    def text(self) -> str:
        return "".join(self.parts)
