"""A model's build in plain words: what its header says, and what follows for whoever uses it.

Knows nothing of this machine, nor how well a model answers.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sottovoce.engine.header import Header, shown
from sottovoce.models.kinds import EMBEDDING, LANGUAGE, MEANINGS, PROJECTOR, RERANK, kind_of

TEMPLATES = Path(__file__).with_name("templates.toml")

TOKENS_OF_1000_WORDS = 1_333
"""Of English; other languages take more."""

SEEING = frozenset(("qwen2vl", "qwen3vl", "qwen3vlmoe", "cogvlm"))
"""Architectures made to see, with a projector beside (llama-arch.cpp)."""

TOOLS = re.compile(r"\btools\b")
THINKING = re.compile(r"<think>|\benable_thinking\b|\breasoning_content\b|\bthinking\b")

ABILITIES = {
    "chat": "chat",
    "tools": "use tools",
    "thinking": "think before it answers",
    "images": "see images, with its projector beside it",
    "embed": "turn texts into numbers to search by",
    "rerank": "tell how well a text fits a question",
}


@dataclass(frozen=True, slots=True)
class Template:
    """`sha256` is that of its text, without spaces at the end. `known` says whose it is, where we know."""

    sha256: str
    known: str | None


@dataclass(frozen=True, slots=True)
class Description:
    """`heads` and `kv_heads` are those of the layer with the most. `thousand_words` is memory in bytes.

    The latter is an upper bound where `is_bound`: some layers look back only a window.
    """

    kind: str
    architecture: str
    parameters: int
    packing: str
    layers: int
    width: int
    heads: int
    kv_heads: int
    experts: int
    experts_used: int
    context: int
    vocabulary: int
    thousand_words: int
    is_bound: bool
    template: Template | None
    can: tuple[str, ...]


def described(header: Header) -> Description:
    """Return what a header tells of a model."""
    tokens = header.array("tokenizer.ggml.tokens")
    return Description(
        kind=kind_of(header),
        architecture=shown(header.architecture),
        parameters=header.parameters,
        packing=header.file_type,
        layers=header.block_count,
        width=header.embedding_length,
        heads=max(header.head_count, default=0),
        kv_heads=max(header.head_count_kv, default=0),
        experts=header.number("expert_count") or 0,
        experts_used=header.number("expert_used_count") or 0,
        context=header.context_length,
        vocabulary=0 if tokens is None else tokens.count,
        thousand_words=header.kv_bytes_per_token() * TOKENS_OF_1000_WORDS,
        is_bound=bool(header.number("attention.sliding_window")),
        template=None if header.chat_template is None else template(header.chat_template),
        can=_can(header),
    )


def template(text: str) -> Template:
    """Return a chat template's hash, and whose it is where it is one of those that were read."""
    digest = hashlib.sha256(text.rstrip().encode("utf-8", "surrogatepass")).hexdigest()
    return Template(digest, _known_templates().get(digest))


def plain(model: Description) -> list[str]:
    """Return the description as sentences, one or two a line."""
    lines = [
        f"This is {MEANINGS[model.kind]}.",
        f"It is built as {model.architecture}: {model.parameters:,} parameters, packed as {model.packing}.",
    ]
    if model.layers:
        lines.append(f"It has {model.layers} layers, each {model.width:,} numbers wide.")
    lines += _attention(model)
    if model.experts:
        lines.append(
            f"Each layer has {model.experts} experts, of which {model.experts_used} work on a token."
        )
    if model.context:
        words = model.context * 1000 // TOKENS_OF_1000_WORDS
        lines.append(
            f"It sees up to {model.context:,} tokens at once, about {_rounded(words)} English words."
        )
    if model.vocabulary:
        lines.append(f"It reads and writes in {model.vocabulary:,} pieces of words (tokens).")
    if model.kind == LANGUAGE:
        lines += [_memory(model), _template(model.template)]
    if model.can:
        lines.append(f"It can {', '.join(ABILITIES[ability] for ability in model.can)}.")
    return lines


def _can(header: Header) -> tuple[str, ...]:
    kind = kind_of(header)
    if kind != LANGUAGE:
        return {EMBEDDING: ("embed",), RERANK: ("rerank",), PROJECTOR: ()}.get(kind, ())
    text = header.chat_template or ""
    found = {
        "chat": bool(text),
        "tools": TOOLS.search(text) is not None,
        "thinking": THINKING.search(text) is not None,
        "images": header.architecture in SEEING,
    }
    return tuple(ability for ability, there in found.items() if there)


def _attention(model: Description) -> list[str]:
    if not model.heads:
        return (
            ["It has no attention: what it has read is kept in a state of one size."] if model.layers else []
        )
    if 0 < model.kv_heads < model.heads:
        return [
            f"Attention looks through {model.heads} heads; "
            f"they share {model.kv_heads} sets of what is kept of each token."
        ]
    return [f"Attention looks through {model.heads} heads, each of which keeps its own of every token."]


def _memory(model: Description) -> str:
    if not model.thousand_words:
        return "A longer chat takes no more memory."
    size = model.thousand_words / 1e6
    return (
        f"A chat takes {'at most ' if model.is_bound else ''}"
        f"{size:,.{0 if size >= 10 else 1}f} MB of memory for every 1,000 English words "
        f"(about {TOKENS_OF_1000_WORDS:,} tokens; other languages take more)."
    )


def _template(known: Template | None) -> str:
    if known is None:
        return "It has no chat template: it goes on with a text rather than answering."
    if known.known is not None:
        return f"Its chat template is the one of {known.known} (SHA-256 {known.sha256})."
    return f"Its chat template is not one we know (SHA-256 {known.sha256})."


def _rounded(count: int) -> str:
    step = 10 ** max(0, len(str(count)) - 2)
    return f"{count // step * step:,}"


@cache
def _known_templates() -> dict[str, str]:
    with TEMPLATES.open("rb") as file:
        return {row["sha256"]: row["name"] for row in tomllib.load(file)["template"]}
