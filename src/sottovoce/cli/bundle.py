"""sotto bundle: make a signed bundle of updates on a stick, its signer's keys, and look at one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from sottovoce.cli._bundles import told_bundle, told_progress
from sottovoce.core.amounts import amount

if TYPE_CHECKING:
    import datetime

    from tuf.api.metadata import Metadata, Root

    from sottovoce.cli._given import Given
    from sottovoce.updates.gather import Gathered
    from sottovoce.updates.making import Missing
    from sottovoce.updates.rotating import Change
    from sottovoce.updates.signing import Published

DAYS = 180
FOLDER = click.Path(file_okay=False, path_type=Path)
FILE = click.Path(dir_okay=False, exists=True, path_type=Path)

EXAMPLES = """\b
sotto bundle keys ~/sotto-keys --signer "Clinic IT" --roots 3 --threshold 2
sotto bundle make --to /media/stick --keys ~/sotto-keys --models qwen3-4b --shelves handbook
sotto bundle make --to /media/stick --keys ~/sotto-keys --program wheels
sotto bundle show /media/stick"""


@click.group(epilog=EXAMPLES)
def bundle() -> None:
    """Signed bundles of updates, to carry on a stick.

    A bundle holds models, shelves, variants, rules, known faults and the program itself, for machines
    without a network.
    """


@bundle.command()
@click.argument("folder", type=FOLDER)
@click.option("--signer", metavar="NAME", help="Who signs, as people are told it.")
@click.option("--roots", type=int, help="Keys that can change all others; 1 at first, more with --renew.")
@click.option("--threshold", type=int, help="So many of them are needed for that; 1 at first.")
@click.option("--renew", is_flag=True, help="Sign the next root: good for five more years.")
@click.option(
    "--replace",
    "replaced",
    multiple=True,
    metavar="KEY",
    help="With --renew: make this key anew, targets, snapshot, timestamp or root-2; may be given again.",
)
@click.option(
    "--root-key", "beside", multiple=True, type=FILE, help="With --renew: a root's key that lies elsewhere."
)
@click.pass_obj
def keys(
    given: Given,
    /,
    folder: Path,
    signer: str | None,
    roots: int | None,
    threshold: int | None,
    renew: bool,
    replaced: tuple[str, ...],
    beside: tuple[Path, ...],
) -> None:
    """Make the keys that sign bundles, or renew their root.

    The fingerprint that is printed is what others compare before they trust a stick: tell it to them by
    another way than the stick.
    """
    import datetime

    from sottovoce.updates import keys as key_files
    from sottovoce.updates.metadata import written
    from sottovoce.updates.rotating import Change
    from sottovoce.updates.signer import signer_of

    now = datetime.datetime.now(datetime.UTC)
    if renew:
        root = _renewed(given, folder, beside, Change(replaced, roots, threshold), now)
    else:
        if signer is None:
            raise click.UsageError("Say who signs: --signer NAME.")
        made = key_files.make(folder, signer, roots or 1, threshold or 1, now)
        root = key_files.newest_root(folder)
        given.show.note(f"The keys are in {folder}. The machine that makes bundles needs all but these:")
        for path in made:
            given.show.detail(f"  {path}")
        given.show.note(
            "Whoever has enough of these can take everything over. Put each on a stick of its own, in "
            "another place, and remove them here."
        )
    given.show.line(f"Fingerprint: {signer_of(written(root)).fingerprint}")


def _renewed(
    given: Given, folder: Path, beside: tuple[Path, ...], change: Change, now: datetime.datetime
) -> Metadata[Root]:
    """Sign the next root, and tell what that means for whom."""
    from sottovoce.updates.keys import newest_root
    from sottovoce.updates.rotating import renew
    from sottovoce.updates.signer import fingerprint

    before = newest_root(folder)
    done = renew(folder, beside, change, now)
    root = done.root
    given.show.note(f"Root {root.signed.version} is signed, and good until {root.signed.expires:%Y-%m-%d}.")
    given.show.note("The next bundle carries it, and whoever takes that one knows the new keys.")
    if done.made:
        given.show.note("New keys of the root: put each on a stick of its own, and remove it here.")
    for path in done.made:
        given.show.detail(f"  {path}")
    if fingerprint(root.signed) != fingerprint(before.signed):
        given.show.note(
            "The fingerprint is another now. Homes that trust the earlier one follow by themselves; tell "
            "this one to everybody new."
        )
    return root


@bundle.command()
@click.option("--to", "to", required=True, type=FOLDER, help="The stick, or any folder.")
@click.option("--keys", "key_folder", required=True, type=FOLDER, help="The folder with the signer's keys.")
@click.option("--models", multiple=True, metavar="M", help="A model that goes along; may be given again.")
@click.option("--shelves", multiple=True, metavar="SHELF", help="A shelf that goes along.")
@click.option("--variants", multiple=True, metavar="NAME", help="A variant that goes along.")
@click.option("--catalogue", is_flag=True, help="Your own models to choose from, catalogue.toml.")
@click.option("--rules", type=FILE, help="Rules of the safeguards, as rules.toml has them.")
@click.option("--advisories", type=FILE, help="A list of known faults.")
@click.option(
    "--program",
    type=click.Path(file_okay=False, exists=True, path_type=Path),
    help="A folder with the wheels of the program and of all that it needs.",
)
@click.option(
    "--since",
    multiple=True,
    type=click.Path(exists=True, path_type=Path),
    help="An earlier bundle: what changed since goes along as well; may be given again.",
)
@click.option(
    "--changes-only",
    is_flag=True,
    help="Leave out what the bundles named by --since have, and whole files where what changed goes along.",
)
@click.option(
    "--days", default=DAYS, show_default=True, type=click.IntRange(1, 3650), help="How long it is good."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def make(
    given: Given,
    /,
    to: Path,
    key_folder: Path,
    models: tuple[str, ...],
    shelves: tuple[str, ...],
    variants: tuple[str, ...],
    catalogue: bool,
    rules: Path | None,
    advisories: Path | None,
    program: Path | None,
    since: tuple[Path, ...],
    changes_only: bool,
    days: int,
    as_json: bool,
) -> None:
    """Make a bundle, or bring one up to date: only what is missing on the stick is copied.

    Stopped or pulled out, it goes on with the same command. The bundle then holds what this command names,
    and nothing else. Of shelves and the program it also holds what changed since the bundle before.
    """
    import datetime
    import tempfile
    from contextlib import closing

    from sottovoce.core.messages import OWNER
    from sottovoce.core.paths import make_folder
    from sottovoce.knowledge import carrying
    from sottovoce.updates import making
    from sottovoce.updates import since as changes
    from sottovoce.updates.gather import Wish, gather
    from sottovoce.updates.keys import newest_root
    from sottovoce.updates.known import folder as updates_folder

    making.check_writable(to)
    newest_root(key_folder)  # before an hour is spent on hashing
    wish = Wish(models, shelves, variants, catalogue, rules, advisories, program)
    before = changes.earlier(to, since)
    changes.check_whole(before, changes_only)
    with closing(given.open_database()) as database:
        make_folder(updates_folder(database.home))
        with tempfile.TemporaryDirectory(dir=updates_folder(database.home), prefix="packing-") as workplace:
            with told_progress(given, "Reading") as told:
                found = gather(database.home, database, OWNER, wish, carrying.pack, Path(workplace), told)
            with told_progress(given, "Comparing") as told:
                changes.compare(found, before, Path(workplace), told, changes_only=changes_only)
            lack = making.missing(to, found)
            with told_progress(given, "Copying", lack.size) as told:
                now = datetime.datetime.now(datetime.UTC)
                done = making.make(lack, found, key_folder, now, days, told)
    _told_made(given, found, lack, done, as_json=as_json)


def _told_made(given: Given, found: Gathered, lack: Missing, done: Published, *, as_json: bool) -> None:
    if as_json:
        given.show.data(
            {
                "folder": str(lack.folder.root),
                "version": done.version,
                "signer": done.signer.name,
                "fingerprint": done.signer.fingerprint,
                "good_until": done.good_until.isoformat(),
                "copied": lack.size,
                "bytes": sum(item.size for item in found.items),
                "notes": found.notes,
            }
        )
        return
    for note in found.notes:
        given.show.note(note)
    given.show.line(
        f"Bundle {done.version} is in {lack.folder.root}: {amount(sum(item.size for item in found.items))}, "
        f"{amount(lack.size)} of it copied now, good until {done.good_until:%Y-%m-%d}."
    )
    given.show.line(f"Signed by {done.signer.name}, fingerprint {done.signer.fingerprint}")


@bundle.command()
@click.argument("source", metavar="PATH")
@click.option("--check", is_flag=True, help="Read all of it, and compare every byte with what was signed.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def show(given: Given, /, source: str, check: bool, as_json: bool) -> None:
    """Tell what a bundle holds, who signed it, how old it is, and under which licences.

    PATH may be an address as well. Says also whether this home would take it. Changes nothing.
    """
    from sottovoce.cli._bundles import data_of, looked_at
    from sottovoce.cli._sources import located
    from sottovoce.core.errors import BadValue
    from sottovoce.updates.remote import is_address

    if check and is_address(source):
        raise BadValue(
            "A bundle at an address is checked when it is taken, not before.",
            hint="Leave out --check; sotto update --from checks every byte before anything changes",
        )
    seen = looked_at(given, located(given, source))
    if check:
        from sottovoce.updates.checking import check as check_all

        with told_progress(given, "Checking", sum(item.size for item in seen.bundle.items)) as told:
            check_all(seen.bundle, told)
    if as_json:
        given.show.data(data_of(seen, checked=check))
        return
    told_bundle(given, seen)
    if check:
        given.show.line("Every byte is as it was signed.")
