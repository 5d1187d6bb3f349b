"""What is asked, and where: what every way to ask hands to a turn. Nouns alone, which load little."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sottovoce.core.chat_settings import UNSET, ChatSettings
from sottovoce.core.sampling import Sampling

if TYPE_CHECKING:
    from sottovoce.core.events import Notice
    from sottovoce.store.attachments import Attachment, Kept

ROOT = ""
"""As a question's parent: before the first message of the chat."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, and where in which chat.

    No chat starts one. `parent` continues after that message instead of where the reader is; to edit a
    question, ask with the parent of the old one (ROOT for the first). `again` names a question to be
    answered once more, with what is attached to it, `go_on` the cut answer to be gone on with; `text` and
    `attached` are then ignored, and with `beside` the reader stays at the answer they are at. `over` names an
    answer without a word, in whose place that to `again` is written. With something attached, the text may be
    empty. `settings` are those of the chat that it starts. `told` is what is told beside the answer.

    `knowledge` are the shelves that its chat asks from now on, by name or id; with `quote` their sentences
    alone answer. None: as the chat has it.
    What `sampling` says wins over the chat's settings, and these over the program's.
    """

    text: str = ""
    chat: str | None = None
    parent: str | None = None
    again: str | None = None
    system: str | None = None
    sampling: Sampling = field(default_factory=Sampling)
    attached: tuple[Attachment | Kept, ...] = ()
    beside: bool = False
    settings: ChatSettings = UNSET
    go_on: str | None = None
    knowledge: tuple[str, ...] | None = None
    quote: bool | None = None
    over: str | None = None
    told: tuple[Notice, ...] = ()
