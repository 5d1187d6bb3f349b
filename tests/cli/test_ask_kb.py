"""sotto ask --kb, as a person and a script see it. The echo engine says again what it is told."""

from __future__ import annotations

import json

import pytest

LEAVE = "Everybody has 28 days of leave a year."


@pytest.fixture
def handbook(sotto, tmp_path):
    folder = tmp_path / "handbook"
    folder.mkdir()
    (folder / "leave.md").write_text(f"# Leave\n\n{LEAVE} Ärzte bekommen mehr.\n")
    assert sotto("kb", "add", "handbook", folder).code == 0
    return folder


def test_json_has_the_passages_and_what_the_answer_quotes_of_them(sotto, handbook):
    said = json.loads(sotto("ask", "--kb", "handbook", "--json", LEAVE).out)
    (passage,) = said["passages"]
    assert set(passage) == {
        "n", "shelf", "document", "digest", "page", "headings", "start", "end", "text", "score", "as_of",
        "told",
    }  # fmt: skip
    assert (said["knowledge"], said["answered"], passage["told"]) == (["handbook"], True, True)
    (citation,) = said["citations"]
    assert set(citation) == {
        "n", "shelf", "document", "digest", "page", "headings", "start", "end", "quote", "score", "as_of",
    }  # fmt: skip
    assert citation["quote"] == LEAVE
    text = passage["text"].encode()
    at = passage["start"]
    assert text[citation["start"] - at : citation["end"] - at].decode() == citation["quote"]
    assert {"text", "start", "end", "supported", "citations"} == set(said["claims"][0])
    assert 0 < said["supported_share"] < 1  # the instruction that it repeats stands in no passage
    assert (said["stale"], said["unread"]) == (None, None)
    assert said["as_of"] == citation["as_of"]


def test_json_without_a_shelf_says_nothing_of_them(sotto):
    assert "citations" not in json.loads(sotto("ask", "--json", "hello").out)


def test_sources_come_first_marks_behind_sentences_and_quotes_last(sotto, handbook):
    said = sotto("ask", "--kb", "handbook", LEAVE)
    assert "[1] handbook/leave.md: Leave" in said.err
    assert "and with its words. [?]" in said.out
    assert f"{LEAVE} [1]\n" in said.out
    assert f"[1] handbook/leave.md: Leave: “{LEAVE}”" in said.out
    assert "[?] No passage supports this" in said.out


def test_quotes_come_without_a_model(sotto, handbook):
    said = sotto("ask", "--kb", "handbook", "--quote", "How many days of leave?")
    assert said.out.startswith(f"> {LEAVE} [1]\n")
    told = json.loads(sotto("ask", "--kb", "handbook", "--quote", "--json", "How many days of leave?").out)
    assert (told["reason"], told["model"], told["supported_share"]) == ("quotes", "", 1.0)


def test_what_is_not_there_is_said(sotto, handbook):
    said = sotto("ask", "--kb", "handbook", "Quagga xylophone?")
    assert said.out.startswith("The answer is not on the shelf “handbook”.")
    told = json.loads(sotto("ask", "--kb", "handbook", "--json", "Quagga xylophone?").out)
    assert (told["reason"], told["answered"], told["citations"]) == ("not_on_shelf", False, [])


def test_a_later_year_is_told(sotto, handbook):
    told = sotto("ask", "--kb", "handbook", "--json", "How many days of leave a year in 2099?")
    stale = json.loads(told.out)["stale"]
    assert stale.startswith("The newest document on “handbook” is from 20")
    assert stale in " ".join(told.err.split())
    shown = sotto("chats", "show", json.loads(told.out)["chat"]).out
    assert "\n[The newest document on “handbook” is from 20" in shown


def test_a_shelf_that_is_not_there_gets_a_sentence_and_a_next_step(sotto):
    wrong = sotto("ask", "--kb", "nothing", "Why?")
    assert (wrong.code, wrong.out) == (2, "")
    assert "hint: sotto kb list" in wrong.err


def test_there_must_be_something_to_quote(sotto):
    assert sotto("ask", "--quote", "Why?").code == 2


def test_a_chat_goes_on_asking_its_shelf(sotto, handbook):
    first = json.loads(sotto("ask", "--kb", "handbook", "--json", LEAVE).out)
    second = json.loads(sotto("ask", "--chat", first["chat"], "--json", LEAVE).out)
    assert second["knowledge"] == ["handbook"]
