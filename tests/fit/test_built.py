"""Which engine answers: one that was built here counts only as it was when it was proved, and where."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from built_engines import package_of, put

from sottovoce.core.errors import NotFound
from sottovoce.core.paths import Home
from sottovoce.fit import built, known
from sottovoce.fit.machine import look


def told(home: Home) -> list[str]:
    said: list[str] = []
    built.tell(home, said.append)
    return said


def test_what_was_built_answers_only_once_it_is_chosen(home: Home) -> None:
    assert built.in_use(home) is None
    made = put(home)
    assert built.in_use(home) is None, "a build alone changes nothing"
    built.use(home, made.name)
    library = built.in_use(home)
    assert library is not None
    assert library.folder == home.engines / made.name / "library"
    assert library.name == made.name
    built.use(home, built.INSTALLED)
    assert built.in_use(home) is None


def other_release(home: Home, name: str) -> None:
    text = (home.engines / name / built.RECORD).read_text()
    (home.engines / name / built.RECORD).write_text(text.replace(built.release(), "2025.1.1"))


def other_processor(home: Home, name: str) -> None:
    text = (home.engines / name / built.RECORD).read_text()
    (home.engines / name / built.RECORD).write_text(
        text.replace('"instructions": [', '"instructions": ["avx10_9",')
    )


def changed(home: Home, name: str) -> None:
    package_of(home, name).write_text(package_of(home, name).read_text() + "# more\n")


def changed_in_place(home: Home, name: str) -> None:
    path = package_of(home, name)
    path.write_text(path.read_text().replace("pop", "pip"))


def joined(home: Home, name: str) -> None:
    (package_of(home, name).parent / "more.py").write_text("")


def cut(home: Home, name: str) -> None:
    package_of(home, name).unlink()


def unrecorded(home: Home, name: str) -> None:
    (home.engines / name / built.RECORD).unlink()


def garbled(home: Home, name: str) -> None:
    (home.engines / name / built.RECORD).write_text('{"name": 3}')


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (other_release, "of release 2025.1.1"),
        (other_processor, "another processor"),
        (changed, "not those that were proved"),
        (changed_in_place, "not those that were proved"),
        (joined, "not those that were proved"),
        (cut, "not those that were proved"),
        (unrecorded, "gone"),
        (garbled, "gone"),
    ],
)
def test_one_that_is_not_what_was_proved_here_is_set_aside_and_that_is_told_once(
    home: Home, harm: Callable[[Home, str], None], words: str
) -> None:
    made = put(home)
    built.use(home, made.name)
    harm(home, made.name)
    assert built.in_use(home) is None
    assert built.current(home).engine == built.INSTALLED
    (said,) = told(home)
    assert words in said
    assert made.name in said
    assert told(home) == []


def test_a_home_that_was_copied_keeps_its_engine(home: Home) -> None:
    made = put(home)
    built.use(home, made.name)
    os.utime(package_of(home, made.name), (1, 1))
    assert built.in_use(home) is not None, "another time, and the same content"


def test_what_python_keeps_beside_the_library_is_no_change(home: Home) -> None:
    made = put(home)
    beside = package_of(home, made.name).parent / "__pycache__"
    beside.mkdir()
    (beside / "__init__.cpython-311.pyc").write_bytes(b"\0")
    assert not built.why_not(home, made)


def test_a_choice_that_cannot_be_read_means_the_installed_one(home: Home) -> None:
    home.engines.mkdir()
    for text in ("", "{", "[]", '{"engine": 1, "more": 2}'):
        (home.engines / built.CURRENT).write_text(text)
        assert built.current(home) == built.Current()


def test_one_that_fails_is_given_up_and_another_choice_meanwhile_stands(home: Home) -> None:
    made = put(home)
    choice = built.choice(home)
    built.use(home, made.name)
    library = choice.now()
    assert library is not None
    choice.give_up(library, "The engine stopped (signal 11).")
    assert choice.now() is None
    assert "signal 11" in told(home)[0]
    built.use(home, built.INSTALLED)
    choice.give_up(library, "The engine stopped.")
    assert told(home) == [], "the person has chosen another one by then"


def test_names_may_be_begun_and_the_newest_is_meant(home: Home) -> None:
    old = put(home)
    new = put(home, "# another\n", made=1_796_000_000.0)
    assert [one.name for one in built.listed(home)] == [new.name, old.name]
    assert built.find(home, "native").name == new.name
    assert built.find(home, old.name).name == old.name
    with pytest.raises(NotFound, match="no engine named 'nativ-x'"):
        built.find(home, "nativ-x")


def test_the_one_that_answers_can_be_removed(home: Home) -> None:
    made = put(home)
    built.use(home, made.name)
    built.remove(home, made)
    assert built.listed(home) == []
    assert built.in_use(home) is None
    assert told(home) == [], "the person did it"


def test_another_engine_is_measured_anew(home: Home) -> None:
    plain = known.key_of(look(), built.name_in_use(home))
    made = put(home)
    built.use(home, made.name)
    assert known.key_of(look(), built.name_in_use(home)) == f"{plain}+{made.name}"
