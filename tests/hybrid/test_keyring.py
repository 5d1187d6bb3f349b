"""A key stands in the system's keyring where its owner wants it there, and nowhere else then."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from types import ModuleType
from typing import Any

import pytest
from rings import Ring, ring

from sottovoce.core.errors import BadUpstream, Refused, SottoError
from sottovoce.core.paths import Home
from sottovoce.hybrid import asking, keyring, keys, upstreams
from sottovoce.hybrid.upstream import Upstream
from sottovoce.net.address import Where

FAR = Upstream("far", "https://api.example.com/v1", "large", Where.OUTSIDE)
KEY = "sk-canary-4711"


@pytest.fixture
def theirs(monkeypatch: pytest.MonkeyPatch) -> type[Ring]:
    """The only keyring of this system."""
    only = ring()
    put(monkeypatch, {"Secret Service": only})
    return only


def put(monkeypatch: pytest.MonkeyPatch, known: dict[str, Any]) -> None:
    monkeypatch.setattr(keyring, "kinds", lambda: known)


def on_disk(home: Home) -> bool:
    return any(b"canary" in path.read_bytes() for path in home.root.rglob("*") if path.is_file())


def token(home: Home, upstream: Upstream = FAR) -> str:
    found = keys.of(home, upstream)
    assert found is not None
    assert found.origin == upstream.origin
    return found.token


def test_a_key_in_the_keyring_is_on_no_disk(home: Home, theirs: type[Ring]) -> None:
    keys.keep(home, FAR, KEY, "keyring")
    assert token(home) == KEY
    assert keys.place_of(home, "far") == "keyring"
    assert not on_disk(home)
    assert theirs.held == {("sottovoce", f"far https://api.example.com:443 {home.root.resolve()}"): KEY}
    keys.forget(home, "far")
    assert (theirs.held, keys.of(home, FAR), keys.place_of(home, "far")) == ({}, None, "")


def test_it_goes_to_the_origin_that_it_was_given_for_alone(home: Home, theirs: type[Ring]) -> None:
    keys.keep(home, FAR, KEY, "keyring")
    moved = replace(FAR, url="https://evil.example/v1")
    with pytest.raises(Refused, match=r"was given for api\.example\.com"):
        keys.of(home, moved)
    record = upstreams.folder(home) / "far.key"
    record.write_text(record.read_text().replace("api.example.com", "evil.example"))
    with pytest.raises(BadUpstream, match="is not in the system's keyring any more"):
        keys.of(home, moved)


def test_another_home_has_another_key(home: Home, theirs: type[Ring], tmp_path: Any) -> None:
    keys.keep(home, FAR, KEY, "keyring")
    copied = Home(tmp_path / "copied")
    upstreams.folder(copied).mkdir(parents=True)
    (upstreams.folder(copied) / "far.key").write_text((upstreams.folder(home) / "far.key").read_text())
    with pytest.raises(BadUpstream, match="not in the system's keyring any more") as raised:
        keys.of(copied, FAR)
    assert raised.value.hint == "Give it again: sotto upstreams key far --key-file FILE"
    keys.forget(copied, "far")
    assert token(home) == KEY


def test_given_again_it_is_gone_from_where_it_stood(home: Home, theirs: type[Ring]) -> None:
    keys.keep(home, FAR, KEY)
    assert on_disk(home)
    keys.keep(home, FAR, KEY, "keyring")
    assert not on_disk(home)
    moved = replace(FAR, url="https://other.example/v1")
    keys.keep(home, moved, "sk-2", "keyring")
    assert list(theirs.held.values()) == ["sk-2"]
    keys.keep(home, moved, KEY)
    assert (theirs.held, token(home, moved)) == ({}, KEY)


def test_it_is_found_in_the_keyring_that_it_was_put_in(
    home: Home, theirs: type[Ring], monkeypatch: pytest.MonkeyPatch
) -> None:
    keys.keep(home, FAR, KEY, "keyring")
    put(monkeypatch, {"KWallet": ring(), "Secret Service": theirs})
    assert token(home) == KEY
    put(monkeypatch, {"KWallet": ring()})
    with pytest.raises(BadUpstream, match="There is no keyring of the system here"):
        keys.of(home, FAR)


class Unfit(type):
    """A keyring's class whose priority cannot be told, as the library has it."""

    @property
    def priority(cls) -> float:
        raise RuntimeError("The Secret Service daemon is neither running nor activatable through D-Bus")


UNFIT = {"low": ring(priority=0), "absent": Unfit("Absent", (), {})}


@pytest.mark.parametrize("known", [{}, *({name: kind} for name, kind in UNFIT.items())])
def test_without_a_keyring_that_is_to_be_relied_on_nothing_is_kept(
    home: Home, known: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    put(monkeypatch, known)
    with pytest.raises(BadUpstream, match="There is no keyring of the system here") as raised:
        keys.keep(home, FAR, KEY, "keyring")
    assert "sotto settings set keys_in files" in (raised.value.hint or "")
    assert keys.place_of(home, "far") == ""
    assert not on_disk(home)


def test_the_next_one_is_taken_where_the_first_is_not_here(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = ring()
    put(monkeypatch, {**UNFIT, "KWallet": second})
    keys.keep(home, FAR, KEY, "keyring")
    assert list(second.held.values()) == [KEY]


def test_without_the_library_the_command_that_brings_it_is_told(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == "keyring"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(BadUpstream, match="the library keyring, which is not installed") as raised:
        keys.keep(home, FAR, KEY, "keyring")
    assert "pip install '.[keyring]'" in (raised.value.hint or "")
    assert not on_disk(home)


@pytest.mark.skipif(sys.platform != "linux", reason="it is said by the system which keyring there is")
def test_the_librarys_own_configuration_names_nothing(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def module(name: str, **has: Any) -> ModuleType:
        made = ModuleType(name)
        vars(made).update(has)
        monkeypatch.setitem(sys.modules, name, made)
        return made

    def named_elsewhere() -> Any:
        raise AssertionError("the library was asked for the keyring of its configuration")

    service, wallet = ring(priority=0), ring()
    backends = module(
        "keyring.backends",
        SecretService=module("keyring.backends.SecretService", Keyring=service),
        kwallet=module("keyring.backends.kwallet", DBusKeyring=wallet),
    )
    module("keyring", backends=backends, get_keyring=named_elsewhere, set_password=named_elsewhere)
    keys.keep(home, FAR, KEY, "keyring")
    assert token(home) == KEY
    assert (service.held, list(wallet.held.values())) == ({}, [KEY])


def test_what_was_said_of_a_failure_never_has_the_key(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(self: Ring, service: str, username: str, password: str) -> None:
        raise OSError(f"the bus does not take {password!r}")

    put(monkeypatch, {"Secret Service": ring(set_password=fail)})
    with pytest.raises(BadUpstream, match="The system's keyring does not open") as raised:
        keys.keep(home, FAR, KEY, "keyring")
    problem = raised.value
    assert problem.detail == "OSError: the bus does not take '…'"
    assert problem.__suppress_context__
    assert KEY not in f"{problem.sentence}{problem.hint}{problem.detail}{problem.__cause__}"
    assert keys.place_of(home, "far") == ""


def test_a_keyring_that_does_not_take_a_key_leaves_the_one_before(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys.keep(home, FAR, KEY)
    put(monkeypatch, {})
    with pytest.raises(BadUpstream):
        keys.keep(home, FAR, "sk-2", "keyring")
    assert (token(home), keys.place_of(home, "far")) == (KEY, "files")


def test_what_a_keyring_does_not_give_back_is_not_forgotten_unasked(
    home: Home, theirs: type[Ring], monkeypatch: pytest.MonkeyPatch
) -> None:
    keys.keep(home, FAR, KEY, "keyring")
    put(monkeypatch, {})
    for change in (lambda: keys.forget(home, "far"), lambda: keys.keep(home, FAR, "sk-2")):
        with pytest.raises(BadUpstream) as raised:
            change()
        assert str(upstreams.folder(home) / "far.key") in (raised.value.hint or "")
    assert keys.place_of(home, "far") == "keyring"
    put(monkeypatch, {"Secret Service": theirs})
    assert token(home) == KEY


def test_what_somebody_took_out_of_the_keyring_is_no_obstacle(home: Home, theirs: type[Ring]) -> None:
    keys.keep(home, FAR, KEY, "keyring")
    theirs.held.clear()
    keys.forget(home, "far")
    assert keys.place_of(home, "far") == ""


def test_what_is_no_key_in_a_keyring_is_not_sent_and_not_said(home: Home, theirs: type[Ring]) -> None:
    keys.keep(home, FAR, KEY, "keyring")
    theirs.held = dict.fromkeys(theirs.held, f"{KEY}\r\nHost: evil.example")
    with pytest.raises(BadUpstream, match="The key of far cannot be read") as raised:
        keys.of(home, FAR)
    assert "canary" not in f"{raised.value.sentence}{raised.value.hint}{raised.value.detail}"


# ── a keyring that waits for its window ──────────────────────────────────────────────────────────


@pytest.fixture
def locked(home: Home, theirs: type[Ring], monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """A keyring that has the key, and opens when this is set; nobody waits long for it."""
    keys.keep(home, FAR, KEY, "keyring")
    opened = threading.Event()

    def wait(self: Ring, service: str, username: str) -> str | None:
        theirs.asked += 1  # type: ignore[attr-defined]
        opened.wait(30)
        return self.held.get((service, username))

    theirs.asked = 0  # type: ignore[attr-defined]
    monkeypatch.setattr(theirs, "get_password", wait)
    monkeypatch.setattr(keyring, "READING", 0.05)
    yield opened
    opened.set()
    with keyring._in_use:  # the last that waited is gone
        pass


def test_a_keyring_that_stays_locked_is_a_sentence_and_is_asked_once(
    home: Home, theirs: Any, locked: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        with pytest.raises(BadUpstream, match="did not answer within") as raised:
            keys.of(home, FAR)
    assert "unlock it" in (raised.value.hint or "")
    assert theirs.asked == 1
    locked.set()
    monkeypatch.setattr(keyring, "READING", 30.0)
    assert token(home) == KEY


async def test_while_a_keyring_waits_the_loop_goes_on_and_may_be_stopped(
    home: Home,
    ways: Any,
    elsewhere: Any,
    locked: threading.Event,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    upstream = elsewhere(9)
    keys.keep(home, upstream, KEY, "keyring")
    monkeypatch.setattr(keyring, "READING", 30.0)
    asked = threading.Event()

    def key(one: Upstream) -> Any:
        asked.set()
        return keys.of(home, one)

    async def ask() -> None:
        async for _ in asking.ask(upstream, (), asking.Sampling(), ways(key=key)):
            pass

    question = asyncio.ensure_future(ask())
    assert await asyncio.to_thread(asked.wait, 10)
    question.cancel()
    with pytest.raises(asyncio.CancelledError):
        await question


async def test_a_key_that_cannot_be_read_sends_nothing(
    home: Home, ways: Any, elsewhere: Any, locked: threading.Event
) -> None:
    upstream = elsewhere(9)
    keys.keep(home, upstream, KEY, "keyring")
    with pytest.raises(SottoError, match="did not answer"):
        async for _ in asking.ask(
            upstream, (), asking.Sampling(), ways(key=lambda one: keys.of(home, one)), explicit=True
        ):
            pass
    assert not home.ledger.exists()
