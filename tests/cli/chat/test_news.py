"""What came from elsewhere is told to its owner alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from sottovoce.chat.elsewhere.finishing import Outcome
from sottovoce.cli._show import Show
from sottovoce.cli.chat.complete import SlashCompleter
from sottovoce.cli.chat.news import News
from sottovoce.cli.chat.prompt import Prompt
from sottovoce.store.waiting import Consent, Progress, Waiting


@pytest.fixture
def prompt() -> Iterator[Prompt]:
    with create_pipe_input() as keys, create_app_session(input=keys, output=DummyOutput()):
        yield Prompt(lambda width: "", SlashCompleter(list, str), (), str)


def of(owner: str) -> Waiting:
    return Waiting(
        "3kq7", owner, "chat", "question", "cellar", "place", Consent.TEXT, {}, {}, "",
        Progress.SENDING, "", "", sent=1, failed=0, asked=0.0, due=0.0,
    )  # fmt: skip


def test_what_waited_for_others_in_the_same_home_is_not_told(
    prompt: Prompt, capsys: pytest.CaptureFixture[str]
) -> None:
    news = News(Show(), "me")
    for outcome in (Outcome(of("key:anna"), "answer"), Outcome(of("key:anna"), is_given_up=True)):
        news.take(prompt, outcome)
    news.tell()
    assert capsys.readouterr() == ("", "")
    news.take(prompt, Outcome(of("me"), "answer"))
    news.tell()
    assert "cellar has answered what waited" in capsys.readouterr().out
