"""Does a GGUF file of all-MiniLM-L6-v2 mean what the published weights do? Asked by bench.minilm --check.

The model is computed here a second time, in numpy, from the weights as they were published (Devlin et al.,
"BERT", 2018; the mean over the tokens, made one long). Knows nothing of how the file was written.
"""

from __future__ import annotations

import math
import sys
import unicodedata
from pathlib import Path

import numpy as np

from bench.minilm import Array, Original
from sottovoce.engine.plan import Plan
from sottovoce.engine.vectors import VectorEngine

ALIKE = 0.99

TRIALS = (
    ("car", "vehicle", "pawn shop"),
    ("The cat sleeps on the sofa.", "A kitten is napping on the couch.", "Stock prices fell on Monday."),
    ("How do I bake bread?", "Instructions for making a loaf", "The history of the Roman navy"),
    ("He broke his leg.", "The man has a fractured limb.", "She bought a new phone."),
    (
        "Café au lait, s'il vous plaît!",
        "A coffee with milk, please.",
        "The antidisestablishmentarianism of Wales",
    ),
)
"""A text, one that means nearly the same, and one that does not."""


async def check(model: Original, path: Path) -> bool:
    """Print how near the engine's vectors are to those computed here, and how alike texts are. True: well."""

    async def unverified() -> str:
        return "0" * 64

    texts = [text for trial in TRIALS for text in trial]
    texts.append(" ".join(texts) * 3)
    engine = VectorEngine(Plan(path, path.stem, unverified))
    try:
        made = np.array(await engine.embed(texts), np.float32)
    finally:
        await engine.close()
    expected = np.array([vector(model, text) for text in texts], np.float32)
    near = (made * expected).sum(axis=1)
    sys.stdout.write(
        f"cosine with numpy: lowest {near.min():.5f}, mean {near.mean():.5f}, {len(texts)} texts\n"
    )
    right = bool(near.min() > ALIKE)
    for at, (text, like, unlike) in enumerate(TRIALS):
        first, second, third = made[3 * at : 3 * at + 3]
        right = right and float(first @ second) > float(first @ third)
        sys.stdout.write(f"{text!r}: {first @ second:.3f} {like!r}, {first @ third:.3f} {unlike!r}\n")
    return right


def vector(model: Original, text: str) -> Array:
    """Return a text's vector."""
    ids = [model.vocabulary.index(token) for token in ("[CLS]", *pieces(model.vocabulary, text), "[SEP]")]
    tensors, heads = model.tensors, model.config["num_attention_heads"]
    state = tensors["token_embd.weight"][ids] + tensors["position_embd.weight"][: len(ids)]
    state = _normal(model, "token_embd_norm", state + tensors["token_types.weight"][0])
    for layer in range(model.config["num_hidden_layers"]):
        query, key, value = (
            _heads(_through(model, f"blk.{layer}.attn_{part}", state), heads) for part in "qkv"
        )
        weights = query @ key.swapaxes(1, 2) / math.sqrt(query.shape[-1])
        weights = np.exp(weights - weights.max(axis=-1, keepdims=True))
        mixed = (weights / weights.sum(axis=-1, keepdims=True)) @ value
        seen = mixed.swapaxes(0, 1).reshape(len(ids), -1)
        state = state + _through(model, f"blk.{layer}.attn_output", seen)
        state = _normal(model, f"blk.{layer}.attn_output_norm", state)
        inner = _gelu(_through(model, f"blk.{layer}.ffn_up", state))
        state = state + _through(model, f"blk.{layer}.ffn_down", inner)
        state = _normal(model, f"blk.{layer}.layer_output_norm", state)
    mean = state.mean(axis=0)
    return np.asarray(mean / np.linalg.norm(mean), np.float32)


def pieces(vocabulary: list[str], text: str) -> list[str]:
    """Return a text in the vocabulary's pieces: small letters without accents, the longest piece first."""
    known, found = set(vocabulary), []
    for word in _words(text):
        at, parts = 0, []
        while at < len(word):
            prefix = "##" if at else ""
            end = next((e for e in range(len(word), at, -1) if prefix + word[at:e] in known), None)
            if end is None:
                parts = ["[UNK]"]
                break
            parts.append(prefix + word[at:end])
            at = end
        found += parts
    return found


def _words(text: str) -> list[str]:
    plain = [c for c in unicodedata.normalize("NFD", text.lower()) if unicodedata.category(c) != "Mn"]
    return "".join(f" {c} " if unicodedata.category(c)[0] in "PS" else c for c in plain).split()


def _through(model: Original, name: str, state: Array) -> Array:
    return state @ model.tensors[f"{name}.weight"].T + model.tensors[f"{name}.bias"]


def _heads(state: Array, heads: int) -> Array:
    return state.reshape(len(state), heads, -1).swapaxes(0, 1)


def _normal(model: Original, name: str, state: Array) -> Array:
    centred = state - state.mean(axis=-1, keepdims=True)
    spread = np.sqrt((centred**2).mean(axis=-1, keepdims=True) + model.config["layer_norm_eps"])
    return np.asarray(
        centred / spread * model.tensors[f"{name}.weight"] + model.tensors[f"{name}.bias"], np.float32
    )


def _gelu(state: Array) -> Array:
    return np.asarray(0.5 * state * (1 + np.vectorize(math.erf)(state / math.sqrt(2))), np.float32)
