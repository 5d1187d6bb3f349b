"""The tokens in a model's file: that no two are spelled alike, and which of them are control marks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO

from sottovoce.engine.header import Header
from sottovoce.engine.reader import Reader

TOKENS = "tokenizer.ggml.tokens"
TOKEN_TYPES = "tokenizer.ggml.token_type"  # noqa: S105  (no password)
UNKNOWN, CONTROL = 2, 3

CONTROL_NAMES = frozenset(
    name.encode()
    for name in [
        "<|eot_id|>",
        "<|im_end|>",
        "<|end|>",
        "<end_of_turn>",
        "<|endoftext|>",
        "<|end_of_text|>",
        "<EOT>",
        "_<EOT>",
        "[EOT]",
        "<｜end▁of▁sentence｜>",
        "<end_of_utterance>",
        "<|eom_id|>",
        "<|return|>",
        "<|call|>",
        "<|flush|>",
        "<|calls|>",
        "</s>",
        "[EOS]",
        "<eos>",
        "<turn|>",
        "<|tool_response>",
        "[e~[",
        "<|ifm|im_end|>",
        "<|fim_prefix|>",
        "<fim-prefix>",
        "<fim_prefix>",
        "<｜fim▁begin｜>",
        "<PRE>",
        "▁<PRE>",
        "<|code_prefix|>",
        "<|prefix|>",
        "<|plamo:fim_prefix|>",
        "<|fim_suffix|>",
        "<fim-suffix>",
        "<fim_suffix>",
        "<｜fim▁hole｜>",
        "<SUF>",
        "▁<SUF>",
        "<|code_suffix|>",
        "<|suffix|>",
        "<|plamo:fim_suffix|>",
        "<|fim_middle|>",
        "<fim-middle>",
        "<fim_middle>",
        "<｜fim▁end｜>",
        "<MID>",
        "▁<MID>",
        "<|code_middle|>",
        "<|middle|>",
        "<|plamo:fim_middle|>",
        "<|fim_pad|>",
        "<fim-pad>",
        "<fim_pad>",
        "<PAD>",
        "[PAD]",
        "<|fim_repo|>",
        "<|repo_name|>",
        "<fim-repo>",
        "<REPO>",
        "<reponame>",
        "<|file_sep|>",
        "<|plamo:file_separator|>",
    ]
)
"""The engine takes a token spelled like this for a control mark, whatever the file says of it."""


def check_tokens(reader: Reader, count: int) -> None:
    """Walk over the tokens. Raise BadModelFile if two are spelled alike: the engine would abort."""
    tokens = reader.strings(count, keep=True)
    # Tokens without a spelling get one from the engine, each its own.
    nameless = tokens.count(b"")
    if len(set(tokens)) == len(tokens) - max(nameless - 1, 0):
        return
    seen: dict[bytes, int] = {}
    for number, token in enumerate(tokens):
        if token and seen.setdefault(token, number) != number:
            raise reader.damaged(f"its tokens {seen[token]:,} and {number:,} are spelled alike")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """`controls` are the texts that a model reads as control marks, never as plain words.

    `size` is how many tokens there are, `longest` the bytes of the longest; `mark` is one of the controls.
    """

    controls: frozenset[str] = frozenset()
    size: int = 0
    longest: int = 0
    mark: int | None = None


def read_vocabulary(file: BinaryIO, header: Header) -> Vocabulary:
    """Return what a model's file says of its tokens."""
    tokens, types = header.array(TOKENS), header.array(TOKEN_TYPES)
    if tokens is None or tokens.kind != "string":
        return Vocabulary()
    texts = Reader(file, header.path, tokens.offset).strings(tokens.count, keep=True)
    marks = CONTROL_NAMES.intersection(texts)
    if types is not None and types.kind == "int32":
        count = min(types.count, tokens.count)
        # The lowest byte of each is enough: there are few kinds.
        kinds = Reader(file, header.path, types.offset).take(4 * count)
        marks |= {text for text, kind in zip(texts, kinds[::4], strict=False) if kind in (UNKNOWN, CONTROL)}
    controls = frozenset(text.decode("utf-8", "replace") for text in marks if text)
    mark = next((number for number, text in enumerate(texts) if text and text in marks), None)
    return Vocabulary(controls, len(texts), max(map(len, texts), default=0), mark)
