from __future__ import annotations

import json

import pytest


def test_the_answer_is_printed_as_plain_text(sotto):
    said = sotto("ask", "**two**", "words")
    assert (said.code, said.out, said.err) == (0, "**two** words\n", "")


def test_standard_input_is_added_after_the_question(sotto):
    assert (
        sotto("ask", "What went wrong?", stdin=b"line 1\nline 2\n").out
        == "What went wrong?\n\nline 1\nline 2\n"
    )


def test_files_are_read_first_each_under_its_name(sotto, tmp_path):
    for name in ("plan.md", "notes.txt"):
        (tmp_path / name).write_text(f"in {name}")
    told = "plan.md\n```\nin plan.md\n```\n\nnotes.txt\n```\nin notes.txt\n```"
    files = ["--file", tmp_path / "plan.md", "--file", tmp_path / "notes.txt"]
    assert sotto("ask", *files, "What?").out == f"{told}\n\nWhat?\n"
    alone = json.loads(sotto("ask", *files, "--json").out)
    assert alone["answer"] == told
    shown = sotto("chats", "show", alone["chat"]).out
    assert "you:\n[attached: plan.md, 10 characters]\n[attached: notes.txt, 12 characters]\n" in shown


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "is empty"),
        (b"a\0b", "is no text"),
        (b"caf\xe9", "byte 3"),
        (b"x" * (8 * 2**20 + 1), "more than 8 MB"),
    ],
)
def test_a_file_that_is_no_text_gets_a_sentence_and_a_next_step(sotto, tmp_path, data, says):
    file = tmp_path / "file.bin"
    file.write_bytes(data)
    wrong = sotto("ask", "--file", file, "What?")
    assert (wrong.code, wrong.out) == (2, "")
    assert says in wrong.err
    assert "\n\nhint: " in wrong.err


def test_json_has_the_documented_keys_and_nothing_else(sotto):
    said = json.loads(sotto("ask", "--json", "one two three").out)
    assert said.pop("chat")
    assert said.pop("provenance")["ai_generated"] is True
    assert said == {
        "answer": "one two three",
        "reasoning": "",
        "model": "SmolLM2-135M-Instruct",
        "digest": "0" * 64,
        "usage": {"prompt": 5, "reused": 0, "answer": 3},
        "timings": {"first_token": 0, "total": 0, "prompt_per_second": 0, "answer_per_second": 0},
        "reason": "stop",
        "notices": [],
        "tools": [],
    }


def test_what_is_computed_names_its_tool_beside_the_answer(sotto):
    plain = sotto("ask", "what is 17 x 6?")
    assert plain.out == "17 × 6 = 102\n"
    assert "calculate: 17 × 6" in plain.err
    said = json.loads(sotto("ask", "--json", "what is 17 x 6?").out)
    assert (said["answer"], said["reason"], said["model"]) == ("17 × 6 = 102", "computed", "")
    assert said["tools"] == [{"name": "calculate", "arguments": {"expression": "17 × 6"}, "result": "102"}]
    assert "[calculate: 17 × 6]" in sotto("chats", "show", said["chat"]).out


def test_the_tools_can_be_turned_off(sotto):
    sotto("settings", "set", "tools", "off")
    assert sotto("ask", "what is 17 x 6?").out == "what is 17 x 6?\n"


def test_an_answer_that_goes_round_says_that_it_was_ended(sotto):
    question = "Hello. " + "I am here to help you. " * 30
    ended = sotto("ask", question)
    assert ended.code == 0
    assert "again and again" in ended.err
    said = json.loads(sotto("ask", "--json", question).out)
    assert (said["answer"], said["reason"]) == ("Hello. I am here to help you.", "repeats")
    assert [notice["code"] for notice in said["notices"]] == ["repeats"]


def test_a_thought_has_a_key_of_its_own_and_goes_into_no_pipe(sotto):
    question = "<think>a boat</think>A ship."
    said = json.loads(sotto("ask", "--json", question).out)
    assert (said["reasoning"], said["answer"]) == ("a boat", "A ship.")
    assert sotto("ask", question).out == "A ship.\n"


def test_a_chat_is_gone_on_with_by_the_beginning_of_its_id(sotto):
    first = json.loads(sotto("ask", "--json", "one").out)
    second = json.loads(sotto("ask", "--json", "--chat", first["chat"][:6], "two").out)
    assert second["chat"] == first["chat"]
    assert second["usage"]["prompt"] > first["usage"]["prompt"]


def test_an_unknown_chat_is_refused_before_anything_is_saved(sotto):
    wrong = sotto("ask", "--chat", "zzzz", "hello")
    assert (wrong.code, wrong.out) == (2, "")
    assert "zzzz" in wrong.err
    assert json.loads(sotto("chats", "list", "--json").out) == []


@pytest.mark.parametrize(
    ("schema", "code", "out"),
    [
        ('{"type": "object"}', 0, "{}\n"),
        ('{"type": "object", "required": ["name"]}', 1, ""),
        ("false", 1, ""),
        ("not json", 2, ""),
        ('{"type": "nonsense"}', 2, ""),
    ],
)
def test_with_a_schema_valid_json_or_nothing(sotto, tmp_path, schema, code, out):
    file = tmp_path / "schema.json"
    file.write_text(schema)
    for flags in ([], ["--json"]):
        said = sotto("ask", "--schema", file, *flags, "hello")
        assert said.code == code
        assert bool(said.out) == bool(out)
        assert code == 0 or said.err
        if code == 0 and not flags:
            assert said.out == out


def test_a_missing_schema_file_is_wrong_usage(sotto, tmp_path):
    assert sotto("ask", "--schema", tmp_path / "nowhere.json", "hello").code == 2


@pytest.mark.parametrize(
    ("stdin", "says"),
    [
        (b"", "There is no question."),
        (b" \n\t", "There is no question."),
        (b"caf\xe9", "byte 3"),
        (b"x" * (8 * 2**20 + 1), "more than 8 MB"),
    ],
)
def test_bad_standard_input_gets_a_sentence_and_a_next_step(sotto, stdin, says):
    wrong = sotto("ask", stdin=stdin)
    assert (wrong.code, wrong.out) == (2, "")
    assert says in wrong.err
    assert "\n\nhint: " in wrong.err


def test_a_failed_answer_leaves_what_was_written_and_says_why(sotto):
    broken = sotto("ask", "/fail one two three")
    assert broken.code == 1
    assert broken.out == "/fail one two\n"
    assert broken.err.startswith("[interrupted]\nThe echo engine was asked to fail.")
    assert sotto("ask", "--json", "/fail one two three").out == ""


@pytest.mark.parametrize(
    ("flags", "name"),
    [(["--temperature", "9"], "temperature"), (["--top-k", "-1"], "top_k"), (["--seed", "-2"], "seed"),
     (["--stop", ""], "stop text"), (["--max-tokens", "0"], "max_tokens")],
)  # fmt: skip
def test_a_value_out_of_range_is_named(sotto, flags, name):
    wrong = sotto("ask", *flags, "hello")
    assert (wrong.code, wrong.out) == (2, "")
    assert name in wrong.err


def test_an_answer_cut_short_says_so_beside_it(sotto):
    cut = sotto("ask", "--max-tokens", "2", "one two three")
    assert (cut.code, cut.out) == (0, "one two\n")
    assert "longest length" in cut.err
    assert json.loads(sotto("ask", "--json", "--max-tokens", "2", "one two three").out)["reason"] == "length"


def test_nothing_in_an_answer_is_obeyed_by_the_terminal(sotto):
    hostile = "red\x1b[31m bell\x07 window\x9b2J back\x08\r over"
    assert sotto("ask", hostile).out == "red[31m bell window2J back over\n"
    answer = sotto("ask", "--json", hostile).out
    assert not set(answer) & {"\x1b", "\x07", "\x9b", "\x08", "\r"}
    assert json.loads(answer)["answer"] == hostile


def test_a_model_that_is_not_there_is_named(sotto):
    wrong = sotto("ask", "--model", "/nowhere/big.gguf", "hello")
    assert wrong.code != 0
    assert "/nowhere/big.gguf" in wrong.err


def test_a_crisis_card_comes_before_a_home_that_cannot_be_used(sotto, tmp_path):
    (tmp_path / "file").write_text("")
    told = sotto("--home", tmp_path / "file" / "home", "ask", "我想自杀")
    assert told.code == 1
    card, _, problem = told.err.partition("\n\n")
    assert "你很重要" in card
    assert str(tmp_path / "file") in problem
    other = sotto("--home", tmp_path / "file" / "home", "ask", "Why is the sky blue?")
    assert other.err.startswith(str(tmp_path / "file"))
