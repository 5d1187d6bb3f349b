"""What a program with the official client does, one thing after the other. Prints what it found."""

import json
import sys

from openai import NotFoundError, OpenAI

client = OpenAI(base_url=f"{sys.argv[1]}/v1", api_key="not-needed", max_retries=0)
asked = [{"role": "user", "content": "Why is the sky blue?"}]
weather = {
    "type": "function",
    "function": {
        "name": "weather",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}, "unit": {"enum": ["C", "F"]}},
            "required": ["city", "unit"],
        },
    },
}
found = {}

found["models"] = [model.id for model in client.models.list()]

whole = client.chat.completions.create(model="default", messages=asked, max_tokens=24)
found["whole"] = whole.choices[0].message.content
found["finish"] = whole.choices[0].finish_reason
found["tokens"] = whole.usage.completion_tokens

pieces = []
with client.chat.completions.create(
    model="default",
    messages=asked,
    max_tokens=24,
    seed=7,
    stream=True,
    stream_options={"include_usage": True},
) as stream:
    for chunk in stream:
        pieces += [choice.delta.content for choice in chunk.choices if choice.delta.content]
        found["streamed_tokens"] = chunk.usage and chunk.usage.completion_tokens
found["pieces"] = pieces
again = client.chat.completions.create(model="default", messages=asked, max_tokens=24, seed=7)
found["same_with_a_seed"] = again.choices[0].message.content == "".join(pieces)

called = client.chat.completions.create(
    model="default",
    messages=[{"role": "user", "content": "How warm is it in Rome?"}],
    tools=[weather],
    tool_choice="required",
)
call = called.choices[0].message.tool_calls[0].function
found["call"] = {"name": call.name, "arguments": json.loads(call.arguments)}

found["completion"] = (
    client.completions.create(model="default", prompt="Once upon", max_tokens=8).choices[0].text
)
found["vectors"] = [
    len(one.embedding) for one in client.embeddings.create(model="default", input=["a boat", "a ship"]).data
]

first = client.responses.create(model="default", input="Name a sea.", max_output_tokens=16)
second = client.responses.create(
    model="default", input="And another?", previous_response_id=first.id, max_output_tokens=16
)
found["responses"] = [first.output_text, second.output_text]

try:
    client.chat.completions.create(model="gpt-5", messages=asked)
except NotFoundError as refused:
    found["refused"] = refused.code

print(json.dumps(found))
