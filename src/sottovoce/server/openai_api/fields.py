"""What each field of the OpenAI API does here. For the reference; a test holds it to the client's types.

A path names a message by its `role` and a part or a choice by its `type`; a row with none below it speaks
for all within. `=` stands before a value that is treated otherwise than the rest.
"""

from __future__ import annotations

from functools import partial

from sottovoce.server.conformance import Rows, State, fields
from sottovoce.server.openai_api import refusals
from sottovoce.server.openai_api.refusals import (
    NO_NUMBERS,
    NOTHING_STORED,
    ONE_CHOSEN,
    ONE_TIER,
    ONLY_FUNCTIONS,
    TEXT_ONLY,
)

CHAT = "POST /v1/chat/completions"
COMPLETION = "POST /v1/completions"
EMBEDDING = "POST /v1/embeddings"
TEST = "tests/server/test_openai_fields.py"

HONOURED, ACCEPTED, REFUSED = State.HONOURED, State.ACCEPTED, State.REFUSED

MODEL = (
    HONOURED,
    "a name that GET /v1/models shows, `default` for the usual one, or `starter`; no other is found",
)
CACHE = (ACCEPTED, "What was read before is reused, asked or not.")
NO_PLACE = (ACCEPTED, "Nobody here looks at it, and it is not kept.")
ONE_SCREEN = (ACCEPTED, "Streams are not padded: the server speaks plain HTTP, where lengths hide nothing.")
ONE_VOICE = (ACCEPTED, "A model knows one voice in this role; the name would become part of what it says.")
ECHOED = (ACCEPTED, "Programs send an answer back as they got it; it says nothing to the model.")

BEYOND = "not the original's, but what other local servers take"

DRAWN: Rows = {
    "model": MODEL,
    "temperature": (HONOURED, "0 to 2; the model's own where none is given"),
    "top_p": (HONOURED, "0 to 1; the model's own where none is given"),
    "presence_penalty": (HONOURED, "-2 to 2"),
    "frequency_penalty": (HONOURED, "-2 to 2"),
    "top_k": (HONOURED, f"0 to 1000; {BEYOND}"),
    "min_p": (HONOURED, f"0 to 1; {BEYOND}"),
    "repeat_penalty": (HONOURED, f"0.5 to 2; {BEYOND}"),
    "logit_bias": (HONOURED, "by the token ids of the model that runs"),
    "seed": (HONOURED, "choice i is drawn with seed + i; such a request computes alone"),
    "stop": (HONOURED, "a text, or up to 8 of them, of up to 128 characters"),
    "n": (HONOURED, "up to 8, one after the other; the prompt is counted once"),
    "stream": (HONOURED, ""),
    "stream_options.include_usage": (HONOURED, "only together with stream"),
    "stream_options.include_obfuscation": ONE_SCREEN,
    "user": NO_PLACE,
}


def _text(path: str) -> Rows:
    """Return the rows of a content that is text, whole or in parts."""
    return {
        f"{path}": (HONOURED, "parts become lines"),
        f"{path}.text.text": (HONOURED, ""),
        f"{path}.text.prompt_cache_breakpoint": CACHE,
    }


MESSAGES: Rows = {
    "messages": (HONOURED, "where the last is the assistant's, the answer goes on where it ends"),
    **_text("messages.developer.content"),
    "messages.developer.name": ONE_VOICE,
    **_text("messages.system.content"),
    "messages.system.name": ONE_VOICE,
    **_text("messages.user.content"),
    "messages.user.content.image_url": (REFUSED, TEXT_ONLY),
    "messages.user.content.input_audio": (REFUSED, TEXT_ONLY),
    "messages.user.content.file": (REFUSED, TEXT_ONLY),
    "messages.user.name": (HONOURED, "stands before what they said"),
    **_text("messages.assistant.content"),
    "messages.assistant.content.refusal.refusal": (HONOURED, "as its text"),
    "messages.assistant.refusal": (HONOURED, "as its text"),
    "messages.assistant.name": ONE_VOICE,
    "messages.assistant.audio": (REFUSED, TEXT_ONLY),
    "messages.assistant.function_call.name": (HONOURED, "in words"),
    "messages.assistant.function_call.arguments": (HONOURED, "in words"),
    "messages.assistant.tool_calls.function.id": (HONOURED, "a result names its call by it"),
    "messages.assistant.tool_calls.function.function.name": (HONOURED, "in words"),
    "messages.assistant.tool_calls.function.function.arguments": (HONOURED, "in words"),
    "messages.assistant.tool_calls.custom": (REFUSED, ONLY_FUNCTIONS),
    "messages.assistant.annotations": ECHOED,
    "messages.assistant.reasoning_content": (ACCEPTED, "The model does not see its earlier thoughts again."),
    "messages.assistant.passages": ECHOED,
    "messages.assistant.provenance": ECHOED,
    "messages.assistant.claims": ECHOED,
    "messages.assistant.citations": ECHOED,
    "messages.assistant.supported_share": ECHOED,
    "messages.assistant.answered": ECHOED,
    "messages.assistant.as_of": ECHOED,
    "messages.assistant.stale": ECHOED,
    "messages.assistant.unread": ECHOED,
    **_text("messages.tool.content"),
    "messages.tool.tool_call_id": (HONOURED, "must be the id of an earlier call"),
    "messages.function.name": (HONOURED, "in words"),
    "messages.function.content": (HONOURED, "in words"),
}

FORMS: Rows = {
    "response_format.text": (ACCEPTED, "As it is without response_format."),
    "response_format.json_object": (HONOURED, "the answer is a JSON object"),
    "response_format.json_schema.json_schema.schema": (
        HONOURED,
        "the answer follows it, or the request fails",
    ),
    "response_format.json_schema.json_schema.name": (ACCEPTED, "It names the schema for its author."),
    "response_format.json_schema.json_schema.description": (HONOURED, "told to the model"),
    "response_format.json_schema.json_schema.strict": (ACCEPTED, "Every answer follows its schema."),
    "tools.function.function.name": (HONOURED, ""),
    "tools.function.function.description": (HONOURED, ""),
    "tools.function.function.parameters": (HONOURED, "every call follows them"),
    "tools.function.function.strict": (ACCEPTED, "Every call follows its function's parameters."),
    "tools.custom": (REFUSED, ONLY_FUNCTIONS),
    "tool_choice": (HONOURED, "`none`, `auto`, `required`"),
    "tool_choice.function.function.name": (HONOURED, "works with every model"),
    "tool_choice.allowed_tools.allowed_tools.mode": (HONOURED, ""),
    "tool_choice.allowed_tools.allowed_tools.tools": (HONOURED, "the model is told of no other"),
    "tool_choice.custom": (REFUSED, ONLY_FUNCTIONS),
    "parallel_tool_calls": (HONOURED, "`false`: one call at most"),
    "functions.name": (HONOURED, "answered in this older form, too"),
    "functions.description": (HONOURED, ""),
    "functions.parameters": (HONOURED, ""),
    "function_call": (HONOURED, "`none`, `auto`; not together with tools"),
    "function_call.name": (HONOURED, ""),
}

OTHERS: Rows = {
    "knowledge": (
        HONOURED,
        "names of shelves that the key may ask; the answer has `citations`; not together with tools or a "
        "schema; not the original's",
    ),
    "quote": (HONOURED, "with knowledge: no model writes, the sentences on the shelves answer"),
    "max_completion_tokens": (HONOURED, "where both are given, they are the same"),
    "max_tokens": (HONOURED, "the older name of max_completion_tokens"),
    "logprobs": (HONOURED, ""),
    "top_logprobs": (HONOURED, "up to 20, with logprobs"),
    "reasoning_effort": (
        HONOURED,
        "`none` and `minimal`: no thinking; all else: thinking, where the model can; what it thinks comes as "
        "`reasoning_content`",
    ),
    "verbosity": (HONOURED, "`low` and `high` are told to the model; `medium` is how it is without"),
    "modalities": (ACCEPTED, "`text`, as it is without."),
    "modalities=audio": (REFUSED, TEXT_ONLY),
    "prediction.content": (ACCEPTED, "It only makes the original faster."),
    "store": (ACCEPTED, "`false`, as it is without."),
    "store=true": (REFUSED, NOTHING_STORED),
    "service_tier": (ACCEPTED, f"`auto`, `default`: {ONE_TIER[0].lower()}{ONE_TIER[1:]}"),
    "service_tier=flex": (REFUSED, ONE_TIER),
    "service_tier=scale": (REFUSED, ONE_TIER),
    "service_tier=priority": (REFUSED, ONE_TIER),
    "service_tier=fast": (REFUSED, ONE_TIER),
    "metadata": NO_PLACE,
    "prompt_cache_key": CACHE,
    "prompt_cache_options": CACHE,
    "prompt_cache_retention": CACHE,
    "safety_identifier": NO_PLACE,
    **{name: (REFUSED, reason) for name, reason in refusals.CHAT.items()},
}

PLAIN: Rows = {
    "prompt": (HONOURED, "a text, or up to 64; each has n choices, 64 in all"),
    "prompt=numbers": (REFUSED, NO_NUMBERS),
    "max_tokens": (HONOURED, "16 where none is given, as in the original"),
    "echo": (HONOURED, "not together with logprobs"),
    "logprobs": (HONOURED, "up to 5"),
    "best_of": (ACCEPTED, "The same as n, which chooses nothing."),
    "best_of=more": (REFUSED, ONE_CHOSEN),
    **{name: (REFUSED, reason) for name, reason in refusals.COMPLETION.items()},
}

VECTORS: Rows = {
    "model": MODEL,
    "input": (HONOURED, "a text, or up to 2,048"),
    "input=numbers": (REFUSED, NO_NUMBERS),
    "encoding_format": (HONOURED, "`float`, `base64`"),
    "dimensions": (
        HONOURED,
        "the first so many, scaled to length one; no model here was trained to be cut, so much is lost",
    ),
    "user": NO_PLACE,
}


_fields = partial(fields, TEST)

FIELDS = (
    *_fields(CHAT, DRAWN, MESSAGES, FORMS, OTHERS),
    *_fields(COMPLETION, DRAWN, PLAIN),
    *_fields(EMBEDDING, VECTORS),
)
