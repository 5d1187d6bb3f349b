from __future__ import annotations

import asyncio
from contextlib import aclosing

import pytest
from starlette.requests import Request

from sottovoce.chat.call import Call
from sottovoce.core.errors import EngineFailed, SottoError
from sottovoce.core.events import Text
from sottovoce.core.messages import Message, Role
from sottovoce.engine.echo import EchoEngine
from sottovoce.server import problems
from sottovoce.server.caller import SOMEBODY_HERE
from sottovoce.server.counted import counted, embedded
from sottovoce.server.endpoint import Visit
from sottovoce.server.house import House


def visit_of(house: House) -> Visit[None]:
    return Visit(house, SOMEBODY_HERE, Request({"type": "http", "headers": []}), None, problems.OURS)


def asked(text: str) -> Call:
    return Call("local", (Message(Role.USER, text),))


def tokens(house: House) -> dict[str, float]:
    """Return what the metrics have counted, by its kind."""
    lines = house.metrics.text(house.app.engine.queue("local")).decode().splitlines()
    found = [line.split() for line in lines if line.startswith("sotto_tokens_total")]
    return {name.split('"')[1]: float(value) for name, value in found}


async def test_a_whole_answer_is_counted_as_the_engine_counts_it(house: House) -> None:
    async for _ in counted(visit_of(house), asked("one two three")):
        pass
    assert tokens(house) == {"prompt": 5, "reused": 0, "answer": 3}
    assert b"sotto_first_token_seconds_count 1.0" in house.metrics.text(house.app.engine.queue("local"))


async def test_what_was_written_counts_though_nobody_stays(house: House) -> None:
    read = 0
    async with aclosing(counted(visit_of(house), asked("one two three"))) as pieces:
        async for piece in pieces:
            read += isinstance(piece, Text)
            if read == 2:
                break
    assert tokens(house) == {"prompt": 5, "reused": 0, "answer": 2}


async def test_what_was_written_counts_though_the_engine_fails(house: House) -> None:
    with pytest.raises(EngineFailed):
        _ = [piece async for piece in counted(visit_of(house), asked("/fail a b c d"))]
    assert tokens(house)["answer"] == 3


async def test_vectors_count_though_nobody_waits_for_them(
    house: House, echo: EchoEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    computing = asyncio.Event()

    async def endless(texts: object, owner: str) -> list[list[float]]:
        computing.set()
        await asyncio.Event().wait()
        return []

    monkeypatch.setattr(echo, "embed", endless)
    asking = asyncio.create_task(embedded(visit_of(house), ["one two", "three"]))
    await computing.wait()
    asking.cancel()
    await asyncio.wait([asking])
    assert tokens(house)["prompt"] == 3


async def test_vectors_count_once_and_not_where_they_are_refused(house: House) -> None:
    vectors, count = await embedded(visit_of(house), ["one two", "three"])
    assert (len(vectors), count) == (2, 3)
    for refused in ("", "word " * 5000):
        with pytest.raises(SottoError):
            await embedded(visit_of(house), [refused])
    assert tokens(house) == {"prompt": 3, "reused": 0, "answer": 0}
