"""Says what was answered in the nouns of the OpenAI API. Pure but for the ids it makes up."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from typing import Literal

from sottovoce.chat.guarding.policy import REFUSED
from sottovoce.core.events import Called, Likelihood, Usage
from sottovoce.server.openai_api.nouns import AnswerDetails, PromptDetails, Used
from sottovoce.server.openai_api.nouns_answers import (
    CalledFunction,
    Calling,
    Reason,
    TextWeighed,
    TopToken,
    WeighedToken,
)


def new_id(kind: str) -> str:
    return f"{kind}-{secrets.token_hex(12)}"


def used(usage: Usage) -> Used:
    return Used(
        prompt_tokens=usage.prompt,
        completion_tokens=usage.answer,
        total_tokens=usage.prompt + usage.answer,
        prompt_tokens_details=PromptDetails(cached_tokens=usage.reused),
        completion_tokens_details=AnswerDetails(reasoning_tokens=0),
    )


def reason(finished: str, *, old_functions: bool = False) -> Reason:
    """Return the original's word for why an answer ended. A stop text ends it as well as its own end."""
    if finished == "call":
        return "function_call" if old_functions else "tool_calls"
    return text_reason(finished)


def text_reason(finished: str) -> Literal["stop", "length", "content_filter"]:
    """Return the same for a plain text, which calls nothing."""
    if finished == REFUSED:
        return "content_filter"
    return "length" if finished == "length" else "stop"


def calling(call: Called) -> Calling:
    return Calling(
        id=f"call_{secrets.token_hex(12)}",
        type="function",
        function=CalledFunction(name=call.name, arguments=call.arguments),
    )


def weighed(token: Likelihood) -> WeighedToken:
    return WeighedToken(
        token=token.token,
        logprob=token.logprob,
        bytes=list(token.data),
        top_logprobs=[
            TopToken(token=one.token, logprob=one.logprob, bytes=list(one.data)) for one in token.others
        ],
    )


def text_weighed(tokens: Iterable[Likelihood], offset: int) -> TextWeighed:
    """Return likelihoods in the older form. `offset` is where in the text the first token begins."""
    found = TextWeighed(tokens=[], token_logprobs=[], top_logprobs=[], text_offset=[])
    for token in tokens:
        found.tokens.append(token.token)
        found.token_logprobs.append(token.logprob)
        found.top_logprobs.append(_top([token, *token.others] if token.others else []))
        found.text_offset.append(offset)
        offset += len(token.token)
    return found


def _top(tokens: Sequence[Likelihood]) -> dict[str, float]:
    """Return the likeliest tokens and the one that was taken, each once."""
    return {one.token: one.logprob for one in tokens}
