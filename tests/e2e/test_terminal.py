"""The chat in the terminal, as a person meets it, on the engine that answers by rule.

That engine's own commands begin with a slash, so here they are typed with two.
"""

from __future__ import annotations

import base64
import json
import os
import re
import signal

import pytest
from whole import start

from sottovoce.chat.marks.verifying import Finding, verdicts
from sottovoce.core.paths import Home
from sottovoce.guard.disclosure import SAID
from sottovoce.models.starter import starter
from sottovoce.store import signing

pytestmark = pytest.mark.e2e

ENTER, NEW_LINE, UP = "\r", "\n", "\x1b[A"
CTRL_C, CTRL_D, CTRL_U, ALT_ENTER = "\x03", "\x04", "\x15", "\x1b\r"
PASTE, PASTED = "\x1b[200~", "\x1b[201~"


def stored(tmp_path, *arguments):
    """Return what another `sotto` on the same home prints as JSON."""
    env = {**os.environ, "SOTTO_HOME": str(tmp_path / "home"), "SOTTO_ENGINE": "echo"}
    listing = start(["chats", *arguments, "--json"], env)
    out, err = listing.communicate()
    assert listing.returncode == 0, err
    return json.loads(out)


def last_answer(tmp_path):
    (chat, *_) = stored(tmp_path, "list")
    return stored(tmp_path, "show", chat["id"])["messages"][-1]


def test_the_first_screen_says_what_one_talks_to(terminal):
    sotto = terminal()
    sotto.settle()
    top = sotto.text.split("›")[0]
    assert "You are talking to an AI" in top
    assert starter().name in top
    assert "Apache-2.0" in top
    assert "often wrong" in " ".join(top.split())
    assert "offline: nothing has left this machine" in top
    assert "/help" in top
    assert len([line for line in top.split("\n") if line.strip()]) <= 5
    assert sotto.bottom == "echo · offline: nothing has left this machine"
    assert sotto.leave() == 0


@pytest.mark.parametrize("width", [40, 80, 120])
def test_a_chat_can_be_in_chinese(terminal, width):
    sotto = terminal(width=width, SOTTO_LANG="zh")
    sotto.settle()
    top = sotto.text.split("›")[0]
    assert "你正在与 AI 对话：" in top
    assert "小型入门模型，经常出错。" in top
    assert "离线" in sotto.bottom
    sotto.ask("/help")
    sotto.until("开始新的对话")
    sotto.settle()
    assert "begin another chat" not in sotto.text
    sotto.ask("Nothing was found.")
    sotto.settle()
    assert "› Nothing was found.\n\nNothing was found." in sotto.text
    sotto.ask("/nonsense")
    sotto.until("没有 /nonsense 这个命令。")
    sotto.ask("/stats")
    sotto.until("上次回答")
    assert sotto.leave() == 0


def test_a_question_is_answered_in_place(terminal):
    sotto = terminal()
    sotto.ask("hello there")
    sotto.settle()
    assert sotto.text.split("› hello there\n\n")[1].startswith("hello there\n\n› Ask something")
    assert "% full" in sotto.bottom


def test_the_help_answers_questions_about_the_assistant_and_keeps_nothing(terminal, tmp_path):
    sotto = terminal(height=50)
    sotto.ask("/help Can I download ChatGPT?")
    sotto.until("open-weight models")
    sotto.ask("/help How much does a flight to Paris cost?")
    sotto.until("The help does not answer that.")
    sotto.until("Near to it:")
    sotto.ask("/help")
    sotto.until("/help [QUESTION]")
    assert stored(tmp_path, "list") == []


def test_a_message_can_have_several_lines(terminal, tmp_path):
    sotto = terminal()
    sotto.ask("one", ALT_ENTER, "two", NEW_LINE, "three")
    sotto.settle()
    assert last_answer(tmp_path)["text"] == "one\ntwo\nthree"


def test_pasted_lines_are_kept_and_not_sent_before_enter(terminal, tmp_path):
    sotto = terminal()
    sotto.until(lambda: sotto.at_prompt)
    sotto.press(f"{PASTE}first\r\nsecond{PASTED}")
    sotto.until("  second")
    assert stored(tmp_path, "list") == []
    sotto.press(ENTER)
    sotto.settle()
    assert last_answer(tmp_path)["text"] == "first\nsecond"


def test_up_brings_back_questions_of_earlier_sessions_but_not_of_deleted_chats(terminal, tmp_path):
    first = terminal()
    first.ask("the kept question")
    first.ask("/new")
    first.ask("the deleted question")
    first.settle()
    assert first.leave() == 0
    newest = stored(tmp_path, "list")[0]["id"]
    gone = terminal("chats", "delete", newest)
    gone.until("[y/N]")
    gone.press("y", ENTER)
    assert gone.ended() == 0

    second = terminal()
    second.until(lambda: second.at_prompt)
    second.press(UP)
    second.until("› the kept question")
    assert "the deleted question" not in second.text


def test_ctrl_c_stops_the_answer_and_keeps_what_was_written(terminal, tmp_path):
    sotto = terminal()
    sotto.ask("//slow 30")
    sotto.until("word5")
    sotto.press(CTRL_C)
    sotto.until("[stopped]")
    sotto.settle()
    answer = last_answer(tmp_path)
    assert answer["state"] == "stopped"
    assert answer["text"].startswith("word0 word1 word2 word3 word4 word5")
    assert " ".join(answer["text"].split()) in " ".join(sotto.text.split())
    sotto.ask("still here")
    sotto.until("\nstill here\n")


def test_ctrl_c_at_an_empty_prompt_says_how_to_leave_and_clears_a_full_one(terminal):
    sotto = terminal()
    sotto.until(lambda: sotto.at_prompt)
    sotto.press("some words")
    sotto.until("› some words")
    sotto.press(CTRL_C)
    sotto.until(lambda: sotto.at_prompt)
    sotto.press(CTRL_C)
    sotto.until("Ctrl-D or /quit leaves.")
    sotto.ask("/quit")
    assert sotto.ended() == 0


def test_keys_pressed_during_an_answer_wait_for_the_prompt(terminal, tmp_path):
    sotto = terminal()
    sotto.ask("//slow 20")
    sotto.until("word3")
    sotto.press("typed early")
    sotto.until("word20")
    assert "typed early" not in sotto.raw
    sotto.press(CTRL_C)
    sotto.until("› typed early")
    sotto.press(ENTER)
    sotto.until("\ntyped early\n")


def test_slash_commands_are_completed_with_their_meaning(terminal):
    sotto = terminal()
    sotto.until(lambda: sotto.at_prompt)
    sotto.press("/re")
    sotto.until("another answer to your last question")
    sotto.press("\t")
    sotto.until("› /retry")


def test_an_unknown_slash_command_suggests_and_two_slashes_send_one(terminal):
    sotto = terminal()
    sotto.ask("/hepl")
    sotto.until("Did you mean /help?")
    sotto.ask("//etc is a folder")
    sotto.until("\n/etc is a folder\n")


def test_edit_makes_a_branch_and_branch_goes_back(terminal, tmp_path):
    sotto = terminal()
    sotto.ask("first try")
    sotto.ask("/edit")
    sotto.until("edit › first try")
    sotto.press(CTRL_U, "second try", ENTER)
    sotto.until("[2 of 2; /branch shows the others]")
    sotto.ask("/branch 1")
    sotto.settle()
    shown = sotto.text.split("/branch 1\n")[1]
    assert "› first try" in shown
    assert "second try" not in shown
    texts = [
        message["text"] for message in stored(tmp_path, "show", stored(tmp_path, "list")[0]["id"])["messages"]
    ]
    assert texts == ["first try", "first try", "second try", "second try"]


def test_an_edit_in_the_middle_keeps_what_stood_before(terminal, tmp_path):
    sotto = terminal()
    sotto.ask("one")
    sotto.ask("two")
    sotto.ask("/edit")
    sotto.until("edit › two")
    sotto.press(CTRL_U, "three", ENTER)
    sotto.until("[2 of 2")
    sotto.settle()
    (chat,) = stored(tmp_path, "list")
    messages = stored(tmp_path, "show", chat["id"])["messages"]
    assert [message["text"] for message in messages if message["role"] == "user"] == ["one", "two", "three"]
    assert messages[-2]["parent"] == messages[2]["parent"] == messages[1]["id"]


def test_retry_gives_another_answer_to_the_same_question(terminal, tmp_path):
    sotto = terminal()
    sotto.ask("again please")
    sotto.ask("/retry")
    sotto.until("[2 of 2; /branch shows the others]")
    sotto.settle()
    messages = stored(tmp_path, "show", stored(tmp_path, "list")[0]["id"])["messages"]
    assert [message["role"] for message in messages] == ["user", "assistant", "assistant"]


def test_an_old_chat_is_opened_after_a_restart_and_gone_on_with(terminal, tmp_path):
    first = terminal()
    first.ask("my **first** question")
    first.settle()
    assert first.leave() == 0
    second = terminal()
    second.ask("/chats")
    second.until("/open 1 opens the first of these")
    second.ask("/open 1")
    second.until("› my **first** question\n\nmy first question\n")
    second.ask("and another")
    second.settle()
    (chat,) = stored(tmp_path, "list")
    assert len(stored(tmp_path, "show", chat["id"])["messages"]) == 4


def test_search_finds_a_chat_to_open(terminal):
    sotto = terminal()
    sotto.ask("the river Rhine")
    sotto.ask("/new")
    sotto.ask("/search rhine")
    sotto.until("  1  ")
    sotto.ask("/open 1")
    sotto.until("› the river Rhine\n\nthe river Rhine\n")


def test_a_chat_is_written_to_files_and_nothing_is_overwritten(terminal, tmp_path):
    sotto = terminal()
    sotto.ask("keep this")
    sotto.ask(f"/save {tmp_path}/chat.md")
    sotto.ask(f"/export {tmp_path}/chat.json")
    sotto.ask(f"/save {tmp_path}/chat.md")
    sotto.until(lambda: "is there already" in " ".join(sotto.text.split()))
    assert "keep this" in (tmp_path / "chat.md").read_text()
    assert json.loads((tmp_path / "chat.json").read_text())["chats"]


def test_settings_last_for_the_session(terminal):
    sotto = terminal()
    sotto.ask("/set max_tokens 2")
    sotto.ask("one two three four")
    sotto.until("[cut at the longest length]")
    sotto.ask("/set temperature hot")
    sotto.until("takes a number")
    sotto.ask("/set max_tokens -")
    sotto.ask("five six seven eight")
    sotto.until("\nfive six seven eight\n")


def test_instructions_can_be_given_and_seen(terminal, tmp_path):
    sotto = terminal()
    sotto.ask("/system Answer briefly.")
    sotto.ask("hello")
    sotto.ask("/system")
    sotto.until("\nAnswer briefly.\n")
    assert stored(tmp_path, "list")[0]["system"] == "Answer briefly."


def test_another_engine_setting_opens_the_engine_anew_in_the_same_chat(terminal, tmp_path):
    sotto = terminal()
    sotto.ask("before")
    sotto.ask("/set context 1024")
    sotto.ask("after")
    sotto.settle()
    assert sotto.text.count("You are talking to an AI") == 1
    (chat,) = stored(tmp_path, "list")
    assert len(stored(tmp_path, "show", chat["id"])["messages"]) == 4


def test_a_failed_answer_says_why_and_the_chat_goes_on(terminal):
    sotto = terminal()
    sotto.ask("//fail one two three")
    sotto.until("The echo engine was asked to fail.")
    sotto.ask("next")
    sotto.until("\nnext\n")


def test_copying_goes_through_the_terminal_where_there_is_no_desktop(terminal, tmp_path):
    sotto = terminal(PATH="/nonexistent")
    sotto.ask("copy me")
    sotto.ask("/copy")
    sotto.until("characters copied")
    (copied,) = re.findall(r"\x1b\]52;c;([A-Za-z0-9+/=]+)\x07", sotto.raw)
    text = base64.b64decode(copied)
    assert b"\n\ncopy me\n\n" in text
    here = frozenset(signing.public_keys(Home(tmp_path / "home")))
    assert [one.finding for one in verdicts(text, "clipboard", here)] == [Finding.UNCHANGED]


def test_nothing_in_an_answer_moves_the_cursor_or_sets_a_title(terminal):
    sotto = terminal()
    sotto.ask(f"{PASTE}evil \x9b2J \x1b]0;title\x07 text{PASTED}")
    sotto.settle()
    assert "title" not in sotto.screen.title
    assert "]0;title" in sotto.text
    assert "You are talking to an AI" in sotto.text


MARKDOWN = """//slow 5 # Title

Some **bold** words.

```python
def f():
    return 1
```

| a | b |
|---|---|
| 1 | 2 |

- one
- two
"""


def test_markdown_stands_right_in_the_scrollback_once_it_is_written(terminal):
    sotto = terminal(height=12)
    sotto.ask(f"{PASTE}{MARKDOWN}{PASTED}")
    sotto.settle()
    answer = sotto.text.split("- two\n")[1].split("› Ask")[0].strip("\n")
    assert answer.split("\n") == [
        "Title", "", "Some bold words.", "", "  def f():", "      return 1", "",
        " a  b", " ────", " 1  2", "", " • one", " • two",
    ]  # fmt: skip


@pytest.mark.parametrize(("width", "height"), [(40, 10), (200, 50), (20, 6)])
def test_any_window_will_do(terminal, width, height):
    sotto = terminal(width=width, height=height)
    sotto.ask("//long 60")
    sotto.until("word59")
    sotto.settle()
    words = sotto.text.split("//long 60")[1].split("›")[0].split()
    assert words == [f"word{at}" for at in range(60)]


def test_without_colour_and_on_a_dumb_terminal_it_works(terminal):
    plain = terminal(NO_COLOR="1")
    plain.ask("`code` here")
    plain.until("\ncode here\n")
    assert "\x1b[36m" not in plain.raw
    dumb = terminal(TERM="dumb")
    dumb.until("You are talking to an AI")
    dumb.until("\n›")
    dumb.press("hello", ENTER)
    dumb.until("\nhello\n")
    assert "\x1b[?2026h" not in dumb.raw
    dumb.press(CTRL_D)
    assert dumb.ended() == 0


@pytest.mark.parametrize("how", ["hang up", "SIGHUP", "SIGTERM"])
def test_a_terminal_closed_in_the_middle_keeps_the_answer(terminal, tmp_path, how):
    sotto = terminal()
    sotto.ask("//slow 50")
    sotto.until("word3")
    if how == "hang up":
        sotto.hang_up()
    else:
        sotto.process.send_signal(getattr(signal, how))
    assert sotto.ended() == 128 + (signal.SIGTERM if how == "SIGTERM" else signal.SIGHUP)
    answer = last_answer(tmp_path)
    assert answer["state"] == "stopped"
    assert answer["text"].startswith("word0 word1 word2 word3")
    assert not list((tmp_path / "home" / "logs").glob("crash-*"))


def test_ask_on_a_terminal_shows_markdown_and_takes_ctrl_c(terminal):
    whole = terminal("ask", "**bold** words")
    assert whole.ended() == 0
    assert whole.text.split() == [*SAID["en"].format(model="SmolLM2-135M-Instruct").split(), "bold", "words"]
    cut = terminal("ask", "/slow 30")
    cut.until("word3")
    cut.press(CTRL_C)
    cut.until("[stopped]")
    assert cut.ended() == 130


def test_two_terminals_share_a_home(terminal, tmp_path):
    one, two = terminal(), terminal()
    for at in range(3):
        one.ask(f"one {at}")
        two.ask(f"two {at}")
    one.settle()
    two.settle()
    assert sorted(
        len(stored(tmp_path, "show", chat["id"])["messages"]) for chat in stored(tmp_path, "list")
    ) == [6, 6]
    assert "busy" not in one.text + two.text


def test_a_key_pressed_before_the_prompt_is_there_is_not_lost(terminal):
    sotto = terminal()
    sotto.until("You are talking to an AI")
    sotto.press(CTRL_D)
    assert sotto.ended() == 0
