from __future__ import annotations

import asyncio
import contextlib
import shutil
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from getting import QUICK
from gguf_samples import split
from mirror import Ask, Blob, Handler, Mirror

from sottovoce.core.errors import (
    BadModelFile,
    BadValue,
    DiskFull,
    NetworkProblem,
    NotFound,
    Refused,
    StoreBusy,
)  # fmt: skip
from sottovoce.core.paths import Home, make_folder
from sottovoce.models import getting, inventory, removing, shelf
from sottovoce.models import pull as pulling
from sottovoce.models.getting import Means
from sottovoce.models.hub import Hub, open_hub
from sottovoce.models.names import HubRef, UrlRef, parse
from sottovoce.models.partial import Partial
from sottovoce.models.plan import Plan, plan_hub, plan_url
from sottovoce.models.pull import Pulled, carry_out, check_room, here
from sottovoce.net.address import Where
from sottovoce.net.door import Door
from sottovoce.net.ledger import Ledger
from sottovoce.store.db import open_database

NAME = "org/m-GGUF"
ROOM = 8 << 30


def hub(home: Home, mirror: Mirror, token: str | None = None) -> Hub:
    return open_hub(Door(lambda: "ask", Ledger(home.ledger), where=Where.ANYWHERE), mirror.hub, token)


async def planned(home: Home, mirror: Mirror, text: str = f"hf:{NAME}", token: str | None = None) -> Plan:
    ref = parse(text)
    assert isinstance(ref, HubRef)
    plan = await plan_hub(hub(home, mirror, token), ref, ROOM)
    return replace(plan, way=replace(plan.way, manner=QUICK))


async def at_address(home: Home, mirror: Mirror, name: str) -> Plan:
    door = Door(lambda: "ask", Ledger(home.ledger), where=Where.ANYWHERE)
    ref = parse(mirror.url(NAME, name))
    assert isinstance(ref, UrlRef)
    plan = await plan_url(door, ref)
    return replace(plan, way=replace(plan.way, manner=QUICK))


async def pulled(home: Home, plan: Plan) -> Pulled:
    async with contextlib.aclosing(carry_out(plan, home)) as coming:
        async for step in coming:
            if isinstance(step, Pulled):
                return step
    raise AssertionError("it ended with nothing")


async def test_a_plan_tells_all_before_anything_comes(home: Home, mirror: Mirror, weights: bytes) -> None:
    repo = mirror.put(NAME, ("m-Q4_0.gguf", weights), ("m-F16.gguf", weights + b"GGUF"), licence="apache-2.0")
    plan = await planned(home, mirror)
    assert (plan.name, plan.ref, plan.size) == ("m-Q4_0", f"hf:{NAME}:m-Q4_0.gguf", len(weights))
    assert (plan.licence, plan.gated, plan.sha256) == ("apache-2.0", False, repo.files["m-Q4_0.gguf"].sha256)
    assert (plan.header.architecture, plan.header.name) == ("llama", "Tiny")
    assert check_room(home, plan) > 0
    assert list(home.models.iterdir()) == []


@pytest.mark.parametrize("file", ["mmproj-model-F16.gguf", "m-large-F16.gguf"])
async def test_the_ref_of_a_plan_names_the_same_file_again(
    home: Home, mirror: Mirror, weights: bytes, file: str
) -> None:
    mirror.put(NAME, ("m-F16.gguf", weights + b"GGUF"), (file, weights))
    plan = await planned(home, mirror, f"hf:{NAME}:{file}")
    assert (await planned(home, mirror, plan.ref)).files == plan.files


async def test_a_pulled_model_is_on_the_shelf(home: Home, mirror: Mirror, weights: bytes) -> None:
    mirror.put(NAME, ("Q4_0/m-Q4_0.gguf", weights))
    plan = await planned(home, mirror)
    found = await pulled(home, plan)
    assert found.paths == (home.models / "m-Q4_0.gguf",)
    assert found.sha256 == (plan.sha256,)
    assert shelf.resolve("m-Q4_0", home).path.read_bytes() == weights
    assert here(home, plan) == [home.models / "m-Q4_0.gguf"]
    asked = len(mirror.seen)
    assert await pulled(home, plan) == found
    assert len(mirror.seen) == asked


async def test_a_change_of_the_page_does_not_begin_a_download_anew(
    home: Home, mirror: Mirror, weights: bytes
) -> None:
    repo = mirror.put(NAME, ("m-Q4_0.gguf", weights))
    half = len(weights) // 2
    with Partial(pulling.partial_folder(home), (await planned(home, mirror)).files[0]) as partial:
        partial.begin(len(weights), repo.files["m-Q4_0.gguf"].etag)
        partial.write(0, [weights[:half]])
    repo.commit = "f" * 40
    plan = await planned(home, mirror)
    with Partial(pulling.partial_folder(home), plan.files[0]) as partial:
        assert partial.received == half
    assert (await pulled(home, plan)).paths[0].read_bytes() == weights
    assert list(pulling.partial_folder(home).iterdir()) == []


async def test_a_split_model_comes_whole_or_not_at_all(home: Home, mirror: Mirror, tmp_path: Path) -> None:
    paths = split(tmp_path, "big-Q4_0")
    mirror.put(NAME, *paths)
    plan = await planned(home, mirror)
    assert (plan.name, len(plan.files)) == ("big-Q4_0", 3)
    third = mirror.repos[NAME].files[paths[2].name]

    def fail(here: Handler, blob: Blob, ask: object) -> None:
        here.send(403, b"", {}) if blob is third else here.serve(blob, ask)  # type: ignore[arg-type]

    mirror.fault = fail
    with pytest.raises(NetworkProblem):
        await pulled(home, plan)
    assert list(home.models.glob("*.gguf")) == []
    mirror.fault, mirror.seen[:] = None, []
    found = await pulled(home, plan)
    assert [path.read_bytes() for path in found.paths] == [path.read_bytes() for path in paths]
    # The first two had come before: only the third was fetched.
    assert len(mirror.paths("cdn")) == 1
    assert shelf.resolve("big-Q4_0-00001-of-00003", home).path == found.paths[0]


async def test_a_part_that_has_its_name_already_is_not_fetched_again(
    home: Home, mirror: Mirror, tmp_path: Path
) -> None:
    paths = split(tmp_path, "big-Q4_0")
    mirror.put(NAME, *paths)
    plan = await planned(home, mirror)
    (home.models / paths[2].name).write_bytes(paths[2].read_bytes())
    mirror.seen.clear()
    await pulled(home, plan)
    assert len(mirror.paths("cdn")) == 2


class Killed(BaseException):
    """What ends a program between two of its steps."""


@pytest.mark.parametrize("at_hub", [True, False])
async def test_a_kill_between_the_parts_names_costs_nothing(
    home: Home, mirror: Mirror, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_hub: bool
) -> None:
    """Of an address nobody announced a digest: that the parts came from there stands beside them."""
    paths = split(tmp_path, "big-Q4_0")
    repo = mirror.put(NAME, *paths)
    for blob in repo.files.values():
        blob.lfs = at_hub
        blob.etag = f'"{blob.sha256}"'
    plan = await (planned(home, mirror) if at_hub else at_address(home, mirror, paths[0].name))
    install = Partial.install

    def killed_at_the_first(self: Partial, path: Path) -> None:
        if path.name == paths[0].name:
            raise Killed
        install(self, path)

    monkeypatch.setattr(Partial, "install", killed_at_the_first)
    with pytest.raises(Killed):
        await pulled(home, plan)
    monkeypatch.undo()
    assert [path.name for path in sorted(home.models.glob("*.gguf"))] == [path.name for path in paths[1:]]
    assert shelf.paths(home) == []
    assert len(removing.belongings(home, "big-Q4_0")) > 2
    mirror.seen.clear()
    found = await pulled(home, plan)
    assert [path.read_bytes() for path in found.paths] == [path.read_bytes() for path in paths]
    assert mirror.seen == []
    assert list(pulling.partial_folder(home).iterdir()) == []


async def test_without_a_digest_a_file_of_the_same_size_is_not_taken_for_it(
    home: Home, mirror: Mirror, tmp_path: Path
) -> None:
    paths = split(tmp_path, "big-Q4_0")
    for blob in mirror.put(NAME, *paths).files.values():
        blob.lfs = False
    plan = await at_address(home, mirror, paths[0].name)
    there = home.models / paths[2].name
    there.write_bytes(paths[2].read_bytes())
    with pytest.raises(BadValue, match="nobody says"):
        await pulled(home, plan)
    assert len(await asyncio.to_thread(here, home, replace(plan, files=plan.files[2:]), {there})) == 1


async def test_what_came_from_an_address_is_known_again_until_it_changes(
    home: Home, mirror: Mirror, weights: bytes
) -> None:
    mirror.put(NAME, ("m.gguf", weights)).files["m.gguf"].lfs = False
    means = Means(home, lambda: "ask", mirror.hub, "private")
    offer = getting.of_plan(await at_address(home, mirror, "m.gguf"))
    with closing(open_database(home)) as database:
        async with contextlib.aclosing(getting.get(offer, means, database)) as coming:
            async for _ in coming:
                pass
        there = home.models / "m.gguf"
        assert getting.already(home, database, offer) == there
        with pytest.raises(BadValue, match="nobody says"):
            getting.already(home, database, replace(offer, ref="https://elsewhere.example/m.gguf"))
        there.write_bytes(weights[:-4] + b"\0\0\0\1")
        with pytest.raises(BadValue, match="nobody says"):
            getting.already(home, database, offer)


async def test_parts_that_do_not_belong_together_are_not_kept(
    home: Home, mirror: Mirror, tmp_path: Path
) -> None:
    paths = split(tmp_path, "big-Q4_0")
    mirror.put(NAME, *paths)
    plan = await planned(home, mirror)
    second, third = (mirror.repos[NAME].files[path.name] for path in paths[1:])
    # The repository lies: both are said, and delivered, with digests of the other's content.
    files = list(plan.files)
    files[1] = replace(files[1], url=files[2].url, size=len(third.data), sha256=third.sha256)
    files[2] = replace(plan.files[2], url=plan.files[1].url, size=len(second.data), sha256=second.sha256)
    with pytest.raises(BadModelFile, match="not part 2 of 3"):
        await pulled(home, replace(plan, files=tuple(files)))
    assert list(home.models.glob("*.gguf")) == []
    assert list(pulling.partial_folder(home).iterdir()) == []


@pytest.mark.parametrize("lfs", [True, False])
async def test_a_part_under_another_name_is_refused_before_it_comes(
    home: Home, mirror: Mirror, tmp_path: Path, lfs: bool
) -> None:
    mirror.put(NAME, ("m.gguf", split(tmp_path)[0].read_bytes()))
    mirror.repos[NAME].files["m.gguf"].lfs = lfs
    looking = planned(home, mirror) if lfs else at_address(home, mirror, "m.gguf")
    with pytest.raises(BadModelFile, match="one of 3 parts"):
        await looking


async def test_what_is_no_model_there_is_refused_before_it_comes(
    home: Home, mirror: Mirror, weights: bytes
) -> None:
    mirror.put(NAME, ("m-Q4_0.gguf", b"PK\x03\x04" + weights))
    with pytest.raises(BadModelFile, match="zip archive"):
        await planned(home, mirror)


async def test_a_gated_repository_needs_a_token(home: Home, mirror: Mirror, weights: bytes) -> None:
    mirror.put(NAME, ("m-Q4_0.gguf", weights), gated="auto", licence="llama3.2")
    with pytest.raises(Refused, match="gated") as raised:
        await planned(home, mirror)
    assert "SOTTO_HF_TOKEN" in str(raised.value.hint)
    with pytest.raises(Refused, match="gated"):
        await planned(home, mirror, token="hf_wrong")
    found = await pulled(home, await planned(home, mirror, token="hf_right"))
    assert found.paths[0].read_bytes() == weights
    # The token went to the hub, and never to where the hub sends on.
    assert all("authorization" in headers for where, _, headers in mirror.seen[-4:] if where == "hub")
    assert [
        headers for where, _, headers in mirror.seen if where == "cdn" and "authorization" in headers
    ] == []
    written = [path.read_bytes() for path in home.root.rglob("*") if path.is_file()]
    assert not any(b"hf_right" in data for data in written)


async def test_another_file_of_the_name_is_not_written_over(
    home: Home, mirror: Mirror, weights: bytes
) -> None:
    mirror.put(NAME, ("m-Q4_0.gguf", weights))
    plan = await planned(home, mirror)
    for other in (b"mine", bytes(len(weights))):
        (home.models / "m-Q4_0.gguf").write_bytes(other)
        with pytest.raises(BadValue, match="another file named"):
            await pulled(home, plan)
        assert (home.models / "m-Q4_0.gguf").read_bytes() == other


async def test_what_took_the_name_while_a_model_came_is_not_written_over(
    home: Home, mirror: Mirror, weights: bytes
) -> None:
    mirror.put(NAME, ("m-Q4_0.gguf", weights))
    target = home.models / "m-Q4_0.gguf"

    def copied_meanwhile(here: Handler, blob: Blob, ask: Ask) -> None:
        target.write_bytes(b"mine")
        here.serve(blob, ask)

    plan = await planned(home, mirror)
    mirror.fault = copied_meanwhile
    with pytest.raises(BadValue, match="another file named"):
        await pulled(home, plan)
    assert target.read_bytes() == b"mine"
    target.unlink()
    mirror.fault, mirror.seen[:] = None, []
    assert (await pulled(home, plan)).paths == (target,)
    assert target.read_bytes() == weights
    assert mirror.paths("cdn") == []
    assert list(pulling.partial_folder(home).iterdir()) == []


async def test_a_link_to_a_disk_that_is_not_there_is_not_written_over(
    home: Home, mirror: Mirror, weights: bytes
) -> None:
    mirror.put(NAME, ("m-Q4_0.gguf", weights))
    target = home.models / "m-Q4_0.gguf"
    target.symlink_to("/nowhere/m.gguf")
    with pytest.raises(BadValue, match="another file named"):
        await pulled(home, await planned(home, mirror))
    assert target.is_symlink()


async def test_one_name_comes_from_one_source_at_a_time(home: Home, mirror: Mirror, weights: bytes) -> None:
    mirror.put(NAME, ("m-Q4_0.gguf", weights))
    mirror.put("org/n-GGUF", ("m-Q4_0.gguf", weights[:-4] + b"GGUF"))
    plan, other = await planned(home, mirror), await planned(home, mirror, "hf:org/n-GGUF")
    with Partial(pulling.partial_folder(home), plan.files[0]), pytest.raises(StoreBusy):
        await pulled(home, other)


async def test_what_does_not_fit_the_disk_is_told_beforehand(
    home: Home, mirror: Mirror, weights: bytes
) -> None:
    mirror.put(NAME, ("m-Q4_0.gguf", weights))
    plan = await planned(home, mirror)
    with pytest.raises(DiskFull, match="of disk"):
        check_room(home, replace(plan, size=1 << 60))


@pytest.mark.skipif(sys.platform == "win32", reason="holes in files are not told there")
async def test_holes_of_a_file_under_way_are_not_taken_for_what_has_come(
    home: Home, mirror: Mirror, weights: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With several connections it has its full length from the first minute on."""
    mirror.put(NAME, ("m-Q4_0.gguf", weights))
    plan = replace(await planned(home, mirror), size=8 << 30)
    make_folder(pulling.partial_folder(home))
    part = pulling.partial_folder(home) / f"{plan.files[0].key}.part"
    with part.open("wb") as file:
        file.truncate(plan.size)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1 << 30))
    with pytest.raises(DiskFull, match=r"8\.6 GB"):
        check_room(home, plan)
    assert inventory.disk(home).partial == 0


@pytest.mark.parametrize("name", ["../m.gguf", "Q4/..%2fm.gguf", "CON.gguf", "m\u202e.gguf", "a b.gguf"])
async def test_a_hostile_name_in_a_repository_is_refused(
    home: Home, mirror: Mirror, weights: bytes, name: str
) -> None:
    mirror.put(NAME, (name, weights))
    with pytest.raises(BadValue):
        await planned(home, mirror)
    assert list(home.models.iterdir()) == []


async def test_an_address_is_pulled_with_what_its_file_says(
    home: Home, mirror: Mirror, weights: bytes
) -> None:
    repo = mirror.put(NAME, ("m.gguf", weights))
    repo.files["m.gguf"].lfs = False
    plan = await at_address(home, mirror, "m.gguf?key=secret")
    assert (plan.name, plan.size, plan.licence) == ("m", len(weights), "apache-2.0")
    assert "secret" not in f"{plan.ref} {plan.page}"
    found = await pulled(home, plan)
    assert found.paths[0].read_bytes() == weights


async def test_what_comes_must_have_the_licence_that_was_shown(
    home: Home, mirror: Mirror, weights: bytes
) -> None:
    repo = mirror.put(NAME, ("m.gguf", weights))
    repo.files["m.gguf"].lfs = False
    plan = await at_address(home, mirror, "m.gguf")
    repo.files["m.gguf"] = Blob(weights.replace(b"apache-2.0", b"cc-by-nc-4"), lfs=False)
    with pytest.raises(BadModelFile, match="its licence or its kind differs"):
        await pulled(home, plan)
    assert list(home.models.glob("*.gguf")) == []
    assert list(pulling.partial_folder(home).iterdir()) == []


async def test_a_split_model_at_an_address_comes_whole(home: Home, mirror: Mirror, tmp_path: Path) -> None:
    paths = split(tmp_path)
    repo = mirror.put(NAME, *paths)
    for blob in repo.files.values():
        blob.lfs = False
    plan = await at_address(home, mirror, paths[0].name)
    assert [file.size for file in plan.files] == [path.stat().st_size for path in paths]
    found = await pulled(home, plan)
    assert [path.name for path in found.paths] == [path.name for path in paths]
    with pytest.raises(BadValue, match="not the first"):
        await at_address(home, mirror, paths[1].name)


async def test_a_split_model_at_an_address_that_lacks_a_part_is_not_begun(
    home: Home, mirror: Mirror, tmp_path: Path
) -> None:
    paths = split(tmp_path)
    for blob in mirror.put(NAME, *paths[:2]).files.values():
        blob.lfs = False
    with pytest.raises(NotFound, match="Not all 3 parts of big") as raised:
        await at_address(home, mirror, paths[0].name)
    assert raised.value.hint
    assert list(home.models.iterdir()) == []
