from __future__ import annotations

import tomllib

import pytest

from sottovoce.core import settings
from sottovoce.core.errors import BadSettings, BadValue, NotFound
from sottovoce.core.paths import Home
from sottovoce.core.settings import Settings


def test_without_any_source_the_defaults_hold(home: Home) -> None:
    assert settings.load(home, {}, {}) == Settings()
    assert Settings().network == "off"


def test_a_command_beats_the_environment_beats_the_file(home: Home) -> None:
    home.config.write_text("context = 1000\nthreads = 1\nidle_minutes = 1\n")
    environment = {"context": "2000", "threads": "2"}
    read = settings.load(home, environment, {"context": 3000, "threads": None})
    assert (read.context, read.threads, read.idle_minutes) == (3000, 2, 1)
    sources = {item.name: item.source for item in settings.describe(home, environment)}
    assert sources["threads"] == "environment"
    assert sources["idle_minutes"] == "config.toml"
    assert sources["model"] == "default"


def test_every_setting_has_a_meaning(home: Home) -> None:
    assert all(len(item.meaning) > 10 for item in settings.describe(home, {}))


@pytest.mark.parametrize(
    "content",
    [
        b"context = ",
        b"\xff\xfe",
        b"context = [1]\n",
        b"contxt = 1\n",
        b'context = "many"\n',
        b"context = 1.5\n",
        b"context = true\n",
        b"temperature = 9.0\n",
        b"temperature = nan\n",
        b'network = "perhaps"\n',
        b"context = 99999999999999999999\n",
        b"context = 1\n",
    ],
)
def test_a_broken_config_file_is_named_with_a_next_step(home: Home, content: bytes) -> None:
    home.config.write_bytes(content)
    with pytest.raises(BadSettings) as caught:
        settings.load(home, {}, {})
    assert str(home.config) in caught.value.sentence
    assert caught.value.hint
    assert "settings list" not in caught.value.hint, "that command reads the same file"
    assert home.config.read_bytes() == content


def test_a_config_file_that_is_a_folder_is_one_sentence(home: Home) -> None:
    home.config.mkdir()
    with pytest.raises(BadSettings, match="cannot be read"):
        settings.load(home, {}, {})


def test_a_bad_variable_is_named_as_it_is_written(home: Home) -> None:
    with pytest.raises(BadSettings, match="SOTTO_CONTEXT"):
        settings.load(home, {"context": "lots"}, {})


def test_a_bad_value_from_a_command_is_a_bad_value(home: Home) -> None:
    with pytest.raises(BadValue):
        settings.load(home, {}, {"temperature": 7.0})


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("context", "8192", 8192),
        ("temperature", "0.5", 0.5),
        ("system", 'Say "hi"\n\tand \\ more \x07 离线', 'Say "hi"\n\tand \\ more \x07 离线'),
        ("model", "/tmp/a model.gguf", "/tmp/a model.gguf"),
    ],
)
def test_a_stored_setting_comes_back_as_it_was(home: Home, name: str, text: str, value: object) -> None:
    assert settings.store(home, name, text) == value
    assert getattr(settings.load(home, {}, {}), name) == value
    assert tomllib.loads(home.config.read_text()) == {name: value}
    assert home.config.stat().st_mode & 0o077 == 0


def test_storing_one_setting_keeps_the_others_and_unsetting_restores_the_default(home: Home) -> None:
    settings.store(home, "context", "1000")
    settings.store(home, "threads", "2")
    assert settings.store(home, "context", None) == Settings().context
    assert tomllib.loads(home.config.read_text()) == {"threads": 2}


def test_a_setting_that_does_not_exist_is_not_stored(home: Home) -> None:
    with pytest.raises(NotFound):
        settings.store(home, "colour", "blue")
    assert not home.config.exists()


def test_a_child_gets_no_secret_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_TOKEN", "hunter2")
    passed = settings.child_environment({"EXTRA": "1"})
    assert "MY_TOKEN" not in passed
    assert passed["EXTRA"] == "1"
    assert "PATH" in passed


def test_of_other_programs_only_where_they_keep_models_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in settings.OTHERS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OLLAMA_MODELS", "/somewhere")
    monkeypatch.setenv("HF_HOME", "")
    monkeypatch.setenv("HF_TOKEN", "hunter2")
    assert settings.read_others() == {"OLLAMA_MODELS": "/somewhere"}
