from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from sottovoce.core.messages import State
from sottovoce.core.paths import Home
from sottovoce.store import chats
from sottovoce.store.db import Database, open_database

Tell = Callable[..., tuple[str, str, str]]


def _load(name: str) -> ModuleType:
    """Load a helper beside this file: tests are no package."""
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def database(home: Home) -> Iterator[Database]:
    database = open_database(home)
    yield database
    database.close()


@pytest.fixture
def tell() -> Tell:
    """Store one question with its answer, and return the ids of chat, question and answer."""

    def tell(
        database: Database,
        question: str = "Why is the sky blue?",
        answer: str = "Air scatters blue light more than red.",
        *,
        owner: str = "me",
        chat: str | None = None,
        now: float = 1000.0,
    ) -> tuple[str, str, str]:
        def work(conn: Any) -> tuple[str, str, str]:
            within = (
                chats.get(conn, owner, chat)
                if chat
                else chats.start(conn, owner, system="", model="echo", now=now)
            )
            asked, answered = chats.ask(
                conn,
                owner,
                within.id,
                parent=within.leaf,
                text=question,
                model="echo",
                writer=database.writer,
                now=now,
            )
            chats.finish(
                conn,
                answered,
                text=answer,
                state=State.COMPLETE,
                digest="d",
                facts={"reason": "stop"},
                now=now,
            )
            return within.id, asked, answered

        return database.call(work)

    return tell


@pytest.fixture(scope="session")
def killer(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A harness that kills a program at a chosen call; see kill.py."""
    built = _load("kill").build(tmp_path_factory.mktemp("killer"))
    if built is None:
        pytest.skip("there is no C compiler here to build the harness with")
    return built
