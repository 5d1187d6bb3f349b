"""What a GGUF file says of itself: its metadata, its tensors, and the facts that follow from them.

Knows nothing of bytes (see gguf) or of what an engine would die of (see hparams).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

from sottovoce.core.errors import BadModelFile
from sottovoce.engine.quants import FILE_TYPES, TensorType

KV_BYTES = 2
"""A cell of the KV cache holds 16-bit floats."""

COMPANIONS = frozenset(("clip", "mmproj", "adapter", "imatrix"))
"""What goes with a model, by architecture or `general.type`: a projector for images, a LoRA, and such."""

POOLINGS = ("none", "mean", "cls", "last", "rank")
"""How the vectors of a text's tokens become one, by the number that the format has for it."""

CLASSIFIER = "cls."
"""How the tensors that give a text its rank begin (llama-arch.cpp)."""


@dataclass(frozen=True, slots=True)
class ArrayInfo:
    """An array in the metadata, with its values if it is short.

    `offset` is where its first element starts in the file.
    """

    kind: str
    count: int
    offset: int
    values: tuple[int | float | bool | str, ...] | None = None


Value = str | int | float | bool | ArrayInfo


@dataclass(frozen=True, slots=True)
class Tensor:
    """`offset` counts from the start of the data section; `dims` begin with the fastest one."""

    name: str
    type: TensorType
    dims: tuple[int, ...]
    offset: int
    nbytes: int

    @property
    def elements(self) -> int:
        return math.prod(self.dims)

    @property
    def row(self) -> int:
        return self.dims[0] if self.dims else 1


@dataclass(frozen=True, slots=True)
class Header:
    """The header of one file, or of all parts of a split model, read as one.

    `file_size` is the size of all parts in bytes; `data_offset` is that of the first.
    """

    path: Path
    version: int
    metadata: dict[str, Value]
    tensors: tuple[Tensor, ...]
    alignment: int
    data_offset: int
    file_size: int
    parts: tuple[Path, ...]

    @property
    def architecture(self) -> str:
        return self.text("general.architecture") or ""

    @property
    def name(self) -> str:
        return shown(self.text("general.name") or self.path.stem)

    @property
    def is_companion(self) -> bool:
        """Whether this goes with a model and is none itself."""
        return not COMPANIONS.isdisjoint((self.architecture, self.text("general.type") or ""))

    @property
    def is_language_model(self) -> bool:
        return not self.is_companion and "tokenizer.ggml.model" in self.metadata and bool(self.tensors)

    @property
    def pooling(self) -> str | None:
        """Return one of POOLINGS; None when the file does not say, as none for chats does."""
        number = self.number("pooling_type")
        return POOLINGS[number] if number is not None and 0 <= number < len(POOLINGS) else None

    @property
    def sees_all_at_once(self) -> bool:
        """Whether each word sees those behind it too, as in BERT: such a model writes nothing."""
        return self.own("attention.causal") is False

    @property
    def ranks(self) -> bool:
        """Whether this tells how well a text fits a question."""
        return self.pooling == "rank" or any(tensor.name.startswith(CLASSIFIER) for tensor in self.tensors)

    @property
    def writes(self) -> bool:
        """Whether this goes on with a text; one that embeds or ranks texts does not."""
        return not (self.sees_all_at_once or self.pooling in ("mean", "cls", "last") or self.ranks)

    @property
    def block_count(self) -> int:
        return self.number("block_count") or 0

    @property
    def context_length(self) -> int:
        """Return the most tokens the model was made to see, 0 when it does not say."""
        return self.number("context_length") or 0

    @property
    def embedding_length(self) -> int:
        return self.number("embedding_length") or 0

    @property
    def head_count(self) -> tuple[int, ...]:
        return self.per_layer("attention.head_count")

    @property
    def head_count_kv(self) -> tuple[int, ...]:
        """Return each layer's key and value heads; a layer without attention has 0."""
        return self.per_layer("attention.head_count_kv") or self.head_count

    @property
    def key_length(self) -> int:
        return self.number("attention.key_length") or self._head_length()

    @property
    def value_length(self) -> int:
        return self.number("attention.value_length") or self._head_length()

    @property
    def chat_template(self) -> str | None:
        return self.text("tokenizer.chat_template")

    @property
    def file_type(self) -> str:
        """Return what the weights are packed as: the file's own word, else its commonest tensor type."""
        said = self.metadata.get("general.file_type")
        if isinstance(said, int) and said in FILE_TYPES:
            return FILE_TYPES[said]
        counts: dict[str, int] = {}
        for tensor in self.tensors:
            counts[tensor.type.name] = counts.get(tensor.type.name, 0) + 1
        return max(counts, key=lambda name: counts[name], default="none")

    @property
    def weights_bytes(self) -> int:
        return sum(tensor.nbytes for tensor in self.tensors)

    @property
    def parameters(self) -> int:
        return sum(tensor.elements for tensor in self.tensors)

    def kv_bytes_per_token(self) -> int:
        """Return the bytes that one token of the window takes with a 16-bit KV cache.

        An upper bound where layers look back only a window, or share what they keep.
        """
        if self.sees_all_at_once:
            return 0  # there is no next token to keep anything for
        # Latent attention keeps one vector; the values are computed from it.
        is_latent = self._key("attention.key_length_mla") in self.metadata
        width = self.key_length + (0 if is_latent else self.value_length)
        return sum(self.head_count_kv) * width * KV_BYTES

    def tensor(self, name: str) -> Tensor | None:
        return next((tensor for tensor in self.tensors if tensor.name == name), None)

    def text(self, key: str) -> str | None:
        value = self.metadata.get(key)
        return value if isinstance(value, str) else None

    def array(self, key: str) -> ArrayInfo | None:
        value = self.metadata.get(key)
        return value if isinstance(value, ArrayInfo) else None

    def own(self, key: str) -> Value | None:
        """Return the value of one of the architecture's own keys ("block_count" for "llama.block_count")."""
        return self.metadata.get(self._key(key))

    def number(self, key: str) -> int | None:
        value = self.own(key)
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def per_layer(self, key: str) -> tuple[int, ...]:
        """Return one number for each layer, given as an array or as one for all. Empty: not said."""
        value = self.own(key)
        if isinstance(value, ArrayInfo):
            return tuple(number for number in value.values or () if isinstance(number, int))
        number = self.number(key)
        return () if number is None else (number,) * self.block_count

    def _key(self, key: str) -> str:
        return f"{self.architecture}.{key}"

    def _head_length(self) -> int:
        heads = next(iter(self.head_count), 0)
        return self.embedding_length // heads if heads else 0


def bad_model(path: Path, reason: str, *, hint: str | None = None) -> BadModelFile:
    """Say what is wrong with a model's file: `reason` goes on from its name."""
    return BadModelFile(
        f"{shown(path.name)} {reason}.",
        hint=hint or "Download or copy the file again; sotto models list shows the models that are here",
    )


def shown(name: str) -> str:
    """Return a name from the file in a form that is safe to print."""
    plain = "".join(letter if letter.isprintable() else "?" for letter in name)
    return plain if len(plain) <= 80 else f"{plain[:77]}..."
