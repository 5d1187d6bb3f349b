"""Runs the server of one home: opens it, listens, loads the model, and ends in good order.

One server for a home at a time. A signal lets answers under way finish for ten seconds and cuts what is
left, keeping what was written; ten more, and the program has ended, however busy the machine. A second
signal ends it at once. Prints nothing: what a person should read goes to `tell`.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sottovoce.app import App, open_app
from sottovoce.chat.runs import Runs
from sottovoce.core import settings as settings_of
from sottovoce.core.errors import Refused, SottoError
from sottovoce.core.lock import FileLock
from sottovoce.core.messages import OWNER
from sottovoce.core.paths import Home
from sottovoce.core.settings import Settings, Value
from sottovoce.engine import sign
from sottovoce.server import asgi, browser, problems, sockets
from sottovoce.server.app_api.changes import look_elsewhere
from sottovoce.server.changes import Changes, Elsewhere, What
from sottovoce.server.doors import Doors
from sottovoce.server.gate.hosts import names_of, written
from sottovoce.server.gate.origins import origins_of
from sottovoce.server.greeting import addresses_of, greeting
from sottovoce.server.house import House
from sottovoce.server.limits import Meter
from sottovoce.server.listening import Listening, listening
from sottovoce.server.log import Journal, kept
from sottovoce.server.metrics import Metrics
from sottovoce.server.openai_api import responses_kept
from sottovoce.server.sessions import Sessions, keep_hours
from sottovoce.store import keys

log = logging.getLogger(__name__)

STOP_SECONDS = 10.0
LAST_SECONDS = 10.0
"""After the answers, to save what chats have of the engine, and to let threads end. No more is waited for
either: a start without them costs time, and nothing else."""

HURRY_SECONDS = 1.0
"""After a second signal, for what ends quickly to end well."""

RETRY_SECONDS = 30.0
PAUSE = 0.05

TURN_SECONDS = 0.001
"""For which a thread keeps Python to itself. While files are read beside it, an answer waits for so long at
each of some ten calls of the system; Python's own measure is five times this."""

SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Wish:
    """What a command asked for. `given` are settings that win over all others."""

    given: Mapping[str, Value | None]
    open_browser: bool = False
    debug: bool = False
    stop_seconds: float = STOP_SECONDS
    lan: str = ""
    """An address of the local network to listen at beside this machine's own, for who has a link."""
    welcome: Tell | None = None
    """Tells a person that it listens, given a link for that address; else they read the usual words."""


def serve(home: Home, wish: Wish, tell: Tell) -> None:
    """Serve this home until a signal ends it.

    Raises Refused where another server runs, or where anybody could come in without a key; BadValue where
    it cannot listen as asked.
    """
    lock = FileLock(home.root / "server.lock")
    if not lock.take():
        raise _already_served(home)
    stop = Stop(wish.stop_seconds + LAST_SECONDS)
    try:
        with _letting_answers_through(), kept(home, debug=wish.debug):
            asyncio.run(_serve(home, wish, tell, stop))
    finally:
        stop.made()
        lock.release()


@contextmanager
def _letting_answers_through() -> Iterator[None]:
    """Keep what works beside the answers from holding them up: threads, and starts of processes."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(TURN_SECONDS)
    if sys.version_info < (3, 12) and sys.platform == "linux":
        # Else each process takes a thread, whose beginning is waited for. Later Pythons do this themselves.
        with suppress(OSError):  # an old kernel, or one that forbids it
            os.close(os.pidfd_open(os.getpid()))
            asyncio.set_child_watcher(asyncio.PidfdChildWatcher())
    try:
        yield
    finally:
        sys.setswitchinterval(before)


class Stop:
    """What the signals ask for: to end within so many seconds, then to end at once.

    `outside` is what others see of us, and is cleared away in any case.
    """

    def __init__(self, seconds: float) -> None:
        self.asked = asyncio.Event()
        self.hurried = asyncio.Event()
        self.outside = ExitStack()
        self._seconds = seconds
        self._latest: threading.Timer | None = None

    def end_within(self, seconds: float) -> None:
        """Have the program ended after so many seconds, whatever is still waited for then."""
        self.made()
        # A thread: what is waited for at the very end may hold up the loop, or come after it.
        self._latest = threading.Timer(seconds, self._leave, [0])
        self._latest.daemon = True
        self._latest.start()

    def made(self) -> None:
        """Say that everything has ended."""
        if self._latest is not None:
            self._latest.cancel()

    def signalled(self, number: int) -> None:
        if not self.asked.is_set():
            self.asked.set()
            self.end_within(self._seconds)
        elif not self.hurried.is_set():
            self.hurried.set()
            asyncio.get_running_loop().call_later(HURRY_SECONDS, self._leave, 128 + number)
        else:
            self._leave(128 + number)

    def _leave(self, code: int) -> None:
        """End the process here. What was written of an answer is on the disk; the engine goes with us."""
        self.outside.close()
        os._exit(code)


async def _serve(home: Home, wish: Wish, tell: Tell, stop: Stop) -> None:
    settings = settings_of.load(home, settings_of.read_environment(), wish.given)
    opening = open_app(
        home=home,
        given=wish.given,
        slots=settings.slots,
        queue_seconds=settings.queue_seconds,
        attach=False,
    )
    sockets.allow_many_files()
    with ExitStack() as stay:
        stay.enter_context(_heeding_signals(stop))
        stay.enter_context(stop.outside)
        stop.outside.callback(browser.forget, home)
        network = _open(settings, wish)
        for listener in network:
            stay.enter_context(listener)
        async with opening as app:
            if not sockets.is_only_here(network) and not wish.lan:
                await _require_key(app)
            private = stop.outside.enter_context(sockets.open_private())
            sessions = Sessions(database=app.database)
            await sessions.load()
            house, server = _build(app, sessions, network, wish.lan)
            async with listening(server, [*network, *filter(None, [private])]) as front:
                if private is not None:
                    path = Path(private.getsockname())
                    stop.outside.enter_context(app.shared(path, addresses_of(network[0])[0]))
                said = _unless_nobody_reads(tell)
                _greet(house, network, wish, said)
                await _until_stopped(house, stop, said)
                await _finish(house, front, stop, wish.stop_seconds, said)


def _open(settings: Settings, wish: Wish) -> list[socket.socket]:
    if wish.lan:
        return sockets.open_shared(wish.lan, settings.port)
    return sockets.open_network(settings.host, settings.port)


def _build(app: App, sessions: Sessions, network: list[socket.socket], lan: str) -> tuple[House, Journal]:
    settings = app.settings
    doors = Doors(app.database, sessions, is_loopback_only=_is_ours_alone(settings, network))
    ends = tuple(map(sockets.address_of, network))
    changes = Changes()
    house = House(
        app,
        doors,
        Meter(),
        Metrics(),
        Runs(app.parts()),
        ends=ends,
        changes=changes,
        elsewhere=Elsewhere(app.database, changes),
    )
    names = names_of(ends, lan or settings.host, settings.hosts)
    return house, asgi.build(house, names, origins_of(settings.origins))


def _is_ours_alone(settings: Settings, network: list[socket.socket]) -> bool:
    """Whether only programs of this machine can come in. Where it has another name, others may know that."""
    return sockets.is_only_here(network) and not settings.hosts.strip()


# ── what a person reads ───────────────────────────────────────────────────────────────────────────


def _greet(house: House, network: list[socket.socket], wish: Wish, tell: Tell) -> None:
    if wish.lan and wish.welcome is not None:
        here = written(wish.lan, sockets.address_of(network[0])[1])
        _unless_nobody_reads(wish.welcome)(f"http://{here}{house.doors.sessions.new_link()}")
        return
    addresses = addresses_of(network[0])
    link = f"{addresses[0]}{house.doors.sessions.new_link()}"
    slots = house.app.engine.queue(OWNER).slots
    needs_key = not _is_ours_alone(house.app.settings, network)
    for line in greeting(addresses, house.app.model.name, slots, link, needs_key=needs_key):
        tell(line)
    if not sockets.is_only_here(network):
        tell("\nWhat is sent to other machines can be read on its way there: put TLS in front.")
    if wish.open_browser:
        browser.open_at(house.app.home, link)


def _unless_nobody_reads(tell: Tell) -> Tell:
    """Return a `tell` for a server, which outlives the terminal it was started in."""

    def said(text: str) -> None:
        with suppress(OSError, SottoError):
            tell(text)

    return said


# ── before and after ──────────────────────────────────────────────────────────────────────────────


def _already_served(home: Home) -> Refused:
    other = sign.read(home)
    where = "" if other is None else f" at {other.address}"
    return Refused(
        f"A server for this home runs already{where}.",
        hint="Use it, stop it with Ctrl-C where it runs, or open another home: sotto --home FOLDER serve",
    )


async def _require_key(app: App) -> None:
    """Raise Refused where others could come in and no key is asked of them, since there is none."""
    now = time.time()
    for key in await app.database.read(keys.listed):
        if key.terms.expires is None or key.terms.expires > now:
            return
    raise Refused(
        "Other machines could use this server, and there is no key yet to ask them for.",
        hint="sotto keys add NAME makes one; without --host the server is for this machine alone",
    )


async def _until_stopped(house: House, stop: Stop, tell: Tell) -> None:
    beside = [
        asyncio.create_task(_load(house, tell)),
        asyncio.create_task(house.app.prepare()),
        asyncio.create_task(responses_kept.keep_no_longer(house.app.database)),
        asyncio.create_task(house.temporary.end_unused()),
        asyncio.create_task(keep_hours(house.doors.sessions)),
        asyncio.create_task(house.take_up_shelves()),
        asyncio.create_task(house.finish_later()),
    ]
    if house.elsewhere is not None:
        beside.append(asyncio.create_task(look_elsewhere(house.changes, house.elsewhere)))
    try:
        await stop.asked.wait()
    finally:
        for task in beside:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def _load(house: House, tell: Tell) -> None:
    """Load the model; where that fails, say why, serve what needs no model, and try again now and then."""
    told = ""
    while problem := await _problem_of_loading(house.app):
        house.problem, house.problem_code = problem.sentence, problem.code
        if told != problem.sentence:
            house.changes.tell(What.SETTINGS)
            told = problem.sentence
            tell(f"{problem.sentence}\n\nhint: {problem.hint}")
        await asyncio.sleep(RETRY_SECONDS)
    house.problem = ""
    house.changes.tell(What.SETTINGS)
    tell("The model is loaded.")


async def _problem_of_loading(app: App) -> SottoError | None:
    try:
        await app.ready()
    except SottoError as problem:
        return problem
    except Exception:
        # A task's edge: the server stays up, and says that it cannot answer.
        log.exception("The model was not loaded")
        return problems.unforeseen()
    return None


async def _finish(house: House, front: Listening, stop: Stop, seconds: float, tell: Tell) -> None:
    """Let what is under way come to its end, and cut what does not."""
    house.stopping = True
    house.changes.end()
    front.take_no_more()
    pulls = asyncio.create_task(house.pulls.close())  # nothing is lost: they go on from where they were

    def is_busy() -> bool:
        return front.is_busy or bool(house.runs.running(OWNER)) or house.temporary.is_writing()

    await asyncio.sleep(PAUSE)  # connections without a request are gone by then
    if is_busy():
        tell(f"Stopping. Answers under way have {seconds:.0f} seconds; Ctrl-C again stops at once.")
        await _while(is_busy, seconds, stop)
    stop.end_within(LAST_SECONDS)
    house.stop_imports()  # a large file is read for minutes, and the program would not end before
    await house.at_work.close()
    await house.mountings.close()
    await house.runs.close()
    with suppress(SottoError):  # an engine that did not forget one ends with us
        await house.temporary.end_all()
    await asyncio.sleep(PAUSE)  # those who follow a run hear of it
    await front.cut()
    await house.doors.sessions.save_or_say()
    await pulls


async def _while(holds: Callable[[], bool], seconds: float, stop: Stop) -> None:
    clock = asyncio.get_running_loop().time
    end = clock() + seconds
    while holds() and clock() < end and not stop.hurried.is_set():
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.hurried.wait(), PAUSE)


@contextmanager
def _heeding_signals(stop: Stop) -> Iterator[None]:
    loop = asyncio.get_running_loop()
    heeded = [number for number in SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]  # nohup
    if sys.platform == "win32":
        for number in heeded:
            signal.signal(number, lambda given, _: loop.call_soon_threadsafe(stop.signalled, given))
        yield
        return
    for number in heeded:
        loop.add_signal_handler(number, partial(stop.signalled, number))
    try:
        yield
    finally:
        for number in heeded:
            loop.remove_signal_handler(number)
