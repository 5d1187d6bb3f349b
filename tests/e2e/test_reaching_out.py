"""A second Sottovoce as the bigger machine in the house, in a process of its own."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import whole
from loaded import Process

from sottovoce.core.errors import NetworkProblem, UpstreamProblem
from sottovoce.core.events import Finished, Notice, Text
from sottovoce.core.messages import Message, Role
from sottovoce.core.paths import Home
from sottovoce.core.sampling import Sampling
from sottovoce.core.settings import Settings
from sottovoce.hybrid import keys, upstreams
from sottovoce.hybrid.asking import ask
from sottovoce.hybrid.means import Means, means
from sottovoce.hybrid.upstream import Kind, Upstream
from sottovoce.models import starter
from sottovoce.net.address import Where
from sottovoce.net.ledger import Ledger
from sottovoce.store.db import open_database

pytestmark = pytest.mark.e2e

LONGEST = 600
"""Seconds after which a server that does not end is ended."""
QUESTION = [Message(Role.SYSTEM, "Be brief."), Message(Role.USER, "The sea is blue today, is it not?")]
STARTER = "SmolLM2-135M-Instruct"


def environment(home: Path, **env: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SOTTO_")}
    return {**kept, "SOTTO_HOME": str(home), **env}


def commanded(home: Path, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
    running = whole.start(words, environment(home, **env), patience=120)
    out, err = running.communicate()
    assert running.returncode is not None
    return subprocess.CompletedProcess(words, running.returncode, out, err)


@dataclass(frozen=True, slots=True)
class Served:
    address: str
    process: Process | subprocess.Popen[str]

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


Serve = Callable[..., Served]


@pytest.fixture
def serve(tmp_path: Path, loopback: None) -> Iterator[Serve]:
    """Start a server in a home of its own."""
    running: list[Process | subprocess.Popen[str]] = []

    def start(**env: str) -> Served:
        there = environment(tmp_path / "there", **env)
        process = whole.start(["serve", "--port", "0"], there, together=True, patience=LONGEST)
        running.append(process)
        assert process.stdout is not None
        told = process.stdout.readline()
        address = re.search(r"http://127\.0\.0\.1:\d+", told)
        assert address is not None, told + process.stdout.read()
        return Served(address[0], process)

    yield start
    for process in running:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
            process.wait(30)
            rest, _ = process.communicate()
            assert process.returncode == 0, rest


@pytest.fixture
async def ways(home: Home) -> AsyncIterator[Means]:
    database = open_database(home)
    yield means(home, database, lambda: Settings(network="on"))
    database.close()


async def heard(upstream: Upstream, by: Means, **sampling: Any) -> tuple[str, Finished, list[str]]:
    text, told, finished = "", list[str](), None
    async for piece in ask(upstream, QUESTION, Sampling(temperature=0.0, **sampling), by):
        if isinstance(piece, Text):
            text += piece.text
        elif isinstance(piece, Notice):
            told.append(piece.code)
        elif isinstance(piece, Finished):
            finished = piece
    assert finished is not None
    return text, finished, told


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("base", ["", "/v1"])
async def test_it_answers_in_both_protocols(serve: Serve, ways: Means, kind: Kind, base: str) -> None:
    address = serve(SOTTO_ENGINE="echo").address
    upstream = Upstream("cellar", address + base, STARTER, Where.INSIDE, kind)
    text, finished, told = await heard(upstream, ways)
    assert (text.strip(), finished.reason, told) == (QUESTION[1].text, "stop", [])
    assert finished.usage.prompt > 0
    assert finished.usage.answer > 0
    text, finished, _ = await heard(upstream, ways, max_tokens=2)
    assert (finished.reason, finished.usage.answer) == ("length", 2)
    [one, _] = Ledger(ways.database.home.ledger).departures()
    assert (one.outcome, one.method, one.purpose) == ("done", "POST", "answer")


@pytest.mark.parametrize("kind", Kind)
async def test_its_own_key_opens_it_and_another_does_not(
    serve: Serve, ways: Means, tmp_path: Path, kind: Kind
) -> None:
    made = commanded(tmp_path / "there", "keys", "add", "study")
    address, home = serve(SOTTO_ENGINE="echo").address, ways.database.home
    upstream = Upstream("cellar", address, STARTER, Where.INSIDE, kind)
    keys.keep(home, upstream, made.stdout.strip())
    assert (await heard(upstream, ways))[0].strip() == QUESTION[1].text
    keys.keep(home, upstream, "sk-sotto-wrong")
    with pytest.raises(UpstreamProblem, match="cellar does not take its key"):
        await heard(upstream, ways)


def test_a_person_names_it_and_tries_it(serve: Serve, tmp_path: Path) -> None:
    address, here = serve(SOTTO_ENGINE="echo").address, tmp_path / "here"
    words = ("--url", address, "--model", STARTER, "--where", "inside", "--price", "1/1", "--currency", "EUR")
    assert commanded(here, "upstreams", "add", "cellar", *words).returncode == 0
    tried = commanded(here, "upstreams", "test", "cellar", "--yes", "--json", SOTTO_NETWORK="ask")
    assert tried.returncode == 0, tried.stderr
    said = json.loads(tried.stdout)
    assert (said["answer"].strip(), said["reason"], said["notices"]) == ("Say hello in one word.", "stop", {})
    assert said["tokens"]["read"] + said["tokens"]["written"] > 0
    shown = json.loads(commanded(here, "upstreams", "show", "cellar", "--json").stdout)
    assert shown["used"]["day"]["tokens"] == sum(said["tokens"].values())
    assert shown["used"]["day"]["money"] == said["cost"]


PERSONAL = "I am Anna Berger, mail anna.berger@example.org, and I ask who lives at 张伟的家?"
PLANTED = (b"Anna", b"Berger", b"example.org")


def test_a_question_is_asked_there_with_what_is_personal_hidden(serve: Serve, tmp_path: Path) -> None:
    address, here = serve(SOTTO_ENGINE="echo").address, tmp_path / "home"
    words = ("--url", address, "--model", STARTER, "--where", "inside", "--price", "1/1", "--currency", "EUR")
    assert commanded(here, "upstreams", "add", "cellar", *words).returncode == 0
    ask = ("ask", "--there", "cellar", PERSONAL)
    closed = commanded(here, *ask, "--yes-send", SOTTO_ENGINE="echo")
    assert (closed.returncode, closed.stdout) == (3, "")
    assert "sotto settings set network ask" in closed.stderr
    env = {"SOTTO_ENGINE": "echo", "SOTTO_NETWORK": "ask", "SOTTO_KEEP_SENT": "on"}
    unasked = commanded(here, *ask, **env)
    assert (unasked.returncode, unasked.stdout) == (3, "")
    assert "nobody has said yes" in unasked.stderr
    assert not (here / "ledger.jsonl").exists()
    assert json.loads(commanded(here, "chats", "list", "--json").stdout) == []
    told = commanded(here, *ask, "--yes-send", "--json", **env)
    assert told.returncode == 0, told.stderr
    said = json.loads(told.stdout)
    assert (said["answer"].strip(), said["model"], said["digest"]) == (PERSONAL, STARTER, "")
    assert "I am NAME_1QX, mail EMAIL_2QX" in told.stderr
    assert "EUR" in told.stderr
    (sent,) = (here / "sent").glob("*/*.json")
    assert not any(planted in sent.read_bytes() for planted in PLANTED)
    again = commanded(
        here, "ask", "--there", "cellar", "--yes-send", "--chat", said["chat"], "Anna Berger?", **env
    )
    assert again.stdout.strip() == "Anna Berger?"
    assert not any(
        planted in one.read_bytes() for one in (here / "sent").glob("*/*.json") for planted in PLANTED
    )
    wrong = commanded(here, *ask, "--quote", "--kb", "x", **env)
    assert wrong.returncode == 2


def test_a_person_at_a_terminal_sees_it_first(
    serve: Serve, tmp_path: Path, terminal: Callable[..., Any]
) -> None:
    address, here = serve(SOTTO_ENGINE="echo").address, tmp_path / "home"
    words = ("--url", address, "--model", STARTER, "--where", "inside")
    assert commanded(here, "upstreams", "add", "cellar", *words).returncode == 0
    sotto = terminal(width=100, height=40, SOTTO_NETWORK="ask")
    sotto.ask("I am Anna Berger")
    sotto.settle()
    sotto.ask("/there")
    sotto.until("always for this chat (a)?")
    assert "I am NAME_1QX" in sotto.text
    sotto.press("a\r")
    sotto.until("answered, elsewhere]")
    sotto.ask("And Anna Berger again")
    sotto.until("things hidden: 1")
    sotto.settle()
    sotto.ask("/here")
    sotto.until("The model here answers in this chat.")
    assert sotto.leave() == 0
    (chat,) = json.loads(commanded(here, "chats", "list", "--json").stdout)
    messages = json.loads(commanded(here, "chats", "show", chat["id"], "--json").stdout)["messages"]
    assert messages[-1]["text"].strip() == "And Anna Berger again"
    assert messages[-1]["model"] == STARTER


@pytest.mark.model
def test_the_real_model_there_answers_what_is_hidden(serve: Serve, tmp_path: Path) -> None:
    address, here = serve().address, tmp_path / "home"
    words = ("--url", address, "--model", "starter", "--where", "inside", "--longest", "32")
    assert commanded(here, "upstreams", "add", "cellar", *words).returncode == 0
    env = {"SOTTO_ENGINE": "echo", "SOTTO_NETWORK": "ask", "SOTTO_KEEP_SENT": "on"}
    ask = ("ask", "--there", "cellar", "--yes-send", "--json", "Say hello to my neighbour Anna Berger.")
    told = commanded(here, *ask, **env)
    assert told.returncode == 0, told.stderr
    said = json.loads(told.stdout)
    assert said["answer"].strip()
    assert "QX" not in said["answer"]
    assert (said["model"], said["digest"]) == (STARTER, "")
    (sent,) = (here / "sent").glob("*/*.json")
    assert not any(planted in sent.read_bytes() for planted in PLANTED)


@pytest.mark.model
async def test_a_server_that_is_killed_in_the_middle_ends_as_a_sentence(serve: Serve, ways: Means) -> None:
    there, came = serve(), list[str]()
    upstream = Upstream("cellar", there.address, STARTER, Where.INSIDE)
    long = [Message(Role.USER, "Tell me a long story of the sea.")]

    async def listen() -> None:
        async for piece in ask(upstream, long, Sampling(max_tokens=600), ways):
            came.append(type(piece).__name__)
            if came == ["Named", "Text"]:
                there.kill()

    with pytest.raises(NetworkProblem, match=r"broke off"):
        await listen()
    assert "Finished" not in came


@pytest.mark.model
@pytest.mark.parametrize("kind", Kind)
async def test_the_real_model_there_answers_here(serve: Serve, ways: Means, kind: Kind) -> None:
    upstream = Upstream("cellar", serve().address, "starter", Where.INSIDE, kind, longest=24)
    upstreams.add(ways.database.home, upstream)
    text, finished, told = await heard(upstreams.get("cellar", ways.database.home), ways)
    assert text.strip()
    assert (told, finished.reason in ("stop", "length")) == (["other_model"], True)
    assert 0 < finished.usage.answer <= 24
    assert finished.timings.first_token > 0


@pytest.fixture
def native(loopback: None) -> Iterator[str]:
    """The address of llama.cpp's own server."""
    process = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("native.py")), str(starter.path())],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    yield process.stdout.readline().strip()
    process.kill()
    process.communicate()


@pytest.mark.model
async def test_llama_cpps_own_server_is_understood(native: str, ways: Means) -> None:
    for kind in Kind:
        upstream = Upstream("cellar", native, starter.card().name, Where.INSIDE, kind, longest=24)
        text, finished, told = await heard(upstream, ways)
        assert text.strip()
        assert finished.reason in ("stop", "length")
        assert 0 < finished.usage.answer <= 24
        assert told in ([], ["other_model"])
    plain = Upstream("cellar", native, "starter", Where.INSIDE)
    held = '{"type": "object", "properties": {"x": {"type": "boolean"}}, "required": ["x"]}'
    assert json.loads((await heard(plain, ways, schema=held))[0]).keys() == {"x"}
    with pytest.raises(UpstreamProblem, match="did not accept the question: it may be too long"):
        _ = [piece async for piece in ask(plain, [Message(Role.USER, "word " * 4000)], Sampling(), ways)]


def test_what_the_real_model_doubts_is_asked_for_elsewhere(serve: Serve, tmp_path: Path) -> None:
    address, here = serve(SOTTO_ENGINE="echo").address, tmp_path / "home"
    words = ("--url", address, "--model", STARTER, "--where", "inside")
    assert commanded(here, "upstreams", "add", "cellar", *words).returncode == 0
    ask = ("ask", "--route", "ask", "--json", "--max-tokens", "16", "--temperature", "0")
    for limit, digest in (("0", ""), ("1", starter.starter().sha256)):
        (here / "routing.toml").write_text(f"doubt = {limit}", "utf-8")
        told = commanded(here, *ask, "--yes-send", "Name three rivers.", SOTTO_NETWORK="ask")
        assert told.returncode == 0, told.stderr
        said = json.loads(told.stdout)
        assert said["digest"] == digest
        why = [one["text"] for one in said["notices"] if one["code"] == "routed"]
        if limit == "0":
            assert re.fullmatch(
                r"Asked cellar because the answer here looks doubtful \(0\.\d\d, the limit is 0\.00\); "
                r"the command said yes\.",
                *why,
            )
        else:
            assert why == []
    shown = json.loads(commanded(here, "chats", "show", said["chat"], "--json").stdout)
    assert "Name three rivers." in json.dumps(shown)
