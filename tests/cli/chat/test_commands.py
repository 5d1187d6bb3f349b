from __future__ import annotations

import pytest
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document

from sottovoce.cli.chat.commands import COMMANDS, find
from sottovoce.cli.chat.complete import SlashCompleter
from sottovoce.core.errors import NotFound

WANTED = [
    "/new", "/chats", "/open", "/search", "/edit", "/retry", "/there", "/here", "/route", "/later", "/branch",
    "/system", "/memory", "/kb", "/tools", "/model", "/set", "/copy", "/save", "/export", "/stats", "/help",
    "/quit",
]  # fmt: skip


def test_the_table_holds_every_command_with_a_line_of_help():
    assert [command.name for command in COMMANDS] == WANTED
    assert all(command.help for command in COMMANDS)


@pytest.mark.parametrize(
    ("typed", "name"), [("/open", "/open"), ("/o", "/open"), ("/se", None), ("/set", "/set")]
)
def test_a_name_may_be_cut_short_while_it_is_clear(typed, name):
    if name is None:
        with pytest.raises(NotFound):
            find(typed)
    else:
        assert find(typed).name == name


@pytest.mark.parametrize(
    ("typed", "hint"),
    [
        ("/serch", "/search"),
        ("/qiut", "/quit"),
        ("/se", "/set"),
        ("/xyzzy", "/help"),
        ("/", "/new"),
        ("/usr/bin", "/"),
    ],
)
def test_an_unknown_name_is_told_the_near_one_and_how_to_send_a_slash(typed, hint):
    with pytest.raises(NotFound) as wrong:
        find(typed)
    assert typed in wrong.value.sentence
    assert hint in (wrong.value.hint or "")
    assert "two slashes" in (wrong.value.hint or "")


def completed(text: str) -> list[str]:
    completer = SlashCompleter(lambda: [("1", "a river"), ("2", "a mountain")])
    return [completion.text for completion in completer.get_completions(Document(text), CompleteEvent())]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("/e", ["/edit", "/export"]),
        ("/", WANTED),
        ("//e", []),
        ("e", []),
        ("/open ", ["1", "2"]),
        ("/set te", ["temperature"]),
        ("/model start", ["starter"]),
        ("/help x", []),
        ("/e\n", []),
    ],
)
def test_what_is_begun_is_completed(text, words):
    assert completed(text) == words


def test_models_are_completed_where_a_model_is_meant(tmp_path):
    (tmp_path / "big.gguf").touch()
    (tmp_path / "big.txt").touch()
    (tmp_path / "below").mkdir()
    assert sorted(completed(f"/model {tmp_path}/b")) == ["elow", "ig.gguf"]


def test_files_are_completed_where_a_file_is_meant(tmp_path):
    (tmp_path / "chat.md").touch()
    assert completed(f"/save {tmp_path}/ch") == ["at.md"]
