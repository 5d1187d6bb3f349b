from __future__ import annotations

import os
from pathlib import Path

import pytest

from sottovoce.chat.guarding.rules_file import InForce, RulesFile, read_file
from sottovoce.core.errors import DiskFull
from sottovoce.core.paths import Home
from sottovoce.core.ruled import Wrong
from sottovoce.guard.own import NO_RULES
from sottovoce.guard.own_file import LARGEST

GOOD = '[[rule]]\nname = "falcon"\nwords = ["falcon"]\n'
OTHER = GOOD.replace("falcon", "condor")


def names(file: RulesFile) -> list[str]:
    return [rule.name for rule in file.in_force().rules.rules]


def put(path: Path, data: str | bytes, time: int = 1) -> None:
    """Write a file, of an age that no file before it had."""
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    os.utime(path, (time, time))


def test_without_a_file_there_are_no_rules_and_nothing_is_wrong(home: Home) -> None:
    held = RulesFile(home).in_force()
    assert (held.rules.rules, held.wrong) == ((), None)
    assert not home.good_rules.exists()


def test_a_changed_file_is_read_again_and_an_unchanged_one_is_not(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = RulesFile(home)
    put(home.rules, GOOD)
    assert names(file) == ["falcon"]
    opened: list[object] = []
    real = os.open
    monkeypatch.setattr(os, "open", lambda *given, **named: (opened.append(given), real(*given, **named))[1])
    assert names(file) == ["falcon"]
    assert opened == []
    put(home.rules, OTHER, 2)
    assert names(file) == ["condor"]


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _link_to_nothing(path: Path) -> None:
    path.unlink()
    path.symlink_to(path.with_name("nowhere"))


def _link_to_itself(path: Path) -> None:
    path.unlink()
    path.symlink_to(path)


def _pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


BROKEN = {
    "half of it": (lambda path: put(path, GOOD[:-8], 2), "not TOML"),
    "no TOML": (lambda path: put(path, "words are many", 2), "not TOML"),
    "Latin 1": (lambda path: put(path, b'[[rule]]\nname = "caf\xe9"\n', 2), "not UTF-8"),
    "UTF-16": (lambda path: put(path, GOOD.encode("utf-16"), 2), "UTF-16"),
    "10 MB": (lambda path: put(path, b"#" * 10_000_000, 2), "at most 262,144"),
    "emptied": (lambda path: put(path, "", 2), "It is empty"),
    "a folder": (_folder, "It is a folder"),
    "a pipe": (_pipe, "no ordinary file"),
    "a link to nothing": (_link_to_nothing, "It is gone"),
    "a link to itself": (_link_to_itself, "It cannot be read"),
    "gone": (lambda path: path.unlink(), "It is gone"),
    "a rule for everything": (
        lambda path: put(path, GOOD + '[[rule]]\nname="all"\nexpressions=["."]\n', 2),
        "Line 4",
    ),
}


@pytest.mark.parametrize("how", BROKEN)
def test_the_last_good_rules_stay_in_force(home: Home, how: str) -> None:
    damage, sentence = BROKEN[how]
    file = RulesFile(home)
    put(home.rules, GOOD)
    assert names(file) == ["falcon"]
    damage(home.rules)
    for one in (file, RulesFile(home)):  # also in the next program
        assert names(one) == ["falcon"]
        assert sentence in str(one.in_force().wrong)
    if home.rules.is_dir():
        home.rules.rmdir()
    elif os.path.lexists(home.rules):
        home.rules.unlink()
    put(home.rules, OTHER, 3)
    assert names(file) == ["condor"]
    assert file.in_force().wrong is None


def test_a_file_that_was_never_good_leaves_no_rules_and_says_so(home: Home) -> None:
    put(home.rules, "nonsense")
    held = RulesFile(home).in_force()
    assert held.rules.rules == ()
    assert held.wrong is not None


def test_a_file_with_no_rule_in_it_ends_those_of_before(home: Home) -> None:
    file = RulesFile(home)
    put(home.rules, GOOD)
    assert names(file) == ["falcon"]
    put(home.rules, "# none any more\n", 2)
    assert names(file) == []
    assert file.in_force().wrong is None
    put(home.rules, "nonsense", 3)
    assert names(RulesFile(home)) == []


def test_a_damaged_copy_is_no_rule(home: Home) -> None:
    put(home.rules, "nonsense")
    put(home.good_rules, GOOD[:-8])
    assert names(RulesFile(home)) == []


def test_a_link_is_followed(home: Home, tmp_path: Path) -> None:
    put(tmp_path / "elsewhere.toml", GOOD)
    home.rules.symlink_to(tmp_path / "elsewhere.toml")
    file = RulesFile(home)
    assert names(file) == ["falcon"]
    put(tmp_path / "elsewhere.toml", OTHER, 2)
    assert names(file) == ["condor"]


def test_what_may_not_be_read_changes_nothing(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    file = RulesFile(home)
    put(home.rules, GOOD)
    assert names(file) == ["falcon"]
    put(home.rules, OTHER, 2)
    real = os.open

    def refuse(path: object, *given: object, **named: object) -> int:
        if path == home.rules:
            raise PermissionError(13, "Permission denied", str(path))
        return real(path, *given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "open", refuse)
    assert names(file) == ["falcon"]
    assert str(file.in_force().wrong) == "It cannot be read: Permission denied."


def test_a_full_disk_keeps_no_copy_and_stops_nobody(home: Home) -> None:
    def full(path: Path, data: bytes) -> None:
        raise DiskFull("The disk is full.")

    put(home.rules, GOOD)
    file = RulesFile(home, full)
    assert names(file) == ["falcon"]
    put(home.rules, "nonsense", 2)
    assert names(file) == ["falcon"]


def test_any_file_can_be_looked_at(tmp_path: Path) -> None:
    assert str(read_file(tmp_path / "none.toml")) == "There is no such file."
    put(tmp_path / "large.toml", b"#" * (LARGEST + 1))
    assert isinstance(read_file(tmp_path / "large.toml"), Wrong)


@pytest.mark.parametrize("first", ["rules", "good_rules"])
def test_with_the_copy_removed_as_well_a_running_program_has_no_rules(home: Home, first: str) -> None:
    file = RulesFile(home)
    put(home.rules, GOOD)
    assert names(file) == ["falcon"]
    removed: Path = getattr(home, first)
    removed.unlink()
    assert names(file) == ["falcon"]
    (home.rules if first == "good_rules" else home.good_rules).unlink()
    assert file.in_force() == RulesFile(home).in_force() == InForce(NO_RULES)
    put(home.rules, OTHER, 2)
    assert names(file) == ["condor"]
