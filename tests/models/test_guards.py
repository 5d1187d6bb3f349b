from __future__ import annotations

from pathlib import Path

import pytest
from gguf_samples import language_model

from sottovoce.core.errors import BadModelFile
from sottovoce.core.paths import Home
from sottovoce.guard.moderation import Kind
from sottovoce.models import shelf, starter
from sottovoce.models.file import ModelFile
from sottovoce.models.guards import guard_model

TEMPLATE = "<BEGIN UNSAFE CONTENT CATEGORIES>\nS1: Violent Crimes.\n{{ messages[0].content }}"


def put(home: Home, name: str, template: str | None = None, title: str = "Tiny") -> ModelFile:
    sample = language_model()
    sample.set("general.name", "string", title)
    if template is not None:
        sample.set("tokenizer.chat_template", "string", template)
    (home.models / f"{name}.gguf").write_bytes(sample.bytes())
    return shelf.resolve(name, home)


def test_a_guard_model_is_known_by_what_its_file_holds(home: Home) -> None:
    for model in (
        put(home, "mine", TEMPLATE),
        put(home, "llama-guard-3-1b"),
        put(home, "x", title="Llama Guard 3 1B"),
    ):
        found = guard_model(model, starter.card())
        assert found.kind is Kind.LLAMA_GUARD
        assert found.categories == 13  # it is small


def test_another_model_is_refused_in_a_sentence(home: Home) -> None:
    with pytest.raises(BadModelFile, match="tiny is no guard model that is known here"):
        guard_model(put(home, "tiny"), starter.card())


def test_the_model_that_answers_does_not_judge_itself(home: Home) -> None:
    model = put(home, "llama-guard-3-1b")
    with pytest.raises(BadModelFile, match="cannot judge itself"):
        guard_model(model, model)
    link = Path(home.models / "link.gguf")
    link.symlink_to(model.path)
    with pytest.raises(BadModelFile, match="cannot judge itself"):
        guard_model(shelf.resolve("link", home), model)
