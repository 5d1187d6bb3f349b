"""sotto eval: how well does a model answer? Asked of questions whose answers are known."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sottovoce.cli._given import Given
from sottovoce.core.errors import BadValue

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sottovoce.app import App
    from sottovoce.cli._examining import Examined
    from sottovoce.evals.items import Item, Set
    from sottovoce.evals.run import Answered
    from sottovoce.evals.score import Score, Tally

EXAMPLES = """\b
Examples:
  sotto eval starter
  sotto eval qwen3-4b --limit 50
  sotto eval starter --group arithmetic --wrong
  sotto eval starter --set my-questions.toml --json
  sotto eval starter --there cellar --limit 100"""

HELD_OUT = "held out"


@click.command("eval", epilog=EXAMPLES)
@click.argument("model", metavar="[M]", required=False)
@click.option(
    "--set", "path", type=click.Path(path_type=Path), metavar="FILE", help="Your own questions, a TOML file."
)
@click.option("--group", "groups", multiple=True, metavar="NAME", help="Only this group; can be given again.")
@click.option(
    "--limit", type=click.IntRange(1), metavar="N", help="A sample of N questions, always the same."
)
@click.option("--wrong", is_flag=True, help="Show each question that was answered wrongly, and how.")
@click.option("--route", is_flag=True, help="Say how many answers are too doubtful to stay here.")
@click.option(
    "--there", metavar="NAME", help="With --route: ask this model elsewhere too, and say what staying costs."
)
@click.option("--yes-send", is_flag=True, help="With --there: send the questions without asking.")
@click.option("--again", is_flag=True, help="Ask anew what was asked before.")
@click.option("--forget", is_flag=True, help="Forget what M answered here and how it did, and ask nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, with every answer.")
@click.pass_obj
def evaluate(
    given: Given,
    /,
    model: str | None,
    path: Path | None,
    groups: tuple[str, ...],
    limit: int | None,
    wrong: bool,
    route: bool,
    there: str | None,
    yes_send: bool,
    again: bool,
    forget: bool,
    as_json: bool,
) -> None:
    """Ask a model questions whose answers are known, and say how many it gets right.

    The set that comes with the program has facts, arithmetic, instructions, texts to read and things that
    nobody can know, in English and Chinese. The likeliest word is taken each time. No chat is kept; the
    answers are, so that nothing is asked twice: stopped with Ctrl-C, the same command goes on. The 95 %
    interval says how far off a share may be, since it is measured on so many questions only.
    """
    from sottovoce.cli._examining import Examined, opened
    from sottovoce.cli._run import run
    from sottovoce.evals.contender import Contender

    if yes_send and there is None:
        raise BadValue("It is not said where to send it.", hint="Name a model elsewhere with --there")
    if forget and (path is not None or groups or limit is not None):
        raise BadValue(
            "--forget forgets all that a model answered here, whatever the set.",
            hint="Leave --set, --group and --limit out",
        )
    asked = opened(path)
    items = _chosen(asked, groups, limit)
    given.model = model or given.model
    name = given.model or given.settings().model
    found = Examined(Contender(name, name))
    if forget:
        run(_forget(given, found))
        return
    if route or there is not None:
        _routed(given, name, asked, items, there, again=again, yes=yes_send, as_json=as_json)
        return
    run(_evaluate(given, found, asked, items, again=again, is_fair=not groups))
    score = _score(found)
    if as_json:
        given.show.data(_data(found, asked, score))
        return
    _show(given, asked, score)
    _show_wrong(given, found, wrong=wrong, command=_command(name, path, groups, limit))


def _routed(
    given: Given,
    name: str,
    asked: Set,
    items: Sequence[Item],
    there: str | None,
    *,
    again: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Say how many answers stay here, and what that costs."""
    from sottovoce.cli import _eval_routed
    from sottovoce.cli._examining import Examined
    from sottovoce.cli._run import run
    from sottovoce.core.sampling import Sampling
    from sottovoce.evals.contender import Contender

    found = Examined(Contender(name, name, Sampling(likelihoods=1)))
    result, far = run(_eval_routed.examined(given, found, items, there, again=again, yes=yes))
    if as_json:
        there_data = {"there_items": [answer_data(one) for one in far]}
        told = {"routing": _eval_routed.data(result, there)} | there_data
        given.show.data(_data(found, asked, _score(found)) | told)
        return
    _show(given, asked, _score(found))
    _eval_routed.show(given, result, there)


def _chosen(asked: Set, groups: tuple[str, ...], limit: int | None) -> tuple[Item, ...]:
    unknown = [group for group in groups if group not in asked.groups]
    if unknown:
        raise BadValue(
            f"There is no group {unknown[0]!r} in the set {asked.name}.",
            hint=f"There are {', '.join(asked.groups)}",
        )
    return asked.chosen(groups, limit)


async def _evaluate(
    given: Given, found: Examined, asked: Set, items: Sequence[Item], *, again: bool, is_fair: bool
) -> None:
    """Ask, and remember the score; also where that is stopped, since the order is a fair sample."""
    from sottovoce.cli._examining import examine

    async with given.open_app() as app:
        try:
            await examine(given, app, found, items, again=again)
        except asyncio.CancelledError:
            given.show.note(
                f"Stopped. {len(found.answers)} of {len(items)} answers are kept; the same command goes on."
            )
            raise
        finally:
            if is_fair and found.answers and found.contender.is_plain:
                _remember(app, found, asked)


def _remember(app: App, found: Examined, asked: Set) -> None:
    from sottovoce.evals.score import evaluation
    from sottovoce.store import evaluations

    known = evaluation(found.digest, asked, _score(found), time.time())
    app.database.call(lambda conn: evaluations.note(conn, known))


async def _forget(given: Given, found: Examined) -> None:
    from sottovoce.store import evaluations

    async with given.open_app() as app:
        digest = (await app.engine.ready()).digest
        count = await app.database.run(lambda conn: evaluations.forget_model(conn, digest))
        await asyncio.to_thread(app.database.scrub)
    given.show.note(f"Forgotten: {count} answers of {found.contender.text}, and how it did.")


def _score(found: Examined) -> Score:
    from sottovoce.evals.score import scored

    return scored(found.answers)


def _show(given: Given, asked: Set, score: Score) -> None:
    from sottovoce.core.amounts import duration

    every = given.show.words("all")
    rows = [_row(group, language, tally) for (group, language), tally in score.groups.items()]
    if len(score.languages) > 1:
        rows += [_row(every, code, tally) for code, tally in score.languages.items()]
    rows.append(_row(every, "", score.all))
    if 0 < score.held_out.of < score.all.of:
        rows.append(_row(given.show.words(HELD_OUT), "", score.held_out))
    given.show.table(("GROUP", "LANGUAGE", "RIGHT", "SHARE", "95 %"), rows, said=(2, 4))
    many = f"{len(asked.items)} questions"
    if score.all.of < len(asked.items):
        many = f"{score.all.of} of {len(asked.items)} questions"
    rate = f", {score.written / score.seconds:.0f} a second" if score.seconds > 0 else ""
    given.show.note(f"\n{many} of the set {asked.name}, version {asked.version}.")
    given.show.note(
        f"To answer them took {duration(score.seconds)}: "
        f"{score.read:,} tokens read, {score.written:,} written{rate}."
    )


def _row(group: str, language: str, tally: Tally) -> tuple[str, ...]:
    share = tally.share
    return (
        group, language, f"{tally.passed} of {tally.of}", f"{share.value:.0%}",
        f"{share.low:.0%} to {share.high:.0%}",
    )  # fmt: skip


def _show_wrong(given: Given, found: Examined, *, wrong: bool, command: str) -> None:
    those = [one for one in found.answers if not one.passed]
    if not those:
        return
    if not wrong:
        given.show.note(f"Which were wrong: {command} --wrong")
        return
    for one in those:
        answer = " ".join(one.said.answer.split()) or given.show.words("nothing")
        given.show.plain(f"\n{one.item.id}  {one.item.question}")
        given.show.plain(f"  {given.show.words('answered:')} {answer}")
        given.show.line(f"  {one.wrong}")


def _command(name: str, path: Path | None, groups: Sequence[str], limit: int | None) -> str:
    import shlex

    words = ["sotto", "eval", name]
    words += ["--set", str(path)] if path is not None else []
    words += [word for group in groups for word in ("--group", group)]
    words += ["--limit", str(limit)] if limit is not None else []
    return shlex.join(words)


def _data(found: Examined, asked: Set, score: Score) -> dict[str, Any]:
    return {
        "model": found.contender.text,
        "digest": found.digest,
        "set": {
            "name": asked.name,
            "version": asked.version,
            "digest": asked.digest,
            "items": len(asked.items),
        },
        "all": tally_data(score.all),
        "held_out": tally_data(score.held_out),
        "groups": [
            {"group": group, "language": language} | tally_data(tally)
            for (group, language), tally in score.groups.items()
        ],
        "seconds": round(score.seconds, 3),
        "tokens_read": score.read,
        "tokens_written": score.written,
        "tokens_per_s": round(score.written / score.seconds, 3) if score.seconds > 0 else None,
        "items": [answer_data(one) for one in found.answers],
    }


def tally_data(tally: Tally) -> dict[str, Any]:
    share = tally.share
    return {
        "passed": tally.passed,
        "of": tally.of,
        "share": round(share.value, 4),
        "low": round(share.low, 4),
        "high": round(share.high, 4),
    }


def answer_data(one: Answered) -> dict[str, Any]:
    return {
        "id": one.item.id,
        "group": one.item.group,
        "language": one.item.language,
        "held_out": one.item.held_out,
        "passed": one.passed if one.item.checks else None,
        "wrong": one.wrong or None,
        "answer": one.said.answer,
        "reason": one.said.reason,
        "tokens_written": one.said.written,
        "signals": json.loads(one.said.signals) if one.said.signals else None,
        "seconds": round(one.said.seconds, 3),
    }
