from __future__ import annotations

import json

from sottovoce.models.starter import SHA256, starter


def test_the_starter_is_listed_with_its_licence(sotto):
    (model,) = json.loads(sotto("models", "list", "--json").out)
    assert (model["name"], model["licence"]) == (starter().name, "Apache-2.0")
    assert set(model) == {"name", "file", "bytes", "licence", "languages", "note"}
    assert starter().name in sotto("models", "list").out


def test_show_tells_the_facts_of_the_file(sotto):
    facts = json.loads(sotto("models", "show", "--json").out)
    assert facts["sha256"] == SHA256
    assert (facts["architecture"], facts["layers"], facts["parameters"]) == ("llama", 30, 134_515_008)
    text = sotto("models", "show", "starter").out
    assert SHA256 in text
    assert "134,515,008" in text


def test_the_whole_licence_can_be_read(sotto):
    text = sotto("models", "show", "--licence").out
    assert "Apache License" in text
    assert "END OF TERMS AND CONDITIONS" in text
    assert json.loads(sotto("models", "show", "--licence", "--json").out)["licence_text"] in text + "\n"


def test_a_damaged_file_gets_a_sentence(sotto, tmp_path):
    file = tmp_path / "cut.gguf"
    file.write_bytes(b"GGUF\x03\x00")
    wrong = sotto("models", "show", file)
    assert (wrong.code, wrong.out) == (1, "")
    assert "cut.gguf" in wrong.err


def test_an_unknown_model_is_an_error_with_a_hint(sotto):
    wrong = sotto("models", "show", "gpt-9")
    assert wrong.code == 2
    assert "hint: sotto models list" in wrong.err
