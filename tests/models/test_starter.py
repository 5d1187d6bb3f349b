from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from sottovoce.core.errors import BadModelFile
from sottovoce.engine.gguf import read_header
from sottovoce.models import starter as starter_module
from sottovoce.models.starter import SHA256, starter


def test_the_starter_is_here_and_is_the_pinned_one() -> None:
    card = starter()
    assert card.name == "SmolLM2-135M-Instruct"
    assert card.sha256 == SHA256
    with card.path.open("rb") as file:
        assert hashlib.file_digest(file, "sha256").hexdigest() == SHA256


def test_the_starters_licence_is_the_files_own_and_its_text_is_here() -> None:
    card = starter()
    assert card.licence == "Apache-2.0"
    assert str(read_header(card.path).metadata["general.license"]).lower() == card.licence.lower()
    assert card.licence_text is not None
    assert "Apache License" in card.licence_text.read_text("utf-8")


def test_a_starter_that_is_gone_says_how_to_get_it_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(starter_module, "FOLDER", tmp_path)
    with pytest.raises(BadModelFile, match="starter model is missing") as caught:
        starter()
    assert "pip install --force-reinstall ." in str(caught.value.hint)
