"""`sotto doctor`: what is wrong here, and what to do about it; the proof that nothing leaves."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from sottovoce.cli._show import padded

if TYPE_CHECKING:
    from sottovoce.cli._given import Given
    from sottovoce.core.paths import Home
    from sottovoce.doctor.finding import Finding
    from sottovoce.doctor.offline import Proof

WIDTH = 15
EXAMPLES = """\b
sotto doctor
sotto doctor --prove-offline
sotto doctor --restore"""


@click.command(epilog=EXAMPLES)
@click.option("--prove-offline", is_flag=True, help="Hold a whole chat where no route exists, and watch it.")
@click.option("--restore", is_flag=True, help="Bring a damaged database back from the newest backup.")
@click.option("--yes", is_flag=True, help="Do not ask before restoring.")
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
@click.pass_obj
def doctor(given: Given, prove_offline: bool, restore: bool, yes: bool, as_json: bool) -> None:
    """Check the installation; prove that nothing leaves.

    Exits with 1 when a check failed or the proof does not hold.
    """
    if prove_offline and restore:
        raise click.UsageError("--prove-offline and --restore are two different things; give one of them.")
    if restore:
        _restore(given, yes, as_json)
    elif prove_offline:
        _prove(given, as_json)
    else:
        _examine(given, as_json)


def _examine(given: Given, as_json: bool) -> None:
    from sottovoce.core.paths import Home
    from sottovoce.core.settings import read_environment
    from sottovoce.doctor.examine import examine, failed

    encoding = sys.stdout.encoding if sys.stdout is not None else None
    home = Home(given.root())
    findings = []
    for finding in examine(home, read_environment(), {"model": given.model}, encoding):
        findings.append(finding)
        if not as_json:
            _tell(given, finding)
    bad = failed(findings)
    if as_json:
        given.show.data({"ok": not bad, "checks": [asdict(finding) for finding in findings]})
    else:
        given.show.line()
        given.show.line(_summary(findings))
    if bad:
        raise click.exceptions.Exit(1)


def _tell(given: Given, finding: Finding) -> None:
    words = given.show.words
    head = f"{padded(words(finding.grade), 5)} {padded(words(finding.name), WIDTH)}"
    given.show.plain(f"{head} {words(finding.sentence)}")
    if finding.step:
        given.show.plain(f"{'':<5} {'':<{WIDTH}} {words(f'next: {finding.step}')}")


def _summary(findings: list[Finding]) -> str:
    counts = {grade: sum(finding.grade == grade for finding in findings) for grade in ("warn", "fail")}
    said = [f"{counts['fail']} failed"] if counts["fail"] else []
    said += [f"{counts['warn']} worth a look"] if counts["warn"] else []
    return f"{len(findings)} checks, {', '.join(said) or 'all well'}."


def _prove(given: Given, as_json: bool) -> None:
    from sottovoce.core.settings import read_environment
    from sottovoce.doctor.offline import prove

    if not as_json:
        given.show.note("Holding a chat where no route exists; this takes a few seconds.")
    proof = prove(read_environment().get("engine", ""))
    if as_json:
        given.show.data(asdict(proof))
    else:
        _tell_proof(given, proof)
    if not proof.holds:
        raise click.exceptions.Exit(1)


def _tell_proof(given: Given, proof: Proof) -> None:
    where = "in a network namespace with no route" if proof.wall else "on this machine's own network"
    given.show.line(f"{len(proof.answers)} questions answered by {proof.model}, {where}.")
    given.show.line(f"Watched: every socket call of {proof.processes} processes, the program and its engine.")
    if proof.note:
        given.show.line(proof.note)
    given.show.line(proof.verdict)
    if proof.hint:
        given.show.note(f"\nhint: {proof.hint}")


def _restore(given: Given, yes: bool, as_json: bool) -> None:
    """Put the newest sound backup in place of a damaged or lost database; leave a sound one alone."""
    from sottovoce.core.errors import NotFound, Refused
    from sottovoce.core.paths import Home
    from sottovoce.store import backup
    from sottovoce.store.faults import afresh

    home = Home(given.root())
    damage = _damage(home)
    if damage is None:
        _told(given, as_json, None, None, "The database is sound; nothing was restored.")
        return
    newest = backup.newest(home)
    if newest is None:
        raise NotFound(
            damage,
            hint=afresh(home.database),
        )
    if not yes and not given.show.can_ask:
        raise Refused("Nothing was restored, for nobody could be asked.", hint="sotto doctor --restore --yes")
    question = f"{damage}\nPut {newest.name} in its place? The damaged file is kept beside it."
    if not yes and not given.show.confirm(question):
        raise click.exceptions.Exit(1)
    source, aside = backup.restore(home)
    said = f"Restored from {source.name}." + (f" The damaged file is kept as {aside.name}." if aside else "")
    _told(given, as_json, source.name, aside.name if aside else None, said)


def _damage(home: Home) -> str | None:
    """Return what is wrong with the database, if a backup could mend it."""
    from sottovoce.core.errors import StoreDamaged
    from sottovoce.doctor.keeping import read_database
    from sottovoce.store import backup

    if not home.database.exists() and backup.newest(home) is not None:
        return f"The database {home.database} is gone."
    try:
        read_database(home)
    except StoreDamaged as problem:
        return problem.sentence
    return None


def _told(given: Given, as_json: bool, source: str | None, aside: str | None, sentence: str) -> None:
    if as_json:
        given.show.data({"restored_from": source, "damaged_kept_as": aside, "sentence": sentence})
    else:
        given.show.line(sentence)
