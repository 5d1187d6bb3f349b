"""What Ollama's `options`, `format` and `think` ask for, in our own settings. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

from sottovoce.core.errors import BadSchema, SottoError, Unsupported
from sottovoce.core.sampling import Sampling
from sottovoce.server.ollama_api.nouns import Asking, Options

ONLY: dict[str, tuple[object, str]] = {
    "f16_kv": (True, "what is read is always kept in 16 bits"),
    "vocab_only": (False, "the whole model is loaded"),
    "embedding_only": (False, "one model does both"),
    "mirostat": (0, "this way of choosing words is not known here"),
    "tfs_z": (1.0, "this way of choosing words is not known here"),
    "typical_p": (1.0, "this way of choosing words is not known here"),
    "repeat_last_n": (64, "repeat_penalty looks back 64 tokens"),
    "penalize_newline": (True, "a new line counts as any other word"),
}
"""Options that are taken at the one value that is true here anyway, and why no other."""

NAMES = {
    "max_tokens": "options.num_predict",
    **{
        name: f"options.{name}"
        for name in ("temperature", "top_p", "top_k", "min_p", "seed", "stop", "repeat_penalty")
    },
    "presence_penalty": "options.presence_penalty",
    "frequency_penalty": "options.frequency_penalty",
}
"""What this API calls our settings."""

ANY_OBJECT = '{"type": "object"}'
NO_LIMIT = (-1, -2)
ANY_SEED = -1


def sampling(body: Asking) -> Sampling:
    """Return the settings asked for. Raises Unsupported, naming the field."""
    options = body.options or Options()
    _refuse_others(options)
    if isinstance(body.think, str):
        raise Unsupported(
            f"think takes true or false here, not {body.think!r}: no model at hand knows degrees of it.",
            hint="Send true or false",
            field="think",
        )
    schema = body.format if isinstance(body.format, str | None) else json.dumps(body.format)
    return Sampling(
        temperature=options.temperature,
        top_p=options.top_p,
        top_k=options.top_k,
        min_p=options.min_p,
        repeat_penalty=options.repeat_penalty,
        presence_penalty=options.presence_penalty,
        frequency_penalty=options.frequency_penalty,
        seed=None if options.seed == ANY_SEED else options.seed,
        max_tokens=None if options.num_predict in NO_LIMIT else options.num_predict,
        stop=tuple(options.stop or ()),
        schema=ANY_OBJECT if schema == "json" else schema or None,
        likelihoods=(body.top_logprobs or 0) if body.logprobs else None,
        thinking=body.think,
    )


def require_window(options: Options | None, window: int) -> None:
    """Raise Unsupported where a larger window is asked for than there is."""
    wanted = options.num_ctx if options else None
    if wanted is not None and wanted > window:
        raise Unsupported(
            f"num_ctx asks for {wanted:,} tokens; the window here has {window:,}.",
            hint=f"Leave num_ctx out, or start the server with more: sotto settings set context {wanted}",
            field="options.num_ctx",
        )


def _refuse_others(options: Options) -> None:
    for name, (only, reason) in ONLY.items():
        value = getattr(options, name)
        if value is not None and value != only:
            raise Unsupported(
                f"The option {name} cannot be {json.dumps(value)}: {reason}.",
                hint=f"Leave it out, or send {json.dumps(only)}",
                field=f"options.{name}",
            )


@contextmanager
def named() -> Iterator[None]:
    """Name the field of a problem as this API does."""
    try:
        yield
    except SottoError as problem:
        if problem.field is None and isinstance(problem, BadSchema):
            problem.field = "format"
        problem.field = NAMES.get(problem.field or "", problem.field)
        raise
