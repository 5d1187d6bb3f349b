"""The shape of a model, read from headers: of files that the engine loads, and made-up ones."""

from __future__ import annotations

from pathlib import Path

import pytest
from fit_samples import header, tensor
from gguf_samples import encoder, recurrent

from sottovoce.engine.gguf import read_header
from sottovoce.fit.shape import Shape, shape_of
from sottovoce.fit.synthetic import Build, write
from sottovoce.models import starter


def shape(build: Build, folder: Path) -> Shape:
    return shape_of(read_header(write(build, folder / "m.gguf")))


def test_the_starter_is_read_to_the_byte() -> None:
    found = shape_of(read_header(starter.path()))
    assert found.file == 98_362_432
    assert (found.layers, found.width, found.heads, found.vocabulary) == (30, 576, 9, 49_152)
    assert found.parameters == pytest.approx(134_515_008, rel=1e-3)
    assert sum(layer.heads * (layer.key + layer.value) * 2 for layer in found.cells) == 23_040


def test_a_tied_embedding_is_the_head_and_one_of_its_own_is_only_looked_up(tmp_path: Path) -> None:
    tied = shape(Build(), tmp_path)
    apart = shape(Build(tied=False), tmp_path)
    assert tied.looked_up == 0
    assert apart.looked_up == sum(group.bytes for group in apart.weights if group.type == "Q8_0") > 0
    assert tied.read == apart.read


@pytest.mark.parametrize(
    ("kind", "is_kept_twice"), [("Q4_0", True), ("Q4_K", True), ("Q8_0", False), ("Q6_K", False)]
)
def test_types_with_a_quick_kernel_are_kept_twice(kind: str, is_kept_twice: bool, tmp_path: Path) -> None:
    found = shape(Build(packing=kind), tmp_path)
    matrices = sum(group.bytes for group in found.weights if group.type == kind)
    assert found.repacked == (matrices if is_kept_twice else 0)


def test_of_a_mixture_a_token_needs_the_experts_it_uses(tmp_path: Path) -> None:
    found = shape(Build(experts=8, experts_used=2), tmp_path)
    experts = [group for group in found.weights if group.experts == 8]
    assert {group.share for group in experts} == {0.25}
    assert found.read < sum(group.bytes for group in found.weights)


def test_behind_the_last_layers_attention_only_a_last_token_is_computed(tmp_path: Path) -> None:
    build = Build(packing="Q4_0", layers=4)
    found = shape(build, tmp_path)
    (last,) = [group for group in found.weights if group.is_head and group.type == "Q4_0"]
    assert last.elements == 3 * build.width * build.feed_forward


def test_a_model_that_sees_all_words_at_once_keeps_no_cells(tmp_path: Path) -> None:
    assert shape_of(read_header(encoder().write(tmp_path / "e.gguf"))).cells == ()


def test_of_six_layers_one_sees_everything(tmp_path: Path) -> None:
    found = shape(Build(layers=12, window=512), tmp_path)
    assert [layer.window for layer in found.cells] == ([512] * 5 + [0]) * 2


def test_a_recurrent_model_keeps_a_state_and_no_cells(tmp_path: Path) -> None:
    found = shape_of(read_header(recurrent().write(tmp_path / "m.gguf")))
    inner, size, kernel, layers = 64, 4, 4, 2
    assert found.cells == ()
    assert found.state == 4 * ((kernel - 1) * inner + size * inner) * layers


# ── models that write nothing ─────────────────────────────────────────────────────────────────────


def vectors(**said: object) -> Shape:
    """Return a model of two layers that embeds."""
    plain = {"block_count": 2, "embedding_length": 256, "attention.head_count": 4, "context_length": 512}
    parts = (("attn_q", 256), ("ffn_up", 1024))
    matrices = [
        tensor(f"blk.{layer}.{name}.weight", "Q8_0", 256, rows) for layer in range(2) for name, rows in parts
    ]
    words = tensor("token_embd.weight", "Q8_0", 256, 30_000)
    return shape_of(header("some", {**plain, **said}, (words, *matrices)))


def test_bert_looks_its_words_up_and_has_no_head() -> None:
    found = vectors(**{"pooling_type": 1, "attention.causal": False})
    assert not found.writes
    assert found.looked_up == 30_000 * 256 * 34 // 32
    assert {group.is_head for group in found.weights} == {False}


def test_whoever_else_embeds_computes_the_last_layer_and_the_head_for_every_token() -> None:
    found = vectors(pooling_type=3)
    assert (found.writes, found.looked_up) == (False, 0)
    assert {group.is_head for group in found.weights} == {False}
    answers = vectors()
    assert answers.writes
    assert found.read == answers.read
    assert any(group.is_head for group in answers.weights)


def test_a_ranking_model_writes_nothing() -> None:
    assert not vectors(pooling_type=4).writes


# ── experts, and layers beside ────────────────────────────────────────────────────────────────────

MOE = {
    "block_count": 3,
    "embedding_length": 512,
    "expert_count": 8,
    "expert_used_count": 2,
    "nextn_predict_layers": 1,
}


def test_of_the_experts_biases_too_only_those_in_use_are_read_and_shared_ones_always() -> None:
    parts = (
        tensor("output.weight", "Q8_0", 512, 1024),
        tensor("blk.0.ffn_up.weight", "Q8_0", 512, 1024),
        tensor("blk.1.ffn_up_exps.weight", "MXFP4", 512, 256, 8),
        tensor("blk.1.ffn_up_exps.bias", "F32", 256, 8),
        tensor("blk.1.ffn_up_shexp.weight", "Q8_0", 512, 256),
    )
    head, dense, experts, biases, shared = (one.nbytes for one in parts)
    found = shape_of(header("some", {**MOE, "nextn_predict_layers": 0}, parts))
    assert found.read == head + dense + shared + (experts + biases) / 4
    assert found.repacked == experts


def test_layers_that_guess_at_more_tokens_are_not_read() -> None:
    used = (tensor("output.weight", "Q8_0", 512, 1024), tensor("blk.1.ffn_up.weight", "Q8_0", 512, 1024))
    beside = tensor("blk.2.ffn_up.weight", "Q8_0", 512, 1024)
    assert shape_of(header("some", MOE, (*used, beside))).read == shape_of(header("some", MOE, used)).read
