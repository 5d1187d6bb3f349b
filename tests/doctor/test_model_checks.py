from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from sottovoce.core.paths import Home
from sottovoce.core.settings import Settings
from sottovoce.doctor import model
from sottovoce.doctor.finding import Grade
from sottovoce.engine.gguf import read_header
from sottovoce.models import starter

OK, FAIL = Grade.OK, Grade.FAIL
ENDED: list[tuple[str, Grade, str, str | None]] = [
    ("print('1.0')", OK, "xllamacpp 1.0", None),
    ("raise ImportError('libgomp.so.1: cannot open shared object file')", FAIL, "libgomp.so.1", "libgomp1"),
    ("import no_such_engine", FAIL, "cannot be loaded", "again"),
    ("import os, signal; os.kill(os.getpid(), signal.SIGILL)", FAIL, "processor lacks", "sotto doctor"),
    ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", FAIL, "signal 11", "sotto doctor"),
]


@pytest.mark.parametrize(("command", "grade", "said", "step"), ENDED)
def test_a_library_that_does_not_load_is_explained(
    command: str, grade: Grade, said: str, step: str | None
) -> None:
    found = model.library(command)
    assert found.grade is grade
    assert said in found.sentence
    assert (step or "") in (found.step or "")


def test_the_starter_is_found_and_as_shipped(home: Home) -> None:
    found, header = model.file(Settings(), home)
    assert header is not None
    assert "licence Apache-2.0" in found.sentence
    assert "as shipped" in model.digest(Settings(), home).sentence


def test_a_changed_starter_is_found(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(starter, "SHA256", "0" * 64)
    found = model.digest(Settings(), home)
    assert found.grade is FAIL
    assert "damaged" in found.sentence


def test_a_file_that_the_disk_does_not_give_back_is_told(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> object:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(Path, "open", fail)
    found = model.digest(Settings(), home)
    assert found.grade is FAIL
    assert "Input/output error" in found.sentence


def test_memory_is_held_against_what_the_model_needs() -> None:
    header = read_header(starter.path())
    assert model.room(header, Settings(), 8_000_000_000).grade is OK
    found = model.room(header, Settings(), 100_000_000)
    assert found.grade is FAIL
    assert found.step
    small = model.room(header, replace(Settings(), context=512), 230_000_000)
    large = model.room(header, replace(Settings(), context=8192), 230_000_000)
    assert (small.grade, large.grade) == (OK, FAIL)


def test_an_engine_that_fails_is_told(home: Home) -> None:
    broken = home.models / "broken.gguf"
    broken.write_bytes(b"GGUF")
    found = model.first_word(replace(Settings(), model=str(broken)), home, {})
    assert found.grade is FAIL
    assert found.step
