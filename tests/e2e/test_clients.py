"""Real clients, each in a process of its own, with the real starter model and no network."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.e2e, pytest.mark.model]

HERE = Path(__file__).parent / "clients"
NAME = "SmolLM2-135M-Instruct"
DIMENSIONS = 576
WALL = ["unshare", "--user", "--map-root-user", "--net", sys.executable, str(HERE / "behind_a_wall.py")]
JOIN = ["nsenter", "--user", "--net", "--preserve-credentials", "--target"]
REACH_OUT = """
import socket
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as made:
    made.connect(("192.0.2.1", 443))
"""


@dataclass(frozen=True, slots=True)
class Server:
    """A running `sotto serve`. `join` begins the command of a program that is to reach it."""

    address: str
    join: tuple[str, ...]
    folder: Path

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [*self.join, *command],
            cwd=self.folder,
            env=environment(self.folder),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        return done

    def found_by(self, client: str) -> Any:
        """Return what a client of ours found here."""
        return json.loads(self.run(sys.executable, str(HERE / f"{client}.py"), self.address).stdout)


def environment(folder: Path) -> dict[str, str]:
    """Return what a program is told: nothing of this machine's own keys, proxies and settings."""
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "LANG", "LD_LIBRARY_PATH")}
    bin_folder = Path(sys.executable).parent
    return {
        **kept,
        "PATH": f"{bin_folder}{os.pathsep}{kept['PATH']}",
        "HOME": str(folder),
        "SOTTO_HOME": str(folder / "sotto"),
        "LLM_USER_PATH": str(folder / "llm"),
    }


def can_wall() -> bool:
    """Whether this system lets us work where no network can be reached."""
    if shutil.which("unshare") is None or shutil.which("nsenter") is None:
        return False
    return subprocess.run([*WALL, "true"], capture_output=True, check=False).returncode == 0


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("clients")
    walled = can_wall()
    process = subprocess.Popen(
        [*(WALL if walled else ()), sys.executable, "-P", "-m", "sottovoce", "serve", "--port", "0"],
        env=environment(folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    try:
        told = process.stdout.readline()
        address = re.search(r"http://127\.0\.0\.1:\d+", told)
        assert address is not None, told + process.stdout.read()
        join = (*JOIN, str(process.pid)) if walled else ()
        yield Server(address[0], join, folder)
    finally:
        process.send_signal(signal.SIGTERM)
        rest, _ = process.communicate(timeout=30)
    assert process.returncode == 0, rest


def test_nothing_else_can_be_reached_from_where_the_clients_run(server: Server) -> None:
    if not server.join:
        pytest.skip("this system forbids network namespaces")
    with pytest.raises(AssertionError, match="Network is unreachable"):
        server.run(sys.executable, "-c", REACH_OUT)


def test_openai(server: Server) -> None:
    found = server.found_by("with_openai")
    assert NAME in found["models"]
    assert found["whole"].strip()
    assert (found["finish"], found["tokens"]) in [("length", 24), ("stop", found["tokens"])]
    assert len(found["pieces"]) > 5
    assert 0 < found["streamed_tokens"] <= 24
    assert found["same_with_a_seed"] is True
    assert found["call"]["name"] == "weather"
    assert found["call"]["arguments"].keys() == {"city", "unit"}
    assert found["call"]["arguments"]["unit"] in ("C", "F")
    assert found["completion"].strip()
    assert found["vectors"] == [DIMENSIONS, DIMENSIONS]
    assert all(text.strip() for text in found["responses"])
    assert found["refused"] == "model_not_found"


def test_openai_many_at_once(server: Server) -> None:
    found = server.found_by("with_openai_async")
    assert found["seen_before_leaving"] == 5
    assert len(found["answers"]) == 6
    assert all(text.strip() for text in found["answers"])


def test_anthropic(server: Server) -> None:
    found = server.found_by("with_anthropic")
    assert found["models"] == [NAME]
    assert found["whole"].strip()
    assert found["counted"] == found["read"]
    assert found["stop"] in ("max_tokens", "end_turn")
    assert len(found["pieces"]) > 5
    assert found["same"] is True
    assert found["reused"] > 0
    assert found["stopped"] == ["stop_sequence", " the"]
    assert found["call"]["name"] == "weather"
    assert found["call"]["arguments"].keys() == {"city"}
    assert found["after_the_call"] in ("max_tokens", "end_turn", "tool_use")
    assert found["refused"] == "invalid_request_error"


def test_ollama(server: Server) -> None:
    found = server.found_by("with_ollama")
    assert found["model"] == f"{NAME}:latest"
    assert found["shown"] == "llama"
    assert found["whole"].strip()
    assert 0 < found["tokens"] <= 24
    assert all(nanoseconds > 1000 for nanoseconds in found["durations"])
    assert len([text for text in found["pieces"] if text]) > 5
    assert found["done"] == [False] * (len(found["done"]) - 1) + [True]
    assert found["generated"].strip()
    assert found["shaped"]["colour"] in ("red", "blue")
    assert found["vectors"] == [DIMENSIONS, DIMENSIONS]
    assert "sotto models list" in found["refused"]


def test_langchain(server: Server) -> None:
    found = server.found_by("with_langchain")
    assert found["whole"].strip()
    assert len(found["pieces"]) > 5
    assert "".join(found["pieces"]).strip()
    assert found["shaped"] in ("red", "blue")
    assert found["call"] == "weather"
    assert found["vectors"] == [DIMENSIONS, DIMENSIONS]


def test_llm(server: Server) -> None:
    settings = server.folder / "llm"
    settings.mkdir()
    (settings / "extra-openai-models.yaml").write_text(
        f"- model_id: sotto\n  model_name: default\n  api_base: {server.address}/v1\n"
        "  supports_schema: true\n  supports_tools: true\n"
    )
    llm = [sys.executable, "-m", "llm", "-o", "max_tokens", "60"]
    assert server.run(*llm, "-m", "sotto", "Why is the sky blue?").stdout.strip()
    assert server.run(*llm, "-c", "And why is grass green?").stdout.strip()
    assert server.run(*llm, "-m", "sotto", "--no-stream", "Why is the sky blue?").stdout.strip()
    shaped = server.run(*llm, "-m", "sotto", "--schema", json.dumps(COLOUR), "What colour is the sky?").stdout
    assert json.loads(shaped)["colour"] in ("red", "blue")


COLOUR = {"type": "object", "properties": {"colour": {"enum": ["red", "blue"]}}, "required": ["colour"]}
CURL = ["curl", "--silent", "--show-error", "--no-buffer", "--write-out", "\n%{http_code}"]
JSON = ["--header", "content-type: application/json"]


def test_curl(server: Server) -> None:
    body = {"model": "default", "max_tokens": 16, "messages": [{"role": "user", "content": "Name a colour."}]}
    chat = f"{server.address}/v1/chat/completions"

    reply, status = server.run(*CURL, *JSON, "--data", json.dumps(body), chat).stdout.rsplit("\n", 1)
    assert status == "200"
    assert json.loads(reply)["choices"][0]["message"]["content"].strip()

    streamed = server.run(*CURL, *JSON, "--data", json.dumps({**body, "stream": True}), chat).stdout
    assert streamed.splitlines()[-2:] == ["", "200"]
    assert "data: [DONE]" in streamed

    lines = server.run(
        *CURL,
        *JSON,
        "--data",
        json.dumps({"model": "default", "prompt": "Hi"}),
        f"{server.address}/api/generate",
    ).stdout.splitlines()
    assert json.loads(lines[-3])["done"] is True

    refused, status = server.run(*CURL, "--data", json.dumps(body), chat).stdout.rsplit("\n", 1)
    assert status == "415"
    assert "application/json" in json.loads(refused)["error"]["message"]
