"""What a request may say and what it may not: bounds, kinds, and how a history is told to the model."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sottovoce.chat import tools as offered
from sottovoce.core.errors import BadInput, BadSchema, BadValue, SottoError, Unsupported
from sottovoce.core.messages import Message, Role
from sottovoce.core.sampling import Sampling
from sottovoce.server import bodies
from sottovoce.server.openai_api import asking, completions, history
from sottovoce.server.openai_api.nouns_chat import ChatBody
from sottovoce.server.openai_api.nouns_text import CompletionBody, EmbeddingBody

Body = dict[str, Any]

HELLO = [{"role": "user", "content": "Hello"}]
PARAMETERS = {"type": "object", "properties": {"a": {"type": "string", "pattern": "["}}}


def tools(count: int) -> list[Body]:
    return [{"type": "function", "function": {"name": f"f{at}"}} for at in range(count)]


def chat(**more: Any) -> asking.Asked:
    """Read a body as the server does, and return what is asked."""
    data = json.dumps({"model": "default", "messages": HELLO, **more}).encode()
    return asking.asked(bodies.parse(data, ChatBody), "somebody", Sampling(top_k=7, max_tokens=99))


def problem_of(**more: Any) -> SottoError:
    with pytest.raises(BadInput) as caught:
        chat(**more)
    return caught.value


# ---- bounds ----


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"temperature": "1"}, "temperature"),
        ({"temperature": True}, "temperature"),
        ({"temperature": -0.1}, "temperature"),
        ({"temperature": 2.1}, "temperature"),
        ({"top_p": 1.1}, "top_p"),
        ({"presence_penalty": 2.5}, "presence_penalty"),
        ({"frequency_penalty": -2.5}, "frequency_penalty"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"max_tokens": 1.5}, "max_tokens"),
        ({"max_completion_tokens": -1}, "max_completion_tokens"),
        ({"max_tokens": 5, "max_completion_tokens": 6}, "max_tokens"),
        ({"seed": 2**63}, "seed"),
        ({"seed": 1.5}, "seed"),
        ({"n": 0}, "n"),
        ({"n": 9}, "n"),
        ({"stop": ""}, "stop"),
        ({"stop": ["a"] * 9}, "stop"),
        ({"stop": ["a", "x" * 129]}, "stop.1"),
        ({"stop": ["a", 1]}, "stop.1"),
        ({"stop": 1}, "stop"),
        ({"logit_bias": {"x": 1}}, "logit_bias.x"),
        ({"logit_bias": {"-1": 1}}, "logit_bias.-1"),
        ({"logit_bias": {"1": 101}}, "logit_bias.1"),
        ({"logit_bias": {str(at): 1 for at in range(1025)}}, "logit_bias"),
        ({"logit_bias": {"4294967295": 1}}, "logit_bias.4294967295"),
        ({"top_logprobs": 3}, "top_logprobs"),
        ({"top_logprobs": 3, "logprobs": False}, "top_logprobs"),
        ({"top_logprobs": 21, "logprobs": True}, "top_logprobs"),
        ({"logprobs": 1}, "logprobs"),
        ({"stream": "yes"}, "stream"),
        ({"stream_options": {"include_usage": True}}, "stream_options"),
        ({"stream": True, "stream_options": {"usage": True}}, "stream_options.usage"),
        ({"messages": []}, "messages"),
        ({"messages": HELLO * 4097}, "messages"),
        ({"messages": [{"role": "user"}]}, "messages.0.content"),
        ({"messages": [{"role": "user", "content": 1}]}, "messages.0.content"),
        ({"messages": [{"role": "user", "content": []}]}, "messages.0.content"),
        ({"messages": [{"role": "user", "content": [{"text": "x"}]}]}, "messages.0.content.0.type"),
        ({"messages": [{"role": "user", "content": [{"type": "text"}]}]}, "messages.0.content.0.text"),
        ({"messages": [{"role": "judge", "content": "x"}]}, "messages.0"),
        ({"messages": [{"content": "x"}]}, "messages.0"),
        ({"messages": [{"role": "user", "content": "x", "name": "a b"}]}, "messages.0.name"),
        ({"messages": [{"role": "user", "content": "x", "mood": "sad"}]}, "messages.0.mood"),
        ({"messages": [*HELLO, {"role": "assistant"}]}, "messages.1.content"),
        (
            {"messages": [*HELLO, {"role": "tool", "tool_call_id": "a", "content": "x"}]},
            "messages.1.tool_call_id",
        ),
        ({"tools": tools(129)}, "tools"),
        ({"tools": [{"type": "function", "function": {"name": "a b"}}]}, "tools.0.function.name"),
        ({"tools": [{"type": "function", "function": {"name": "x" * 65}}]}, "tools.0.function.name"),
        ({"tools": [{"type": "function"}]}, "tools.0.function"),
        ({"tool_choice": "perhaps", "tools": tools(1)}, "tool_choice"),
        (
            {"tool_choice": {"type": "function", "function": {"name": "g"}}, "tools": tools(1)},
            "tool_choice.function.name",
        ),
        ({"functions": [{"name": "a"}], "tools": tools(1)}, "tools"),
        ({"functions": [{"name": "a"}], "function_call": {"name": "b"}}, "function_call.name"),
        ({"response_format": {"type": "xml"}}, "response_format"),
        (
            {"response_format": {"type": "json_schema", "json_schema": {"name": "x"}}},
            "response_format.json_schema.schema",
        ),
        (
            {"response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": PARAMETERS}}},
            "response_format.json_schema.schema",
        ),
        ({"reasoning_effort": "huge"}, "reasoning_effort"),
        ({"metadata": {"x": 1}}, "metadata.x"),
        ({"metadata": {str(at): "x" for at in range(17)}}, "metadata"),
        ({"user": 7}, "user"),
        ({"model": None}, "model"),
    ],
)
def test_what_is_out_of_bounds_is_refused_with_its_field(change: Body, field: str) -> None:
    problem = problem_of(**change)
    assert problem.field == field, problem.sentence
    assert problem.hint
    assert "Input" not in problem.sentence
    assert "\n" not in problem.sentence


def test_what_is_just_within_bounds_is_taken() -> None:
    asked = chat(
        temperature=2,
        top_p=0,
        presence_penalty=-2,
        frequency_penalty=2,
        max_tokens=1,
        max_completion_tokens=1,
        n=8,
        stop=["x" * 128] * 8,
        logit_bias={str(at): -100 for at in range(1024)},
        logprobs=True,
        top_logprobs=20,
        tools=tools(128),
        messages=HELLO * 4096,
    )
    sampling = asked.calls[0].sampling
    assert len(asked.calls) == 8
    assert (sampling.likelihoods, len(sampling.bias), sampling.max_tokens) == (20, 1024, 1)
    assert sampling.bias[3] == (3, -100)


def test_what_the_request_leaves_open_is_as_the_person_set_it() -> None:
    open_, said = chat().calls[0].sampling, chat(max_completion_tokens=5).calls[0].sampling
    assert (open_.top_k, open_.max_tokens, open_.temperature) == (7, 99, None)
    assert (said.top_k, said.max_tokens) == (7, 5)


def test_null_is_as_if_nothing_was_said() -> None:
    names = [
        *("temperature", "top_p", "stop", "seed", "n", "logit_bias", "logprobs", "top_logprobs", "stream"),
        *("stream_options", "max_tokens", "tools", "tool_choice", "functions", "function_call", "audio"),
        *("response_format", "reasoning_effort", "store", "service_tier", "metadata", "user", "modalities"),
        *("parallel_tool_calls", "prediction", "verbosity", "moderation", "web_search_options"),
    ]
    assert chat(**dict.fromkeys(names)) == chat()


def test_a_bad_schema_of_a_function_is_a_bad_request_too() -> None:
    call = chat(tools=[{"type": "function", "function": {"name": "a", "parameters": PARAMETERS}}]).calls[0]
    with pytest.raises(BadSchema) as caught:
        offered.checked(call.tools, call.choice)
    assert caught.value.field == "tools.0.function.parameters"


def test_a_schema_that_nothing_can_follow_is_the_callers_mistake() -> None:
    nothing = {"type": "integer", "minimum": 2, "maximum": 1}
    wanted = {"type": "json_schema", "json_schema": {"name": "x", "schema": nothing}}
    assert isinstance(problem_of(response_format=wanted), BadSchema)


# ---- what the model is told ----


def told(*messages: Body) -> list[tuple[str, str]]:
    return [
        (one.role.value, one.text)
        for one in chat(messages=list(messages)).calls[0].asked
        if isinstance(one, Message)
    ]


CALLS = {
    "role": "assistant",
    "content": "Let me look.",
    "tool_calls": [
        {"type": "function", "id": "a", "function": {"name": "weather", "arguments": '{"place": "Oslo"}'}},
        {"type": "function", "id": "b", "function": {"name": "clock", "arguments": "not JSON"}},
    ],
}


def test_every_role_is_told_in_one_of_three() -> None:
    assert told(
        {"role": "developer", "content": "Be kind."},
        {"role": "system", "content": [{"type": "text", "text": "Be"}, {"type": "text", "text": "brief."}]},
        {"role": "user", "content": "Weather?", "name": "Ann"},
        CALLS,
        {"role": "tool", "tool_call_id": "b", "content": "noon"},
        {"role": "tool", "tool_call_id": "a", "content": [{"type": "text", "text": "Rain"}]},
        {"role": "assistant", "content": None, "refusal": "I cannot say."},
        {"role": "assistant", "content": None, "function_call": {"name": "clock", "arguments": "{}"}},
        {"role": "function", "name": "clock", "content": None},
    ) == [
        ("system", "Be kind."),
        ("system", "Be\nbrief."),
        ("user", "Ann: Weather?"),
        (
            "assistant",
            'Let me look.\n{"name": "weather", "arguments": {"place": "Oslo"}}\n'
            '{"name": "clock", "arguments": "not JSON"}',
        ),
        ("user", "The function clock returned:\nnoon"),
        ("user", "The function weather returned:\nRain"),
        ("assistant", "I cannot say."),
        ("assistant", '{"name": "clock", "arguments": {}}'),
        ("user", "The function clock returned:\n"),
    ]  # fmt: skip


def test_a_chat_needs_no_user() -> None:
    assert told({"role": "system", "content": "Tell a tale."}) == [("system", "Tell a tale.")]


def test_an_answer_goes_on_where_the_assistants_last_message_ends() -> None:
    assert told(*HELLO, {"role": "assistant", "content": "Well,"})[-1] == ("assistant", "Well,")


def test_calls_that_nobody_answered_cannot_be_gone_on_with() -> None:
    problem = problem_of(messages=[*HELLO, CALLS])
    assert (problem.field, type(problem)) == ("messages.1", BadValue)


def test_wishes_are_told_at_the_end_of_the_instructions() -> None:
    body = {"model": "x", "messages": [{"role": "system", "content": "Be kind."}, *HELLO], "verbosity": "low"}
    asked = asking.asked(ChatBody.model_validate(body), "me", Sampling()).calls[0].asked
    assert asked[0] == Message(Role.SYSTEM, f"Be kind.\n\n{asking.LENGTHS['low']}")


def test_a_part_that_is_no_text_is_named_with_its_type() -> None:
    with pytest.raises(Unsupported, match="image_url"):
        history.text_of(
            ChatBody.model_validate(
                {"model": "x", "messages": [{"role": "user", "content": [{"type": "image_url"}]}]}
            ).messages[0].content,
            "messages.0.content",
        )  # fmt: skip


def test_an_old_function_is_called_alone() -> None:
    call = chat(functions=[{"name": "a"}, {"name": "b"}], function_call={"name": "b"}).calls[0]
    assert [one.name for one in call.tools] == ["a", "b"]
    assert (call.choice.mode, call.choice.name, call.choice.parallel) == ("required", "b", False)


def test_only_the_allowed_functions_are_offered() -> None:
    choice = {
        "type": "allowed_tools",
        "allowed_tools": {"mode": "required", "tools": [tools(2)[1]]},
    }
    call = chat(tools=tools(3), tool_choice=choice).calls[0]
    assert ([one.name for one in call.tools], call.choice.mode) == (["f1"], "required")
    gone = {"type": "allowed_tools", "allowed_tools": {"mode": "auto", "tools": [tools(4)[3]]}}
    assert problem_of(tools=tools(3), tool_choice=gone).field == "tool_choice.allowed_tools.tools.0"


# ---- plain texts and vectors ----


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"prompt": ""}, "prompt"),
        ({"prompt": None}, "prompt"),
        ({"prompt": []}, "prompt"),
        ({"prompt": ["a", ""]}, "prompt.1"),
        ({"prompt": ["a"] * 65}, "prompt"),
        ({"prompt": ["a"] * 33, "n": 2}, "n"),
        ({"prompt": [1, 2]}, "prompt"),
        ({"prompt": [[1], [2]]}, "prompt"),
        ({"best_of": 3, "n": 2}, "best_of"),
        ({"echo": True, "logprobs": 1}, "echo"),
        ({"logprobs": 6}, "logprobs"),
        ({"suffix": "x"}, "suffix"),
        ({"messages": HELLO}, "messages"),
    ],
)
def test_a_plain_text_has_bounds_too(change: Body, field: str) -> None:
    data = json.dumps({"model": "x", "prompt": "a", **change}).encode()
    with pytest.raises(BadInput) as caught:
        completions.calls_of(bodies.parse(data, CompletionBody), "me", Sampling())
    assert caught.value.field == field, caught.value.sentence
    assert caught.value.hint


def test_a_plain_text_is_bounded_as_the_original_is() -> None:
    body = CompletionBody.model_validate({"model": "x", "prompt": "a"})
    (call,) = completions.calls_of(body, "me", Sampling(max_tokens=500))
    assert call.sampling.max_tokens == completions.LONGEST_UNSAID


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"input": []}, "input"),
        ({"input": ["a"] * 2049}, "input"),
        ({"input": 1}, "input"),
        ({"encoding_format": "hex"}, "encoding_format"),
        ({"dimensions": 0}, "dimensions"),
    ],
)
def test_what_is_to_be_a_vector_has_bounds_too(change: Body, field: str) -> None:
    with pytest.raises(BadInput) as caught:
        bodies.parse(json.dumps({"model": "x", "input": "a", **change}).encode(), EmbeddingBody)
    assert caught.value.field == field, caught.value.sentence
