"""Ask a model said to be outside, at each spelling of this machine's address given on the command line.

A program of its own, so that the system's resolver reads them. Names are not looked up beyond this machine.
Prints what came of each, as JSON.
"""

from __future__ import annotations

import asyncio
import json
import socket
import sys
from pathlib import Path

from sottovoce.core.errors import SottoError
from sottovoce.net.address import Where
from sottovoce.net.answer import Limits
from sottovoce.net.door import Door
from sottovoce.net.ledger import Ledger
from sottovoce.net.policy import Purpose
from sottovoce.net.post import posted


async def as_the_system(host: str, port: int) -> list[str]:
    if host.lower().rstrip(".") in ("localhost", "localhost.localdomain", "ip6-localhost"):
        return ["127.0.0.1", "::1"]
    found = await asyncio.get_running_loop().getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST
    )
    return [str(entry[4][0]) for entry in found]


async def asked(door: Door, url: str) -> str:
    try:
        async with posted(
            door,
            url,
            b"{}",
            purpose=Purpose.ANSWER,
            explicit=True,
            limits=Limits(1000, seconds=20, outgoing=9),
        ):
            return "answered"
    except SottoError as problem:
        return f"{problem.code}: {problem.sentence}"


async def main() -> None:
    folder, *spellings = sys.argv[1:]
    door = Door(
        lambda: "on", Ledger(Path(folder) / "ledger.jsonl"), where=Where.OUTSIDE, resolve=as_the_system
    )
    print(json.dumps({text: await asked(door, text) for text in spellings}))


asyncio.run(main())
