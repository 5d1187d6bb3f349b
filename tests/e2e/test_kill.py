"""The whole program, killed: at every change to its home, at random instants, and on the real engine.

After each kill: every acknowledged message is there, the database is sound, a cut answer is marked.
"""

from __future__ import annotations

import importlib.util
import random
import shutil
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from sottovoce.core.messages import OWNER, Role, State
from sottovoce.core.paths import Home, open_home
from sottovoce.store import chats
from sottovoce.store.db import open_database

pytestmark = pytest.mark.e2e

THREE_TURNS = """
import sys
from sottovoce import Sotto
from sottovoce.core.events import Asked, Done, Text
from sottovoce.sdk.local import AsyncSotto
import asyncio

async def main():
    print("started", flush=True)
    async with AsyncSotto(sys.argv[1], max_tokens=120, threads=2) as sotto:
        chat = None
        for text in sys.argv[2:]:
            async for event in sotto.events(text, chat=chat):
                if isinstance(event, Asked):
                    chat = event.chat
                    print("asked", event.chat, event.question, flush=True)
                elif isinstance(event, Text):
                    print("word", flush=True)
                elif isinstance(event, Done):
                    print("done", event.chat, event.answer, len(event.text), flush=True)
        print("closing", flush=True)
    print("closed", flush=True)

asyncio.run(main())
"""
ECHO = ("/slow 1", "/slow 1 again", "a last short question")
MODULES = ("sottovoce.sdk.local", "sottovoce.app")
REAL = ("Why is the sky blue?", "And why is it red in the evening?", "Write a poem about it.")


def look(home: Home, said: list[str]) -> None:
    """Hold what is on the disk against what the program had acknowledged."""
    asked = [line.split() for line in said if line.startswith("asked ")]
    done = [line.split() for line in said if line.startswith("done ")]
    with closing(open_database(home)) as database:
        (verdict,) = database.look(lambda conn: conn.execute("PRAGMA integrity_check").fetchone())
        assert verdict == "ok"
        kept = {
            message.id: message
            for chat in database.look(lambda conn: chats.listed(conn, OWNER))
            for message in database.look(lambda conn, chat=chat: chats.messages(conn, OWNER, chat.id))
        }
    for _, _, question in asked:
        assert kept[question].state is State.COMPLETE, "an acknowledged question is lost"
    for _, _, answer, length in done:
        assert kept[answer].state is State.COMPLETE, "an acknowledged answer is lost"
        assert len(kept[answer].text) == int(length)
    answers = [message for message in kept.values() if message.role is Role.ASSISTANT]
    unfinished = [answer for answer in answers if answer.state is not State.COMPLETE]
    assert all(answer.state is State.INTERRUPTED for answer in unfinished)
    assert len(answers) == len(kept) - len(answers), "a question without an answer's place"


@pytest.fixture(scope="module")
def killer(tmp_path_factory: pytest.TempPathFactory) -> Any:
    path = Path(__file__).parents[1] / "store" / "kill.py"
    spec = importlib.util.spec_from_file_location("kill", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["kill"] = module
    spec.loader.exec_module(module)
    built = module.build(tmp_path_factory.mktemp("killer"))
    if built is None:
        pytest.skip("there is no C compiler here to build the harness with")
    return built


def test_killed_at_every_change_of_a_three_turn_chat_nothing_acknowledged_is_lost(
    tmp_path: Path, killer: Any
) -> None:
    def at(k: int) -> int:
        home = tmp_path / f"home{k}"
        run = program.run_until_kill([str(home), *ECHO], home, k)
        if home.exists():
            look(open_home(home), run.said)
            shutil.rmtree(home)
        return len(run.said) if run.killed else 0

    whole = tmp_path / "whole"
    with killer.load(THREE_TURNS, MODULES, SOTTO_ENGINE="echo") as program, ThreadPoolExecutor(2) as two:
        total = program.count([str(whole), *ECHO], whole)
        assert total > 60
        said = list(two.map(at, range(1, total + 1)))
    assert sum(1 for lines in said if lines) > total * 0.8, "the program was hardly ever killed"


def test_killed_at_200_random_instants_nothing_acknowledged_is_lost(tmp_path: Path, killer: Any) -> None:
    chance = random.Random(1)

    def at(number: int) -> int:
        home = tmp_path / f"home{number}"
        said = program.run_for([str(home), *ECHO], instants[number]).said
        look(open_home(home), said)
        shutil.rmtree(home)
        return sum(line.startswith("word") for line in said)

    with killer.load(THREE_TURNS, MODULES, SOTTO_ENGINE="echo") as program, ThreadPoolExecutor(2) as two:
        program.run([str(tmp_path / "warm"), *ECHO])
        started = time.monotonic()
        program.run([str(tmp_path / "whole"), *ECHO])
        whole = time.monotonic() - started
        instants = [chance.uniform(0, whole) for _ in range(200)]
        words = list(two.map(at, range(200)))
    assert any(0 < count < 200 for count in words), "no run was cut in the middle of an answer"


@pytest.mark.model
def test_killed_20_times_on_the_real_engine_nothing_acknowledged_is_lost(tmp_path: Path, killer: Any) -> None:
    chance = random.Random(2)
    cut = 0
    with killer.load(THREE_TURNS, MODULES, TMPDIR=str(tmp_path)) as program:
        for number in range(20):
            home = tmp_path / f"home{number}"
            said = program.run_for([str(home), *REAL], chance.uniform(0.3, 3.0)).said
            look(open_home(home), said)
            cut += sum(line.startswith("done") for line in said) < len(REAL)
            shutil.rmtree(home)
    assert cut > 5
    time.sleep(1.0)
    assert not orphans(tmp_path), "an engine outlived its killed program"


def orphans(folder: Path) -> set[str]:
    """Return the process numbers of engine children with their files there, whose parent is gone."""
    found = set()
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            text = status.read_text()
            command = (status.parent / "cmdline").read_bytes()
            told = (status.parent / "environ").read_bytes()
        except OSError:
            continue
        is_ours = b"sottovoce.engine.child" in command and b"TMPDIR=%b\0" % bytes(folder) in told
        if is_ours and "\nPPid:\t1\n" in text:
            found.add(status.parent.name)
    return found
