"""What each field of /v1/responses does here. For the reference; a test holds it to the client's types.

A path names an item, a part, a tool or a choice by its `type`; a row with none below it speaks for all
within, and `*` for all that have no row. `=` stands before a value that is treated otherwise than the rest.
"""

from __future__ import annotations

from functools import partial

from sottovoce.server.conformance import Rows, State, fields
from sottovoce.server.openai_api.refusals import ONE_TIER, ONLY_FUNCTIONS, TEXT_ONLY
from sottovoce.server.openai_api.responses_nouns import REFUSED as NEVER

PLACE = "POST /v1/responses"
KEPT = "GET /v1/responses/{response}"
LISTED = "GET /v1/responses/{response}/input_items"
TEST = "tests/server/test_responses_fields.py"

HONOURED, ACCEPTED, REFUSED = State.HONOURED, State.ACCEPTED, State.REFUSED

CACHE = (ACCEPTED, "What was read before is reused, asked or not.")
ECHOED = (ACCEPTED, "It stands in the answer again, and nowhere else.")
AGAIN = (ACCEPTED, "Programs send an answer back as they got it; it says nothing to the model.")
THOUGHTS = (ACCEPTED, "The model does not see its earlier thoughts again.")
NO_THOUGHTS = (REFUSED, "What a model thinks is left out, neither kept nor summarized.")
AS_EVER = "as it is without."

ITEMS: Rows = {
    "input": (HONOURED, "a text, or items; a text is short for one message of the user's"),
    "input.message.role": (HONOURED, "`developer` is `system`; only the first stay instructions"),
    "input.message.content": (HONOURED, "parts become lines"),
    "input.message.content.input_text.text": (HONOURED, ""),
    "input.message.content.input_text.prompt_cache_breakpoint": CACHE,
    "input.message.content.output_text.text": (HONOURED, ""),
    "input.message.content.output_text.annotations": AGAIN,
    "input.message.content.output_text.logprobs": AGAIN,
    "input.message.content.refusal.refusal": (HONOURED, "as its text"),
    "input.message.content.input_image": (REFUSED, TEXT_ONLY),
    "input.message.content.input_file": (REFUSED, TEXT_ONLY),
    "input.message.id": AGAIN,
    "input.message.status": AGAIN,
    "input.message.phase": AGAIN,
    "input.function_call.name": (HONOURED, "in words"),
    "input.function_call.arguments": (HONOURED, "in words"),
    "input.function_call.call_id": (HONOURED, "a result names its call by it; every call needs its result"),
    "input.function_call.id": AGAIN,
    "input.function_call.status": AGAIN,
    "input.function_call.caller": AGAIN,
    "input.function_call.namespace": (REFUSED, ONLY_FUNCTIONS),
    "input.function_call.async": (REFUSED, "Every call waits for its result."),
    "input.function_call_output.call_id": (HONOURED, "must be that of an earlier call, unless it has a name"),
    "input.function_call_output.output": (HONOURED, "parts become lines"),
    "input.function_call_output.output.input_text.text": (HONOURED, ""),
    "input.function_call_output.output.input_text.prompt_cache_breakpoint": CACHE,
    "input.function_call_output.output.*": (REFUSED, TEXT_ONLY),
    "input.function_call_output.name": (HONOURED, "where the call itself is not sent"),
    "input.function_call_output.id": AGAIN,
    "input.function_call_output.status": AGAIN,
    "input.function_call_output.caller": AGAIN,
    "input.function_call_output.namespace": (REFUSED, ONLY_FUNCTIONS),
    "input.item_reference.id": (HONOURED, "an item of a kept response of one's own"),
    "input.reasoning": THOUGHTS,
    "input.*": (REFUSED, TEXT_ONLY),
}

ASKED: Rows = {
    "model": (HONOURED, "a name that GET /v1/models shows, or `default`; any other is not found"),
    "instructions": (HONOURED, ""),
    "previous_response_id": (HONOURED, "a kept response of one's own; any other is not found"),
    "knowledge": (
        HONOURED,
        "names of shelves that the key may ask; the response has `citations`; not together with tools or a "
        "schema; not the original's",
    ),
    "quote": (HONOURED, "with knowledge: no model writes, the sentences on the shelves answer"),
    "stream": (HONOURED, ""),
    "store": (HONOURED, "true where nothing is said: kept for 30 days, the newest 1,000 of an owner"),
    "temperature": (HONOURED, "0 to 2"),
    "top_p": (HONOURED, "0 to 1"),
    "max_output_tokens": (HONOURED, "a quarter of the window where none is given"),
    "top_logprobs": (HONOURED, "up to 20"),
    "include": (HONOURED, "`message.output_text.logprobs`; the rest speaks of what is never here"),
    "parallel_tool_calls": (HONOURED, "`false`: one call at most"),
    "text.verbosity": (HONOURED, "`low` and `high` are told to the model; `medium` is how it is without"),
    "text.format.text": (ACCEPTED, "As it is without a format."),
    "text.format.json_object": (HONOURED, "the answer is a JSON object"),
    "text.format.json_schema.schema": (HONOURED, "the answer follows it, or the request fails"),
    "text.format.json_schema.description": (HONOURED, "told to the model"),
    "text.format.json_schema.name": (ACCEPTED, "It names the schema for its author."),
    "text.format.json_schema.strict": (ACCEPTED, "Every answer follows its schema."),
    "reasoning.effort": (
        HONOURED,
        "`none` and `minimal`: no thinking; all else: thinking, where the model can",
    ),
    "reasoning.context": (ACCEPTED, f"`auto`, `current_turn`: {AS_EVER}"),
    "reasoning.context=all_turns": NO_THOUGHTS,
    "reasoning.mode": (ACCEPTED, f"`standard`: {AS_EVER}"),
    "reasoning.mode=pro": NO_THOUGHTS,
    "reasoning.summary": NO_THOUGHTS,
    "reasoning.generate_summary": NO_THOUGHTS,
}

FUNCTIONS: Rows = {
    "tools.function.name": (HONOURED, ""),
    "tools.function.description": (HONOURED, ""),
    "tools.function.parameters": (HONOURED, "every call follows them"),
    "tools.function.strict": (ACCEPTED, "Every call follows its function's parameters."),
    "tools.function.output_schema": (ACCEPTED, "What a function gives back is read as it is."),
    "tools.function.defer_loading": (ACCEPTED, f"`false`: {AS_EVER}"),
    "tools.function.defer_loading=true": (REFUSED, "Every function is told to the model at once."),
    "tools.function.allowed_callers": (ACCEPTED, f"`direct`: {AS_EVER}"),
    "tools.function.allowed_callers=programmatic": (REFUSED, ONLY_FUNCTIONS),
    "tools.function.async": (ACCEPTED, f"`false`: {AS_EVER}"),
    "tools.function.async=true": (REFUSED, "Every call waits for its result."),
    "tools.*": (REFUSED, ONLY_FUNCTIONS),
    "tool_choice": (HONOURED, "`none`, `auto`, `required`"),
    "tool_choice.function.name": (HONOURED, "works with every model"),
    "tool_choice.allowed_tools.mode": (HONOURED, ""),
    "tool_choice.allowed_tools.tools": (HONOURED, "the model is told of no other"),
    "tool_choice.*": (REFUSED, ONLY_FUNCTIONS),
}

OTHERS: Rows = {
    "metadata": ECHOED,
    "user": ECHOED,
    "safety_identifier": ECHOED,
    "max_tool_calls": (ACCEPTED, "It counts calls of built-in tools, and there are none."),
    "prompt_cache_key": CACHE,
    "prompt_cache_options": CACHE,
    "prompt_cache_retention": CACHE,
    "truncation": (ACCEPTED, f"`disabled`: {AS_EVER}"),
    "truncation=auto": (REFUSED, "Nothing of the input is cut; what does not fit is refused in words."),
    "background": (ACCEPTED, f"`false`: {AS_EVER}"),
    "background=true": (REFUSED, "An answer is made while its asker waits; stream shows it as it comes."),
    "service_tier": (ACCEPTED, f"`auto`, `default`: {ONE_TIER[0].lower()}{ONE_TIER[1:]}"),
    "service_tier=*": (REFUSED, ONE_TIER),
    "stream_options.include_obfuscation": (
        ACCEPTED,
        "Streams are not padded: the server speaks plain HTTP, where lengths hide nothing.",
    ),
    **{name: (REFUSED, reason) for name, reason in NEVER.items()},
}

LOOKED_AT: Rows = {
    "include": (ACCEPTED, "All that is kept is told."),
    "stream": (ACCEPTED, f"`false`: {AS_EVER}"),
    "stream=true": (REFUSED, "A response that is whole is told as a whole."),
    "starting_after": (REFUSED, "It is only for streams."),
    "include_obfuscation": (REFUSED, "It is only for streams."),
}

PAGED: Rows = {
    "after": (HONOURED, ""),
    "limit": (HONOURED, "1 to 100; 20 where none is given"),
    "order": (HONOURED, "`asc`, `desc`; the last one first where none is given"),
    "include": (ACCEPTED, "All that is kept is told."),
}


_fields = partial(fields, TEST)

FIELDS = (
    *_fields(PLACE, ASKED, ITEMS, FUNCTIONS, OTHERS),
    *_fields(KEPT, LOOKED_AT),
    *_fields(LISTED, PAGED),
)
