"""llama-cpp-python's server, built from its source, and ours: the same callers, the same model, in turn.

The peer is installed into a folder of its own beside this file (about ten minutes, once). It answers one
request after another; ours batches, and finds each caller's history computed.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import psutil

from bench.callers import Reply, chat
from bench.pairs import Row, row
from bench.served import Served, free_port, sotto, theirs
from bench.sharing import SENTENCE, short
from sottovoce.models import starter
from sottovoce.native import tiles

RELEASE = "llama-cpp-python[server]==0.3.36"
FLAGS = "-DLLAMA_BUILD_TESTS=OFF -DLLAMA_BUILD_EXAMPLES=OFF -DLLAMA_OPENSSL=OFF -DLLAMA_USE_PREBUILT_UI=OFF"
FOLDER = Path(__file__).parent / ".peer"
CLIENTS, TURNS = 8, 4
HISTORY_SENTENCES, ANSWER, SHORT_ANSWER = 26, 128, 64


async def measure(home: Path, count: int) -> list[Row]:
    python = built()
    chats, waits, shorts = [], [], []
    for at in range(max(1, count // 5)):
        found: dict[str, tuple[float, float, float]] = {}
        for name in ("ours", "peer") if at % 2 else ("peer", "ours"):
            running = sotto(home / f"{at}", keys=CLIENTS, slots=CLIENTS) if name == "ours" else peer(python)
            async with running as served:
                await chat(served.port, short(), key=served.keys[0], max_tokens=8)
                found[name] = (*await conversations(served), await short_chats(served))
        chats.append(found["ours"][0] / found["peer"][0])
        waits.append(found["peer"][1] / found["ours"][1])
        shorts.append(found["ours"][2] / found["peer"][2])
    what = f"{CLIENTS} clients, {TURNS} turns on 600 tokens, answers of {ANSWER}"
    return [
        row(f"{what}: tokens per second, ours / llama-cpp-python's server", chats, "×", 2.0, at_most=False),
        row(f"{what}: worst first word, llama-cpp-python's server / ours", waits, "×", 3.0, at_most=False),
        row(
            f"{CLIENTS} clients, short chats: tokens per second, ours / its", shorts, "×", 1.1, at_most=False
        ),
    ]


def appendix() -> str:
    """Return what the page says of its comparison."""
    return (
        "\nThe clients of each scene stand on the same cores as the server and its engine. The peer is\n"
        f"{RELEASE} with its server, built here from its source.\n"
    )


def built() -> Path:
    """Return a Python that has the peer, building it from its source the first time."""
    python = FOLDER / "bin" / "python"
    test = [str(python), "-c", "import llama_cpp.server"]
    if not python.exists() or subprocess.run(test, capture_output=True, check=False).returncode:
        print("  building the peer (about ten minutes, once) ...")
        subprocess.run([sys.executable, "-m", "venv", "--clear", FOLDER], check=True)
        install = [str(python), "-m", "pip", "install", "-q", "--no-binary", "llama-cpp-python", RELEASE]
        told = " ".join(tiles.flags("c++"))
        made = {"PATH": "/usr/bin:/bin", "CMAKE_ARGS": FLAGS, "CFLAGS": told, "CXXFLAGS": told}
        subprocess.run(install, check=True, env=made)
    return python


def peer(python: Path) -> AbstractAsyncContextManager[Served]:
    port = free_port()
    run = [python, "-m", "llama_cpp.server", "--model", starter.path(), "--port", port, "--n_ctx", 4096]
    run += ["--n_threads", psutil.cpu_count(), "--n_threads_batch", psutil.cpu_count(), "--flash_attn", True]
    run += ["--interrupt_requests", False]  # else each newcomer cuts off whoever is being answered
    return theirs(run, port, "/v1/models", CLIENTS)


async def conversations(served: Served) -> tuple[float, float]:
    """Return tokens per second over all, and the longest that anybody waited for a first word."""
    talks = await asyncio.gather(*(conversation(served, at) for at in range(CLIENTS)))
    replies = [reply for talk in talks for reply in talk]
    return rate(replies), max(reply.wait for reply in replies)


async def conversation(served: Served, at: int) -> list[Reply]:
    history = "".join(SENTENCE.format(at * 100 + day) for day in range(HISTORY_SENTENCES))
    messages = [{"role": "user", "content": f"{history}Tell me more of it."}]
    replies = []
    for _ in range(TURNS):
        replies.append(
            await chat(
                served.port, messages, key=served.keys[at], usage=False, temperature=0, max_tokens=ANSWER
            )
        )
        said = {"role": "assistant", "content": "".join(replies[-1].text)}
        messages = [*messages, said, {"role": "user", "content": "And then? Tell it at length."}]
    return replies


async def short_chats(served: Served) -> float:
    async def caller(at: int) -> list[Reply]:
        return [
            await chat(
                served.port, short(), key=served.keys[at], usage=False, temperature=0, max_tokens=SHORT_ANSWER
            )
            for _ in range(3)
        ]

    talks = await asyncio.gather(*map(caller, range(CLIENTS)))
    return rate([reply for talk in talks for reply in talk])


def rate(replies: list[Reply]) -> float:
    """Return pieces a second; the peer counts no tokens in a stream, and sends one piece for each."""
    seconds = max(reply.last for reply in replies) - min(reply.asked for reply in replies)
    return sum(reply.pieces for reply in replies) / seconds
