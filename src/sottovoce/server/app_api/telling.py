"""A run's events as a page hears them: a name and a JSON object each. Pure, but for the reader's language.

asked    {chat, question, answer}      the question is on the disk
waiting  {before, seconds, loading}    others come first, or the model is being loaded
reading  {read, total}                 tokens of the prompt
notice   {code, text}                  something to know
computed {name, arguments, result}     an exact tool was used
reasoning {text, seconds}              more of what the model thinks, and how long it has by now
text     {text}                        more of the answer
whole    {text, reasoning, thought}    all of it so far, in place of earlier text
grounds  {passages, answers, shelves}  what was found on the shelves that are asked: GroundsNoun
done     {reason, text, model, digest, usage, timings, reasoning, thought, claims, citations, supported_share}
stopped  {}                            somebody stopped it; what was written is kept
failed   {error: {code, sentence, hint, field}}

The last three end a run.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from sottovoce.chat.runs import Numbered, RunEvent, Stopped
from sottovoce.core.events import (
    Asked,
    Computed,
    Done,
    Failed,
    Grounds,
    Notice,
    Reading,
    Reasoning,
    Text,
    Waiting,
    Whole,
)
from sottovoce.server import problems, sse
from sottovoce.server.app_api.nouns_chats import NoticeNoun
from sottovoce.server.grounds import CitedNoun, GroundsNoun

Json = dict[str, Any]


def chunk(numbered: Numbered) -> bytes:
    """Return one server-sent event, with its number as id."""
    name, said = told(numbered.event)
    return sse.event(json.dumps(said, ensure_ascii=False), name, str(numbered.number))


def told(event: RunEvent) -> tuple[str, Json]:
    """Return an event's name and what it says."""
    match event:
        case Text(text):
            return "text", {"text": text}
        case Reasoning(text, seconds):
            return "reasoning", {"text": text, "seconds": round(seconds, 3)}
        case Asked():
            return "asked", asdict(event)
        case Waiting():
            return "waiting", asdict(event)
        case Reading():
            return "reading", asdict(event)
        case Notice():
            return "notice", NoticeNoun.of(event).model_dump()
        case Computed(name, arguments, result):
            return "computed", {"name": name, "arguments": dict(arguments), "result": result}
        case Whole():
            return "whole", asdict(event)
        case Grounds():
            return "grounds", GroundsNoun.of(event).model_dump()
        case Stopped():
            return "stopped", {}
        case Done():
            said = asdict(event)
            del said["chat"], said["answer"], said["cited"]
            return "done", {**said, **CitedNoun.of(event.cited).model_dump()}
        case Failed(error):
            return "failed", problems.OURS.said(error).model_dump()
