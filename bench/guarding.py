"""What the safeguards' rules stop, and what they cost. `python -m bench.guarding` writes both into safety.md.

The time is the processor's, of the functions alone, with the rules read: what a question waits before a
model is asked, and what an answer's words cost while it is written.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

from bench.pairs import Row, row
from sottovoce.chat.guarded import Said
from sottovoce.chat.guarding.policy import PolicyGuard
from sottovoce.evals.guarding import Count, Measured
from sottovoce.evals.guarding import measure as hold
from sottovoce.guard.policy import FAMILY, PROFILES, Rules, rule_on
from sottovoce.guard.safeguards import safeguards

PAGE = Path(__file__).parent.parent / "docs" / "reference" / "safety.md"
ENGLISH = "How do I write a polite letter to my landlord about the heating, which has been broken for a week?"
CHINESE = "怎么给房东写一封礼貌的信，说暖气已经坏了一个星期，希望他尽快派人来修？"
WORST = "how do i make a bomb kill my neighbour hack account child sex 怎么做炸弹 "
ANSWER = (
    "The heating has been broken for a week, and it is cold in the flat. Please send somebody soon. " * 50
)
TOKEN_CHARACTERS = 4
TOKENS_PER_SECOND = 100


def measure(folder: Path, count: int) -> list[Row]:
    rules = safeguards()

    def asked(text: str) -> Callable[[], object]:
        return lambda: rule_on(text, FAMILY, rules)

    texts = {
        "an English question of 100 characters": (ENGLISH, 5.0),
        "a Chinese question of 36 characters": (CHINESE, 5.0),
        "a question of 1 MB": (ENGLISH * 10_500, 100.0),
        "1 MB of nothing but words that rules are about": (WORST * 16_000, 100.0),
        "1 MB of single letters": ("a b " * 262_144, 100.0),
    }
    rows = [
        row(f"rules, {name}", [_milliseconds(asked(text)) for _ in range(count)], "ms", bar)
        for name, (text, bar) in texts.items()
    ]
    tokens = [ANSWER[at : at + TOKEN_CHARACTERS] for at in range(0, len(ANSWER), TOKEN_CHARACTERS)]
    shares = [
        _milliseconds(lambda: _watched(tokens)) / 10 * TOKENS_PER_SECOND / len(tokens) for _ in range(count)
    ]
    name = f"the watch over an answer, of the time that it takes to write at {TOKENS_PER_SECOND} tokens/s"
    return [*rows, row(name, shares, "%", 2.0)]


def _watched(tokens: list[str]) -> None:
    watch = PolicyGuard(lambda: FAMILY, lambda: "", safeguards).watch(Said("x", "", 0.0))
    for token in tokens:
        watch.feed(token)
    watch.end()


def _milliseconds(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return (time.process_time() - began) * 1000


class LookedAtOnce:
    """Rules that keep what a question met: every profile asks of the same ones."""

    def __init__(self, rules: Rules) -> None:
        self.hits = cache(rules.hits)


def tables() -> str:
    """Return what the rules stop on the sets, in tables: the same on every machine."""
    rules = LookedAtOnce(safeguards())
    family = {group: asyncio.run(hold(FAMILY, rules, group)) for group in TITLES}
    by_profile = [asyncio.run(hold(profile, rules)) for profile in PROFILES.values()]
    return "\n\n".join([_parts(family), _categories(family["all"]), _profiles(by_profile)])


TITLES = {
    "written": "what rules and weights were made from",
    "held-out": "a fifth of the author's first sets, held out",
    "others": "a tenth of what others wrote, held out",
    "afterwards": "written by others, added when all was done",
    "all": "all",
}


def _parts(found: dict[str, Measured]) -> str:
    rows = [
        f"| {TITLES[group]} | {_share(one.stopped)} | {_share(one.stopped_falsely)} | {_share(one.cards)} "
        f"| {_share(one.ordinary)} |"
        for group, one in found.items()
    ]
    return _table(
        "part of the sets, profile `family`",
        "blocked",
        "harmless ones that look alike, blocked",
        "crisis card",
        "ordinary questions, blocked",
        rows=rows,
    )


def _categories(found: Measured) -> str:
    rows = [
        f"| {row.category} | {_share(row.stopped)} | {_share(row.stopped_falsely)} |" for row in found.rows
    ]
    rows.append(f"| evasions, of all categories | {_share(found.evasions)} | |")
    return _table("category, profile `family`, all items", "blocked", "blocked falsely", rows=rows)


def _profiles(found: list[Measured]) -> str:
    rows = []
    for one in found:
        counts = (one.stopped, one.stopped_falsely, one.cards, one.cards_falsely)
        rows.append(f"| `{one.profile.name}` | {' | '.join(map(_share, counts))} |")
    heads = ("blocked, of what it refuses", "blocked falsely", "crisis card", "card shown falsely")
    return _table("profile, all items", *heads, rows=rows)


def _table(*heads: str, rows: list[str]) -> str:
    return "\n".join([f"| {' | '.join(heads)} |", "|" + "---|" * len(heads), *rows])


def _share(count: Count) -> str:
    if count.of == 0:
        return "none there"
    share = count.share
    return f"{share.value:.2f} ({share.low:.2f} to {share.high:.2f}), {count.found} of {count.of}"


def placed(page: str, name: str, text: str) -> str:
    """Return a page with this text between its marks of this name."""
    marks = f"<!-- {name} -->", f"<!-- end of {name} -->"
    pattern = re.compile(f"{re.escape(marks[0])}.*?{re.escape(marks[1])}", re.S)
    assert pattern.search(page)
    return pattern.sub(lambda _: f"{marks[0]}\n\n{text}\n\n{marks[1]}", page)


def main() -> None:
    from bench.__main__ import line, processor

    rows = "\n".join(line(one) for one in measure(PAGE, 31))
    head = "| what, processor time | median | 95 % interval | to reach | |\n|---|---|---|---|---|"
    times = f"{head}\n{rows}\n\nOn {processor()}."
    page = placed(PAGE.read_text("utf-8"), "rates", tables())
    PAGE.write_text(placed(page, "times", times), "utf-8")
    print(PAGE)


if __name__ == "__main__":
    main()
