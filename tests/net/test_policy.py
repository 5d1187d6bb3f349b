from __future__ import annotations

import pytest

from sottovoce.core.settings import NETWORK, Settings
from sottovoce.net.policy import Purpose, Verdict, decide, refusal

A, Q, R = Verdict.ALLOW, Verdict.ASK, Verdict.REFUSE

TABLE = {
    ("off", Purpose.DOWNLOAD, True): R,
    ("off", Purpose.DOWNLOAD, False): R,
    ("off", Purpose.CHECK, True): R,
    ("off", Purpose.CHECK, False): R,
    ("off", Purpose.ANSWER, True): R,
    ("off", Purpose.ANSWER, False): R,
    ("ask", Purpose.DOWNLOAD, True): A,
    ("ask", Purpose.DOWNLOAD, False): Q,
    ("ask", Purpose.CHECK, True): Q,
    ("ask", Purpose.CHECK, False): Q,
    ("ask", Purpose.ANSWER, True): Q,
    ("ask", Purpose.ANSWER, False): Q,
    ("on", Purpose.DOWNLOAD, True): A,
    ("on", Purpose.DOWNLOAD, False): A,
    ("on", Purpose.CHECK, True): A,
    ("on", Purpose.CHECK, False): A,
    ("on", Purpose.ANSWER, True): A,
    ("on", Purpose.ANSWER, False): A,
}


@pytest.mark.parametrize(("setting", "purpose", "explicit"), TABLE)
def test_the_verdict(setting: str, purpose: Purpose, explicit: bool) -> None:
    assert decide(setting, purpose, explicit=explicit) is TABLE[setting, purpose, explicit]


def test_the_table_is_whole() -> None:
    assert len(TABLE) == len(NETWORK) * len(Purpose) * 2


def test_nothing_leaves_by_default() -> None:
    allowed = {
        (purpose, explicit)
        for purpose in Purpose
        for explicit in (True, False)
        if decide(Settings().network, purpose, explicit=explicit) is not R
    }
    assert allowed == set()


def test_a_command_answers_the_question_that_ask_would_put() -> None:
    assert decide("ask", Purpose.DOWNLOAD, explicit=True) is A
    assert decide("ask", Purpose.ANSWER, explicit=True) is Q


@pytest.mark.parametrize("setting", ["", "ON", "yes", "true", "on "])
def test_an_unknown_setting_refuses(setting: str) -> None:
    assert decide(setting, Purpose.ANSWER, explicit=False) is R


@pytest.mark.parametrize("asked", [True, False])
def test_a_refusal_names_the_host_and_the_next_step(asked: bool) -> None:
    problem = refusal("models.example", asked=asked)
    assert "models.example" in problem.sentence
    assert problem.hint is not None
    assert "sotto settings set network" in problem.hint
    assert problem.exit_code == 3
