from __future__ import annotations

import json

import pytest


@pytest.fixture
def chats(sotto):
    """Return the ids of three short chats, the newest first."""
    for question in ("The river Rhine is long", "北京的天气怎么样", "Name a mountain"):
        assert sotto("ask", question).code == 0
    return [chat["id"] for chat in json.loads(sotto("chats", "list", "--json").out)]


def test_the_list_shows_ids_and_titles_newest_first(sotto, chats):
    lines = sotto("chats", "list").out.splitlines()
    assert [line.split()[0] for line in lines] == ["ID", *chats]
    assert "mountain" in lines[1]
    assert len(json.loads(sotto("chats", "list", "--json", "--limit", "1").out)) == 1


def test_an_empty_list_says_so_beside_the_data(sotto):
    assert sotto("chats", "list").out == ""
    assert json.loads(sotto("chats", "list", "--json").out) == []


def test_archived_chats_are_listed_only_when_asked_for_and_pinned_ones_first(sotto, chats, tmp_path):
    from contextlib import closing

    from sottovoce.core.paths import open_home
    from sottovoce.store import order
    from sottovoce.store.db import open_database

    new, middle, old = chats
    with closing(open_database(open_home(tmp_path / "home"))) as database:
        database.call(lambda conn: order.archive(conn, "me", middle, archived=True))
        database.call(lambda conn: order.pin(conn, "me", old, pinned=True))
    lines = sotto("chats", "list").out.splitlines()[1:]
    assert [line.split()[0] for line in lines] == [old, new]
    assert "[pinned] The river Rhine is long" in lines[0]
    lines = sotto("chats", "list", "--archived").out.splitlines()[1:]
    assert [line.split()[0] for line in lines] == [old, new, middle]
    assert "[archived] 北京" in lines[2]
    assert [one["archived"] for one in json.loads(sotto("chats", "list", "--archived", "--json").out)] == [
        False,
        False,
        True,
    ]


def test_chats_have_the_documented_keys(sotto, chats):
    listed = json.loads(sotto("chats", "list", "--json").out)[0]
    assert set(listed) == {
        "id", "title", "system", "model", "created", "changed", "pinned", "archived", "folder",
    }  # fmt: skip
    shown = json.loads(sotto("chats", "show", chats[0], "--json").out)
    assert set(shown) == {*listed, "messages"}
    assert set(shown["messages"][0]) == {
        "id", "parent", "role", "state", "text", "reasoning", "model", "digest", "facts", "created",
        "attachments",
    }  # fmt: skip


@pytest.mark.parametrize(("words", "found"), [("rhine", 2), ("天气", 2), ("ocean", 0)])
def test_search_finds_messages_in_any_language(sotto, chats, words, found):
    hits = json.loads(sotto("chats", "search", words, "--json").out)
    assert len(hits) == found
    assert len(sotto("chats", "search", words).out.splitlines()) == (found + 1 if found else 0)


def test_show_prints_who_said_what(sotto, chats):
    text = sotto("chats", "show", chats[0][:5]).out
    assert "\nyou:\nName a mountain\n" in text
    assert "\nSmolLM2-135M-Instruct:\nName a mountain\n" in text


def test_show_of_an_unknown_chat_is_an_error(sotto, chats):
    wrong = sotto("chats", "show", "zzzzzz")
    assert (wrong.code, wrong.out) == (2, "")
    assert "hint: sotto chats list" in wrong.err


def test_what_is_exported_can_be_imported_elsewhere(sotto, chats, tmp_path):
    file = tmp_path / "all.json"
    assert sotto("chats", "export", "--all", "--to", file).code == 0
    taken = sotto("--home", tmp_path / "new", "chats", "import", file)
    assert taken.out == "3 chats and 6 messages taken in.\n"
    again = json.loads(sotto("--home", tmp_path / "new", "chats", "import", file, "--json").out)
    assert (again["chats"], again["messages"], again["present"]) == (0, 0, 3)


def test_the_format_follows_the_suffix_or_the_flag(sotto, chats, tmp_path):
    assert sotto("chats", "export", chats[0], "--to", tmp_path / "one.md").code == 0
    assert (tmp_path / "one.md").read_text().split("\n", 2)[2].startswith("# Name a mountain")
    assert sotto("chats", "export", chats[0], "--to", tmp_path / "one.txt").code == 2
    assert sotto("chats", "export", chats[0], "--format", "json", "--to", tmp_path / "one.txt").code == 0
    assert json.loads((tmp_path / "one.txt").read_text())["chats"]


def test_an_export_says_which_chats_and_replaces_only_when_told(sotto, chats, tmp_path):
    file = tmp_path / "all.json"
    assert sotto("chats", "export", "--to", file).code == 2
    assert sotto("chats", "export", chats[0], "--all", "--to", file).code == 2
    file.write_text("mine")
    refused = sotto("chats", "export", "--all", "--to", file)
    assert refused.code == 3
    assert file.read_text() == "mine"
    assert sotto("chats", "export", "--all", "--to", file, "--yes").code == 0
    assert file.read_text() != "mine"


def test_an_import_of_something_else_is_refused(sotto, tmp_path):
    (tmp_path / "notes.json").write_text('{"a": 1}')
    wrong = sotto("chats", "import", tmp_path / "notes.json")
    assert wrong.code == 2
    assert "hint: " in wrong.err


def test_deleting_without_a_terminal_needs_yes(sotto, chats):
    refused = sotto("chats", "delete", chats[0])
    assert refused.code == 3
    assert "--yes" in refused.err
    assert len(json.loads(sotto("chats", "list", "--json").out)) == 3


def test_deleting_takes_only_the_chats_named(sotto, chats, tmp_path):
    assert sotto("chats", "delete", chats[0], chats[1], "--yes").code == 0
    assert [chat["id"] for chat in json.loads(sotto("chats", "list", "--json").out)] == [chats[2]]
    held = b"".join(path.read_bytes() for path in (tmp_path / "home").rglob("*") if path.is_file())
    assert b"mountain" not in held
    assert b"Rhine" in held


def test_one_unknown_chat_among_several_deletes_none(sotto, chats):
    assert sotto("chats", "delete", chats[0], "zzzzzz", "--yes").code == 2
    assert len(json.loads(sotto("chats", "list", "--json").out)) == 3


def test_an_imported_answer_without_a_model_is_not_taken_for_a_question(sotto, chats, tmp_path):
    file, elsewhere = tmp_path / "all.json", tmp_path / "elsewhere"
    assert sotto("chats", "export", chats[0], "--to", file).code == 0
    held = json.loads(file.read_text())
    for message in held["chats"][0]["messages"]:
        message["model"] = ""
    file.write_text(json.dumps(held))
    assert sotto("--home", elsewhere, "chats", "import", file).code == 0
    (chat,) = json.loads(sotto("--home", elsewhere, "chats", "list", "--json").out)
    text = sotto("--home", elsewhere, "chats", "show", chat["id"]).out
    assert text.count("\nyou:\nName a mountain\n") == 1
    assert text.count("\nAI:\nName a mountain\n") == 1


def test_a_chat_can_be_deleted_when_the_model_is_gone(sotto, chats, monkeypatch):
    monkeypatch.setenv("SOTTO_MODEL", "/gone.gguf")
    deleted = sotto("chats", "delete", chats[0], "--yes")
    assert (deleted.code, deleted.err) == (0, "1 chat deleted\n")
    assert len(json.loads(sotto("chats", "list", "--json").out)) == 2


@pytest.mark.parametrize("arguments", [["list"], ["search", "rhine"]])
def test_a_limit_beyond_reason_is_wrong_usage(sotto, chats, arguments):
    wrong = sotto("chats", *arguments, "--limit", "99999999999999999999")
    assert (wrong.code, wrong.out) == (2, "")
    assert "1000000" in wrong.err


def test_a_suffix_of_no_form_is_told_which_there_are(sotto, chats, tmp_path):
    assert "add --format json" in sotto("chats", "export", "--all", "--to", tmp_path / "ex.txt").err
