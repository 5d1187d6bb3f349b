"""Engines that were built here, in the place of the installed one: real children with the real starter."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "fit"))

from built_engines import BROKEN, SAME, put

from sottovoce.core.errors import BadModelFile
from sottovoce.core.messages import OWNER, Conversation, Message, Role
from sottovoce.core.paths import Home
from sottovoce.core.sampling import Sampling
from sottovoce.engine.library import Choice, Library
from sottovoce.engine.llama import LlamaEngine
from sottovoce.fit import built
from sottovoce.models import comparing, starter

pytestmark = pytest.mark.model

Make = Callable[..., LlamaEngine]

DIES = "import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)\n"
SHORT = "The cat sat on the mat. The dog lay in the sun. " * 3


def chosen(home: Home, code: str) -> tuple[str, Choice]:
    name = put(home, code).name
    built.use(home, name)
    return name, built.choice(home)


async def test_the_chosen_engine_answers_and_says_so(home: Home, make: Make) -> None:
    name, choice = chosen(home, SAME)
    facts = await make(library=choice).ready()
    assert facts.build == f"xllamacpp {built.release()}+{name}"
    plain = await make().ready()
    assert plain.build == f"xllamacpp {built.release()}", "kept states are bound to it: none serves the other"


@pytest.mark.parametrize("code", [BROKEN, DIES])
async def test_where_it_does_not_start_the_installed_one_answers(home: Home, make: Make, code: str) -> None:
    name, choice = chosen(home, code)
    engine = make(library=choice)
    assert (await engine.ready()).build == f"xllamacpp {built.release()}"
    said: list[str] = []
    built.tell(home, said.append)
    assert name in said[0]
    assert built.current(home).engine == built.INSTALLED


async def test_a_damaged_model_is_not_blamed_on_it(home: Home, make: Make, tmp_path: Path) -> None:
    name, choice = chosen(home, SAME)
    damaged = tmp_path / "m.gguf"
    damaged.write_bytes(starter.path().read_bytes()[:1_000_000])
    with pytest.raises(BadModelFile):
        await make(library=choice, path=damaged).ready()
    assert built.current(home).engine == name


@pytest.mark.parametrize(("number", "stays"), [(signal.SIGSEGV, False), (signal.SIGKILL, True)])
async def test_one_that_dies_at_work_is_given_up_unless_it_was_killed(
    home: Home, make: Make, number: int, stays: bool
) -> None:
    name, choice = chosen(home, SAME)
    engine = make(library=choice)
    await engine.ready()
    running = engine._life.running
    assert running is not None
    os.kill(running.child.process.pid, number)
    await running.child.process.wait()
    facts = await engine.ready()
    assert facts.build.endswith(name) == stays
    asked = [Message(Role.USER, "Hello")]
    pieces = engine.answer(asked, Sampling(max_tokens=2), Conversation(OWNER, None))
    assert [piece async for piece in pieces], "whichever it is, it answers"


async def test_the_same_engine_is_as_good_and_no_quicker(home: Home) -> None:
    made = put(home)
    library = built.library_of(home, made.name)
    both: tuple[Library | None, Library | None] = (None, library)
    heard: list[float] = []
    found = await comparing.compare(starter.path(), starter.path(), 1, heard.append, SHORT, both)
    assert found.is_as_good
    assert abs(found.perplexity) < 1e-3
    assert 0.3 < found.gain < 3
    assert heard == sorted(heard)
    assert heard[-1] == 1
