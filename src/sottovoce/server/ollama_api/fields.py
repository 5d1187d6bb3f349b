"""What each field of Ollama's API does here. For the reference; a test holds it to the client's types.

A row with none below it speaks for all within.
"""

from __future__ import annotations

from functools import partial

from sottovoce.server.conformance import State, fields
from sottovoce.server.ollama_api.nouns import REFUSED
from sottovoce.server.ollama_api.options import ONLY

TEST = "tests/server/test_ollama_fields.py"
CHAT, GENERATE, EMBED, OLD_EMBED, SHOW = (
    f"POST /api/{name}" for name in ("chat", "generate", "embed", "embeddings", "show")
)

MODEL = "`default`, or a name that /api/tags shows, with or without `:latest`"
HOW = "how the engine computes is the server's own affair; the text is the same"
RESTS = (
    'seconds, or as "5m": 0 unloads it after the answer, below 0 never; without it, the setting idle_minutes'
)
TEXT_ONLY = "the model reads text"
WHOLE = "nothing is ever left out to make a question fit; `false` says so, `true` is refused"

ASKING = {
    "model": (State.HONOURED, MODEL),
    "stream": (State.HONOURED, "lines of JSON as the answer is written, unless it is `false`"),
    "knowledge": (
        State.HONOURED,
        "names of shelves that the key may ask; the last line has `citations`; not together with tools or a "
        "format; not the original's",
    ),
    "quote": (State.HONOURED, "with knowledge: no model writes, the sentences on the shelves answer"),
    "format": (State.HONOURED, "`json`, or a schema that the answer follows"),
    "keep_alive": (State.HONOURED, RESTS),
    "think": (
        State.HONOURED,
        "`true` or `false`, where the model can; degrees are refused. What it thinks comes as `thinking`, "
        "unless `false`",
    ),
    "logprobs": (State.HONOURED, ""),
    "top_logprobs": (State.HONOURED, "up to 20, with logprobs"),
    "truncate": (State.ACCEPTED, WHOLE),
    "shift": (State.ACCEPTED, WHOLE),
}

IN_CHAT = {
    **ASKING,
    "messages": (
        State.HONOURED,
        "without any, the model is loaded; the last one is not the assistant's",
    ),
    "messages.role": (State.HONOURED, "system, user, assistant or tool"),
    "messages.content": (State.HONOURED, ""),
    "messages.thinking": (State.ACCEPTED, "the model does not see its earlier thoughts again"),
    "messages.images": (State.REFUSED, TEXT_ONLY),
    "messages.tool_calls": (State.HONOURED, ""),
    "messages.tool_name": (State.HONOURED, "without it, results come in the order of the calls"),
    "messages.tool_call_id": (State.HONOURED, "the other way to say whose result it is"),
    "tools": (State.HONOURED, ""),
}

IN_GENERATE = {
    **ASKING,
    "prompt": (State.HONOURED, "without one, the model is loaded"),
    "suffix": (State.REFUSED, "no model here fills gaps"),
    "system": (State.HONOURED, ""),
    "template": (State.REFUSED, "the model's own is used; with raw, write the whole prompt"),
    "context": (State.REFUSED, "send the earlier messages to /api/chat"),
    "raw": (State.HONOURED, "the model goes on with the prompt as it stands; not together with knowledge"),
    "images": (State.REFUSED, TEXT_ONLY),
    **{name: (State.REFUSED, reason) for name, reason in REFUSED.items()},
}

IN_EMBED = {
    "model": (State.HONOURED, MODEL),
    "input": (State.HONOURED, "one text or several"),
    "truncate": (State.ACCEPTED, "a text that is too long is refused, not cut"),
    "dimensions": (State.HONOURED, "the first numbers of each vector, made one long again"),
    "options": (State.ACCEPTED, "none of them changes a vector"),
    "keep_alive": (State.HONOURED, RESTS),
}

IN_OLD_EMBED = {
    "model": (State.HONOURED, MODEL),
    "prompt": (State.HONOURED, ""),
    "options": (State.ACCEPTED, "none of them changes a vector"),
    "keep_alive": (State.HONOURED, RESTS),
}

IN_SHOW = {
    "model": (State.HONOURED, MODEL),
    "name": (State.HONOURED, "the older word for model"),
    "verbose": (State.ACCEPTED, "`false`; the model's vocabulary is not told, and `true` is refused"),
}

OPTIONS = {
    **dict.fromkeys(
        (
            *("temperature", "top_p", "top_k", "min_p", "stop"),
            *("repeat_penalty", "presence_penalty", "frequency_penalty"),
        ),
        (State.HONOURED, ""),
    ),
    "seed": (State.HONOURED, "-1 draws anew each time"),
    "num_predict": (State.HONOURED, "-1 and -2: as many as there is room for by default"),
    "num_ctx": (State.ACCEPTED, "up to the window there is; more is refused"),
    "num_keep": (State.ACCEPTED, "nothing is ever left out to make room"),
    **dict.fromkeys(
        (
            *("numa", "num_batch", "num_gpu", "main_gpu", "low_vram", "logits_all"),
            *("use_mmap", "use_mlock", "num_thread"),
        ),
        (State.ACCEPTED, HOW),
    ),
    **dict.fromkeys(("mirostat_tau", "mirostat_eta"), (State.ACCEPTED, "without mirostat they do nothing")),
    **{
        name: (State.ACCEPTED, f"only as {str(only).lower()}: {reason}")
        for name, (only, reason) in ONLY.items()
    },
}


_fields = partial(fields, TEST)

FIELDS = (
    *_fields(CHAT, IN_CHAT),
    *_fields(CHAT, OPTIONS, before="options."),
    *_fields(GENERATE, IN_GENERATE),
    *_fields(GENERATE, OPTIONS, before="options."),
    *_fields(EMBED, IN_EMBED),
    *_fields(OLD_EMBED, IN_OLD_EMBED),
    *_fields(SHOW, IN_SHOW),
)
