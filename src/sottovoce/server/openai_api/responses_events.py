"""The events of a response while it is made, each written as bytes.

What stands in every piece of text is written once, since there is one for each token. Also the shape in
which a stream says that it failed: an event of its own where the response was begun.
"""

from __future__ import annotations

import json

from pydantic import BaseModel
from starlette.responses import Response

from sottovoce.core.errors import SottoError
from sottovoce.core.events import Called, Finished, Text
from sottovoce.server import problems, sse
from sottovoce.server.openai_api.responses_answers import Answered, OutputCall, OutputMessage, OutputText
from sottovoce.server.openai_api.responses_making import (
    Making,
    is_cut,
    needs_message,
    status_of,
)
from sottovoce.server.openai_api.saying import weighed


class Events:
    """Each method returns the bytes of the events that come next. `begin` comes first."""

    def __init__(self, begun: Answered) -> None:
        self.making = Making(begun)
        self._number = 0
        self._delta = b""

    def begin(self) -> bytes:
        return self._of_all("response.created") + self._of_all("response.in_progress")

    @property
    def has_begun(self) -> bool:
        return self._number > 0

    def text(self, piece: Text) -> bytes:
        before = self._open() if self.making.message is None else b""
        self.making.text(piece)
        told = b"[]"
        if piece.likelihoods:
            told = json.dumps([weighed(token).model_dump() for token in piece.likelihoods]).encode()
        number = self._number
        self._number += 1
        text = json.dumps(piece.text).encode()
        return b'%s%s%s, "delta": %s, "sequence_number": %d}\n\n' % (before, self._delta, told, text, number)

    def call(self, called: Called) -> bytes:
        before = self._close("completed") if self.making.message is not None else b""
        index = len(self.making.answered.output)
        call = self.making.call(called)
        place = {"item_id": call.id, "output_index": index}
        empty = call.model_copy(update={"status": "in_progress", "arguments": ""})
        return b"".join(
            (
                before,
                self._of_item("response.output_item.added", index, empty),
                self._event("response.function_call_arguments.delta", **place, delta=call.arguments),
                self._event("response.function_call_arguments.done", **place, arguments=call.arguments),
                self._of_item("response.output_item.done", index, call),
            )
        )

    def close(self, finished: Finished) -> bytes:
        """Close what is open, once the answer has ended."""
        if self.making.message is not None:
            return self._close(status_of(finished))
        if needs_message(self.making.answered, finished):
            return self._open() + self._close("completed")
        return b""

    def end(self, finished: Finished) -> bytes:
        """Tell the whole response, as `making.end` left it."""
        return self._of_all("response.incomplete" if is_cut(finished) else "response.completed")

    # ---- the shape of problems ----

    @property
    def noun(self) -> type[BaseModel]:
        return problems.OPENAI.noun

    def response(self, problem: SottoError) -> Response:
        return problems.OPENAI.response(problem)

    def event(self, problem: SottoError) -> bytes:
        if not self.has_begun:
            return problems.OPENAI.event(problem)
        self.making.fail(problem)
        return self._of_all("response.failed")

    # ---- writing ----

    def _open(self) -> bytes:
        self.making.open_message()
        index = len(self.making.answered.output)
        place = self._place(index)
        self._delta = (
            f"event: response.output_text.delta\ndata: "
            f'{json.dumps({"type": "response.output_text.delta", **place})[:-1]}, "logprobs": '
        ).encode()
        empty = OutputMessage(id=str(place["item_id"]), status="in_progress", content=[])
        part = OutputText(text="").model_dump()
        return self._of_item("response.output_item.added", index, empty) + self._event(
            "response.content_part.added", **place, part=part
        )

    def _close(self, status: str) -> bytes:
        index = len(self.making.answered.output)
        place = self._place(index)
        message = self.making.close_message("completed" if status == "completed" else "incomplete")
        (part,) = message.content
        said = part.model_dump()
        return b"".join(
            (
                self._event("response.output_text.done", **place, text=part.text, logprobs=said["logprobs"]),
                self._event("response.content_part.done", **place, part=said),
                self._of_item("response.output_item.done", index, message),
            )
        )

    def _place(self, index: int) -> dict[str, object]:
        return {"item_id": self.making.message, "output_index": index, "content_index": 0}

    def _of_item(self, kind: str, index: int, item: OutputMessage | OutputCall) -> bytes:
        return self._event(kind, output_index=index, item=item.model_dump())

    def _of_all(self, kind: str) -> bytes:
        return self._event(kind, response=self.making.answered.model_dump())

    def _event(self, kind: str, **more: object) -> bytes:
        said = json.dumps({"type": kind, **more, "sequence_number": self._number})
        self._number += 1
        return sse.event(said, kind)
