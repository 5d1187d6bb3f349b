"""What a model needs: formulas held against figures worked out by hand, and against each other."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fit_samples import EIGHT, MIB, PACE, PLAIN

from sottovoce.fit import estimate
from sottovoce.fit.cells import Cells
from sottovoce.fit.estimate import Program, Run
from sottovoce.fit.shape import Weights


def test_a_window_of_an_8b_model_takes_128_kib_a_token() -> None:
    """32 layers x 8 heads x (128 + 128) numbers x 2 bytes, as Llama 3.1 8B has it."""
    assert estimate.window_bytes(EIGHT, Run(8192)) == 8192 * 128 * 1024


def test_each_slot_has_a_window_of_its_own() -> None:
    one = estimate.window_bytes(EIGHT, Run(4096))
    assert estimate.window_bytes(EIGHT, Run(4096, slots=4)) == 4 * one


def test_windows_are_whole_blocks_of_256_cells() -> None:
    assert estimate.window_bytes(EIGHT, Run(4097)) == estimate.window_bytes(EIGHT, Run(4352))


@pytest.mark.parametrize(("kind", "part"), [("Q8_0", 34 / 64), ("Q4_0", 18 / 64)])
def test_packed_cells_take_their_blocks(kind: str, part: float) -> None:
    whole = estimate.window_bytes(EIGHT, Run(4096))
    assert estimate.window_bytes(EIGHT, Run(4096, kv_type=kind)) == whole * part


def test_a_sliding_window_keeps_itself_and_one_batch() -> None:
    near = replace(EIGHT, cells=(replace(PLAIN, window=1024),) * 32)
    assert estimate.window_bytes(near, Run(32_768)) == estimate.window_bytes(EIGHT, Run(1024 + 256))
    assert estimate.window_bytes(near, Run(512)) == estimate.window_bytes(EIGHT, Run(512))


def test_latent_attention_keeps_one_vector_for_keys_and_values() -> None:
    latent = replace(EIGHT, cells=(Cells(heads=1, key=576, value=0),) * 32)
    assert estimate.window_bytes(latent, Run(4096)) == 4096 * 32 * 576 * 2


def test_layers_may_have_heads_of_their_own() -> None:
    mixed = replace(EIGHT, cells=(Cells(8, 128, 128), Cells(2, 64, 64)))
    assert estimate.window_bytes(mixed, Run(256)) == 256 * 2 * (8 * 256 + 2 * 128)


def test_without_flash_attention_the_scores_and_the_widest_values_count() -> None:
    mixed = replace(EIGHT, cells=(Cells(8, 128, 128), Cells(2, 64, 64)))
    slow = Run(4096, flash=False)
    assert estimate.window_bytes(mixed, slow) > estimate.window_bytes(mixed, Run(4096))
    assert estimate.buffer_bytes(EIGHT, slow) > 128 * 4096 * 32 * 4 > estimate.buffer_bytes(EIGHT, Run(4096))


def test_who_embeds_computes_the_words_weights_of_every_token_unless_there_is_no_head() -> None:
    run = Run(512, batch=512)
    answers = estimate.buffer_bytes(EIGHT, run)
    vectors = estimate.buffer_bytes(replace(EIGHT, writes=False), run)
    headless = estimate.buffer_bytes(replace(EIGHT, writes=False, cells=()), run)
    assert vectors - answers == 4 * 2 * 511 * EIGHT.vocabulary
    assert answers - headless == 4 * 2 * EIGHT.vocabulary


def test_a_recurrent_state_comes_once_for_each_slot_whatever_the_window() -> None:
    recurrent = replace(EIGHT, cells=(), state=10 * MIB)
    for window in (1024, 65_536):
        found = estimate.memory(recurrent, Run(window, slots=3), Program(0, 0))
        assert (found.window, found.state) == (0, 30 * MIB)


def test_memory_is_the_sum_of_its_parts_and_counts_the_second_copy() -> None:
    found = estimate.memory(EIGHT, Run(4096), Program(base=50 * MIB, word=100))
    assert found.weights == 4800 * MIB
    assert found.repacked == 4000 * MIB
    assert found.program == 50 * MIB + 100 * 128_256
    parts = found.weights + found.repacked + found.window + found.state + found.buffers + found.program
    assert found.total == parts


def test_a_token_goes_through_all_weights_once() -> None:
    expected = 4400 * MIB * 4.1e-11
    assert estimate.step_seconds(EIGHT, Run(4096), PACE, 0) == pytest.approx(expected)


def test_what_stands_before_costs_by_key_head_and_cell_and_a_little_by_query() -> None:
    more = estimate.step_seconds(EIGHT, Run(8192), PACE, 4096) - estimate.step_seconds(
        EIGHT, Run(8192), PACE, 0
    )
    queries = 32 * (128 + 128) / 900
    assert more == pytest.approx(4096 * 32 * (8 + queries) * 4e-8), "tokens x layers x key heads"


@pytest.mark.parametrize(
    ("before", "threads", "together", "cells"),
    [(256, 2, 1, 256), (257, 2, 1, 512), (513, 8, 1, 768), (257, 1, 1, 257), (257, 2, 4, 4 * 257)],
)
def test_threads_share_whole_blocks_of_cells_and_wait_for_each_other(
    before: int, threads: int, together: int, cells: int
) -> None:
    work = estimate.step_work(EIGHT, Run(4096, threads=threads), before, together)
    assert work["cell"] == pytest.approx(cells * estimate.step_work(EIGHT, Run(4096), 1)["cell"])


def test_answers_together_share_the_way_through_the_weights() -> None:
    one = estimate.step_seconds(EIGHT, Run(4096), PACE, 0)
    four = estimate.step_seconds(EIGHT, Run(4096), PACE, 0, together=4)
    assert one < four < 2 * one


def test_of_experts_a_token_needs_its_share_and_a_batch_nearly_all() -> None:
    experts = Weights("Q4_K", 4000 * MIB, 7_000_000_000, matrices=3, experts=32, share=1 / 8)
    mixture = replace(EIGHT, weights=(experts,))
    alone = estimate.step_work(mixture, Run(4096), 0)
    assert alone["once Q4_K"] == 500 * MIB
    assert alone["matrix"] == 3, "all experts lie in one, which is gone through once"
    read = estimate.prompt_work(mixture, Run(4096), 128)
    assert read["once Q4_K"] == pytest.approx(4000 * MIB, rel=1e-6)
    assert read["each Q4_K"] == 128 * 500 * MIB


def test_the_head_is_computed_for_the_last_token_of_a_prompt_alone() -> None:
    work = estimate.prompt_work(EIGHT, Run(4096), 300)
    assert work["once Q6_K"] == 400 * MIB
    assert work["few Q6_K"] == 400 * MIB
    assert work["once Q4_K"] == 3 * 4000 * MIB, "three batches of at most 128"


def test_looking_back_grows_with_the_square_of_a_prompt_and_a_window_bounds_it() -> None:
    short = estimate.prompt_work(EIGHT, Run(8192), 1024)["pair"]
    assert estimate.prompt_work(EIGHT, Run(8192), 4096)["pair"] == pytest.approx(16 * short)
    near = replace(EIGHT, cells=(replace(PLAIN, window=512),) * 32)
    assert estimate.prompt_work(near, Run(8192), 4096)["pair"] < 5 * short


def test_a_prompt_behind_others_looks_back_at_them() -> None:
    late = estimate.prompt_work(EIGHT, Run(8192), 128, before=4096)["pair"]
    assert late > 50 * estimate.prompt_work(EIGHT, Run(8192), 128)["pair"]


# ── with an accelerator ───────────────────────────────────────────────────────────────────────────


def test_a_card_with_room_takes_everything() -> None:
    found = estimate.split(EIGHT, Run(4096), 24_000 * MIB)
    assert found.is_whole
    assert found.layers == 32


def test_a_small_card_takes_as_many_layers_as_it_has_room_for() -> None:
    found = estimate.split(EIGHT, Run(4096), 3000 * MIB)
    assert 0 < found.layers < 32
    assert found.bytes <= 3000 * MIB
    one_more = (4000 * MIB + estimate.window_bytes(EIGHT, Run(4096))) / 32
    assert found.bytes + one_more > 3000 * MIB


def test_a_card_without_room_for_a_batch_takes_nothing() -> None:
    assert estimate.split(EIGHT, Run(4096), 1 * MIB) == estimate.Split(0, 0, is_whole=False)


@pytest.mark.parametrize(
    ("size", "layers", "vocabulary", "measured"),
    [(4.485e9, 32, 128_256, 287.2), (7.97e9, 32, 128_256, 226.2), (0.617e9, 22, 32_000, 841.3)],
)
def test_an_h100_does_what_it_was_measured_to_do(
    size: float, layers: int, vocabulary: int, measured: float
) -> None:
    """Tokens a second of llama.cpp's CUDA build, all layers on the card: 3.35 TB/s by bus and clock."""
    shape = replace(EIGHT, weights=(Weights("Q4_K", int(size), 1),), layers=layers, vocabulary=vocabulary)
    whole = estimate.Split(layers, int(size), is_whole=True)
    seconds = estimate.split_step_seconds(shape, Run(4096), PACE, 0, whole, 3.352e12)
    assert 1 / seconds == pytest.approx(measured, rel=0.2)


def test_with_part_on_a_card_the_rest_takes_its_time() -> None:
    half = estimate.Split(16, 2000 * MIB, is_whole=False)
    found = estimate.split_step_seconds(EIGHT, Run(4096), PACE, 0, half, 1e12)
    assert found > 0.5 * estimate.step_seconds(EIGHT, Run(4096), PACE, 0)
    assert found < estimate.step_seconds(EIGHT, Run(4096), PACE, 0)


def test_a_card_of_unknown_bandwidth_counts_as_quick_as_the_processor() -> None:
    half = estimate.Split(16, 2000 * MIB, is_whole=False)
    found = estimate.split_step_seconds(EIGHT, Run(4096), PACE, 0, half, 0)
    assert found == estimate.step_seconds(EIGHT, Run(4096), PACE, 0)


def test_a_model_that_is_all_head_is_split_as_well() -> None:
    head = Weights("Q8_0", 4000 * MIB, 1, is_head=True)
    found = estimate.split(replace(EIGHT, weights=(head,), cells=(), state=0), Run(4096), 3000 * MIB)
    assert not found.is_whole


def test_apples_graphics_part_gets_two_thirds() -> None:
    assert estimate.unified_room(24 << 30) == 16 << 30
