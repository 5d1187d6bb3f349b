"""A bundle at an address, and servers that lie, drip, send on, mix and hold back."""

from __future__ import annotations

import asyncio
import datetime
import random
import shutil
import time
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from bundle_server import Fault, Handler, serving
from signed_files import LATER, NOW
from update_homes import Maker, Receiver, put_shelf, state

from sottovoce.core.errors import BadBundle, BadValue, DiskFull, NetworkProblem, Offline, Refused
from sottovoce.core.messages import OWNER
from sottovoce.knowledge import carrying
from sottovoce.models.way import Manner, Way
from sottovoce.net.answer import Limits
from sottovoce.net.door import Door
from sottovoce.net.ledger import Ledger
from sottovoce.store.db import open_database
from sottovoce.updates import clock, fetching, known, remote, staging
from sottovoce.updates.applying import apply
from sottovoce.updates.gather import Wish
from sottovoce.updates.opening import open_bundle
from sottovoce.updates.plan import Machine, Plan, planned
from sottovoce.updates.roots import first_contact
from sottovoce.updates.settling import alone

pytestmark = pytest.mark.usefixtures("loopback")

QUICK = Limits(1 << 30, seconds=20.0, silence=0.3, slowest=5_000, patience=0.3)
MANNER = Manner(tries=2, step=1 << 30, pause=0.01, longest_pause=0.01, limits=QUICK)


Bundles = tuple[Path, Path, Maker]


class FarReceiver(Receiver):
    """A home that takes bundles from an address."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.network = "ask"
        self.came = 0

    def far(self, url: str, **door: Any) -> remote.Far:
        ways = {"setting": lambda: self.network, "where": remote.side_of(url), **door}
        return remote.find(
            url, Door(ledger=Ledger(self.home.ledger), **ways), fetching.coming(self.home), QUICK
        )

    def planned(self, url: str, now: datetime.datetime = NOW) -> Plan:
        far = self.far(url)
        trusted = known.load(self.home) or first_contact(far.read)
        bundle = open_bundle(far, trusted, clock.moment("machine", now, trusted.newest))
        with closing(open_database(self.home)) as database:
            return planned(bundle, self.home, database, OWNER, "private", carrying, Machine())

    def fetch(self, url: str, manner: Manner = MANNER) -> Plan:
        plan = self.planned(url)
        assert isinstance(plan.bundle.folder, remote.Far)
        way = Way(plan.bundle.folder.door, True, manner=manner, check=lambda start, name: None, follow=False)
        self.came = 0
        asyncio.run(fetching.fetch(plan.bundle.folder, self.home, plan, way, self.hear))
        return plan

    def hear(self, count: int) -> None:
        self.came += count

    def take(self, url: str) -> Plan:
        plan = self.fetch(url)
        known.save(self.home, plan.bundle.verdict.trusted)
        staging.stage(self.home, plan, carrying, lambda count: None)
        with closing(open_database(self.home)) as database, alone(self.home):
            apply(self.home, database, plan, OWNER, list)
        fetching.clear(self.home)
        return plan


@pytest.fixture(scope="module")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> Bundles:
    """Return two bundles of one signer, the older first, and who made them."""
    folder = tmp_path_factory.mktemp("bundles")
    maker = Maker(folder)
    maker.bring(maker.put_everything(1))
    first = shutil.copytree(maker.path, folder / "first")
    maker.bring(maker.put_everything(2), LATER)
    return first, maker.path, maker


@pytest.fixture
def receiver(tmp_path: Path) -> FarReceiver:
    return FarReceiver(tmp_path / "home")


def test_only_what_is_missing_is_fetched(bundles: Bundles, receiver: FarReceiver, tmp_path: Path) -> None:
    first, second, _ = bundles
    with serving(first) as served:
        receiver.take(served.url)
    with serving(second) as served:
        plan = receiver.planned(served.url)
        assert not [path for path in served.paths() if "/blobs/" in path][1:], (
            "only the contents, before a yes"
        )
        whole = fetching.needed(receiver.home, plan)
        due = {piece.sha256 for pieces, _ in fetching.due(plan, receiver.home) for piece in pieces}
        receiver.take(f"{served.url}/sotto-bundle/")
        assert receiver.came == whole
        blobs = [path.rpartition("/")[2] for path in served.paths() if "/blobs/" in path]
        assert due <= set(blobs)
        assert len(set(blobs) - due) == 1, "and the contents"
    other = Receiver(tmp_path / "other")
    for stick in (first, second):
        other.apply(remote.Folder(stick / "sotto-bundle"))
    assert state(receiver.home) == state(other.home)
    assert not fetching.coming(receiver.home).exists()
    lines = receiver.home.ledger.read_text("utf-8")
    assert lines.count("127.0.0.1") >= len(served.asked), "each connection stands in the ledger"


def test_of_a_shelf_that_is_here_only_what_changed_is_fetched(tmp_path: Path, receiver: FarReceiver) -> None:
    maker, wish = Maker(tmp_path), Wish(shelves=("handbook",))
    put_shelf(maker.home, "handbook", random.Random(6).randbytes(6_000).hex(" ", 3))
    maker.bring(wish, NOW)
    with serving(maker.path) as served:
        receiver.take(served.url)
    put_shelf(maker.home, "handbook", "Leave is 30 days.")
    maker.bring(wish, LATER, changes_only=True)
    with serving(maker.path) as served:
        plan = receiver.take(served.url)
    (file,) = plan.due[0].item.files
    assert not file.whole
    assert receiver.came == file.deltas[0].size < file.size / 2
    assert state(receiver.home)["shelves"] == state(maker.home)["shelves"]


def test_a_file_in_several_pieces_is_put_together(
    receiver: FarReceiver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("contents", "gather"):
        monkeypatch.setattr(f"sottovoce.updates.{module}.PIECE", 300_000)
    maker = Maker(tmp_path)
    maker.bring(maker.put_everything(1))
    with serving(maker.path) as served:
        receiver.take(served.url)
    other = Receiver(tmp_path / "other")
    other.apply(maker.stick)
    assert state(receiver.home) == state(other.home)


def only_blobs(fault: Fault) -> Fault:
    """Leave the contents alone, which are text; spoil what is fetched after a yes."""
    return lambda here, data: "/blobs/" in here.path and not data.startswith(b"{") and fault(here, data)


def only(name: str, fault: Fault) -> Fault:
    return lambda here, data: here.path.endswith(name) and fault(here, data)


def endless(here: Handler, data: bytes) -> bool:
    here.begin(200, {"Content-Type": "application/json"})
    while True:
        here.wfile.write(b" " * 65536)


def drip(here: Handler, data: bytes) -> bool:
    here.begin(200, {"Content-Length": str(len(data))})
    for at in range(len(data)):
        here.wfile.write(data[at : at + 1])
        time.sleep(0.01)
    return True


def answer(status: int, body: bytes = b"", **headers: str) -> Fault:
    def do(here: Handler, data: bytes) -> bool:
        here.send(status, body, {name.replace("_", "-"): value for name, value in headers.items()})
        return True

    return do


def other_content(here: Handler, data: bytes) -> bool:
    here.serve(bytes(len(data)))
    return True


def longer(here: Handler, data: bytes) -> bool:
    here.send(200, data + b"more")
    return True


def shorter(here: Handler, data: bytes) -> bool:
    here.send(200, data[:-4])
    return True


def silent(here: Handler, data: bytes) -> bool:
    here.begin(200, {"Content-Length": str(len(data))})
    here.rfile.read(1)
    return True


PAGE = answer(200, b"<title>Sign in</title>", Content_Type="text/html")

HOSTILE: tuple[tuple[Fault, type[Exception], str], ...] = (
    (only("timestamp.json", endless), NetworkProblem, "sent more than 64000 bytes"),
    (only("root.json", endless), NetworkProblem, "sent more than 512000 bytes"),
    (only("timestamp.json", PAGE), NetworkProblem, "answers with a web page"),
    (only("2.root.json", PAGE), NetworkProblem, "answers with a web page"),
    (only("timestamp.json", silent), NetworkProblem, "took too long"),
    (only("timestamp.json", drip), NetworkProblem, "too slow"),
    (only_blobs(drip), NetworkProblem, "too slow"),
    (only("timestamp.json", answer(302, Location="/elsewhere")), Refused, "only the one you gave is asked"),
    (only("timestamp.json", answer(404)), BadValue, "There is no bundle at"),
    (only("snapshot.json", answer(404)), BadBundle, "snapshot.json is missing"),
    (only("targets.json", answer(500)), NetworkProblem, "answered 500"),
    (only("targets.json", other_content), BadBundle, "damaged or forged"),
    (only("targets.json", longer), BadBundle, "damaged or forged"),
    (only_blobs(other_content), BadBundle, "not what was signed"),
    (only_blobs(longer), BadBundle, "not what was signed"),
    (only_blobs(shorter), BadBundle, "not what was signed"),
    (only_blobs(endless), BadBundle, "not what was signed"),
    (only_blobs(silent), NetworkProblem, "took too long"),
    (only_blobs(answer(404)), NetworkProblem, "not there"),
    (only_blobs(answer(301, Location="/elsewhere")), Refused, "only the one you gave is asked"),
    (only_blobs(answer(503)), NetworkProblem, "answered 503"),
    (only_blobs(lambda here, data: True), NetworkProblem, "broke off"),
)  # fmt: skip


@pytest.mark.parametrize(("fault", "kind", "told"), HOSTILE)
def test_a_server_that_lies_gets_nothing_into_the_home(
    bundles: Bundles, receiver: FarReceiver, fault: Fault, kind: type[Exception], told: str
) -> None:
    before = state(receiver.home)
    with serving(bundles[0], fault) as served, pytest.raises(kind, match=told):
        receiver.fetch(served.url)
    assert state(receiver.home) == before
    assert not list(staging.staging(receiver.home).glob("*/*")), "nothing is taken for fetched"


def half(here: Handler, data: bytes) -> bool:
    """Break off in the middle of what was asked for."""
    start = int(here.headers.get("range", "bytes=0-").removeprefix("bytes=").partition("-")[0])
    body = data[start:]
    here.begin(
        206, {"Content-Length": str(len(body)), "Content-Range": f"bytes {start}-{len(data) - 1}/{len(data)}"}
    )
    here.wfile.write(body[: len(body) // 2])
    return True


def without_parts(here: Handler, data: bytes) -> bool:
    here.send(200, data)
    return True


@pytest.mark.parametrize("fault", [None, only_blobs(without_parts)])
def test_what_broke_off_goes_on_with_the_same_command(
    bundles: Bundles, receiver: FarReceiver, fault: Fault | None
) -> None:
    with serving(bundles[0], only_blobs(half)) as served:
        plan = receiver.planned(served.url)
        whole = fetching.needed(receiver.home, plan)
        with pytest.raises(NetworkProblem, match="broke off"):
            receiver.fetch(served.url)
        left = fetching.needed(receiver.home, plan)
    assert 0 < left < whole
    with serving(bundles[0], fault) as served:
        plan = receiver.fetch(served.url)
        parts = [part for path, part in served.asked if "/blobs/" in path]
    assert receiver.came == left
    assert any(part and not part.startswith("bytes=0-") for part in parts), "only the rest was asked for"
    assert fetching.needed(receiver.home, plan) == 0
    staging.stage(receiver.home, plan, carrying, lambda count: None)


@pytest.mark.parametrize("name", ["timestamp.json", "snapshot.json", "targets.json"])
def test_metadata_of_two_bundles_is_not_mixed(bundles: Bundles, receiver: FarReceiver, name: str) -> None:
    first, second, _ = bundles
    with serving(first) as served:
        receiver.take(served.url)
    before = state(receiver.home)
    (other,) = [path for path in (first / "sotto-bundle/metadata").iterdir() if path.name.endswith(name)]
    mixed = answer(200, other.read_bytes())
    with serving(second, only(name, mixed)) as served, pytest.raises(BadBundle):
        receiver.planned(served.url)
    assert state(receiver.home) == before


def test_a_server_that_holds_back_what_is_new_is_noticed(bundles: Bundles, receiver: FarReceiver) -> None:
    first, second, _ = bundles
    with serving(second) as served:
        receiver.take(served.url)
        with pytest.raises(BadBundle, match="too old"):
            receiver.planned(served.url, NOW + datetime.timedelta(days=400))
    with serving(first) as served, pytest.raises(BadBundle, match="older"):
        receiver.planned(served.url)


def test_the_setting_is_asked_before_each_connection(bundles: Bundles, receiver: FarReceiver) -> None:
    receiver.network = "off"
    with serving(bundles[0]) as served, pytest.raises(Offline):
        receiver.far(served.url)
    assert not served.asked
    receiver.network = "ask"

    def switched_off(here: Handler, data: bytes) -> bool:
        receiver.network = "off"
        return False

    with serving(bundles[0], only_blobs(switched_off)) as served, pytest.raises(Offline):
        receiver.fetch(served.url)
    assert sum("/blobs/" in path for path in served.paths()) == 2, "the contents, and what was under way"


def test_without_tls_only_the_house_is_asked(receiver: FarReceiver) -> None:
    async def public(host: str, port: int) -> list[str]:
        return ["93.184.215.14"]

    with pytest.raises(Refused, match="said to be inside"):
        receiver.far("http://updates.example.org", resolve=public)
    for url in (
        "http://name:word@127.0.0.1/x",
        "https://example.org/x?key=1",
        "https://example.org/#x",
        "http://",
    ):
        with pytest.raises(BadValue):
            receiver.far(url)


def test_a_full_disk_is_told_before_anything_is_fetched(
    bundles: Bundles, receiver: FarReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(bundles[0]) as served:
        plan = receiver.planned(served.url)
        assert fetching.check_room(receiver.home, plan) > 0
        monkeypatch.setattr("shutil.disk_usage", lambda path: SimpleNamespace(free=1000))
        with pytest.raises(DiskFull):
            fetching.check_room(receiver.home, plan)


def test_what_came_of_an_older_bundle_is_cleared(bundles: Bundles, receiver: FarReceiver) -> None:
    stale = fetching.coming(receiver.home) / f"{'0' * 64}.000000000000.part"
    stale.parent.mkdir(parents=True)
    stale.write_bytes(b"x")
    with serving(bundles[0]) as served:
        receiver.fetch(served.url)
    assert not stale.exists()
