"""What is decided where the parts are joined."""

from __future__ import annotations

import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from sottovoce import guards
from sottovoce.app import ABLE, open_app
from sottovoce.core.paths import Home


@pytest.mark.parametrize(
    ("setting", "starter", "large"), [("auto", False, True), ("on", True, True), ("off", False, False)]
)
async def test_a_large_model_writes_queries_unless_it_is_set_otherwise(
    home: Home, tmp_path: Path, setting: str, starter: bool, large: bool
) -> None:
    path = tmp_path / "large.gguf"
    with path.open("wb") as file:
        file.truncate(ABLE)
    environment = {"engine": "echo", "write_queries": setting}
    async with open_app(home=home, environment=environment, attach=False) as app:
        assert app.parts().writes_queries is starter
        assert app.writes_queries(replace(app.model, path=path)) is large


def test_what_searches_shelves_is_loaded_when_one_is_opened() -> None:
    code = "import sys, sottovoce.app; print(*sorted(one for one in sys.modules if '.knowledge.' in one))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert loaded.split() == [f"sottovoce.knowledge.{name}" for name in ("file", "shelves", "words")]


def test_what_is_prepared_is_all_that_a_first_question_would_load() -> None:
    code = (
        "import sys; from threading import Event; from sottovoce import guards; guards.prepare(Event())\n"
        "before = set(sys.modules)\n"
        "from sottovoce.exact import deciding, reading; from sottovoce.guard import hearing, wanted, words\n"
        "print(*sorted(set(sys.modules) - before), words._index.cache_info().currsize)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["1"]


def test_what_is_prepared_is_given_up_with_the_program(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []
    given_up = threading.Event()

    def look(question: str) -> None:
        looked.append(question)
        given_up.set()

    monkeypatch.setattr("sottovoce.help.find.nearest", look)
    guards.prepare(given_up)
    assert looked == [guards.PREPARING[0]]
