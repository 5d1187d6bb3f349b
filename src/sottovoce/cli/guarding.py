"""sotto guard check, try and log: the owner's own rules, and what safeguards did."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sottovoce.cli._given import Given
from sottovoce.core.errors import BadValue

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sottovoce.core.ruled import Wrong
    from sottovoce.guard.own import OwnRules, Rule
    from sottovoce.guard.policy import Where
    from sottovoce.store.guard_log import Entry

SPAN = {"m": 60.0, "h": 3600.0, "d": 86_400.0}

WOULD = {"refuse": "would refuse it", "answer": "would answer in the model's place", "note": "would note it"}


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def check(given: Given, /, file: Path | None, as_json: bool) -> None:
    """Check the owner's rules.

    Without FILE: rules.toml of this home, and which rules are in force. With FILE: that file alone, before it
    is put there. Exits with 1 when it cannot be used, and names the line.
    """
    from sottovoce.chat.guarding.rules_file import RulesFile, read_file
    from sottovoce.core.ruled import Wrong
    from sottovoce.guard.own import NO_RULES

    home = given.open_home()
    path = file or home.rules
    if file is not None:
        found = read_file(file)
        wrong = found if isinstance(found, Wrong) else None
        rules = NO_RULES if isinstance(found, Wrong) else found
    else:
        held = RulesFile(home).in_force()
        rules, wrong = held.rules, held.wrong
    if as_json:
        given.show.data(
            {
                "file": str(path),
                "ok": wrong is None,
                "problem": None if wrong is None else {"line": wrong.line, "sentence": wrong.sentence},
                "rules": [_data(rule) for rule in rules.rules],
            }
        )
    else:
        _tell_rules(given, path, rules, wrong, is_home=file is None)
    if wrong is not None:
        raise click.exceptions.Exit(1)


@click.command("try")
@click.argument("text")
@click.option("--answer", "is_answer", is_flag=True, help="Take the text for an answer, not for a question.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def try_text(given: Given, /, text: str, is_answer: bool, as_json: bool) -> None:
    """Say which rules would act on a text, the owner's and the program's own.

    No model is asked, and nothing is written down.
    """
    from sottovoce.chat.guarding.rules_file import RulesFile
    from sottovoce.guard.policy import PROFILES, rule_on
    from sottovoce.guard.safeguards import safeguards

    home = given.open_home()
    held = RulesFile(home).in_force()
    where: Where = "answer" if is_answer else "question"
    met = held.rules.met(text, where)
    alike = [hit for hit in safeguards().hits(text, where) if hit.words]
    rulings = {name: rule_on(text, profile, safeguards(), where) for name, profile in PROFILES.items()}
    if as_json:
        told = {name: ruling.rule if ruling.blocked else None for name, ruling in rulings.items()}
        words = {hit.rule: list(hit.words) for hit in alike}
        rules = [_data(rule) for rule in met]
        cards = [name for name, ruling in rulings.items() if ruling.card]
        given.show.data({"where": where, "rules": rules, "profiles": told, "card": cards, "alike": words})
        return
    if held.wrong is not None:
        given.show.note(f"{home.rules} is not used. {held.wrong} The last good rules are tried.\n")
    for rule in met:
        given.show.line(f"{rule.name} (line {rule.line}) {WOULD[rule.action]}")
        if rule.answer:
            given.show.plain(f"  {rule.answer}")
    if not met:
        given.show.line(f"None of your rules acts on it ({len(held.rules.on(where))} look at such a text).")
    carded = next((ruling for ruling in rulings.values() if ruling.card), None)
    if carded is not None:
        given.show.line(
            f"The crisis card comes first, in every profile, by the program's own rule {carded.rule}."
        )
    refusing = [name for name, ruling in rulings.items() if ruling.blocked]
    if refusing:
        own, names = rulings[refusing[0]].rule, ", ".join(refusing)
        given.show.line(f"The program's own rule {own} refuses it in the profiles {names}.")
    for hit in alike:
        heavy = ", ".join(hit.words)
        given.show.line(f"{hit.rule}: it is like harmful requests. Its words that weigh most: {heavy}")


@click.command("log")
@click.option("--since", metavar="TIME", help="Only what happened since: 7d, 12h, 30m or 2026-11-27.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def show_log(given: Given, /, since: str | None, as_json: bool) -> None:
    """List what was refused, answered or noted: when, by which rule, whose. Never what was said."""
    from sottovoce.store.guard_log import GuardLog, told

    home = given.open_home()
    start = 0.0 if since is None else read_since(since, time.time())
    found, unreadable = GuardLog(home.guard_log).entries(start)
    if as_json:
        given.show.data({"acts": [told(entry) for entry in found], "unreadable": unreadable})
        return
    if found:
        names = _names(given) if any(entry.owner.startswith("key-") for entry in found) else {}
        you = given.show.words("you")
        rows = [_row(entry, names, you) for entry in found]
        given.show.table(
            ("WHEN", "DID", "IN", "WHOSE", "BY WAY OF", "CATEGORY", "RULE"), rows, said=(1, 2, 5)
        )
    else:
        given.show.note("Nothing was refused, answered or noted." if since is None else "Nothing since then.")
    if unreadable:
        given.show.note(f"\n{unreadable} lines of {home.guard_log} cannot be read.")


def read_since(text: str, now: float) -> float:
    """Return when `7d`, `12h` or `30m` before now was, or a day began. Raises BadValue."""
    found = re.fullmatch(r"([0-9]{1,6})([mhd])", text.strip().lower())
    if found is not None:
        return max(0.0, now - int(found[1]) * SPAN[found[2]])
    try:
        return time.mktime(time.strptime(text.strip(), "%Y-%m-%d"))
    except (ValueError, OverflowError):
        raise BadValue(
            f"{text!r} is no time.", hint="Write it as --since 7d, 12h, 30m or 2026-11-27"
        ) from None


def _tell_rules(given: Given, path: Path, rules: OwnRules, wrong: Wrong | None, *, is_home: bool) -> None:
    count = f"{len(rules.rules)} rule{'' if len(rules.rules) == 1 else 's'}"
    if wrong is not None:
        place = f"{path}:{wrong.line}" if wrong.line is not None else str(path)
        given.show.note(f"{place}: {wrong.sentence}")
        if is_home:
            given.show.note(
                f"\nThe last good rules stay in force: {count}."
                if rules.rules
                else "\nNo rules are in force."
            )
    elif not rules.rules:
        given.show.note("There are no rules of your own. How they are written: docs/guides/safeguards.md")
    else:
        given.show.note(f"{path} is in order, {count}.\n")
    if rules.rules:
        rows = [
            (str(rule.line), rule.where, rule.action, rule.name, _looks_for(rule)) for rule in rules.rules
        ]
        given.show.table(("LINE", "IN", "DOES", "NAME", "LOOKS FOR"), rows, said=(4,))


def _looks_for(rule: Rule) -> str:
    parts = [
        (len(rule.words), "word"),
        (len(rule.expressions), "expression"),
    ]
    told = [f"{number} {noun}{'' if number == 1 else 's'}" for number, noun in parts if number]
    if rule.topic:
        told.append(f"{rule.at_least} of {len(rule.topic)} words of a topic")
    return ", ".join(told)


def _data(rule: Rule) -> dict[str, Any]:
    """Return a rule's documented keys."""
    return {
        "name": rule.name,
        "line": rule.line,
        "where": rule.where,
        "action": rule.action,
        "answer": rule.answer,
        "words": list(rule.words),
        "topic": list(rule.topic),
        "at_least": rule.at_least,
        "expressions": [expression.pattern for expression in rule.expressions],
    }


def _row(entry: Entry, names: Mapping[str, str], you: str) -> Sequence[str]:
    from sottovoce.cli.chats import when
    from sottovoce.core.messages import OWNER

    whose = you if entry.owner == OWNER else names.get(entry.owner, entry.owner)
    return (
        when(entry.at),
        entry.outcome,
        entry.where,
        whose,
        entry.surface,
        entry.category or "-",
        entry.rule,
    )


def _names(given: Given) -> Mapping[str, str]:
    """Return the names of keys by whose chats theirs are."""
    from contextlib import closing

    from sottovoce.store.keys import listed

    with closing(given.open_database()) as database:
        return {key.owner: key.terms.name for key in database.look(listed)}
