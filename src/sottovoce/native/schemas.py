"""Whether an engine holds its answers to schemas: some of each kind that people use, asked of a real model.

Each is asked with seeds, and without the second try that a person's question gets. Knows nothing of how an
engine was built.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from sottovoce.chat import schema
from sottovoce.core.errors import BadSchema, SchemaUnmet
from sottovoce.core.events import Finished, Text
from sottovoce.core.messages import OWNER, Conversation, Message, Role
from sottovoce.core.sampling import Sampling
from sottovoce.engine.llama import LlamaEngine
from sottovoce.engine.plan import Plan

SEEDS = (1, 2)
MOST_TOKENS = 160
CUT = "length"


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties)}


WORD: dict[str, Any] = {"type": "string", "maxLength": 20}
SMALL = {"type": "integer", "minimum": 1, "maximum": 99}
ITEM = _object(sku=WORD, count=SMALL)

ASKED: tuple[tuple[str, dict[str, Any]], ...] = (
    ("Is the sky blue?", _object(answer={"type": "boolean"})),
    ("Name a colour.", _object(colour={"enum": ["red", "green", "blue"]})),
    ("Pick a number.", _object(number=SMALL)),
    ("Where do you live?", _object(street=WORD, zip={"type": "string", "pattern": "^[0-9]{5}$"})),
    ("When is it?", _object(date={"type": "string", "pattern": "^20[0-9]{2}-[01][0-9]-[0-3][0-9]$"})),
    ("Name three animals.", {"type": "array", "items": WORD, "minItems": 3, "maxItems": 3}),
    ("Order two chairs.", _object(customer=WORD, items={"type": "array", "items": ITEM, "maxItems": 2})),
    ("Is there a note?", _object(note={"anyOf": [WORD, {"type": "null"}]})),
    ("What is the weather?", _object(city=WORD, unit={"enum": ["C", "F"]}, degrees={"type": "integer"})),
    ("How sure are you?", _object(answer=WORD, sure={"type": "number"})),
    ("Describe a family.", _object(name=WORD, child={"$ref": "#/$defs/one"}) | {"$defs": {"one": ITEM}}),
    ("Which tool?", _object(tool={"const": "timer"}, given=_object(minutes=SMALL, loud={"type": "boolean"}))),
)
"""Questions, and what the answers must be like."""


@dataclass(frozen=True, slots=True)
class Held:
    """Of the answers that were asked for, how many ended, and how many of those followed their schema."""

    followed: int
    ended: int
    asked: int


async def hold(plan: Plan, told: Callable[[float], None]) -> Held:
    """Ask all of them of a model, and return how it went. Raises ModelProblem."""
    engine = LlamaEngine(plan)
    ended = followed = at = 0
    asked = len(ASKED) * len(SEEDS)
    try:
        for question, rules in ASKED:
            for seed in SEEDS:
                verdict = await _follows(engine, question, json.dumps(rules), seed)
                ended += verdict is not None
                followed += verdict is True
                at += 1
                told(at / asked)
    finally:
        await engine.close()
    return Held(followed, ended, asked)


async def _follows(engine: LlamaEngine, question: str, rules: str, seed: int) -> bool | None:
    """Tell whether an answer follows its schema; None for one that did not come to an end."""
    drawn = Sampling(schema=schema.for_engine(rules), seed=seed, temperature=0.8, max_tokens=MOST_TOKENS)
    text, reason = "", ""
    asked = [Message(Role.USER, question)]
    try:
        async with aclosing(engine.answer(asked, drawn, Conversation(OWNER, None))) as pieces:
            async for piece in pieces:
                if isinstance(piece, Text):
                    text += piece.text
                elif isinstance(piece, Finished):
                    reason = piece.reason
        if reason == CUT:
            return None
        schema.held(text, rules)
    except (SchemaUnmet, BadSchema):
        return False
    return True
