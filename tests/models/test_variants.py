"""Variants: a model with instructions, settings and shelves, in files that stand where a model does."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from sottovoce.core.chat_settings import ChatSettings
from sottovoce.core.errors import BadValue, BadVariant, NotFound
from sottovoce.core.paths import Home
from sottovoce.models import shelf, variants
from sottovoce.models.engines import Engines
from sottovoce.models.file import Variant
from sottovoce.models.kinds import EMBEDDING
from sottovoce.models.starter import card

CLINIC = Variant(
    "clinic",
    "starter",
    "For the ward",
    'Say "briefly".\n中文 \x7f',
    ChatSettings(temperature=0.2),
    ("handbook",),
)


def test_what_is_written_is_read_again(home: Home) -> None:
    path = variants.add(home, CLINIC)
    assert variants.read(path) == CLINIC
    assert variants.listed(home) == [CLINIC]
    assert tomllib.loads(path.read_text("utf-8"))["settings"] == {"temperature": 0.2}
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_its_name_stands_where_a_models_does(home: Home) -> None:
    variants.add(home, CLINIC)
    found = shelf.resolve("clinic", home)
    assert (found.name, found.path, found.variant, found.base) == ("clinic", card().path, CLINIC, card())
    with pytest.raises(NotFound):
        shelf.resolve("clinic", home, (EMBEDDING,))


def test_a_variant_has_its_models_engine(home: Home) -> None:
    variants.add(home, CLINIC)
    engines = Engines(home, lambda model: object())  # type: ignore[arg-type,return-value]
    assert engines.of(shelf.resolve("clinic", home)) is engines.of(card())
    assert [model.name for model, _ in engines.made()] == [card().name]


def test_a_variant_of_no_model_here_is_found_and_its_model_is_not(home: Home) -> None:
    variants.add(home, Variant("far", "qwen3-4b"))
    with pytest.raises(NotFound, match="qwen3-4b"):
        shelf.resolve("far", home)


def test_no_variant_leads_to_another(home: Home) -> None:
    variants.add(home, CLINIC)
    variants.add(home, Variant("again", "clinic"))
    with pytest.raises(NotFound):
        shelf.resolve("again", home)


def test_a_name_is_taken_once_and_given_free(home: Home) -> None:
    variants.add(home, CLINIC)
    with pytest.raises(BadValue, match="already"):
        variants.add(home, CLINIC)
    variants.remove(home, "clinic")
    assert variants.listed(home) == []
    for act in (variants.remove, lambda home, name: variants.get(name, home)):
        with pytest.raises(NotFound):
            act(home, "clinic")


@pytest.mark.parametrize("name", ["", "Clinic", "../x", "a/b", "starter", "x" * 61, ".hidden", "a b"])
def test_a_name_that_no_variant_may_have_is_refused(home: Home, name: str) -> None:
    with pytest.raises(BadValue) as caught:
        variants.add(home, Variant(name, "starter"))
    assert caught.value.field == "name"
    assert variants.find(name, home) is None


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("model = ", "is not TOML"),
        ('modle = "starter"', "modle is not part of a variant"),
        ('model = ""', "A variant names its model"),
        ("model = 3", "model takes text in quotes, not 3"),
        ('model = "starter"\n[settings]\ntemprature = 1', "settings.temprature is none"),
        ('model = "starter"\n[settings]\ntemperature = "hot"', "settings.temperature takes a number"),
        ('model = "starter"\n[settings]\ntemperature = 99', "temperature"),
        ('model = "starter"\nknowledge = "handbook"', "knowledge takes a list of names"),
        ('model = "starter"\nquote = true', "quote needs a shelf"),
        ('model = "starter"\nadapter = "mine.gguf"', "Adapters cannot be used yet"),
        (f'model = "starter"\nsystem = "{"x" * variants.LARGEST}"', "is larger than"),
    ],
)
def test_a_file_that_is_wrong_is_named_with_what_is_wrong(home: Home, text: str, sentence: str) -> None:
    path = _file(home, text.encode())
    with pytest.raises(BadVariant) as caught:
        variants.read(path)
    assert str(path) in caught.value.sentence
    assert sentence in caught.value.sentence
    assert caught.value.hint
    (listed,) = variants.listed(home)
    assert (listed.name, bool(listed.problem)) == ("wrong", True)


def test_bytes_that_are_no_text_are_told(home: Home) -> None:
    with pytest.raises(BadVariant, match="is not TOML"):
        variants.read(_file(home, b"\xff\xfe\x00"))


def test_a_folder_in_its_place_is_no_variant(home: Home) -> None:
    (variants.folder(home) / "wrong.toml").mkdir(parents=True)
    assert variants.find("wrong", home) is None
    (listed,) = variants.listed(home)
    assert "cannot be read" in listed.problem


def _file(home: Home, data: bytes) -> Path:
    path = variants.folder(home) / "wrong.toml"
    path.parent.mkdir()
    path.write_bytes(data)
    return path
