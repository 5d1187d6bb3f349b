from __future__ import annotations

import json

import pytest
from gguf_samples import encoder


def value(sotto, name):
    return next(item for item in json.loads(sotto("settings", "list", "--json").out) if item["name"] == name)


def test_all_settings_are_listed_with_meanings(sotto):
    listed = json.loads(sotto("settings", "list", "--json").out)
    assert {"model", "network", "temperature"} <= {item["name"] for item in listed}
    assert set(listed[0]) == {"name", "value", "default", "meaning", "source"}
    table = sotto("settings", "list").out
    assert all(item["meaning"] in table for item in listed)


def test_a_setting_is_set_read_and_taken_out(sotto):
    assert sotto("settings", "get", "temperature").out == "(the model's own)\n"
    assert sotto("settings", "set", "temperature", "0.5").code == 0
    assert sotto("settings", "get", "temperature").out == "0.5\n"
    assert value(sotto, "temperature")["source"] == "config.toml"
    assert sotto("settings", "unset", "temperature").code == 0
    assert value(sotto, "temperature")["value"] is None


def test_a_wrong_name_or_value_changes_nothing(sotto, tmp_path):
    assert sotto("settings", "set", "colour", "red").code == 2
    assert sotto("settings", "get", "colour").code == 2
    assert sotto("settings", "set", "temperature", "hot").code == 2
    assert not (tmp_path / "home" / "config.toml").exists()


def test_a_setting_overruled_by_the_environment_says_so(sotto, monkeypatch):
    monkeypatch.setenv("SOTTO_CONTEXT", "512")
    assert "SOTTO_CONTEXT" in sotto("settings", "set", "context", "1024").err


def test_a_broken_file_is_named(sotto, tmp_path):
    sotto("settings", "list")
    (tmp_path / "home" / "config.toml").write_text("temperature = = 1")
    for command in (["settings", "list"], ["ask", "hello"]):
        wrong = sotto(*command)
        assert (wrong.code, wrong.out) == (2, "")
        assert "config.toml" in wrong.err
        assert "hint: " in wrong.err


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("model", "nobody", "no model named 'nobody'"),
        ("embed_model", "nobody", "no model named 'nobody'"),
        ("rerank_model", "nobody", "no model named 'nobody'"),
        ("hub", "file:///etc/passwd", "not the address of a hub"),
        ("hub", "http://me:secret@hub.example/", "not the address of a hub"),
    ],
)
def test_what_nothing_here_could_use_is_not_set(sotto, home, name, value, says):
    refused = sotto("settings", "set", name, value)
    assert (refused.code, says in refused.err, "secret" in refused.err) == (2, True, False)
    assert not home.config.exists()


@pytest.mark.parametrize("name", ["starter", "vectors"])
def test_what_does_not_rank_is_not_set_as_the_model_that_does(sotto, home, name):
    encoder().write(home.models / "vectors.gguf")
    refused = sotto("settings", "set", "rerank_model", name)
    assert refused.code == 1
    assert "not a rerank model" in refused.err
    assert not home.config.exists()


def test_the_starter_goes_by_the_name_that_the_list_shows(sotto):
    (listed,) = json.loads(sotto("models", "list", "--json").out)
    assert sotto("settings", "set", "model", listed["name"]).code == 0
    assert sotto("models", "show", listed["name"]).code == 0
