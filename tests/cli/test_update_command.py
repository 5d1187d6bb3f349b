"""Bundles from the maker's command to the receiver's: what is told, asked, refused and taken."""

from __future__ import annotations

import datetime
import json
import shutil
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import bundle_server
import pytest
from update_homes import Maker, Receiver, state

from sottovoce.core.paths import Home
from sottovoce.store.db import open_database
from sottovoce.updates.gather import Wish
from sottovoce.updates.settling import alone

NOW = datetime.datetime.now(datetime.UTC).replace(microsecond=0)


@pytest.fixture
def maker(tmp_path: Path) -> Maker:
    (tmp_path / "there").mkdir()
    return Maker(tmp_path / "there")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Receiver(tmp_path / "home").home


@pytest.fixture
def trusting(sotto, maker, home):
    """The command, in a home that trusts the maker and has his first bundle."""
    maker.bring(maker.put_everything(1), NOW)
    finger = json.loads(sotto("bundle", "show", maker.path, "--json").out)["fingerprint"]
    taken = sotto("update", "--from", maker.path, "--yes", "--accept-licences", "--trust", finger)
    assert taken.code == 0, taken.err
    return sotto


def test_keys_are_made_once_and_told_apart(sotto, tmp_path):
    made = sotto(
        "bundle", "keys", tmp_path / "k", "--signer", "Clinic IT", "--roots", "3", "--threshold", "2"
    )
    assert made.code == 0
    assert made.out.startswith("Fingerprint: ")
    assert "Put each on a stick of its own" in made.err
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "k").iterdir()} == {0o600}
    assert "something in" in sotto("bundle", "keys", tmp_path / "k", "--signer", "x").err
    renewed = sotto("bundle", "keys", tmp_path / "k", "--renew", "--replace", "timestamp")
    assert renewed.out == made.out, "the fingerprint stays"
    for number in (2, 3):
        (tmp_path / "k" / f"root-{number}.key").rename(tmp_path / f"away-{number}.key")
    alone = sotto("bundle", "keys", tmp_path / "k", "--renew")
    assert (alone.code, "2 of the root's keys are needed" in alone.err) == (2, True)
    assert sotto("bundle", "keys", tmp_path / "k", "--renew", "--root-key", tmp_path / "away-3.key").code == 0


def test_a_bundle_is_made_shown_and_taken(sotto, maker, home):
    wish = maker.put_everything(1)
    made = sotto(
        "--home", maker.home.root, "bundle", "make", "--to", maker.path, "--keys", maker.keys,
        "--models", "steady", "--shelves", "handbook", "--variants", "desk", "--rules", wish.rules, "--json",
    )  # fmt: skip
    assert made.code == 0, made.err
    told = json.loads(made.out)
    assert (told["signer"], told["version"]) == ("Clinic IT", 1)
    shown = json.loads(sotto("bundle", "show", maker.path, "--check", "--json").out)
    assert [(one["kind"], one["name"]) for one in shown["items"]] == [
        ("model", "steady"),
        ("variant", "desk"),
        ("shelf", "handbook"),
        ("rules", "rules.toml"),
    ]
    assert shown["checked"]
    assert not shown["trusted_here"]
    assert shown["items"][0]["licence"] == "apache-2.0"
    words = sotto("bundle", "show", maker.path)
    assert "made on" in words.out
    assert f"Signed by Clinic IT, fingerprint {told['fingerprint']}" in words.err
    taken = sotto(
        "update", "--from", maker.path, "--yes", "--accept-licences", "--trust", told["fingerprint"], "--json"
    )
    assert taken.code == 0, taken.err
    assert [one["state"] for one in json.loads(taken.out)["items"]] == ["new"] * 4
    assert "21 days" in sotto("kb", "search", "handbook", "leave").out
    assert sotto("--model", "desk", "ask", "hello there").code == 0
    again = json.loads(sotto("update", "--from", maker.path, "--yes", "--json").out)
    assert not again["applied"]
    assert {one["state"] for one in again["items"]} == {"same"}


def test_an_unknown_signer_needs_more_than_a_yes(sotto, maker, home):
    maker.bring(maker.put_everything(1), NOW)
    before = state(home)
    alone = sotto("update", "--from", maker.path, "--yes", "--accept-licences")
    assert (alone.code, "does not know the signer" in alone.err, "--trust '" in alone.err) == (3, True, True)
    wrong = sotto("update", "--from", maker.path, "--yes", "--trust", "0000 " * 8)
    assert (wrong.code, "not with the one that was given" in wrong.err) == (3, True)
    assert state(home) == before


def test_a_licence_needs_its_own_yes(sotto, maker, home):
    maker.bring(maker.put_everything(1), NOW)
    finger = json.loads(sotto("bundle", "show", maker.path, "--json").out)["fingerprint"]
    refused = sotto("update", "--from", maker.path, "--yes", "--trust", finger)
    assert (refused.code, "Read them, and add --accept-licences" in refused.err) == (3, True)
    assert "Apache License 2.0" in refused.err
    asked = sotto("update", "--from", maker.path, "--accept-licences", "--trust", finger)
    assert (asked.code, "Add --yes" in asked.err) == (3, True)


def test_an_update_replaces_what_came_and_can_be_taken_back(trusting, maker, home):
    before = state(home)
    maker.bring(maker.put_everything(2), NOW)
    taken = trusting("update", "--from", maker.path, "--yes", "--json")
    assert taken.code == 0, taken.err
    states = {one["name"]: one["state"] for one in json.loads(taken.out)["items"]}
    assert states == {
        "steady": "same", "changing": "changed", "new-2": "new", "desk": "changed", "handbook": "changed",
        "shelf 2": "new", "rules.toml": "changed", "advisories.json": "changed",
    }  # fmt: skip
    after = state(home)
    assert after != before
    back = trusting("update", "--roll-back", "--yes")
    assert "this home is as it was" in back.out
    assert state(home) == before
    assert trusting("update", "--roll-back", "--yes").code == 0
    assert state(home) == after


def test_what_is_a_persons_own_stays(trusting, maker, home, tmp_path):
    (tmp_path / "mine.md").write_text("# Mine\n\nMy own words.\n")
    assert trusting("kb", "add", "handbook", tmp_path / "mine.md").code == 0
    home.rules.write_text('[[rule]]\nname = "my own"\nwords = ["mine"]\n')
    maker.bring(maker.put_everything(2), NOW)
    told = trusting("update", "--from", maker.path, "--yes")
    assert told.code == 0, told.err
    assert "handbook stays as it is here: Documents were put on this shelf" in told.err
    assert "rules.toml stays as it is here" in told.err
    assert "my own" in home.rules.read_text()
    assert "mine.md" in trusting("kb", "show", "handbook").out


def test_older_another_signers_and_damaged_bundles_change_nothing(trusting, maker, home, tmp_path):
    old = shutil.copytree(maker.path, tmp_path / "old")
    maker.bring(maker.put_everything(2), NOW)
    assert trusting("update", "--from", maker.path, "--yes").code == 0
    before = state(home)
    older = trusting("update", "--from", old, "--yes")
    assert (older.code, "older than one that was applied" in older.err) == (2, True)
    (tmp_path / "elsewhere").mkdir()
    other = Maker(tmp_path / "elsewhere")
    other.bring(other.put_everything(1), NOW)
    theirs = trusting("update", "--from", other.path, "--yes")
    assert (theirs.code, "this home trusts 'Clinic IT'" in theirs.err) == (3, True)
    maker.bring(maker.put_everything(1), NOW)
    for blob in (maker.stick.root / "blobs").glob("*/*"):
        if blob.stat().st_size > 100_000:
            blob.write_bytes(b"x" * blob.stat().st_size)
    damaged = trusting("update", "--from", maker.path, "--yes")
    assert (damaged.code, "damaged or forged" in damaged.err) == (2, True)
    nothing = trusting("update", "--from", tmp_path, "--yes")
    assert (nothing.code, "There is no bundle in" in nothing.err) == (2, True)
    assert state(home) == before


def test_a_stick_that_is_pulled_out_is_told_and_gone_on_with(trusting, maker, home):
    maker.bring(maker.put_everything(2), NOW)
    before = state(home)
    blobs = maker.stick.root / "blobs"
    blobs.rename(maker.stick.root / "away")
    (maker.stick.root / "blobs").mkdir()
    contents = json.loads((maker.stick.metadata / "2.targets.json").read_text())["signed"]["targets"][
        "contents.json"
    ]
    digest = contents["hashes"]["sha256"]
    (blobs / digest[:2]).mkdir()
    (maker.stick.root / "away" / digest[:2] / digest).rename(blobs / digest[:2] / digest)
    gone = trusting("update", "--from", maker.path, "--yes")
    assert (gone.code, "it goes on from where it was" in gone.err) == (1, True), gone.err
    assert state(home) == before
    (blobs / digest[:2] / digest).rename(maker.stick.root / "away" / digest[:2] / digest)
    (blobs / digest[:2]).rmdir()
    blobs.rmdir()
    (maker.stick.root / "away").rename(blobs)
    assert trusting("update", "--from", maker.path, "--yes").code == 0


def test_two_updates_at_once_and_one_beside_another_program_are_refused(trusting, maker, home):
    maker.bring(maker.put_everything(2), NOW)
    with alone(home):
        second = trusting("update", "--from", maker.path, "--yes")
    assert (second.code, "under way" in second.err) == (1, True)
    before = state(home)
    with closing(open_database(home)):
        beside = trusting("update", "--from", maker.path, "--yes")
    assert (beside.code, "stop the server" in beside.err) == (1, True)
    assert state(home) == before


def test_a_stick_that_takes_nothing_and_a_full_one_are_told(sotto, maker, monkeypatch):
    wish = maker.put_everything(1)
    gone = sotto("bundle", "make", "--to", "/mnt/gone", "--keys", maker.keys, "--rules", wish.rules)
    assert (gone.code, "Is the stick in" in gone.err) == (2, True)
    stuck = sotto("bundle", "make", "--to", "/proc", "--keys", maker.keys, "--rules", wish.rules)
    assert (stuck.code, "Nothing can be written to /proc" in stuck.err) == (1, True)
    monkeypatch.setattr("shutil.disk_usage", lambda path: SimpleNamespace(free=1000))
    full = sotto("bundle", "make", "--to", maker.path, "--keys", maker.keys, "--rules", wish.rules)
    assert (full.code, "Take a larger stick" in full.err) == (1, True)


def test_keys_that_are_not_there_are_told_before_anything_is_read(sotto, maker, tmp_path):
    names = ("--to", maker.path, "--keys", tmp_path / "none", "--models", "nobody")
    none = sotto("bundle", "make", *names)
    assert (none.code, "There are no keys" in none.err, "--signer NAME" in none.err) == (2, True, True)


def test_a_full_disk_is_told_before_anything_is_copied(trusting, maker, home, monkeypatch):
    maker.bring(maker.put_everything(2), NOW)
    before = state(home)
    monkeypatch.setattr("shutil.disk_usage", lambda path: SimpleNamespace(free=1000))
    full = trusting("update", "--from", maker.path, "--yes")
    assert (full.code, "The update needs" in full.err) == (1, True)
    assert state(home) == before


def test_a_bundle_that_ran_out_is_refused_but_by_no_clock(trusting, maker, home):
    maker.bring(maker.put_everything(2), NOW)
    stale = NOW - datetime.timedelta(days=400)
    (maker.keys / "versions.json").write_text(json.dumps({"version": 2, "made": stale.isoformat()}))
    maker.bring(Wish(advisories=maker.path.parent / "advisories.json"), stale, days=30)
    late = trusting("update", "--from", maker.path, "--yes")
    assert (late.code, "too old to be taken" in late.err, "update_clock none" in late.err) == (2, True, True)
    trusting("settings", "set", "update_clock", "none")
    still = trusting("update", "--from", maker.path, "--yes")
    assert (still.code, "too old to be taken" in still.err) == (2, True), (
        "it ran out before the last was made"
    )


def test_it_speaks_chinese(trusting, maker, monkeypatch):
    monkeypatch.setenv("SOTTO_LANG", "zh")
    shown = trusting("bundle", "show", maker.path)
    assert "签名者：Clinic IT" in shown.err
    assert "模型" in shown.out
    told = trusting("update", "--from", maker.path)
    assert "没有新内容" in told.out
    assert "不存在" in trusting("update", "--from", "/nowhere").err
    helped = trusting("update", "--help")
    assert "U 盘" in helped.out


def test_there_is_nothing_to_take_back_before_the_first(sotto):
    assert "No update was applied" in sotto("update", "--roll-back", "--yes").err
    assert sotto("update").code == 2
    assert sotto("update", "--from", "/x", "--roll-back").code == 2


@pytest.fixture
def address(maker, tmp_path, loopback):
    """The stick's folder, served by a process of its own; `paths` tells what was asked."""
    script, log = Path(bundle_server.__file__), tmp_path / "asked"
    log.touch()
    with subprocess.Popen([sys.executable, script, maker.path, log]) as process:
        while "\n" not in log.read_text():
            assert process.poll() is None
        try:
            yield SimpleNamespace(url=log.read_text().split()[0], paths=lambda: log.read_text().split()[1:])
        finally:
            process.kill()


def test_a_bundle_at_an_address_is_shown_and_taken(sotto, maker, home, address, monkeypatch):
    maker.bring(maker.put_everything(1), NOW)
    refused = sotto("update", "--from", address.url, "--yes")
    assert (refused.code, "nothing leaves this machine unless you allow it" in refused.err) == (3, True)
    assert not address.paths()
    monkeypatch.setenv("SOTTO_NETWORK", "ask")
    shown = json.loads(sotto("bundle", "show", address.url, "--json").out)
    assert (len(shown["items"]), shown["trusted_here"]) == (8, False)
    assert "when it is taken" in sotto("bundle", "show", address.url, "--check").err
    alone = sotto("update", "--from", address.url, "--yes", "--accept-licences")
    assert (alone.code, "does not know the signer" in alone.err) == (3, True)
    assert sum("/blobs/" in path for path in address.paths()) == 1, "the contents once, and nothing else"
    trust = ("--trust", shown["fingerprint"])
    taken = sotto("update", "--from", address.url, "--yes", "--accept-licences", *trust)
    assert taken.code == 0, taken.err
    assert "The update is in place" in taken.out
    there = Receiver(home.root.parent / "other")
    there.apply(maker.stick)
    assert state(home) == state(there.home)
    assert "There is nothing new" in sotto("update", "--from", f"{address.url}/sotto-bundle").out
    nothing = sotto("update", "--from", f"{address.url}/elsewhere")
    assert (nothing.code, "There is no bundle at" in nothing.err) == (2, True)
