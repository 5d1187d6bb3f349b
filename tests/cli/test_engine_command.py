"""sotto engine: which one answers, and what is told before one is built."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from built_engines import package_of, proof, put

from sottovoce.core.paths import Home, open_home
from sottovoce.fit import built
from sottovoce.native import needs

from .conftest import Sotto

INDEX = ("--index", "https://packages.example/packages")


@pytest.fixture
def place(tmp_path: Path) -> Home:
    return open_home(tmp_path / "home")


def test_at_first_there_is_the_one_that_came(sotto: Sotto, place: Home) -> None:
    assert sotto("engine", "list").out.split("\n")[1].split() == ["wheel", built.release(), "answers"]
    told = sotto("engine", "show")
    assert told.out.startswith("Engine: wheel\n")
    assert "it uses SSE3" in told.out or "NEON" in told.out


def test_one_that_was_built_is_chosen_shown_and_left_again(sotto: Sotto, place: Home) -> None:
    name = put(place).name
    assert f"{name} answers from now on" in sotto("engine", "use", "native").out
    shown = sotto("engine", "show").out
    assert f"Engine: {name}" in shown
    assert "built here" in shown
    assert "perplexity +0.01%; 24 of 24 answers followed their schemas" in shown
    assert "Prompts 1.34 x, answers 1.06 x" in shown
    rows = json.loads(sotto("engine", "list", "--json").out)
    assert [(row["name"], row["answers"]) for row in rows] == [("wheel", False), (name, True)]
    assert sotto("engine", "use", "wheel").code == 0
    assert "It does not answer now" in sotto("engine", "show", "native").out
    assert sotto("engine", "remove", name).out == f"Removed: {name}\n"
    assert built.listed(place) == []


def test_one_that_cannot_answer_is_not_taken_and_why_is_told(sotto: Sotto, place: Home) -> None:
    name = put(place, instructions=("avx10_9",)).name
    refused = sotto("engine", "use", name)
    assert refused.code == 3
    assert "built for another processor" in refused.err
    assert "cannot answer here: it was built for another processor" in sotto("engine", "list").out
    assert "cannot answer here" in sotto("engine", "show", name).out


def test_a_question_is_answered_all_the_same_and_the_change_is_told_once(sotto: Sotto, place: Home) -> None:
    name = put(place).name
    built.use(place, name)
    package_of(place, name).write_text("# another\n")
    assert built.in_use(place) is None  # as a child would find it
    first, second = sotto("ask", "hello"), sotto("ask", "hello")
    assert first.code == second.code == 0
    assert f"The engine {name}, built here, is not used any more" in first.err
    assert name not in second.err
    assert "not those that were proved" in sotto("engine", "show").out, "it can be read later as well"


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("use", "other"), 2, "no engine named 'other'"),
        (("remove", "wheel"), 2, "came with the program stays"),
        (("show", "other"), 2, "no engine named 'other'"),
        (("build", "--from", ".", "--fetch", "there"), 2, "do not go together"),
        (("build", "--yes"), 3, "nothing leaves this machine"),
        (("build", "--from", "."), 2, "There is no xllamacpp-"),
        (("build", "--fetch", "there"), 2, "not said from where"),
        (("build", "--fetch", "there", *INDEX), 3, "was not contacted"),
        (("build", "--fetch", "there", "--index", "packages.example"), 2, "it must begin with https://"),
    ],
)
def test_what_cannot_be_is_told_with_a_next_step(
    sotto: Sotto,
    place: Home,
    arguments: tuple[str, ...],
    code: int,
    words: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(needs, "look", lambda _: needs.Means("c++", 2, 0))
    told = sotto("engine", *arguments)
    assert told.code == code
    assert words in told.err
    assert "hint: " in told.err


def test_a_build_asks_first(sotto: Sotto, place: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(needs, "look", lambda _: needs.Means("/usr/bin/c++", 2, 0))
    assert sotto("settings", "set", "network", "ask").code == 0
    told = sotto("engine", "build", *INDEX)
    assert told.code == 3
    assert "Fetched from packages.example: " in told.err
    assert "2 compilers at once, about 6 minutes" in told.err
    assert "The way back: sotto engine use wheel" in told.err
    assert "Add --yes" in told.err


@pytest.mark.parametrize(("gain", "answers"), [(True, True), (False, False)])
def test_only_a_quicker_one_is_switched_to(place: Home, gain: bool, answers: bool) -> None:
    from sottovoce.cli._given import Given
    from sottovoce.cli.building import Wish, _switch

    for keep, expected in ((False, answers), (True, True)):
        built.use(place, built.INSTALLED)
        made = built.find(place, put_once(place, gain))
        _switch(Given(), place, Wish(yes=True, keep=keep, as_json=True), made)
        assert (built.current(place).engine == made.name) == expected


@pytest.mark.parametrize(("is_sure", "words"), [(True, "it is not faster"), (False, "no speed can be told")])
def test_why_one_does_not_answer_is_told(
    place: Home, is_sure: bool, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    from sottovoce.cli._given import Given
    from sottovoce.cli.building import Wish, _switch

    made = built.find(place, put(place, proofs=(proof(is_quicker=False, is_sure=is_sure),)).name)
    _switch(Given(), place, Wish(yes=True, keep=False, as_json=False), made)
    said = capsys.readouterr().out
    assert words in said
    assert f"sotto engine use {made.name}" in said


def put_once(home: Home, gain: bool) -> str:
    there = built.listed(home)
    return there[0].name if there else put(home, proofs=(proof(is_quicker=gain),)).name
