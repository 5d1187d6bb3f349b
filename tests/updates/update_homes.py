"""Two homes and a stick between them: things of every kind, in a first state and in a second one."""

from __future__ import annotations

import asyncio
import datetime
import hashlib
import json
import shutil
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from getting import small_model
from signed_files import NOW

from sottovoce.core.messages import OWNER
from sottovoce.core.paths import Home, open_home
from sottovoce.knowledge import carrying
from sottovoce.knowledge.shelves import Shelves
from sottovoce.models import adding, catalogue, records, shelf, variants
from sottovoce.store import shelves as shelf_rows
from sottovoce.store.db import Database, open_database
from sottovoce.updates import clock, installed, journal, keys, known, making, since, staging, switch
from sottovoce.updates.applying import apply
from sottovoce.updates.contents import Item
from sottovoce.updates.folder import Folder, find
from sottovoce.updates.gather import Gathered, Wish, gather
from sottovoce.updates.opening import Bundle, open_bundle
from sottovoce.updates.plan import Machine, Plan, planned
from sottovoce.updates.roots import Trusted, first_contact
from sottovoce.updates.settling import alone

RULES = '[[rule]]\nname = "{name}"\nwords = ["{word}"]\n'
ADVISORIES = {
    "version": 1,
    "made": "2026-11-01",
    "advisories": [
        {
            "id": "S-1",
            "kind": "library",
            "name": "nothing-at-all",
            "severity": "low",
            "sentence": "It breaks.",
        }
    ],
}


def nobody(count: int) -> None:
    """Hears how far it is."""


class Maker:
    """Whoever makes bundles: a home, keys, and a stick."""

    def __init__(self, folder: Path) -> None:
        self.home = open_home(folder / "maker")
        self.keys = folder / "keys"
        self.path = folder / "stick"
        self.path.mkdir()
        keys.make(self.keys, "Clinic IT", 3, 2, NOW)

    @property
    def stick(self) -> Folder:
        return find(self.path)

    def gathered(self, wish: Wish, workplace: Path) -> Gathered:
        workplace.mkdir(exist_ok=True)
        with closing(open_database(self.home)) as database:
            return gather(self.home, database, OWNER, wish, carrying.pack, workplace, nobody)

    def bring(
        self,
        wish: Wish,
        now: datetime.datetime = NOW,
        days: int = 180,
        *,
        changes_only: bool = False,
        earlier: Sequence[Path] = (),
    ) -> making.Missing:
        """Make a bundle; return what was missing on the stick before."""
        workplace = self.path.parent / "packing"
        found = self.gathered(wish, workplace)
        before = since.earlier(self.path, earlier)
        since.compare(found, before, workplace, nobody, changes_only=changes_only)
        lack = making.missing(self.path, found)
        making.make(lack, found, self.keys, now, days, nobody)
        shutil.rmtree(workplace)
        return lack

    def put_everything(self, number: int) -> Wish:
        """Put things of every kind into the maker's home, as they are in the first or a later state."""
        for name in ("steady", f"new-{number}"):
            put_model(self.home, name, b"" if name == "steady" else bytes([number]))
        put_model(self.home, "changing", bytes([10 + number]))
        variant = variants.Variant("desk", "steady", title=f"state {number}")
        (variants.folder(self.home) / "desk.toml").unlink(missing_ok=True)
        variants.add(self.home, variant)
        put_shelf(self.home, "handbook", f"Leave is {20 + number} days.")
        put_shelf(self.home, f"shelf {number}", f"This is state {number}.")
        rules, list_ = self.path.parent / "rules.toml", self.path.parent / "advisories.json"
        rules.write_text(RULES.format(name=f"state {number}", word=f"xyzzy{number}"))
        list_.write_text(json.dumps({**ADVISORIES, "made": f"2026-11-0{number}"}))
        return Wish(
            models=("steady", "changing", f"new-{number}"),
            shelves=("handbook", f"shelf {number}"),
            variants=("desk",),
            rules=rules,
            advisories=list_,
        )


def put_model(home: Home, name: str, more: bytes) -> None:
    """Put a little model on a shelf; `more` makes its content another."""
    target = home.models / f"{name}.gguf"
    target.unlink(missing_ok=True)
    source = home.root / "source.gguf"
    source.write_bytes(small_model() + more)
    candidate = adding.examine(source)
    (there,) = adding.put(home, candidate, name, copy=True)
    source.unlink()
    record = records.Record(target, name, there.sha256, "hf:org/repo", "apache-2.0", "org/repo", 1.0)
    with closing(open_database(home)) as database:
        database.call(lambda conn: records.note_model(conn, record))
        database.call(lambda conn: shelf.remember(conn, there))


def put_shelf(home: Home, name: str, text: str) -> None:
    """Give a shelf one document, in place of what it had; make it where it is not there."""

    async def work() -> None:
        with closing(open_database(home)) as database:
            shelves = Shelves(home, database)
            try:
                there = {row.name for row in await shelves.listed(OWNER)}
                opened = await (shelves.open(OWNER, name) if name in there else shelves.add(OWNER, name))
                await opened.give(text.encode(), "leave.md")
            finally:
                await shelves.close()

    asyncio.run(work())


class Receiver:
    """A home that is kept up by bundles."""

    def __init__(self, root: Path) -> None:
        self.home = open_home(root)
        self.machine = Machine()

    def trusted(self, stick: Folder) -> Trusted:
        return known.load(self.home) or first_contact(stick.read)

    def opened(self, stick: Folder, now: datetime.datetime = NOW) -> Bundle:
        trusted = self.trusted(stick)
        return open_bundle(stick, trusted, clock.moment("machine", now, trusted.newest))

    def plan(self, stick: Folder, database: Database) -> Plan:
        return planned(self.opened(stick), self.home, database, OWNER, "private", carrying, self.machine)

    def stage(self, stick: Folder) -> Plan:
        """Copy all that is due."""
        with closing(open_database(self.home)) as database:
            plan = self.plan(stick, database)
        known.save(self.home, plan.bundle.verdict.trusted)
        staging.stage(self.home, plan, carrying, nobody)
        return plan

    def apply(self, stick: Folder) -> Plan:
        """Take a bundle, from the stick to its place."""
        plan = self.stage(stick)
        with closing(open_database(self.home)) as database, alone(self.home):
            apply(self.home, database, plan, OWNER, list)
        return plan


def state(home: Home) -> dict[str, object]:
    """Return all of a home that an update can change, as those see it who use it."""
    with closing(open_database(home)) as database:
        rows = database.look(lambda conn: shelf_rows.listed(conn, OWNER))
        remembered = database.look(records.every)
        hashed = database.look(shelf.known_files)
    models = {shelf.name_of(path): _digest(path) for path in shelf.paths(home)}
    return {
        "models": models,
        "licences": {path.name: one.licence for path, one in remembered.items() if path.exists()},
        "hashed": {
            path.name: one.sha256 for path, one in hashed.items() if path.exists() and shelf.is_unchanged(one)
        },
        "variants": {path.name: path.read_text() for path in variants.folder(home).glob("*")},
        "shelves": {row.name: carrying.mark(home.knowledge / row.id) for row in rows},
        "folders": len(list(home.knowledge.iterdir())),
        "rules": home.rules.read_text() if home.rules.exists() else None,
        "catalogue": catalogue.own_file(home).exists(),
        "advisories": _digest(known.folder(home) / "advisories.json"),
        "came": sorted(installed.load(home)),
        "program": switch.current(home),
        "begun": (known.folder(home) / "journal.json").exists(),
        "settled": journal.read(home) is None,
    }


def item(bundle: Bundle, name: str) -> Item:
    return next(one for one in bundle.items if one.name == name)


def _digest(path: Path) -> str | None:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else None
