"""Servers to measure, each a process of its own: ours, its engine met directly, and a peer's."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from bench.callers import Reply

READY_SECONDS = 120.0


@dataclass(slots=True)
class Served:
    """A running server. `socket` is where its engine listens, for those who go around the server."""

    port: int
    process: psutil.Process
    keys: list[str]
    socket: str = ""

    def cpu(self) -> float:
        """Return the CPU seconds of the server's own process, without its engine."""
        times = self.process.cpu_times()
        return times.user + times.system

    def family(self) -> list[psutil.Process]:
        return [self.process, *self.process.children(recursive=True)]


@asynccontextmanager
async def sotto(
    home: Path, *, keys: int = 0, program: str = "sottovoce", **settings: Any
) -> AsyncGenerator[Served, None]:
    """Run `sotto serve`, or what stands for it, in this home until no longer needed; make keys first."""
    home.mkdir(parents=True, exist_ok=True)
    temporary = home / "t"  # the engine's socket is found here
    temporary.mkdir(exist_ok=True)
    env = {**os.environ, "SOTTO_HOME": str(home), "TMPDIR": str(temporary)}
    env |= {f"SOTTO_{name.upper()}": str(value) for name, value in settings.items()}
    run = [sys.executable, "-m", program]
    made = [_key(run, env, f"caller-{at}-{os.urandom(3).hex()}") for at in range(keys)]
    port = free_port()
    process = subprocess.Popen(
        [*run, "serve", "--port", str(port)], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        await until_ready(port, "/readyz", process)
        engine = str(next(temporary.glob("sotto-*/e.sock")))
        yield Served(port, psutil.Process(process.pid), made, engine)
    finally:
        end(process)


def _key(run: list[str], env: dict[str, str], name: str) -> str:
    made = subprocess.run(
        [*run, "keys", "add", name, "--json"], env=env, capture_output=True, text=True, check=True
    )
    return str(json.loads(made.stdout)["key"])


@asynccontextmanager
async def theirs(run: Sequence[object], port: int, ready: str, keys: int) -> AsyncGenerator[Served, None]:
    """Run another's server, which needs no key, until no longer needed; `ready` is what it answers then."""
    process = subprocess.Popen(
        [str(part) for part in run], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        await until_ready(port, ready, process)
        yield Served(port, psutil.Process(process.pid), [""] * keys)
    finally:
        end(process)


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


async def until_ready(port: int, path: str, process: subprocess.Popen[bytes]) -> None:
    ends = time.monotonic() + READY_SECONDS
    while time.monotonic() < ends:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode}")
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            asked = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n"
            writer.write(asked.encode())
            answer = await reader.read()
            writer.close()
            if answer.startswith(b"HTTP/1.1 200"):
                return
        except OSError:
            pass
        await asyncio.sleep(0.1)
    raise RuntimeError("the server was not ready in time")


def end(process: subprocess.Popen[Any]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


class Engine:
    """The engine behind a server, asked past it: no queue, no places, no shapes."""

    def __init__(self, path: str) -> None:
        self._path = path

    async def ids(self, messages: list[dict[str, str]]) -> list[int]:
        """Return the prompt's tokens, as the server would make them."""
        text = (await self._call("/apply-template", {"messages": messages}))["prompt"]
        body = {"content": text, "add_special": True, "parse_special": True}
        return list((await self._call("/tokenize", body))["tokens"])

    async def stream(self, prompt: list[int], tokens: int, **how: Any) -> Reply:
        """Stream one greedy answer to a bare reader."""
        body = {"prompt": prompt, "n_predict": tokens, "temperature": 0.0, "stream": True, **how}
        body |= {"return_tokens": True, "response_fields": ["content", "tokens", "stop", "timings"]}
        reply = Reply(time.perf_counter())
        reader, writer = await self._send("/completion", body)
        try:
            await reader.readuntil(b"\r\n\r\n")
            while block := await reader.read(65536):
                now = time.perf_counter()
                pieces = block.count(b'"stop":false')
                if pieces:
                    reply.first = reply.first or now
                    reply.last = now
                    reply.pieces += pieces
                    reply.times += [now] * pieces
        finally:
            writer.transport.abort()
        reply.ended = time.perf_counter()
        reply.tokens = reply.pieces
        return reply

    async def _call(self, path: str, body: dict[str, Any]) -> Any:
        reader, writer = await self._send(path, body)
        await reader.readuntil(b"\r\n\r\n")
        answer = await reader.read()
        writer.close()
        return json.loads(answer)

    async def _send(
        self, path: str, body: dict[str, Any]
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        data = json.dumps(body).encode()
        reader, writer = await asyncio.open_unix_connection(self._path)
        writer.write(
            f"POST {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(data)}\r\n\r\n".encode()
            + data
        )
        return reader, writer
