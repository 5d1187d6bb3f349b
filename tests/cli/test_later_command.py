"""sotto later: what waits is shown, asked and dropped."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from typing import Any

import pytest
from coming import Away
from repeating import PATH, repeat

from sottovoce.cli.main import main
from sottovoce.core import settings
from sottovoce.core.paths import Home
from sottovoce.hybrid import upstreams
from sottovoce.hybrid.upstream import Upstream
from sottovoce.net.address import Where

Sotto = Callable[..., tuple[int, str, str]]


@pytest.fixture
def sotto(home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Sotto:
    monkeypatch.setenv("SOTTO_HOME", str(home.root))
    monkeypatch.setenv("SOTTO_ENGINE", "echo")
    monkeypatch.setattr("sys.stdin", None)

    def command(*words: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as end:
            main(list(words))
        said = capsys.readouterr()
        return int(end.value.code or 0), said.out, said.err

    return command


def listed(sotto: Sotto) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(sotto("later", "list", "--json")[1])
    return found


@contextmanager
def served(away: Away) -> Iterator[None]:
    """Have it come, in a thread of its own: the command has this one."""
    repeat(away)
    loop = asyncio.new_event_loop()
    with ThreadPoolExecutor(1) as pool:
        pool.submit(loop.run_until_complete, away.come()).result()
        running = pool.submit(loop.run_forever)
        yield
        asyncio.run_coroutine_threadsafe(away.end(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        running.result()
    loop.close()


@pytest.fixture
def away(home: Home, loopback: None) -> Away:
    """A place that is known and does not answer yet."""
    place = Away()
    settings.store(home, "network", "ask")
    upstreams.add(home, Upstream("cellar", f"http://127.0.0.1:{place.port}/v1", "large", Where.INSIDE))
    return place


def ask(sotto: Sotto, *questions: str) -> None:
    for question in questions:
        assert sotto("ask", "--there", "cellar", "--yes-send", question)[0] == 0


def changed(home: Home, sql: str) -> None:
    with closing(sqlite3.connect(home.database)) as connection, connection:
        connection.execute(sql)


def test_what_a_killed_program_was_asking_waits_on_with_a_reason(
    sotto: Sotto, home: Home, away: Away
) -> None:
    ask(sotto, "Is the sea blue?", "And the sky?")
    killed = "UPDATE waiting SET state = 'sending', sender = 'gone', reason = '', sent = {}"
    changed(home, killed.format(1))
    code, _, told = sotto("later", "run")
    lines = told.splitlines()
    assert (code, len(lines)) == (1, 2)
    assert all(line.split("waits on: ")[1].startswith("127.0.0.1 could not be reached") for line in lines)
    changed(home, killed.format(6))
    sotto("later", "run")
    assert sotto("later", "list")[1].count("given up: The program that was asking ended") == 2


def test_what_another_program_answers_meanwhile_is_done(sotto: Sotto, home: Home, away: Away) -> None:
    ask(sotto, "Is the sea blue?", "And the sky?")
    first, second = listed(sotto)
    with served(away):
        say = away.says[PATH]

        async def answer_the_other(writer: asyncio.StreamWriter) -> None:
            changed(home, f"DELETE FROM waiting WHERE id = '{second['id']}'")
            await say(writer)

        away.says[PATH] = answer_the_other
        code, said, _ = sotto("later", "run")
    assert (code, said.splitlines()) == (
        0,
        [
            f"cellar has answered: sotto chats show {first['chat']}",
            f"Another program of yours has answered or dropped {second['id']} meanwhile: "
            f"sotto chats show {second['chat']}",
        ],
    )


def test_it_is_listed_asked_and_dropped(sotto: Sotto, away: Away) -> None:
    assert sotto("later", "list") == (0, "", "Nothing waits.\n")
    assert sotto("later", "run") == (0, "", "Nothing waits.\n")
    code, answer, told = sotto("ask", "--there", "cellar", "--yes-send", "Is the sea blue?")
    assert (code, answer.strip()) == (0, "Is the sea blue?")
    assert "A draft: cellar could not be reached." in told
    (one,) = listed(sotto)
    assert (one["for"], one["state"], one["sent"]) == ("cellar", "waiting", 0)
    assert one["text"] == "Is the sea blue?"
    assert "127.0.0.1 could not be reached" in sotto("later", "list")[1]
    code, _, told = sotto("later", "run", one["id"][:5])
    assert code == 1
    assert "waits on" in told

    with served(away):
        code, said, _ = sotto("later", "run")
    assert (code, said) == (0, f"cellar has answered: sotto chats show {one['chat']}\n")
    assert listed(sotto) == []
    sotto("ask", "--there", "cellar", "--yes-send", "And the sky?")
    assert sotto("later", "drop")[0] == 2
    assert sotto("later", "drop", "--all")[0] == 3
    assert len(listed(sotto)) == 1
    assert sotto("later", "drop", "--all", "--yes") == (0, "", "1 question dropped\n")
    assert listed(sotto) == []
