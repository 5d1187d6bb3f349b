"""A response while it is made: what was written and called so far, and what it is in the end.

Knows neither requests nor how a stream is written.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from sottovoce.core.errors import Busy, LimitReached, SottoError
from sottovoce.core.events import Called, Finished, Grounds, Notice, Quoted, Text, Usage
from sottovoce.server import problems
from sottovoce.server.citing import Citing
from sottovoce.server.openai_api.nouns_answers import WeighedToken
from sottovoce.server.openai_api.responses_answers import (
    Answered,
    Failure,
    GroundedResponse,
    Incomplete,
    InputDetails,
    OutputCall,
    OutputMessage,
    OutputText,
    Spent,
)
from sottovoce.server.openai_api.responses_items import item_id
from sottovoce.server.openai_api.responses_nouns import Status
from sottovoce.server.openai_api.saying import weighed


class Making:
    """`answered` is the response as far as it is; the text of the message being written comes last."""

    def __init__(self, begun: Answered) -> None:
        self.answered = begun
        self.message: str | None = None
        """The id of the message that is being written."""
        self._text: list[str] = []
        self._weighed: list[WeighedToken] = []
        self._citing = Citing()

    def found(self, piece: Grounds | Notice | Quoted) -> None:
        """Take note of what the shelves hold, or of their age; it comes before the first text."""
        self._citing.hear(piece)

    def open_message(self) -> None:
        self.message = self._id("message")

    def text(self, piece: Text) -> None:
        self._citing.hear(piece)
        self._text.append(piece.text)
        self._weighed += [weighed(token) for token in piece.likelihoods]

    def close_message(self, status: Status) -> OutputMessage:
        """Put the whole message among what the response gives."""
        whole = OutputText(text="".join(self._text), logprobs=self._weighed)
        message = OutputMessage(id=self.message or self._id("message"), status=status, content=[whole])
        self.answered.output.append(message)
        self.message, self._text, self._weighed = None, [], []
        return message

    def call(self, called: Called) -> OutputCall:
        """Put a call among what the response gives."""
        call = OutputCall(
            id=self._id("function_call"),
            status="completed",
            call_id=f"call_{secrets.token_hex(12)}",
            name=called.name,
            arguments=called.arguments,
        )
        self.answered.output.append(call)
        return call

    def end(self, finished: Finished, now: float) -> Answered:
        """Say how it ended, once all it gives is in it."""
        found = self._citing.of()
        if found is not None and isinstance(self.answered, GroundedResponse):
            self.answered = self.answered.model_copy(update=dict(found))
        whole = self.answered
        whole.usage = spent(finished.usage)
        if is_cut(finished):
            whole.status, whole.incomplete_details = "incomplete", Incomplete()
        else:
            whole.status, whole.completed_at = "completed", int(now)
        return whole

    def fail(self, problem: SottoError) -> Answered:
        """Say what ended it, with all that was written until then."""
        if self.message is not None:
            self.close_message("incomplete")
        self.answered.status, self.answered.completed_at = "failed", None
        self.answered.error = Failure(code=_code(problem), message=problems.message(problem))
        return self.answered

    def _id(self, kind: str) -> str:
        return item_id(self.answered.id, kind, len(self.answered.output), asked=False)


def whole(
    begun: Answered,
    pieces: Sequence[Text | Called | Grounds | Notice | Quoted],
    finished: Finished,
    now: float,
) -> Answered:
    """Return the response made of these pieces."""
    making = Making(begun)
    for piece in pieces:
        if isinstance(piece, Grounds | Notice | Quoted):
            making.found(piece)
            continue
        if isinstance(piece, Called):
            if making.message is not None:
                making.close_message("completed")
            making.call(piece)
            continue
        if making.message is None:
            making.open_message()
        making.text(piece)
    if making.message is not None or needs_message(begun, finished):
        making.close_message(status_of(finished))
    return making.end(finished, now)


def is_cut(finished: Finished) -> bool:
    return finished.reason == "length"


def status_of(finished: Finished) -> Status:
    """Return what is said of the message that the answer ended in."""
    return "incomplete" if is_cut(finished) else "completed"


def needs_message(answered: Answered, finished: Finished) -> bool:
    """Whether nothing was written and yet the answer is whole: then it is an empty text."""
    return not answered.output and not is_cut(finished)


def spent(usage: Usage) -> Spent:
    return Spent(
        input_tokens=usage.prompt,
        input_tokens_details=InputDetails(cached_tokens=usage.reused),
        output_tokens=usage.answer,
        total_tokens=usage.prompt + usage.answer,
    )


def _code(problem: SottoError) -> str:
    """Return which of the original's few codes this problem is."""
    if isinstance(problem, Busy | LimitReached):
        return "rate_limit_exceeded"
    return "server_error" if problems.status(problem) >= 500 else "invalid_prompt"
