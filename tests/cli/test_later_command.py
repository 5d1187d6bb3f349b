"""sotto later: what waits is shown, asked and dropped."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from coming import Away
from repeating import repeat

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


def test_it_is_listed_asked_and_dropped(sotto: Sotto, home: Home, loopback: None) -> None:
    away = Away()
    settings.store(home, "network", "ask")
    upstreams.add(home, Upstream("cellar", f"http://127.0.0.1:{away.port}/v1", "large", Where.INSIDE))
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
