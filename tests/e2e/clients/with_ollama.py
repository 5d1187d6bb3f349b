"""What a program with Ollama's client does. Prints what it found."""

import json
import sys

from ollama import Client, ResponseError

client = Client(host=sys.argv[1])
asked = [{"role": "user", "content": "Why is the sky blue?"}]
brief = {"num_predict": 24}
found = {}

(model,) = client.list().models
found["model"] = model.model
found["shown"] = client.show(model.model).modelinfo["general.architecture"]

whole = client.chat(model.model, asked, options=brief)
found["whole"] = whole.message.content
found["tokens"] = whole.eval_count
found["durations"] = [whole.total_duration, whole.prompt_eval_duration, whole.eval_duration]

lines = list(client.chat(model.model, asked, options=brief, stream=True))
found["pieces"] = [line.message.content for line in lines]
found["done"] = [line.done for line in lines]

found["generated"] = client.generate(model.model, "Once upon", raw=True, options=brief).response
shape = {"type": "object", "properties": {"colour": {"enum": ["red", "blue"]}}, "required": ["colour"]}
shaped = client.chat(model.model, [{"role": "user", "content": "The colour of the sky?"}], format=shape)
found["shaped"] = json.loads(shaped.message.content)
found["vectors"] = [len(one) for one in client.embed(model.model, ["a boat", "a ship"]).embeddings]

try:
    client.pull("llama3.2")
except ResponseError as refused:
    found["refused"] = refused.error

print(json.dumps(found))
