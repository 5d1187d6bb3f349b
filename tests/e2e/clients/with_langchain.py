"""What a program with LangChain does. Prints what it found."""

import json
import sys
from typing import Literal

from langchain_core.tools import tool
from langchain_openai import ChatOpenAI, OpenAIEmbeddings
from pydantic import BaseModel


class Sky(BaseModel):
    colour: Literal["red", "blue"]


@tool
def weather(city: str) -> str:
    """The weather in a city."""
    return f"Sunny in {city}"


base = f"{sys.argv[1]}/v1"
chat = ChatOpenAI(base_url=base, api_key="not-needed", model="default", max_tokens=60, max_retries=0)
found = {}

found["whole"] = chat.invoke("Why is the sky blue?").content
found["pieces"] = [piece.content for piece in chat.stream("Why is the sky blue?")]
found["shaped"] = (
    chat.with_structured_output(Sky, method="json_schema").invoke("What colour is the sky?").colour
)
called = chat.bind_tools([weather], tool_choice="weather").invoke("How is the weather in Rome?")
found["call"] = called.tool_calls[0]["name"]

# Else it would count tokens by a table it fetches from the network.
vectors = OpenAIEmbeddings(
    base_url=base, api_key="not-needed", model="default", check_embedding_ctx_length=False
)
found["vectors"] = [len(one) for one in vectors.embed_documents(["a boat", "a ship"])]

print(json.dumps(found))
