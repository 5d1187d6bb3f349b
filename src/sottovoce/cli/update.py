"""sotto update: take what a bundle brings, after telling what that is, or go back to what was before."""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from sottovoce.cli._bundles import told_new_keys, told_progress, told_signer, trusted_after_asking
from sottovoce.cli._checks import failing, worse
from sottovoce.cli._program import going_back, installed, told_start
from sottovoce.cli._sources import check_room, fetch, located
from sottovoce.cli._yes import need_yes
from sottovoce.core.amounts import amount

if TYPE_CHECKING:
    from sottovoce.cli._given import Given
    from sottovoce.core.paths import Home
    from sottovoce.store.db import Database
    from sottovoce.updates.contents import Item
    from sottovoce.updates.opening import Bundle
    from sottovoce.updates.plan import Change, Plan
    from sottovoce.updates.roots import Trusted

EXAMPLES = """\b
sotto update --from /media/stick
sotto update --from /media/stick --yes --accept-licences
sotto update --from https://example.org/updates
sotto update --roll-back"""


@dataclass(frozen=True, slots=True)
class Wish:
    """What was given with the command."""

    source: str
    trust: str | None
    accept: bool
    adopt: bool
    yes: bool
    as_json: bool


@click.command(epilog=EXAMPLES)
@click.option("--from", "source", metavar="PATH", help="The stick, the folder or the address with a bundle.")
@click.option("--roll-back", is_flag=True, help="Go back to what was before the last update.")
@click.option("--trust", metavar="FINGERPRINT", help="Trust the signer with this fingerprint from now on.")
@click.option("--accept-licences", "accept", is_flag=True, help="Accept the licences of new models.")
@click.option("--program", "adopt", is_flag=True, help="Have bundles keep up a program beside this one.")
@click.option("--yes", is_flag=True, help="Do not ask. Accepts neither a signer nor a licence.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def update(
    given: Given,
    source: str | None,
    roll_back: bool,
    trust: str | None,
    accept: bool,
    adopt: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Take what a bundle brings, or go back.

    First you are told what is new, who signed it, and under which licences it comes. Then it is copied and
    checked, put in place as a whole, and tried; where that goes wrong, it is taken back. Needs no network,
    unless you give an address: then only what is missing is fetched, if the setting network allows it.
    """
    from sottovoce.updates import bases
    from sottovoce.updates.settling import alone

    if (source is None) == (not roll_back):
        raise click.UsageError("Give either --from PATH or --roll-back.")
    with closing(given.open_database()) as database, alone(database.home):
        if source is None:
            _roll_back(given, database, yes, as_json)
        else:
            try:
                _update(given, database, Wish(source, trust, accept, adopt, yes, as_json))
            finally:
                bases.clear(database.home)


def _update(given: Given, database: Database, wish: Wish) -> None:
    from sottovoce.core.messages import OWNER
    from sottovoce.knowledge import carrying
    from sottovoce.updates import fetching, known, staging
    from sottovoce.updates.applying import apply
    from sottovoce.updates.plan import Machine, planned

    home, settings = database.home, given.settings()
    bundle = _opened(given, home, wish, settings.update_clock)
    plan = planned(bundle, home, database, OWNER, settings.use, carrying, Machine(adopt=wish.adopt))
    free = check_room(home, plan)
    if not wish.as_json:
        _tell(given, plan, free)
    if not plan.due:
        known.save(home, bundle.verdict.trusted)
        _told_end(given, wish, plan, "There is nothing new in this bundle.", applied=False)
        return
    _agree(given, database, wish, plan, settings.use)
    known.save(home, bundle.verdict.trusted)
    before = failing(given, home)
    fetch(given, home, plan, wish.source)
    with told_progress(given, "Copying", staging.needed(home, plan)) as told:
        staging.stage(home, plan, carrying, told)
    switched = installed(given, home, plan)
    given.show.note("Putting it in place and trying it …")
    pair = None if switched is None else switched.pair
    apply(home, database, plan, OWNER, lambda: worse(given, home, before, switched), pair)
    fetching.clear(home)
    _told_end(given, wish, plan, "The update is in place. To go back: sotto update --roll-back", applied=True)
    if not wish.as_json:
        told_start(given, home, switched)


def _opened(given: Given, home: Home, wish: Wish, policy: str) -> Bundle:
    """Open the bundle as one of the signer whom this home trusts, or of one who is trusted now."""
    import datetime

    from sottovoce.core.errors import Untrusted
    from sottovoce.updates import clock, known
    from sottovoce.updates.opening import open_bundle

    folder = located(given, wish.source)
    now = datetime.datetime.now(datetime.UTC)

    def opened(trusted: Trusted) -> Bundle:
        return open_bundle(folder, trusted, clock.moment(policy, now, trusted.newest))

    trusted = known.load(home)
    if trusted is None:
        return opened(trusted_after_asking(given, folder, wish.trust))
    try:
        bundle = opened(trusted)
    except Untrusted:
        if wish.trust is None:
            raise
    else:
        told_new_keys(given, trusted, bundle.verdict.signer)
        return bundle
    return opened(trusted_after_asking(given, folder, wish.trust))


def _tell(given: Given, plan: Plan, free: int) -> None:
    """Say what it is before anything of it comes."""
    verdict = plan.bundle.verdict
    told_signer(given, verdict.signer)
    given.show.line(
        f"Bundle {verdict.version}, made on {verdict.made:%Y-%m-%d}; "
        f"good until {verdict.good_until:%Y-%m-%d}."
    )
    rows = [
        (change.state, change.item.kind, change.item.name, amount(change.size), change.item.licence)
        for change in plan.changes
    ]
    given.show.table(("STATE", "KIND", "NAME", "SIZE", "LICENCE"), rows, said=(0, 1))
    for change in plan.changes:
        if change.why:
            given.show.note(f"{change.item.name} stays as it is here: {change.why}")
    given.show.line(f"Disk: {amount(plan.size)} are needed, {amount(free)} are free.")


def _agree(given: Given, database: Database, wish: Wish, plan: Plan, use: str) -> None:
    """Tell the licences, and go on only with a yes to each, now or before, and to the whole."""
    from sottovoce.core.errors import LicenceRefused

    unknown = [change for change in plan.due if _needs_a_yes(database, change)]
    told: set[tuple[str, ...]] = set()
    for change in unknown:
        terms = _terms(change.item)
        if terms not in told:
            given.show.note("")
            for line in terms:
                given.show.note(line)
        told.add(terms)
    if unknown and not wish.accept:
        names = ", ".join(change.item.name for change in unknown)
        unasked = LicenceRefused(
            f"These licences were not accepted yet, and there is nobody to ask: {names}.",
            hint="Read them, and add --accept-licences",
        )
        need_yes(given, f"\nAccept these licences ({names})?", unasked)
    if not wish.yes:
        need_yes(given, "\nApply this update?")
    for change in unknown:
        _accept(database, change.item, plan.bundle.verdict.signer.name, use)


def _needs_a_yes(database: Database, change: Change) -> bool:
    from sottovoce.models import licences, records
    from sottovoce.updates import contents

    if change.item.kind != contents.MODEL:
        return False
    licence = licences.of(change.item.licence)
    words = licences.digest(_terms(change.item))
    # Under the words for what is not known here lie all kinds of licences: they count for one content alone.
    alone = change.item.files[0].sha256 if licence.commercial == licences.UNCLEAR else None
    return not database.look(lambda conn: records.accepted_for(conn, licence.id, words, file_sha256=alone))


def _accept(database: Database, item: Item, signer: str, use: str) -> None:
    from sottovoce.core.account import account
    from sottovoce.models import licences, records
    from sottovoce.models.getting import TEXT_SOURCE

    acceptance = records.Acceptance(
        file_sha256=item.files[0].sha256,
        licence=licences.of(item.licence).id,
        text_sha256=licences.digest(_terms(item)),
        text_source=TEXT_SOURCE,
        model=item.name,
        source=item.facts.get("source", "") or f"bundle of {signer}",
        use=use,
        accepted=time.time(),
        account=account(),
    )
    database.call(lambda conn: records.accept(conn, acceptance))


def _terms(item: Item) -> tuple[str, ...]:
    from sottovoce.models import licences

    return tuple(licences.plain(licences.of(item.licence)))


def _roll_back(given: Given, database: Database, yes: bool, as_json: bool) -> None:
    from sottovoce.core.errors import NotFound
    from sottovoce.updates import journal
    from sottovoce.updates.applying import roll_back

    last = journal.previous(database.home)
    if last is None:
        raise NotFound("No update was applied here.", hint="To apply one: sotto update --from PATH")
    told = dict(last.told)
    what = f"bundle {told.get('version', '')} of {told.get('signer', '')}"
    if not yes:
        need_yes(given, f"Go back to what was before {what}?")
    before = failing(given, database.home)
    switched = going_back(database.home, last)
    roll_back(database.home, database, lambda: worse(given, database.home, before, switched))
    if as_json:
        given.show.data({"rolled_back": True, **told})
    else:
        given.show.line("Done: this home is as it was. The same command brings the update here again.")


def _told_end(given: Given, wish: Wish, plan: Plan, sentence: str, *, applied: bool) -> None:
    if not wish.as_json:
        given.show.line(sentence)
        return
    verdict = plan.bundle.verdict
    given.show.data(
        {
            "applied": applied,
            "signer": verdict.signer.name,
            "fingerprint": verdict.signer.fingerprint,
            "version": verdict.version,
            "made": verdict.made.isoformat(),
            "good_until": verdict.good_until.isoformat(),
            "items": [
                {
                    "kind": change.item.kind,
                    "name": change.item.name,
                    "state": change.state,
                    "why": change.why or None,
                    "bytes": change.item.size,
                    "licence": change.item.licence or None,
                }
                for change in plan.changes
            ],
        }
    )
