"""What the page's API says of questions that wait for a model elsewhere."""

from __future__ import annotations

from typing import Self

from sottovoce.server.app_api.nouns import Noun
from sottovoce.server.language import Told
from sottovoce.store.waiting import Progress, Waiting


class WaitingNoun(Noun):
    """A question that waits. `upstream` names the model elsewhere, `message` is the question itself.

    `state` is waiting, sending, or stopped: then nothing more is sent by itself. `reason` says why it waits,
    in a sentence. `sent` is how often it left this machine. `asked` and `due`, the next try, are seconds
    since 1970; `due` is null where there is none.
    """

    id: str
    chat: str
    message: str
    upstream: str
    state: str
    reason: Told
    sent: int
    asked: float
    due: float | None

    @classmethod
    def of(cls, one: Waiting) -> Self:
        return cls(
            id=one.id,
            chat=one.chat,
            message=one.question,
            upstream=one.upstream,
            state=one.state.value,
            reason=one.reason,
            sent=one.sent,
            asked=one.asked,
            due=one.due if one.state is Progress.WAITING else None,
        )


class WaitingList(Noun):
    waiting: list[WaitingNoun]
