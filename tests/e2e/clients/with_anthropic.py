"""What a program with Anthropic's client does. Prints what it found."""

import json
import sys

from anthropic import Anthropic, BadRequestError

client = Anthropic(base_url=sys.argv[1], api_key="not-needed", max_retries=0)
asked = [{"role": "user", "content": "Why is the sky blue?"}]
weather = {
    "name": "weather",
    "input_schema": {
        "type": "object",
        "properties": {"city": {"enum": ["Rome", "Oslo"]}},
        "required": ["city"],
    },
}
found = {}

found["models"] = [model.id for model in client.models.list()]
found["counted"] = client.messages.count_tokens(model="default", messages=asked).input_tokens

whole = client.messages.create(model="default", max_tokens=24, messages=asked)
found["whole"] = whole.content[0].text
found["read"] = whole.usage.input_tokens + whole.usage.cache_read_input_tokens
found["stop"] = whole.stop_reason

with client.messages.stream(model="default", max_tokens=24, messages=asked) as stream:
    found["pieces"] = list(stream.text_stream)
    last = stream.get_final_message()
found["same"] = last.content[0].text == "".join(found["pieces"])
found["reused"] = last.usage.cache_read_input_tokens

stopped = client.messages.create(
    model="default", max_tokens=24, messages=asked, stop_sequences=["zzz", " the", "qqq"]
)
found["stopped"] = [stopped.stop_reason, stopped.stop_sequence]

called = client.messages.create(
    model="default",
    max_tokens=200,
    messages=[{"role": "user", "content": "How warm is it in Rome?"}],
    tools=[weather],
    tool_choice={"type": "any"},
)
use = called.content[0]
found["call"] = {"name": use.name, "arguments": use.input}
back = client.messages.create(
    model="default",
    max_tokens=24,
    tools=[weather],
    messages=[
        {"role": "user", "content": "How warm is it in Rome?"},
        {"role": "assistant", "content": called.content},
        {
            "role": "user",
            "content": [{"type": "tool_result", "tool_use_id": use.id, "content": "21 degrees"}],
        },
    ],
)
found["after_the_call"] = back.stop_reason

try:
    image = {"type": "image", "source": {"type": "url", "url": "http://127.0.0.1/x.png"}}
    client.messages.create(model="default", max_tokens=24, messages=[{"role": "user", "content": [image]}])
except BadRequestError as refused:
    found["refused"] = refused.type

print(json.dumps(found))
