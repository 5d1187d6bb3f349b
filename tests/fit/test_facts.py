"""Shapes of files that are not here, held against headers of made-up files of the same build."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from fit_samples import header, tensor

from sottovoce.engine.gguf import read_header
from sottovoce.engine.header import Header, Tensor
from sottovoce.fit.facts import UNKNOWN_MIX, ShapeFacts, from_facts, mix_of
from sottovoce.fit.shape import Shape, shape_of
from sottovoce.fit.synthetic import Build, write

GPT_OSS = ShapeFacts(24, 2880, 64, 8, 64, 2880, 201_088, False, 131_072, 32, 4, 2880, 128, 2)
QWEN = ShapeFacts(36, 4096, 32, 8, 128, 12_288, 151_936, False, 32_768)
SHARED = ShapeFacts(
    12, 2048, 16, 16, 128, 10_944, 102_400, False, 4096, 64, 6, 1408, dense_layers=1, shared_feed_forward=2816
)


def alike(known: Shape, read: Shape, rel: float = 0.01) -> None:
    """Hold what is known of a file against what is read in it: work, memory, and what each token looks at."""
    assert known.doubt == 0
    assert known.read == pytest.approx(read.read, rel=rel)
    assert known.repacked == pytest.approx(read.repacked, rel=rel)
    assert known.looked_up == pytest.approx(read.looked_up, rel=rel)
    assert known.cells == read.cells
    for kind in {group.type for group in read.weights} - {"F32"}:
        assert of_type(known, kind) == pytest.approx(of_type(read, kind), rel=rel), kind
    same = ("layers", "width", "heads", "feed_forward", "vocabulary", "context", "state", "writes")
    assert [getattr(known, name) for name in same] == [getattr(read, name) for name in same]


def of_type(shape: Shape, kind: str) -> float:
    return sum(group.bytes * group.share for group in shape.weights if group.type == kind)


@pytest.mark.parametrize("packing", ["Q8_0", "F16"])
@pytest.mark.parametrize("tied", [True, False])
def test_a_plain_file(packing: str, tied: bool, tmp_path: Path) -> None:
    build = Build(packing=packing, head_packing=packing, layers=8, vocabulary=8192, tied=tied)
    path = write(build, tmp_path / "m.gguf")
    facts = ShapeFacts(8, 1024, 16, 4, 64, 4096, 8192, tied=tied, context=8192)
    alike(from_facts(facts, path.stat().st_size, packing), shape_of(read_header(path)))


def test_a_mixture_of_experts(tmp_path: Path) -> None:
    build = Build(packing="Q8_0", layers=8, vocabulary=8192, tied=False, experts=8, experts_used=2)
    path = write(replace(build, feed_forward=512), tmp_path / "m.gguf")
    facts = ShapeFacts(8, 1024, 16, 4, 64, 512, 8192, False, 8192, 8, 2)
    alike(from_facts(facts, path.stat().st_size, "Q8_0"), shape_of(read_header(path)))


def test_gpt_oss_has_its_experts_in_mxfp4_and_the_rest_in_eight_bits() -> None:
    """Built as ggml-org's file is, with the biases, sinks and routers that no catalogue tells of."""
    read = shape_of(made(GPT_OSS, list(gpt_oss()), {"expert_feed_forward_length": 2880}))
    known = from_facts(GPT_OSS, 12_109_566_560, "MXFP4")
    assert read.file == pytest.approx(12_109_566_560, rel=2e-3), "what is left is the vocabulary"
    alike(known, read)
    assert [layer.window for layer in known.cells[:4]] == [128, 0, 128, 0]
    assert known.parameters == pytest.approx(20.9e9, rel=0.05), "20.9 billion by its card"


def gpt_oss() -> list[Tensor]:
    width, vocabulary = 2880, 201_088
    found = [tensor(f"{name}.weight", "Q8_0", width, vocabulary) for name in ("token_embd", "output")]
    for layer in range(24):
        at = f"blk.{layer}."
        for name, rows in {"attn_q": 4096, "attn_k": 512, "attn_v": 512}.items():
            found += [
                tensor(f"{at}{name}.weight", "Q8_0", width, rows),
                tensor(f"{at}{name}.bias", "F32", rows),
            ]
        found += [
            tensor(f"{at}attn_output.weight", "Q8_0", 4096, width),
            tensor(f"{at}attn_sinks", "F32", 64),
        ]
        found.append(tensor(f"{at}ffn_gate_inp.weight", "F32", width, 32))
        for name in ("gate", "up", "down"):
            found.append(tensor(f"{at}ffn_{name}_exps.weight", "MXFP4", width, width, 32))
            found.append(tensor(f"{at}ffn_{name}_exps.bias", "F32", width, 32))
    return found


def test_the_first_layers_may_have_no_experts_and_others_one_that_always_works() -> None:
    """Built as DeepSeek's first mixture, all in eight bits."""
    found = [tensor(f"{name}.weight", "Q8_0", 2048, 102_400) for name in ("token_embd", "output")]
    for layer in range(12):
        at = f"blk.{layer}."
        found += [tensor(f"{at}attn_{name}.weight", "Q8_0", 2048, 2048) for name in ("q", "k", "v", "output")]
        if layer:
            found.append(tensor(f"{at}ffn_gate_inp.weight", "F32", 2048, 64))
        parts = {"_exps": (1408, 64), "_shexp": (2816,)} if layer else {"": (10_944,)}
        for tail, (inner, *experts) in parts.items():
            found += [
                tensor(f"{at}ffn_{way}{tail}.weight", "Q8_0", 2048, inner, *experts) for way in ("gate", "up")
            ]
            found.append(tensor(f"{at}ffn_down{tail}.weight", "Q8_0", inner, 2048, *experts))
    read = shape_of(made(SHARED, found, {"expert_feed_forward_length": 1408}))
    alike(from_facts(SHARED, read.file, "Q8_0"), read)


def test_q4_k_m_packs_values_and_ways_down_of_half_the_layers_and_the_head_better() -> None:
    """Built as llama.cpp packs Qwen3 8B, whose file has 5,027,783,488 bytes."""
    better = [*range(4), *(layer for layer in range(4, 31) if (layer - 4) % 3 == 2), *range(31, 36)]
    found = [
        tensor("token_embd.weight", "Q4_K", 4096, 151_936),
        tensor("output.weight", "Q6_K", 4096, 151_936),
    ]
    for layer in range(36):
        at, kind = f"blk.{layer}.", "Q6_K" if layer in better else "Q4_K"
        found += [tensor(f"{at}attn_{name}.weight", "Q4_K", 4096, 4096) for name in ("q", "output")]
        found += [
            tensor(f"{at}attn_k.weight", "Q4_K", 4096, 1024),
            tensor(f"{at}attn_v.weight", kind, 4096, 1024),
        ]
        found += [tensor(f"{at}ffn_{way}.weight", "Q4_K", 4096, 12_288) for way in ("gate", "up")]
        found.append(tensor(f"{at}ffn_down.weight", kind, 12_288, 4096))
    read = shape_of(made(QWEN, found, {}))
    assert read.file == pytest.approx(5_027_783_488, rel=3e-3)
    alike(from_facts(QWEN, 5_027_783_488, "Q4_K_M"), read)


def made(facts: ShapeFacts, tensors: list[Tensor], more: dict[str, object]) -> Header:
    said = {
        "block_count": facts.layers, "embedding_length": facts.width, "context_length": facts.context,
        "feed_forward_length": facts.feed_forward, "attention.head_count": facts.heads,
        "attention.head_count_kv": facts.kv_heads, "attention.key_length": facts.head_length,
        "attention.value_length": facts.head_length, "expert_count": facts.experts,
        "expert_used_count": facts.experts_used, "vocab_size": facts.vocabulary,
    }  # fmt: skip
    if facts.window:
        said["attention.sliding_window"] = facts.window
    return header("gpt-oss", {**said, **more}, tuple(tensors))


def test_a_narrow_row_is_packed_otherwise() -> None:
    """576 values are no whole blocks of 256: Q4_K becomes Q5_0, and Q6_K becomes Q8_0."""
    narrow = from_facts(replace(QWEN, width=576, heads=9, head_length=64), 1, "Q4_K_M")
    assert {group.type for group in narrow.weights} >= {"Q5_0", "Q8_0"}


def test_where_the_sizes_do_not_agree_the_types_are_not_known_and_the_interval_says_so() -> None:
    right = from_facts(QWEN, 5_027_783_488, "Q4_K_M")
    other = from_facts(QWEN, 3_800_000_000, "Q4_K_M")
    assert (right.doubt, other.doubt > UNKNOWN_MIX) == (0, True)
    assert other.read / right.read == pytest.approx(3_800_000_000 / 5_027_783_488, rel=1e-3)
    assert other.file == 3_800_000_000


def test_a_file_may_hold_the_head_for_itself_though_it_is_the_embedding() -> None:
    """Qwen2.5 Coder 1.5B: its embedding is tied, and its publisher's file holds both."""
    facts = ShapeFacts(28, 1536, 12, 2, 128, 8960, 151_936, True, 32_768)
    found = from_facts(facts, 1_117_320_768, "Q4_K_M")
    assert found.doubt == 0
    assert found.looked_up > 0


@pytest.mark.parametrize(
    ("packing", "most"),
    [("Q4_K_S", "Q4_K"), ("UD-Q4_K_XL", "Q4_K"), ("IQ4_XS", "IQ4_XS"), ("Q5_0", "Q5_0"), ("TURBO", "Q4_K")],
)
def test_a_packings_name_says_of_what_type_most_is(packing: str, most: str) -> None:
    assert mix_of(packing).most == most


def test_one_that_embeds_has_no_head_unless_a_token_sees_only_those_before_it() -> None:
    facts = ShapeFacts(12, 768, 12, 12, 64, 3072, 30_522, tied=True, context=2048)
    bert = from_facts(replace(facts, causal=False), 146_146_432, "Q8_0", writes=False)
    assert (bert.writes, bert.cells) == (False, ())
    assert bert.looked_up > 0
    other = from_facts(facts, 146_146_432, "Q8_0", writes=False)
    assert (other.writes, len(other.cells), other.looked_up) == (False, 12, 0)
