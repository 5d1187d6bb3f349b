from __future__ import annotations

import contextlib
import errno
import json
from typing import Any

import pytest
from getting import brought, wanted, way
from mirror import Mirror

from sottovoce.core.errors import BadModelFile, DiskFull, Offline, StoreBusy
from sottovoce.core.paths import Home
from sottovoce.models import partial as partial_module
from sottovoce.models.download import bring
from sottovoce.models.partial import Partial, Wanted
from sottovoce.models.progress import Meter, Progress
from sottovoce.models.way import Manner, Way
from sottovoce.net.ledger import Ledger


def left_over(home: Home) -> list[str]:
    return sorted(path.name for path in (home.models / "partial").iterdir())


async def test_a_file_comes_whole_and_leaves_nothing_beside_it(
    home: Home, mirror: Mirror, weights: bytes
) -> None:
    path = await brought(way(home, Manner()), home, wanted(mirror, weights))
    assert path.read_bytes() == weights
    assert left_over(home) == []
    assert mirror.asked == 1
    hosts = [(leaving.host, leaving.outcome) for leaving in Ledger(home.ledger).departures()]
    assert hosts == [("127.0.0.1", "sent on to 127.0.0.1"), ("127.0.0.1", "done")]


async def test_a_slow_line_gets_several_connections(home: Home, mirror: Mirror, weights: bytes) -> None:
    mirror.speed = 2e6
    path = await brought(way(home), home, wanted(mirror, weights))
    assert path.read_bytes() == weights
    assert 2 <= mirror.asked <= 8


async def test_a_fast_line_gets_one(home: Home, mirror: Mirror, weights: bytes) -> None:
    mirror.speed = 4e6
    await brought(way(home, Manner(least=1, settle=0.2, fast=1.0)), home, wanted(mirror, weights))
    assert mirror.asked == 1


async def test_a_file_of_which_nothing_is_known_comes_too(home: Home, mirror: Mirror, weights: bytes) -> None:
    path = await brought(way(home), home, wanted(mirror, weights, size=None, sha256=None))
    assert path.read_bytes() == weights


async def test_progress_tells_how_far_and_how_fast(home: Home, mirror: Mirror, weights: bytes) -> None:
    mirror.speed = 1e6
    file = wanted(mirror, weights)
    with Partial(home.models / "partial", file) as partial:
        seen = [step async for step in bring(way(home, Manner(connections=1)), partial)]
    assert [step.received for step in seen] == sorted(step.received for step in seen)
    assert (seen[-1].received, seen[-1].size) == (len(weights), len(weights))
    assert any(step.speed and step.seconds_left for step in seen[:-1])


def test_the_speed_is_that_of_the_last_seconds() -> None:
    now = 0.0
    meter = Meter(clock=lambda: now)
    assert meter.read(0, 1000) == Progress(0, 1000)
    for now in (1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0):
        step = meter.read(int(now) * 100, 1000)
    assert step == Progress(700, 1000, 100.0, 3.0)
    assert meter.read(0, None).speed is None


# --- Stopping and going on -----------------------------------------------------------------------


async def stopped_halfway(way: Way, home: Home, file: Wanted) -> int:
    """Close the generator once something is here, and return how much is."""
    with Partial(home.models / "partial", file) as partial:
        async with contextlib.aclosing(bring(way, partial)) as coming:
            async for step in coming:
                if step.received > 100_000:
                    break
        return partial.received


async def test_a_stopped_download_goes_on_at_its_byte(home: Home, mirror: Mirror, weights: bytes) -> None:
    mirror.speed = 1e6
    file = wanted(mirror, weights)
    one = Manner(connections=1, save_every=0.05)
    there = await stopped_halfway(way(home, one), home, file)
    assert 0 < there < len(weights)
    assert sorted(path.name for path in home.models.glob("*.gguf")) == []
    mirror.speed, before = None, len(mirror.seen)
    path = await brought(way(home, one), home, file)
    assert path.read_bytes() == weights
    (asked,) = [headers["range"] for where, _, headers in mirror.seen[before:] if where == "cdn"]
    assert asked == f"bytes={there}-{len(weights) - 1}"


async def test_gaps_of_several_connections_are_filled(home: Home, mirror: Mirror, weights: bytes) -> None:
    mirror.speed = 1e6
    file = wanted(mirror, weights)
    await stopped_halfway(way(home), home, file)
    mirror.speed = None
    assert (await brought(way(home), home, file)).read_bytes() == weights


async def test_nothing_goes_on_where_it_cannot_be_checked(home: Home, mirror: Mirror, weights: bytes) -> None:
    mirror.speed = 1e6
    file = wanted(mirror, weights, sha256=None)
    mirror.repos["org/repo"].files["m.gguf"].etag = 'W/"weak"'
    await stopped_halfway(way(home, Manner(connections=1)), home, file)
    with Partial(home.models / "partial", file) as partial:
        assert partial.received == 0


async def test_of_content_with_another_digest_nothing_is_kept(
    home: Home, mirror: Mirror, weights: bytes
) -> None:
    file = wanted(mirror, weights, sha256="0" * 64)
    with pytest.raises(BadModelFile, match="another SHA-256"):
        await brought(way(home), home, file)
    assert list((home.models / "partial").iterdir()) == []


async def test_without_a_digest_what_came_from_another_source_is_not_gone_on_with(
    home: Home, mirror: Mirror, weights: bytes
) -> None:
    mirror.speed = 1e6
    file = wanted(mirror, weights, sha256=None)
    await stopped_halfway(way(home, Manner(connections=1)), home, file)
    state = home.models / "partial" / f"{file.key}.json"
    state.write_text(json.dumps(json.loads(state.read_text()) | {"source": "another"}))
    with Partial(home.models / "partial", file) as partial:
        assert partial.received == 0


@pytest.mark.parametrize(
    "damage",
    [
        lambda state: "no json",
        lambda state: json.dumps([]),
        lambda state: json.dumps(state | {"version": 99}),
        lambda state: json.dumps(state | {"sha256": "0" * 64}),
        lambda state: json.dumps(state | {"size": -1}),
        lambda state: json.dumps(state | {"here": [[5, 1]]}),
        lambda state: json.dumps(state | {"here": [["a", "b"]]}),
        lambda state: json.dumps(state | {"here": [[0, 10**15]], "size": 10}),
        lambda state: json.dumps(state | {"validator": 5}),
    ],
)
async def test_a_state_that_cannot_be_believed_begins_anew(
    home: Home, mirror: Mirror, weights: bytes, damage: Any
) -> None:
    mirror.speed = 1e6
    file = wanted(mirror, weights)
    await stopped_halfway(way(home, Manner(connections=1)), home, file)
    state = home.models / "partial" / f"{file.key}.json"
    state.write_text(damage(json.loads(state.read_text())))
    with Partial(home.models / "partial", file) as partial:
        assert partial.received == 0
    mirror.speed = None
    assert (await brought(way(home), home, file)).read_bytes() == weights


async def test_a_part_that_became_shorter_is_fetched_again(
    home: Home, mirror: Mirror, weights: bytes
) -> None:
    mirror.speed = 1e6
    file = wanted(mirror, weights)
    there = await stopped_halfway(way(home, Manner(connections=1)), home, file)
    part = home.models / "partial" / f"{file.key}.part"
    part.write_bytes(part.read_bytes()[: there - 50_000])
    mirror.speed = None
    assert (await brought(way(home), home, file)).read_bytes() == weights


async def test_bytes_that_were_damaged_on_the_disk_are_noticed(
    home: Home, mirror: Mirror, weights: bytes
) -> None:
    mirror.speed = 1e6
    file = wanted(mirror, weights)
    await stopped_halfway(way(home, Manner(connections=1)), home, file)
    part = home.models / "partial" / f"{file.key}.part"
    part.write_bytes(b"GGUF" + bytes(part.stat().st_size - 4))
    mirror.speed = None
    assert (await brought(way(home), home, file)).read_bytes() == weights


async def test_two_programs_do_not_write_one_file(home: Home, mirror: Mirror, weights: bytes) -> None:
    file = wanted(mirror, weights)
    with (
        Partial(home.models / "partial", file),
        pytest.raises(StoreBusy, match="by another program"),
        Partial(home.models / "partial", file),
    ):
        pass
    assert (await brought(way(home), home, file)).read_bytes() == weights


def test_a_file_that_could_not_be_opened_is_held_by_nobody(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = Wanted("http://x/m.gguf", "m.gguf", "x", 5)

    def fail(self: Partial) -> None:
        raise DiskFull("The disk is full.")

    with monkeypatch.context() as patched:
        patched.setattr(Partial, "restart", fail)
        with pytest.raises(DiskFull), Partial(home.models / "partial", file):
            pass
    with Partial(home.models / "partial", file) as partial:
        assert partial.received == 0


# --- The disk, and the permission ----------------------------------------------------------------


async def test_a_file_that_has_no_room_is_not_begun(
    home: Home, mirror: Mirror, weights: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = type("Usage", (), {"free": 1000})
    monkeypatch.setattr(partial_module.shutil, "disk_usage", lambda folder: full)
    with pytest.raises(DiskFull, match="68 MB more; 1 kB are free"):
        await brought(way(home), home, wanted(mirror, weights))
    assert list(home.models.glob("*.gguf")) == []


class SmallDisk:
    """A file on a disk with little room."""

    def __init__(self, file: Any) -> None:
        self.file = file

    def __getattr__(self, name: str) -> Any:
        return getattr(self.file, name)

    def write(self, data: memoryview) -> int:
        if self.file.tell() > 300_000:
            raise OSError(errno.ENOSPC, "No space left on device")
        return int(self.file.write(data))


async def test_a_disk_that_fills_up_keeps_what_came(home: Home, mirror: Mirror, weights: bytes) -> None:
    file = wanted(mirror, weights)
    mirror.speed = 4e6
    with Partial(home.models / "partial", file) as partial:
        partial._file = SmallDisk(partial._open)  # type: ignore[assignment]
        with pytest.raises(DiskFull) as raised:
            _ = [step async for step in bring(way(home, Manner(connections=1)), partial)]
    assert raised.value.hint
    mirror.speed = None
    with Partial(home.models / "partial", file) as partial:
        assert partial.received > 0
    assert (await brought(way(home), home, file)).read_bytes() == weights


async def test_off_means_off(home: Home, mirror: Mirror, weights: bytes) -> None:
    with pytest.raises(Offline):
        await brought(way(home, setting=lambda: "off"), home, wanted(mirror, weights))
    assert mirror.seen == []
