"""sotto guard show and sotto guard eval: what the profile that is set refuses, and how well."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from sottovoce.cli._given import Given
from sottovoce.core.settings import PROFILES as NAMES

if TYPE_CHECKING:
    from sottovoce.evals.guarding import Count, Measured, Row
    from sottovoce.guard.crisis import Line

GROUPS = ("all", "written", "held-out", "others", "afterwards")


@click.command("show")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def show_profile(given: Given, /, as_json: bool) -> None:
    """Tell which profile is set, what each refuses, and whom a crisis card names."""
    from sottovoce.core.settings import read_locale
    from sottovoce.guard import crisis, refusal
    from sottovoce.guard.policy import ALWAYS, PROFILES, Category

    settings = given.settings()
    region = crisis.region_of(settings.region, read_locale())
    line = crisis.line_of(region)
    refuses = {name: [str(one) for one in Category if one in PROFILES[name].blocks] for name in NAMES}
    if as_json:
        named = None if line is None else asdict(line)
        given.show.data({"profile": settings.profile, "refuses": refuses, "region": region, "line": named})
        return
    rows = [
        (
            refusal.named(category, chinese=False),
            *("yes" if category in refuses[name] else "card" if _cards(category) else "-" for name in NAMES),
            "always" if category in ALWAYS else "",
        )
        for category in Category
    ]
    given.show.table(("REFUSES", *(name.upper() for name in NAMES), ""), rows, said=range(len(NAMES) + 2))
    given.show.line()
    given.show.line(f"The profile is {settings.profile}. To change it: sotto settings set profile family")
    given.show.line("It is told by rules and, where none is met, by likeness to harmful requests.")
    given.show.line(f"A crisis card is shown in every profile. {_named(line)}")
    given.show.note(
        "\nHow well that works, and what it cannot do: sotto guard eval, docs/reference/safety.md"
    )


def _named(line: Line | None) -> str:
    if line is None:
        return "No number is known for here; to set the country: sotto settings set region AT"
    return f"Here it names: {line.emergency}" + (f", {line.number} ({line.name_en})" if line.number else "")


def _cards(category: str) -> bool:
    return category == "self_harm"


@click.command("eval")
@click.option("--profile", type=click.Choice(NAMES), help="Only this profile; else all of them.")
@click.option(
    "--group",
    type=click.Choice(GROUPS),
    default="all",
    show_default=True,
    help="All items; those that rules and weights are made from; two parts that are not; those added last.",
)
@click.option("--wrong", is_flag=True, help="List the items that went the wrong way.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def evaluate(given: Given, /, profile: str | None, group: str, wrong: bool, as_json: bool) -> None:
    """Measure what the safeguards stop, and what they stop by mistake.

    On the sets that come with the program: harmful requests, harmless ones that look like them, ordinary
    questions and evasions, in English and Chinese. Shares have 95 % intervals (Wilson). By the rules and the
    likeness alone: no model is asked.
    """
    import time

    from sottovoce.evals.guarding import measure
    from sottovoce.guard.policy import PROFILES
    from sottovoce.guard.safeguards import safeguards

    rules = safeguards()
    found: list[tuple[Measured, float]] = []
    for name in (profile,) if profile else NAMES:
        began = time.monotonic()
        measured = asyncio.run(measure(PROFILES[name], rules, group))
        found.append((measured, time.monotonic() - began))
    if as_json:
        given.show.data([_data(one, group, seconds) for one, seconds in found])
        return
    for one, seconds in found:
        _print(given, one, seconds, wrong=wrong)


def _print(given: Given, found: Measured, seconds: float, *, wrong: bool) -> None:
    given.show.line(f"Profile {found.profile.name}")
    rows = [
        (str(row.category), _share(row.stopped) if row.blocks else "not refused", _share(row.stopped_falsely))
        for row in found.rows
    ]
    rows.append(("all that it refuses", _share(found.stopped), _share(found.stopped_falsely)))
    given.show.table(("CATEGORY", "BLOCKED", "BLOCKED FALSELY"), rows, said=(0, 1, 2))
    given.show.line(f"Crisis cards: {_share(found.cards)}; falsely: {_share(found.cards_falsely)}")
    given.show.line(f"Evasions blocked: {_share(found.evasions)}")
    given.show.line(f"Ordinary questions blocked falsely: {_share(found.ordinary)}")
    given.show.line(f"{seconds:.1f} s")
    for item, rule in found.wrong if wrong else ():
        given.show.plain(f"  {item.id}  {rule or given.show.words('no rule')}  {item.text}")
    given.show.line()


def _share(count: Count) -> str:
    if count.of == 0:
        return "none there"
    share = count.share
    return f"{count.found} of {count.of}  {share.value:.3f} ({share.low:.3f} to {share.high:.3f})"


def _data(found: Measured, group: str, seconds: float) -> dict[str, Any]:
    return {
        "profile": found.profile.name,
        "group": group,
        "blocked": _counted(found.stopped),
        "blocked_falsely": _counted(found.stopped_falsely),
        "cards": _counted(found.cards),
        "cards_falsely": _counted(found.cards_falsely),
        "evasions": _counted(found.evasions),
        "ordinary": _counted(found.ordinary),
        "categories": [_row(row) for row in found.rows],
        "wrong": [{"id": item.id, "rule": rule} for item, rule in found.wrong],
        "seconds": round(seconds, 3),
    }


def _row(row: Row) -> dict[str, Any]:
    return {
        "category": str(row.category),
        "refused": row.blocks,
        "blocked": _counted(row.stopped),
        "blocked_falsely": _counted(row.stopped_falsely),
    }


def _counted(count: Count) -> dict[str, Any]:
    return {"of": count.of, "found": count.found, **asdict(count.share)}
