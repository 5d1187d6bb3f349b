"""The shape of a model, read from headers that the engine loads and from what a catalogue says."""

from __future__ import annotations

from pathlib import Path

import pytest
from gguf_samples import encoder, recurrent

from sottovoce.engine.gguf import read_header
from sottovoce.fit.shape import Shape, ShapeFacts, from_facts, is_near, shape_of
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


@pytest.mark.parametrize(("pattern", "near"), [(1, [False] * 4), (2, [True, False] * 2), (0, [True] * 4)])
def test_the_last_of_a_pattern_sees_everything(pattern: int, near: list[bool]) -> None:
    assert [is_near(layer, pattern) for layer in range(4)] == near


def test_a_recurrent_model_keeps_a_state_and_no_cells(tmp_path: Path) -> None:
    found = shape_of(read_header(recurrent().write(tmp_path / "m.gguf")))
    inner, size, kernel, layers = 64, 4, 4, 2
    assert found.cells == ()
    assert found.state == 4 * ((kernel - 1) * inner + size * inner) * layers


def test_facts_of_a_catalogue_give_nearly_what_the_file_gives(tmp_path: Path) -> None:
    build = Build(packing="Q8_0", layers=8, vocabulary=8192, tied=False)
    path = write(build, tmp_path / "m.gguf")
    read = shape_of(read_header(path))
    facts = ShapeFacts(8, 1024, 16, 4, 64, 4096, 8192, tied=False, context=8192)
    known = from_facts(facts, path.stat().st_size, "Q8_0")
    assert known.read == pytest.approx(read.read, rel=0.02)
    assert known.cells == read.cells
    assert known.parameters == pytest.approx(read.parameters, rel=0.01)


def test_facts_of_a_mixture_tell_what_is_used(tmp_path: Path) -> None:
    facts = ShapeFacts(24, 2880, 64, 8, 64, 2880, 201_088, False, 131_072, 32, 4, 2880, 128, 2)
    known = from_facts(facts, 12_109_566_560, "MXFP4")
    assert known.parameters == pytest.approx(20.9e9, rel=0.05), "gpt-oss-20b has 20.9 billion, head included"
    assert known.read < 0.25 * known.file
    assert [layer.window for layer in known.cells[:4]] == [128, 0, 128, 0]
