"""The items of a conversation: as the model is told them, and as they are kept. Pure.

An item's id holds the id of the response that it came with, so that a reference to it finds it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import TypeAdapter

from sottovoce.chat import grounds
from sottovoce.chat.tools import spoken_calls, spoken_result
from sottovoce.core.errors import BadValue, NotFound
from sottovoce.core.events import Called
from sottovoce.core.grounds import Found
from sottovoce.core.messages import Message, Role
from sottovoce.server.openai_api.nouns import unsupported
from sottovoce.server.openai_api.nouns_chat import Other
from sottovoce.server.openai_api.refusals import TEXT_ONLY
from sottovoce.server.openai_api.responses_nouns import (
    AnyItem,
    AnyPart,
    CallItem,
    MessageItem,
    ReasoningItem,
    ReferenceItem,
    RefusalPart,
    ResultItem,
    TextPart,
)

ITEMS: TypeAdapter[list[AnyItem]] = TypeAdapter(list[AnyItem])
KINDS = {"message": "msg", "function_call": "fc", "function_call_output": "fco"}
ROLES = {"user": Role.USER, "assistant": Role.ASSISTANT, "system": Role.SYSTEM, "developer": Role.SYSTEM}

_ID = re.compile(r"[a-z]+_([0-9a-f]{32})[io][0-9]+")

Kept = dict[str, object]
"""An item as it is kept: in JSON, with an id."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """What a kept response was asked with, and what it said. `passages`: those the model was given."""

    asked: Sequence[AnyItem]
    said: Sequence[AnyItem]
    passages: tuple[Found, ...] = ()


def item_id(response: str, kind: str, at: int, *, asked: bool) -> str:
    """Return the id of one of a response's items, of those it was asked with or of its own."""
    return f"{KINDS[kind]}_{response.removeprefix('resp_')}{'i' if asked else 'o'}{at}"


def response_of(reference: str) -> str | None:
    """Return the id of the response that an item came with, if its id is one of ours."""
    found = _ID.fullmatch(reference)
    return f"resp_{found.group(1)}" if found else None


def referred(items: Sequence[AnyItem]) -> list[str]:
    """Return the ids of the responses that these items refer to."""
    found = (response_of(item.id) for item in items if isinstance(item, ReferenceItem))
    return list(dict.fromkeys(one for one in found if one is not None))


def resolved(items: Sequence[AnyItem], known: Mapping[str, AnyItem]) -> list[AnyItem]:
    """Return the items with each reference replaced by what it refers to. Raises NotFound."""
    whole: list[AnyItem] = []
    for at, item in enumerate(items):
        if isinstance(item, ReferenceItem):
            if item.id not in known:
                raise NotFound(
                    f"There is no item {item.id[:80]!r}.",
                    hint="Send the item itself; only those of kept responses can be referred to",
                    field=f"input.{at}.id",
                )
            item = known[item.id]
        whole.append(item)
    return whole


# ---- as the model is told them ----


def told(earlier: Sequence[Exchange], items: Sequence[AnyItem]) -> list[Message]:
    """Return what the model is told of earlier exchanges, and of the items sent now.

    Passages stand again where they stood, in the same words: the engine need not read them anew. Raises
    Unsupported or BadValue naming the part that is meant.
    """
    history = _History()
    for exchange in earlier:
        for item in exchange.asked:
            history.add(item, "previous_response_id")
        if exchange.passages:
            history.ground(exchange.passages)
        for item in exchange.said:
            history.add(item, "previous_response_id")
    for at, item in enumerate(items):
        history.add(item, f"input.{at}")
    history.require_results()
    return history.messages


class _History:
    """What was said and called so far: a result names its call by an id only."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self._called: dict[str, str] = {}
        self._open: dict[str, str] = {}

    def add(self, item: AnyItem, at: str) -> None:
        match item:
            case MessageItem():
                self.messages.append(Message(ROLES[item.role], text_of(item.content, f"{at}.content")))
            case CallItem():
                self._called[item.call_id] = item.name
                self._open[item.call_id] = item.name
                said = spoken_calls([Called(item.name, item.arguments)])
                self.messages.append(Message(Role.ASSISTANT, said))
            case ResultItem():
                name = self._name_of(item, at)
                self._open.pop(item.call_id, None)
                self.messages.append(spoken_result(name, text_of(item.output, f"{at}.output")))
            case Other():
                raise unsupported(at, f"It is of the type {item.type[:40]!r}. {TEXT_ONLY}")
            case ReasoningItem() | ReferenceItem():
                pass

    def ground(self, passages: Sequence[Found]) -> None:
        """Put passages before the newest question."""
        at = max(at for at, message in enumerate(self.messages) if message.role is Role.USER)
        text = self.messages[at].text
        self.messages[at] = Message(Role.USER, grounds.told(text, text, passages))

    def require_results(self) -> None:
        for call, name in self._open.items():
            raise BadValue(
                f"The call {call[:80]!r} of {name} has no result.",
                hint="Add an item of the type function_call_output with its call_id",
                field="input",
            )

    def _name_of(self, item: ResultItem, at: str) -> str:
        name = self._called.get(item.call_id) or item.name
        if name is None:
            raise BadValue(
                f"No item before this one makes the call {item.call_id[:80]!r}.",
                hint="Send the function_call before its result, or the previous_response_id it came in",
                field=f"{at}.call_id",
            )
        return name


def text_of(parts: Sequence[AnyPart], at: str) -> str:
    """Return a content's text; its parts become lines. Raises Unsupported for a part that is no text."""
    words: list[str] = []
    for number, part in enumerate(parts):
        if isinstance(part, TextPart):
            words.append(part.text)
        elif isinstance(part, RefusalPart):
            words.append(part.refusal)
        else:
            raise unsupported(f"{at}.{number}", f"It is of the type {part.type[:40]!r}. {TEXT_ONLY}")
    return "\n".join(words)


# ---- as they are kept ----


def kept(items: Sequence[AnyItem], response: str) -> str:
    """Return the items that a response was asked with, as JSON, each with an id."""
    whole = (_kept(item, response, at) for at, item in enumerate(items))
    return json.dumps([item for item in whole if item is not None], ensure_ascii=False)


def _kept(item: AnyItem, response: str, at: int) -> Kept | None:
    if not isinstance(item, MessageItem | CallItem | ResultItem):
        return None
    kind = item.type or "message"
    whole: Kept = {
        "id": item.id or item_id(response, kind, at, asked=True),
        "type": kind,
        "status": "completed",
    }
    match item:
        case MessageItem():
            said = item.role == "assistant"
            return whole | {"role": item.role, "content": _parts(item.content, said=said)}
        case CallItem():
            return whole | {"call_id": item.call_id, "name": item.name, "arguments": item.arguments}
        case ResultItem():
            named: Kept = {"name": item.name} if item.name else {}
            return whole | {"call_id": item.call_id, "output": text_of(item.output, ""), **named}


def _parts(parts: Sequence[AnyPart], *, said: bool) -> list[Kept]:
    text = [part.text if isinstance(part, TextPart) else text_of([part], "") for part in parts]
    if said:
        return [{"type": "output_text", "text": one, "annotations": []} for one in text]
    return [{"type": "input_text", "text": one} for one in text]
