"""What each field of the Messages API does here. For the reference; a test holds it to the client's types.

A path names a block or a choice by its `type`; a row with none below it speaks for all within.
"""

from __future__ import annotations

from sottovoce.server.anthropic_api.nouns import REFUSED
from sottovoce.server.conformance import Field, State

PLACE = "POST /v1/messages"
TEST = "tests/server/test_anthropic_fields.py"

CACHE = "what was read before is reused, asked or not"
ELSEWHERE = "it runs on the provider's servers, or only its own models know it"
TEXT_ONLY = "the model reads text"
THOUGHTS = "what a model thinks is left out of its answer: a thinking block is signed, and nobody here signs"
ONE_KIND = "there is one kind of service"

HONOURED = {
    "model": "`default`, or a name that GET /v1/models shows; any other is not found",
    "max_tokens": "",
    "messages": "the last one is not the assistant's: an answer cannot be begun for the model",
    "messages.role": "user, assistant or system",
    "messages.content.text.text": "",
    "messages.content.tool_use.id": "",
    "messages.content.tool_use.name": "",
    "messages.content.tool_use.input": "",
    "messages.content.tool_result.tool_use_id": "",
    "messages.content.tool_result.content": "",
    "messages.content.tool_result.content.text.text": "",
    "messages.content.tool_result.is_error": "the model is told that it is an error",
    "system": "",
    "system.text.text": "",
    "knowledge": "names of shelves that the key may ask; the message has `citations`, in a stream its last "
    "`delta`; not together with tools or a schema; not the original's",
    "quote": "with knowledge: no model writes, the sentences on the shelves answer",
    "stop_sequences": "at most 8",
    "stream": "",
    "temperature": "0 to 2; earlier clients send it",
    "top_p": "earlier clients send it",
    "top_k": "earlier clients send it",
    "tools": "functions of your own",
    "tools.custom.name": "",
    "tools.custom.description": "",
    "tools.custom.input_schema": "a call follows it",
    "tool_choice.auto.disable_parallel_tool_use": "",
    "tool_choice.any": "",
    "tool_choice.tool.name": "",
    "tool_choice.none": "",
    "thinking.enabled": "where the model can think before it answers; its thoughts are not told",
    "thinking.disabled": "",
    "output_config.format.json_schema.schema": "the answer follows it",
}

ACCEPTED = {
    "messages.content.thinking": "the model does not see its earlier thoughts again",
    "messages.content.redacted_thinking": "the model does not see its earlier thoughts again",
    "messages.content.text.cache_control": CACHE,
    "messages.content.tool_use.cache_control": CACHE,
    "messages.content.tool_use.caller": "`direct`, as every call here is; others are refused",
    "messages.content.tool_result.cache_control": CACHE,
    "messages.content.tool_result.content.text.cache_control": CACHE,
    "system.text.cache_control": CACHE,
    "cache_control": CACHE,
    "metadata": "nothing of it is kept",
    "service_tier": ONE_KIND,
    "speed": f"`standard`; `fast` is refused: {ONE_KIND}",
    "betas": "a header; what it opens is honoured or refused field by field",
    "user_profile_id": "a header; the key says who asks",
    "workspace_id": "a header; there are no workspaces",
    "tools.custom.strict": "every call follows its schema",
    "tools.custom.cache_control": CACHE,
    "tools.custom.eager_input_streaming": "a call is sent once it is whole",
    "tools.custom.defer_loading": "`false`; every function is told to the model at once",
    "tools.custom.allowed_callers": "`direct`; the model alone calls",
    "tool_choice.auto": "as it is without tool_choice",
    "tool_choice.any.disable_parallel_tool_use": "a forced call is one call",
    "tool_choice.tool.disable_parallel_tool_use": "a forced call is one call",
    "thinking.enabled.budget_tokens": "max_tokens bounds thoughts and answer together",
    "thinking.adaptive": "as it is without thinking",
    "output_config.effort": "`high`, as it is without; others are refused: no model here knows degrees of it",
}

UNKNOWN = {
    "messages.content.*": TEXT_ONLY,
    "messages.content.text.citations": "nothing is cited; none or an empty list is taken",
    "messages.content.tool_use.toolset_name": ELSEWHERE,
    "messages.content.tool_result.toolset_name": ELSEWHERE,
    "messages.content.tool_result.content.*": TEXT_ONLY,
    "messages.content.tool_result.content.text.citations": "nothing is cited; none or an empty list is taken",
    "system.text.citations": "nothing is cited; none or an empty list is taken",
    "tools.*": ELSEWHERE,
    "tools.custom.input_examples": "describe them in description",
    "thinking.enabled.display": THOUGHTS,
    "thinking.adaptive.display": THOUGHTS,
    "thinking.between_tools": "no model here thinks between calls only",
    **REFUSED,
}

FIELDS = (
    *(Field(PLACE, name, State.HONOURED, reason, TEST) for name, reason in HONOURED.items()),
    *(Field(PLACE, name, State.ACCEPTED, reason, TEST) for name, reason in ACCEPTED.items()),
    *(Field(PLACE, name, State.REFUSED, reason, TEST) for name, reason in UNKNOWN.items()),
)
