"""sotto compare: two models, or settings, on the same questions, side by side."""

from __future__ import annotations

from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sottovoce.cli._given import Given
from sottovoce.core.errors import BadValue

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sottovoce.cli._examining import Examined
    from sottovoce.evals.compare import Pair
    from sottovoce.evals.intervals import Paired
    from sottovoce.evals.items import Item
    from sottovoce.evals.run import Answered

MAX_TOKENS = 512
"""Of an answer to a question of one's own."""

LONGEST_QUESTION = 200_000
NARROW = 90
"""Columns of a terminal. With fewer, one answer stands below the other."""

BETWEEN = 3
"""Columns between two answers."""

EXAMPLES = """\b
Examples:
  sotto compare starter qwen3-4b "Why is the sky blue?"
  sotto compare starter qwen3-4b --limit 50
  sotto compare starter "starter:temperature=0.8,seed=7" "Tell me a story."
  sotto compare starter "starter:system=Answer in one word." --set my-questions.toml --json"""


@click.command(epilog=EXAMPLES)
@click.argument("first", metavar="A")
@click.argument("second", metavar="B")
@click.argument("questions", metavar="[QUESTION]...", nargs=-1)
@click.option(
    "--set", "path", type=click.Path(path_type=Path), metavar="FILE", help="Your own questions, a TOML file."
)
@click.option(
    "--limit", type=click.IntRange(1), metavar="N", help="A sample of N questions, always the same."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON, with every answer.")
@click.pass_obj
def compare(
    given: Given,
    /,
    first: str,
    second: str,
    questions: tuple[str, ...],
    path: Path | None,
    limit: int | None,
    as_json: bool,
) -> None:
    """Ask two models the same questions, and show the answers side by side.

    A and B are models, or one model with settings behind its name: M:temperature=0.8,top_p=0.9,system=TEXT;
    what is not set is as in sotto eval, and system comes last. Without questions and without --set the set
    that comes with the program is asked, and the difference told with its 95 % interval. First A answers
    everything, then B: both need not fit into memory at once. Answers to your own questions are not kept.
    """
    from sottovoce.cli._examining import Examined
    from sottovoce.cli._run import run
    from sottovoce.evals import compare as comparing
    from sottovoce.evals.contender import contender

    both = Examined(contender(first)), Examined(contender(second))
    if (both[0].contender.model, both[0].contender.settings) == (
        both[1].contender.model,
        both[1].contender.settings,
    ):
        raise BadValue(
            "A and B are the same.", hint='for example: sotto compare starter "starter:temperature=0.8"'
        )
    items = _items(questions, path, limit)
    run(_ask(given, both, items, kept=not questions))
    found = comparing.pairs(both[0].answers, both[1].answers)
    if as_json:
        given.show.data(_data(both, found))
        return
    names = first, second
    for pair in found if questions else _differing(found):
        _show_pair(given, names, pair)
    if not questions:
        _show_difference(given, names, found)


def _items(questions: tuple[str, ...], path: Path | None, limit: int | None) -> tuple[Item, ...]:
    from sottovoce.cli._examining import opened
    from sottovoce.evals.items import Item

    if not questions:
        return opened(path).chosen(limit=limit)
    if path is not None or limit is not None:
        raise BadValue(
            "Questions are given, and a set as well.", hint="Leave out --set and --limit, or the questions"
        )
    for text in questions:
        if not text.strip() or "\0" in text:
            raise BadValue(
                "There is no question.", hint='for example: sotto compare starter M "Why is the sky blue?"'
            )
        if len(text) > LONGEST_QUESTION:
            raise BadValue(
                f"A question has {len(text):,} characters; at most {LONGEST_QUESTION:,} are asked.",
                hint="Ask with less text",
            )
    return tuple(
        Item(str(at), "", "", text.strip(), (), max_tokens=MAX_TOKENS) for at, text in enumerate(questions, 1)
    )


async def _ask(given: Given, both: Sequence[Examined], items: Sequence[Item], *, kept: bool) -> None:
    """Have one after the other answer all: each is loaded once."""
    import asyncio

    from sottovoce.cli._examining import examine
    from sottovoce.models.kinds import LANGUAGE

    given.model = both[0].contender.model
    async with given.open_app() as app:
        # A wrong name is told before the first has answered everything.
        await asyncio.to_thread(app.engines.resolve, both[1].contender.model, (LANGUAGE,))
        for one in both:
            await examine(given, app, one, items, kept=kept)


def _differing(found: Sequence[Pair]) -> list[Pair]:
    """Return the questions that one of both gets right."""
    return [pair for pair in found if pair.first.passed != pair.second.passed]


def _show_pair(given: Given, names: tuple[str, str], pair: Pair) -> None:
    one, two = pair.first, pair.second
    number = f"{one.item.id}  " if one.item.checks else ""
    words = given.show.words
    given.show.plain(f"{number}{one.item.asked}")
    heads = [_head(name, answer, words) for name, answer in zip(names, (one, two), strict=True)]
    texts = [answer.said.answer.strip() or words("(nothing)") for answer in (one, two)]
    for line in beside(heads, texts, given.show.columns):
        given.show.plain(line)
    given.show.line()


def _head(name: str, answer: Answered, words: Callable[[str], str]) -> str:
    passed = f", {words('right' if answer.passed else answer.wrong)}" if answer.item.checks else ""
    rate = words(f", {answer.said.written} tokens in {answer.said.seconds:.1f} s")
    return f"{name}{passed}{rate}"


def beside(heads: Sequence[str], texts: Sequence[str], columns: int) -> list[str]:
    """Return two texts as lines, each below its head: in two columns where there is room for them."""
    if columns < NARROW:
        return [
            line
            for head, text in zip(heads, texts, strict=True)
            for line in (f"[{head}]", *_wrapped(text, columns))
        ]
    width = (columns - BETWEEN) // 2
    return [
        (_padded(one, width + BETWEEN) + two).rstrip()
        for parts in ([f"[{head}]" for head in heads], texts)
        for one, two in zip_longest(*(_wrapped(part, width) for part in parts), fillvalue="")
    ]


def _wrapped(text: str, width: int) -> list[str]:
    """Return a text in lines of so many cells; Chinese takes two each, and may be broken anywhere."""
    from rich.console import Console
    from rich.text import Text

    from sottovoce.cli._show import clean

    lines = Text(clean(text).replace("\t", "    ")).wrap(Console(width=width, force_terminal=False), width)
    return [line.plain.rstrip() for line in lines]


def _padded(text: str, width: int) -> str:
    from sottovoce.cli._show import cells

    return text + " " * max(0, width - cells(text))


def _show_difference(given: Given, names: tuple[str, str], found: Sequence[Pair]) -> None:
    from sottovoce.evals import compare as comparing

    counts = comparing.paired(found)
    rows = [_row(group, each) for group, each in comparing.by_group(found)]
    rows.append(_row(given.show.words("all"), counts))
    given.show.table(("GROUP", "QUESTIONS", "A RIGHT", "B RIGHT", "B − A", "95 %"), rows, said=(5,))
    given.show.note(f"\nA is {names[0]}, B is {names[1]}. {comparing.told(counts, *names)}")
    same = sum(pair.is_same for pair in found)
    given.show.note(
        f"Only A is right {counts.first} times, only B {counts.second} times; "
        f"so large a difference would come about by chance in {counts.chance():.1%} of cases. "
        f"The same word for word: {same} of {counts.of}."
    )


def _row(group: str, counts: Paired) -> tuple[str, ...]:
    difference = counts.difference()
    return (
        group, str(counts.of), str(counts.both + counts.first), str(counts.both + counts.second),
        f"{difference.value:+.0%}", f"{difference.low:+.0%} to {difference.high:+.0%}",
    )  # fmt: skip


def _data(both: Sequence[Examined], found: Sequence[Pair]) -> dict[str, Any]:
    from sottovoce.cli.eval import answer_data
    from sottovoce.evals import compare as comparing

    counts = comparing.paired(found)
    asked = [
        {"id": pair.first.item.id, "question": pair.first.item.asked, "same": pair.is_same}
        | {name: answer_data(one) for name, one in (("a", pair.first), ("b", pair.second))}
        for pair in found
    ]
    return {
        name: {"model": one.contender.model, "settings": one.contender.settings, "digest": one.digest}
        for name, one in zip(("a", "b"), both, strict=True)
    } | {
        "difference": _difference_data(counts) if counts.of else None,
        "groups": [{"group": group} | _difference_data(each) for group, each in comparing.by_group(found)],
        "questions": asked,
    }


def _difference_data(counts: Paired) -> dict[str, Any]:
    difference = counts.difference()
    return {
        "of": counts.of,
        "both": counts.both,
        "only_a": counts.first,
        "only_b": counts.second,
        "neither": counts.neither,
        "difference": round(difference.value, 4),
        "low": round(difference.low, 4),
        "high": round(difference.high, 4),
        "chance": round(counts.chance(), 6),
    }
