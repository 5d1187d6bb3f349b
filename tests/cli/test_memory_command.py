from __future__ import annotations

import json
import re

import pytest


@pytest.fixture
def remembering(sotto):
    sotto("settings", "set", "memory", "on")
    return sotto


def listed(sotto):
    return json.loads(sotto("memory", "list", "--json").out)


def test_it_is_off_and_says_so(sotto):
    assert listed(sotto) == {"on": False, "remembered": []}
    told = sotto("memory", "list")
    assert told.out == ""
    assert "Nothing is remembered." in told.err
    assert "sotto settings set memory on" in told.err


def test_what_is_said_in_a_chat_is_listed_with_that_chat(remembering):
    said = json.loads(remembering("ask", "--json", "Remember that I live in Vienna").out)
    assert said["reason"] == "remembered"
    (line,) = listed(remembering)["remembered"]
    assert (line["n"], line["text"], line["chat"]) == (1, "I live in Vienna", said["chat"])
    assert said["chat"] in remembering("memory", "list").out
    remembering("chats", "delete", "--yes", said["chat"])
    assert listed(remembering)["remembered"][0]["chat"] is None
    assert "in a chat that is deleted" in remembering("memory", "list").out


def test_a_changed_line_no_longer_claims_to_be_what_was_said(remembering):
    said = json.loads(remembering("ask", "--json", "Remember that I live in Vienna").out)
    assert "changed by you" not in remembering("memory", "list").out
    remembering("memory", "change", "1", "I live in Graz")
    text, origin = remembering("memory", "list").out.splitlines()
    assert text == "1. I live in Graz"
    assert re.fullmatch(rf" +changed by you .+ \(said .+ in “.+”, {said['chat']}\)", origin)
    remembering("settings", "set", "lang", "zh")
    origin = remembering("memory", "list").out.splitlines()[1]
    assert re.fullmatch(rf" +由你修改于 .+ \(.+ 说于“.+”，{said['chat']}\)", origin)
    assert listed(remembering)["remembered"][0]["changed"] > 0


def test_lines_are_added_changed_and_erased(remembering):
    remembering("memory", "add", "I live in Vienna")
    remembering("memory", "add", "My dog is called Rex")
    assert remembering("memory", "change", "1", "I live in Graz").out.strip() == "I live in Graz"
    assert remembering("memory", "remove", "2").out.strip() == "Erased: My dog is called Rex"
    assert [line["text"] for line in listed(remembering)["remembered"]] == ["I live in Graz"]
    assert remembering("memory", "clear").code == 3, "nobody said yes"
    assert remembering("memory", "clear", "--yes").code == 0
    assert listed(remembering)["remembered"] == []


def test_erasing_names_the_chat_where_it_still_stands(remembering):
    said = json.loads(remembering("ask", "--json", "Remember that I live in Vienna").out)
    assert f"sotto chats delete {said['chat']}" in remembering("memory", "remove", "1").err


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (("remove", "7"), 2, "There is no line 7: 0 are remembered."),
        (("change", "1", "x"), 2, "There is no line 1: 0 are remembered."),
        (("add", "   "), 2, "What is remembered has 1 to 500 characters in a line."),
        (("remove", "0"), 2, "0 is not in the range"),
    ],
)
def test_what_cannot_be_done_gets_a_sentence(sotto, arguments, code, sentence):
    wrong = sotto("memory", *arguments)
    assert wrong.code == code
    assert sentence in " ".join(wrong.err.split())
