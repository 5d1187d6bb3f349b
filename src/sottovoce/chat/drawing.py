"""How an answer is drawn from its engine: as the question says, else as its chat does, else as the program.

Knows no store and no guards.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import replace
from typing import TYPE_CHECKING

from sottovoce.chat import grounds, prompt, reasoning, schema
from sottovoce.chat.unmarked import unmarked
from sottovoce.chat.view import View
from sottovoce.chat.writing import Answer
from sottovoce.core.events import Piece, Reasoning
from sottovoce.core.messages import Conversation
from sottovoce.core.sampling import Sampling, laid_over
from sottovoce.engine.protocol import Engine, ModelFacts
from sottovoce.store.rows import Chat

if TYPE_CHECKING:
    from sottovoce.chat.question import Question
    from sottovoce.chat.turn import Parts


def drawn(parts: Parts, chat: Chat, question: Question) -> Sampling:
    """Return how the answer is drawn."""
    return laid_over(laid_over(parts.defaults, chat.settings.sampling()), question.sampling)


def pieces(
    engine: Engine, facts: ModelFacts, given: Sampling, seen: View, conversation: Conversation, answer: Answer
) -> AsyncGenerator[Piece | Reasoning, None]:
    """Return what the engine answers, with its thoughts told apart from its words."""
    longest = prompt.room_for_answer(facts.window)
    if answer.passages:
        longest = min(longest, grounds.LONGEST)
    sampling = laid_over(Sampling(max_tokens=longest), given)
    if answer.text:
        sampling = replace(sampling, thinking=False)  # that was done before the first word
    if sampling.schema is not None:
        sampling = replace(sampling, schema=schema.for_engine(sampling.schema))
    stream = engine.answer(seen.messages, sampling, conversation)
    # What must follow a schema, or goes on with an answer, is all answer.
    is_answer = sampling.schema is not None or answer.text != ""
    told = stream if is_answer else reasoning.told_apart(stream)
    return unmarked(told) if answer.passages else told
