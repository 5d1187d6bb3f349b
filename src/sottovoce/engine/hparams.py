"""What a well-formed header may not say: figures that contradict its tensors, or kill the engine.

llama.cpp checks many of them with assertions that end its process; here they get a sentence first.
What it refuses by itself without dying is mostly left to it. The limits are those of the engine this
release is built on, read from its sources and tried on it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable

from sottovoce.core.errors import BadModelFile
from sottovoce.engine.header import ArrayInfo, Header, Value, bad_model, shown

MAX_EXPERTS = 1024
MAX_HEADS = 1 << 16

MAX_WIDTH = 1 << 24
SIZES = {"block_count": 512, "embedding_length": MAX_WIDTH, "context_length": 1 << 30}
"""Every language model says these; with the most that makes sense or that the engine bears."""

PER_LAYER = (
    "attention.head_count",
    "attention.head_count_kv",
    "feed_forward_length",
    "expert_feed_forward_length",
    "expert_used_count",
)
EPSILONS = ("layer_norm_epsilon", "layer_norm_rms_epsilon", "group_norm_epsilon")
ROPE_BASES = ("rope.freq_base", "rope.freq_base_swa")
CHOICES = {
    "rope.scaling.type": ("none", "linear", "yarn", "longrope"),
    "classifier.activation": ("gelu", "silu", "tanh"),
}
SAMPLING: dict[str, Callable[[float], bool]] = {
    "general.sampling.mirostat": lambda value: value in (0, 1, 2),
    "general.sampling.penalty_repeat": lambda value: math.isfinite(value) and value > 0,
}
ENDS = ("bos", "eos", "eot", "eom")
"""Tokens that a chat cannot do without; the engine would replace a bad one by a guess."""

BERT_ENDS = ("bos", "seperator")
"""What BERT's words lie between; the engine would abort without. The format spells it so."""

NO_TOKEN = (1 << 32) - 1
"""How some converters write that there is no such token."""

RECURRENT = re.compile(r"[^.]+\.(ssm|kda|wkv|shortconv)\.")
"""Keys of models in which a layer without key and value heads may have attention's tensors."""

TURNED_WHOLE = frozenset(
    ("llama", "qwen2", "qwen2moe", "qwen3", "qwen3moe", "granite", "olmo2", "smollm3", "internlm2")
)
"""Common architectures whose heads are turned as a whole; others turn a part."""

DRAFTS = frozenset(("eagle3", "dflash"))
"""Helpers of another model, which may use that one's vocabulary."""

PLAIN = (".bias", "_norm.weight")
"""Tensors whose names end so are never packed."""

NO_WEIGHTS = frozenset(("I8", "I16", "I32", "I64", "F64", "Q8_1", "Q8_K"))
"""Types for indexes and for what is under way in a computation; as weights they end the engine."""

WEIGHTS = re.compile(
    r"(token_embd|token_types|position_embd|output"
    r"|blk\.\d+\.((attn|ssm)_\w+|ffn_(gate|up|down)(_exps|_shexp)?|ffn_gate_inp))(\.weight)?"
)
LAYER = re.compile(r"blk\.(\d{1,9})\.")


def check(header: Header) -> None:
    """Raise BadModelFile if the header contradicts itself. One that is merely unusual passes."""
    if not header.architecture:
        raise _damaged(header, "does not name its architecture (general.architecture)")
    for key, limit in SIZES.items():
        _whole(header, key, 1, limit)
    if header.is_companion:
        return
    _check_sizes(header)
    _check_types(header)
    _check_layers(header)
    _check_heads(header)
    _check_turned(header)
    _check_experts(header)
    _check_numbers(header)
    _check_choices(header)
    _check_vocabulary(header)
    _check_template(header)


def _check_sizes(header: Header) -> None:
    for key in SIZES:
        if header.own(key) is None and header.is_language_model:
            raise _strange(header, key)
    _whole(header, "embedding_length_out", 0, MAX_WIDTH)
    embedding = header.tensor("token_embd.weight")
    width = header.number("features_length") or header.embedding_length
    if embedding is not None and width and embedding.row != width:
        raise _strange(header, "embedding_length", f"token_embd.weight has rows of {embedding.row:,}")


def _check_types(header: Header) -> None:
    """Check that the engine can compute with what the tensors are made of."""
    if not header.is_language_model:
        return
    for tensor in header.tensors:
        kind = tensor.type.name
        is_plain = tensor.name.endswith(PLAIN)
        if (is_plain and kind != "F32") or (kind in NO_WEIGHTS and WEIGHTS.fullmatch(tensor.name)):
            wanted = "F32" if is_plain else "a type for weights"
            raise _damaged(header, f"holds {shown(tensor.name)} as {kind}, which has to be {wanted}")


def _check_layers(header: Header) -> None:
    """Check that every layer has tensors. The last ones, for drafting, may be left out, or alone."""
    count = header.block_count
    drafting = _whole(header, "nextn_predict_layers", 0, count)
    for key in PER_LAYER:
        value = header.own(key)
        if isinstance(value, ArrayInfo):
            _check_list(header, key, value)
    present = {int(found[1]) for tensor in header.tensors if (found := LAYER.match(tensor.name))}
    if not present or min(present) >= count - drafting:
        return
    heads, inner = header.head_count, header.per_layer("feed_forward_length")
    for layer in range(count - drafting):
        # A layer that does nothing, as pruned models have, has no tensors.
        is_idle = bool(heads and inner) and heads[layer] == inner[layer] == 0
        if layer not in present and not is_idle:
            words = f"says that it has {count:,} layers, but the tensors of layer {layer} are missing"
            raise _damaged(header, words)


def _check_list(header: Header, key: str, value: ArrayInfo) -> None:
    """Check a list that gives each layer a number."""
    if value.count != header.block_count:
        raise _strange(header, key, f"there are {header.block_count:,} layers")
    for number in value.values or ():
        if not isinstance(number, int) or not 0 <= number <= MAX_WIDTH:
            raise _strange(header, key, f"{number:,} is in it")


def _check_heads(header: Header) -> None:
    for key in ("attention.head_count", "attention.head_count_kv"):
        if not isinstance(header.own(key), ArrayInfo):
            _whole(header, key, 0, MAX_HEADS)
    heads, heads_kv = header.head_count, header.head_count_kv
    names = {tensor.name for tensor in header.tensors}
    is_recurrent = any(RECURRENT.match(key) for key in header.metadata)
    for layer, (count, count_kv) in enumerate(zip(heads, heads_kv, strict=False)):
        if f"blk.{layer}.attn_k.weight" not in names or (is_recurrent and not count * count_kv):
            continue
        if not count or not count_kv or count % count_kv:
            words = f"gives layer {layer} {count:,} attention heads and {count_kv:,} for keys and values"
            raise _damaged(header, words)
        has_own_length = header.own("attention.key_length") is not None
        if layer == 0 and not has_own_length and header.embedding_length % count:
            raise _strange(
                header, "attention.head_count", f"that does not divide {header.embedding_length:,}"
            )


def _check_turned(header: Header) -> None:
    """Check the share of each head that the rotary embedding turns: pairs of its numbers."""
    length = _whole(header, "attention.key_length", 0, 1 << 20) or header.key_length
    if not length or header.own("rope.dimension_count") is None:
        return
    turned = _whole(header, "rope.dimension_count", 0, length)
    if turned % 2 or (turned != length and header.architecture in TURNED_WHOLE):
        raise _strange(header, "rope.dimension_count", f"a head has {length:,} numbers")


def _check_experts(header: Header) -> None:
    count = _whole(header, "expert_count", 0, MAX_EXPERTS)
    if count <= 1 and header.architecture.startswith("hunyuan"):
        return
    used = max(header.per_layer("expert_used_count"), default=0)
    if used > count or (count and not used):
        raise _strange(header, "expert_used_count", f"there are {count:,} experts")
    groups = _whole(header, "expert_group_count", 0, max(count - 1, 0))
    if groups > 1:
        _whole(header, "expert_group_used_count", 1, groups - 1, needed=True)
        if count % groups:
            raise _strange(header, "expert_group_count", f"there are {count:,} experts")


def _check_numbers(header: Header) -> None:
    for name in EPSILONS:
        epsilon = _number(header, f"attention.{name}")
        if not 0 <= epsilon <= 1:
            raise _strange(header, f"attention.{name}")
    for key in ROPE_BASES:
        if header.own(key) is not None and _number(header, key) <= 0:
            raise _strange(header, key)
    if _number(header, "rope.scaling.factor") < 0:
        raise _strange(header, "rope.scaling.factor")


def _check_choices(header: Header) -> None:
    for key, choices in CHOICES.items():
        value = header.own(key)
        if value is not None and value not in choices:
            raise _strange(header, key)
    for key, is_sound in SAMPLING.items():
        value = header.metadata.get(key)
        if value is not None and not (isinstance(value, int | float) and is_sound(value)):
            raise _damaged(header, f"says that {key} is {_shown(value)}")


def _check_vocabulary(header: Header) -> None:
    tokens = header.array("tokenizer.ggml.tokens")
    if tokens is None:
        return
    for key in ("tokenizer.ggml.token_type", "tokenizer.ggml.scores"):
        beside = header.array(key)
        if beside is not None and beside.count != tokens.count:
            raise _damaged(header, f"has {tokens.count:,} tokens, but {beside.count:,} entries in {key}")
    embedding = header.tensor("token_embd.weight")
    if embedding is not None and header.architecture not in DRAFTS:
        rows = embedding.elements // embedding.row
        if rows != tokens.count:
            raise _damaged(header, f"has {tokens.count:,} tokens, but token_embd.weight has {rows:,} rows")
    is_bert = header.text("tokenizer.ggml.model") == "bert"
    for end in BERT_ENDS if is_bert else ENDS:
        key = f"tokenizer.ggml.{end}_token_id"
        value = header.metadata.get(key, 0)
        if value == NO_TOKEN and not is_bert:
            continue
        if not isinstance(value, int) or not 0 <= value < tokens.count:
            raise _damaged(header, f"says that {key} is {_shown(value)}, but has {tokens.count:,} tokens")


def _check_template(header: Header) -> None:
    template = header.array("tokenizer.chat_template")
    if template is not None and template.kind == "uint8":  # a text too long to be kept
        raise _damaged(header, f"has a chat template of {template.count:,} bytes; no chat goes with that")


def _whole(header: Header, key: str, low: int, high: int, *, needed: bool = False) -> int:
    """Return a whole number that the architecture's key says, 0 when it says none."""
    value = header.own(key)
    if value is None and not needed:
        return 0
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise _strange(header, key, f"{low:,} to {high:,} is possible")
    return value


def _number(header: Header, key: str) -> float:
    """Return a finite number that the architecture's key says, 0 when it says none."""
    value = header.own(key)
    if value is None:
        return 0.0
    if not isinstance(value, float) or not math.isfinite(value):
        raise _strange(header, key)
    return value


def _damaged(header: Header, reason: str) -> BadModelFile:
    return bad_model(header.path, f"is damaged: it {reason}")


def _strange(header: Header, key: str, against: str = "") -> BadModelFile:
    name = shown(f"{header.architecture}.{key}")
    contrast = f", but {against}" if against else ""
    value = header.own(key)
    if value is None:
        return _damaged(header, f"does not say {name}{contrast}")
    return _damaged(header, f"says that {name} is {_shown(value)}{contrast}")


def _shown(value: Value) -> str:
    if isinstance(value, ArrayInfo):
        return f"a list of {value.count:,}"
    if isinstance(value, str):
        return repr(value[:40])
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
