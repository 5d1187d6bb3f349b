"""What a model keeps of what it has read, by headers of every kind of layer; figures worked out by hand."""

from __future__ import annotations

import pytest
from fit_samples import array, header

from sottovoce.engine.header import Header
from sottovoce.fit.cells import Cells, cells_of, is_near, layers_of, state_of


def model(architecture: str = "llama", layers: int = 4, **said: object) -> Header:
    """Return a model of 8 heads and 2 for keys and values, 64 long, with what else is said."""
    plain = {
        "block_count": layers,
        "embedding_length": 512,
        "attention__head_count": 8,
        "attention__head_count_kv": 2,
        "attention__key_length": 64,
        "attention__value_length": 64,
        "feed_forward_length": 1024,
    }
    return header(architecture, {key.replace("__", "."): value for key, value in {**plain, **said}.items()})


def test_every_head_of_its_own_keeps_its_own_and_shared_ones_keep_less() -> None:
    assert cells_of(model(attention__head_count_kv=8)) == (Cells(8, 64, 64),) * 4
    assert cells_of(model()) == (Cells(2, 64, 64),) * 4


def test_layers_may_have_heads_of_their_own() -> None:
    found = cells_of(model(attention__head_count_kv=array(2, 4, 4, 2)))
    assert [layer.heads for layer in found] == [2, 4, 4, 2]


def test_latent_attention_keeps_one_vector() -> None:
    """DeepSeek V3: 512 numbers of latent space and 64 that are turned, one head for all."""
    found = cells_of(
        model(
            "deepseek2",
            attention__head_count_kv=1,
            attention__key_length=576,
            attention__value_length=512,
            attention__key_length_mla=192,
        )
    )
    assert found == (Cells(1, 576, 0),) * 4


@pytest.mark.parametrize(
    ("architecture", "said", "windows"),
    [
        ("gemma3", {}, [100, 100, 100, 100, 100, 0]),
        ("gpt-oss", {}, [100, 0] * 3),
        ("llama", {"attention__sliding_window_pattern": 3}, [100, 100, 0] * 2),
        ("llama", {"attention__sliding_window_pattern": array(True, False)}, [100, 0, 0, 0, 0, 0]),
        ("phi3", {}, [0] * 6),
    ],
)
def test_some_layers_look_back_a_window(
    architecture: str, said: dict[str, object], windows: list[int]
) -> None:
    found = cells_of(model(architecture, 6, attention__sliding_window=100, **said))
    assert [layer.window for layer in found] == windows


def test_a_layer_with_a_window_may_have_a_length_of_its_own() -> None:
    found = cells_of(
        model(
            "gemma4",
            2,
            attention__sliding_window=100,
            attention__sliding_window_pattern=2,
            attention__key_length_swa=32,
            attention__value_length_swa=16,
        )
    )
    assert found == (Cells(2, 32, 16, 100), Cells(2, 64, 64))


@pytest.mark.parametrize(("pattern", "near"), [(1, [False] * 4), (2, [True, False] * 2), (0, [True] * 4)])
def test_the_last_of_a_pattern_sees_everything(pattern: int, near: list[bool]) -> None:
    assert [is_near(layer, pattern) for layer in range(4)] == near


def test_the_last_layers_may_use_the_cells_of_others() -> None:
    assert len(cells_of(model("gemma3n", 35, attention__shared_kv_layers=15))) == 20


def test_a_layer_that_guesses_at_more_tokens_keeps_nothing() -> None:
    found = model("glm4moe", nextn_predict_layers=1)
    assert (layers_of(found), len(cells_of(found))) == (3, 3)


# ── a state of one size ───────────────────────────────────────────────────────────────────────────


MAMBA = {
    "ssm__conv_kernel": 4,
    "ssm__inner_size": 1024,
    "ssm__state_size": 128,
    "ssm__group_count": 1,
}
ONE = 4 * (3 * (1024 + 2 * 128) + 128 * 1024)
"""Bytes of such a layer's state: three columns of a convolution, and what is summed up."""


def test_attention_alone_has_no_state() -> None:
    assert state_of(model()) == 0


@pytest.mark.parametrize(
    ("architecture", "said", "kept", "states"),
    [
        ("mamba2", {"attention__head_count": 0, "attention__head_count_kv": 0}, 0, 4),
        ("jamba", {"attention__head_count_kv": array(0, 0, 2, 0)}, 1, 3),
        ("qwen3next", {}, 1, 3),
        ("qwen3next", {"full_attention_interval": 2}, 2, 2),
        ("qwen3next", {"attention__recurrent_layers": array(True, False, False, False)}, 3, 1),
        ("falcon-h1", {}, 4, 4),
        (
            "nemotron_h",
            {"attention__head_count_kv": array(0, 0, 2, 0), "feed_forward_length": array(0, 1024, 0, 0)},
            1,
            2,
        ),
    ],
)
def test_of_a_hybrid_some_layers_keep_cells_and_others_a_state(
    architecture: str, said: dict[str, object], kept: int, states: int
) -> None:
    found = model(architecture, **{**MAMBA, **said})
    assert (len(cells_of(found)), state_of(found)) == (kept, states * ONE)


@pytest.mark.parametrize(
    ("architecture", "said", "numbers"),
    [
        ("rwkv7", {"wkv__head_size": 64, "token_shift_count": 2}, 512 * (2 + 64)),
        ("rwkv6qwen2", {"wkv__head_size": 128, "token_shift_count": 1}, 512 * (1 + 128)),
        ("lfm2", {"shortconv__l_cache": 3}, 512 * 2),
        ("kimi-linear", {"kda__head_dim": 128, "ssm__conv_kernel": 4}, 8 * 128 * (3 * 3 + 128)),
    ],
)
def test_each_kind_of_state_has_its_size(architecture: str, said: dict[str, object], numbers: int) -> None:
    assert state_of(model(architecture, attention__head_count_kv=0, **said)) == 4 * numbers * 4
