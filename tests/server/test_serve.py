"""Parts of serving that need no process: sockets, what a person reads, the model that does not load."""

from __future__ import annotations

import asyncio
import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from sottovoce.core.errors import BadModelFile, BadValue, EngineFailed
from sottovoce.core.paths import open_home
from sottovoce.engine.echo import EchoEngine
from sottovoce.server import serve, sockets
from sottovoce.server.changes import Changes
from sottovoce.server.greeting import greeting
from sottovoce.server.serve import Stop

HERE = "http://127.0.0.1:7886"


def test_a_person_reads_where_it_is_and_how_to_stop_it():
    said = greeting([HERE], "echo", 4, f"{HERE}/enter#code", needs_key=False)
    assert said == [
        "Serving http://127.0.0.1:7886",
        "",
        "  OpenAI clients  base URL http://127.0.0.1:7886/v1",
        "                  no key is needed on this machine",
        "  Model           echo, 4 answers at a time",
        "  Your browser    http://127.0.0.1:7886/enter#code",
        "                  signs in once, within ten minutes",
        "  To stop         Ctrl-C",
    ]
    outside = greeting([HERE, "http://192.168.1.5:7886"], "echo", 1, f"{HERE}/enter#code", needs_key=True)
    assert outside[0] == "Serving http://127.0.0.1:7886 and http://192.168.1.5:7886"
    assert outside[2:5] == [
        "  OpenAI clients  base URL http://192.168.1.5:7886/v1",
        "                  each call needs a key: sotto keys add NAME",
        "  Model           echo",
    ]


# ── sockets ───────────────────────────────────────────────────────────────────────────────────────


def opened(host: str, port: int = 0) -> list[tuple[str, int]]:
    listeners = sockets.open_network(host, port)
    try:
        return [sockets.address_of(one) for one in listeners]
    finally:
        for one in listeners:
            one.close()


async def test_what_is_written_to_a_caller_leaves_at_once(loopback):
    taken: asyncio.Future[asyncio.Transport] = asyncio.get_running_loop().create_future()

    class Wire(asyncio.Protocol):
        def connection_made(self, transport):
            taken.set_result(transport)

    listeners = sockets.open_network("127.0.0.1", 0)
    server = await asyncio.get_running_loop().create_server(Wire, sock=listeners[0])
    _, caller = await asyncio.open_connection(*sockets.address_of(listeners[0]))
    end = (await taken).get_extra_info("socket")
    assert end.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
    caller.close()
    server.close()
    for one in listeners[1:]:
        one.close()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_on_this_machine_it_listens_at_both_of_its_addresses(host, loopback):
    found = opened(host)
    assert found[0][0] == "127.0.0.1"
    assert {port for _, port in found} == {found[0][1]}
    assert [host for host, _ in found[1:]] in ([], ["::1"])


def test_another_address_is_listened_at_alone(loopback):
    assert [host for host, _ in opened("127.0.0.2")] == ["127.0.0.2"]


def test_a_port_taken_on_either_address_is_taken(loopback):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(BadValue, match="taken"):
            opened("127.0.0.1", taken.getsockname()[1])


def test_the_private_socket_is_this_users_alone_and_goes():
    with sockets.open_private() as private:
        path = private.getsockname()
        assert len(path) < sockets.LONGEST_PATH
    assert not Path(path).parent.exists()


def test_a_long_folder_for_short_lived_files_is_passed_over(tmp_path, monkeypatch):
    import tempfile

    deep = tmp_path / ("a" * 90)
    deep.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(deep))
    with sockets.open_private() as private:
        assert private.getsockname().startswith("/tmp/")
    assert list(deep.iterdir()) == []


# ── a model that does not load ────────────────────────────────────────────────────────────────────


class Broken:
    """A home whose model cannot be loaded at first."""

    def __init__(self, failures: int) -> None:
        self.failures = failures

    async def ready(self) -> None:
        if self.failures:
            self.failures -= 1
            raise BadModelFile("This model is damaged.", hint="sotto doctor")


async def test_a_model_that_cannot_be_loaded_is_said_once_and_tried_again(monkeypatch):
    monkeypatch.setattr(serve, "RETRY_SECONDS", 0.01)
    house: Any = SimpleNamespace(app=Broken(3), problem="The model is being loaded.", changes=Changes())
    said: list[str] = []
    loading = asyncio.create_task(serve._load(house, said.append))
    await asyncio.sleep(0.005)
    assert (house.problem, house.problem_code) == ("This model is damaged.", "bad_model_file")
    await asyncio.wait_for(loading, 5)
    assert house.problem == ""
    assert said == ["This model is damaged.\n\nhint: sotto doctor", "The model is loaded."]


async def test_a_mistake_of_ours_while_loading_does_not_end_the_server(monkeypatch, caplog):
    class Odd:
        async def ready(self) -> None:
            raise ZeroDivisionError

    house: Any = SimpleNamespace(app=Odd(), problem="The model is being loaded.", changes=Changes())
    said: list[str] = []
    loading = asyncio.create_task(serve._load(house, said.append))
    await asyncio.sleep(0.01)
    assert not loading.done()
    assert "should not have" in house.problem
    assert len(said) == len(caplog.records) == 1
    loading.cancel()


# ── signals ───────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def stop() -> Iterator[Stop]:
    """What would end the process of the tests, were it not told that everything has ended."""
    stop = Stop(60)
    yield stop
    stop.made()


async def test_the_second_signal_hurries_and_clears_away_what_others_see(stop, monkeypatch):
    left: list[int] = []
    gone: list[str] = []
    monkeypatch.setattr(serve, "HURRY_SECONDS", 0.01)
    monkeypatch.setattr("os._exit", left.append)
    stop.outside.callback(gone.append, "sign")
    stop.signalled(15)
    assert (stop.asked.is_set(), stop.hurried.is_set()) == (True, False)
    stop.signalled(15)
    assert stop.hurried.is_set()
    assert left == []
    await asyncio.sleep(0.05)
    assert (left, gone) == ([143], ["sign"])


async def test_what_does_not_end_after_a_signal_is_left_in_good_order(stop, monkeypatch):
    left, gone = threading.Event(), threading.Event()
    codes: list[int] = []
    monkeypatch.setattr("os._exit", lambda code: (codes.append(code), left.set()))
    stop.outside.callback(gone.set)
    stop.signalled(15)
    stop.end_within(0.01)
    assert left.wait(20)
    assert gone.is_set()
    assert codes == [0]


def test_threads_leave_room_for_answers_while_it_serves(tmp_path, monkeypatch):
    before, seen = sys.getswitchinterval(), []

    async def served(*_):
        seen.append(sys.getswitchinterval())

    monkeypatch.setattr(serve, "_serve", served)
    serve.serve(open_home(tmp_path / "home"), serve.Wish({}), lambda _: None)
    assert seen == [serve.TURN_SECONDS]
    assert sys.getswitchinterval() == before


async def test_no_import_keeps_the_server_from_its_end(house, stop):
    front: Any = SimpleNamespace(is_busy=False, take_no_more=lambda: None, cut=lambda: asyncio.sleep(0))
    stopped = threading.Event()
    house.imports["me"] = [stopped]
    await serve._finish(house, front, stop, 0, lambda _: None)
    assert stopped.is_set()


async def test_an_engine_that_does_not_forget_keeps_nothing_from_a_good_end(house, stop, monkeypatch):
    async def fail(_, conversation):
        raise EngineFailed("It died.", hint="Ask again")

    cut: list[bool] = []
    front: Any = SimpleNamespace(is_busy=False, take_no_more=lambda: None)
    front.cut = lambda: asyncio.sleep(0, cut.append(True))
    await house.temporary.begin("me")
    monkeypatch.setattr(EchoEngine, "forget", fail)
    await serve._finish(house, front, stop, 0, lambda _: None)
    assert cut == [True]


def test_a_reader_that_left_does_not_end_the_server():
    def tell(text: str) -> None:
        raise BrokenPipeError

    serve._unless_nobody_reads(tell)("Serving")
