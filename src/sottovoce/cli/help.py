"""sotto help: questions about the assistant, answered from the help shelf; or the help of a command."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from sottovoce.cli._given import Given

if TYPE_CHECKING:
    from sottovoce.help.find import Match
    from sottovoce.help.shelf import Entry, Language

NOT_ANSWERED = 1

EXAMPLES = """\b
Examples:
  sotto help
  sotto help "Can I download ChatGPT?"
  sotto help "支持离线使用吗？"
  sotto help models pull"""


@click.command("help", epilog=EXAMPLES)
@click.argument("words", nargs=-1, metavar="[QUESTION|COMMAND]")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def help_(ctx: click.Context, /, words: tuple[str, ...], as_json: bool) -> None:
    """Answer a question about the assistant, word for word: no model is asked.

    Figures and names in an answer are those of this machine, its settings and its ledger. It comes in
    English or Chinese, as the question does. Without a question: what is answered, by subject. The name
    of a command shows its help.
    """
    from sottovoce.help import find
    from sottovoce.help.words import language_of

    given: Given = ctx.obj
    question = " ".join(words).strip()
    if not question:
        _list(given, as_json=as_json)
        return
    if not as_json and (of_command := _of_command(ctx.find_root(), question.split())):
        given.show.plain(of_command)
        return
    language = language_of(question)
    entry = find.find(question)
    if entry is None:
        _tell_nearest(given, question, find.nearest(question), language, as_json=as_json)
        raise click.exceptions.Exit(NOT_ANSWERED)
    text = _filled(given, entry, language)
    if as_json:
        given.show.data(_data(question, language, entry, text, ()))
    else:
        _show(given, text)


def _list(given: Given, *, as_json: bool) -> None:
    """List what is answered, by subject."""
    from sottovoce.help.shelf import LANGUAGES, subjects

    if as_json:
        given.show.data(
            [
                {
                    "id": subject.id,
                    "title": {language: subject.title(language) for language in LANGUAGES},
                    "questions": [
                        {"id": entry.id} | {language: entry.question(language) for language in LANGUAGES}
                        for entry in subject.entries
                    ],
                }
                for subject in subjects()
            ]
        )
        return
    spoken = next(language for language in LANGUAGES if language == given.show.language)
    for subject in subjects():
        given.show.plain(subject.title(spoken))
        for entry in subject.entries:
            given.show.plain(f"  {entry.question(spoken)}")
        given.show.line()
    given.show.note('To have one answered: sotto help "…", in these or other words, 也可以用中文提问')


def _tell_nearest(
    given: Given, question: str, near: list[Match], language: Language, *, as_json: bool
) -> None:
    if as_json:
        given.show.data(_data(question, language, None, None, near))
        return
    lines = "".join(f"\n  {match.entry.question(language)}" for match in near)
    given.show.problem(
        f"The help does not answer that.{' The nearest that it does:' if lines else ''}{lines}",
        'sotto help lists all it answers; to ask the model: sotto ask "…"',
    )


def _filled(given: Given, entry: Entry, language: Language) -> str:
    """Return the answer. What cannot be opened stays unknown: help is for when something is wrong, too."""
    from contextlib import ExitStack, suppress

    from sottovoce.core.errors import SottoError
    from sottovoce.core.paths import Home
    from sottovoce.core.settings import Settings
    from sottovoce.help import phrases
    from sottovoce.help.facts import Place, gather
    from sottovoce.models import shelf

    home, settings, model, database = Home(given.root()), Settings(), None, None
    with ExitStack() as stack:
        with suppress(SottoError):
            settings = given.settings()
        with suppress(SottoError):
            model = shelf.resolve(given.model or settings.model, home)
        with suppress(SottoError):
            database = given.open_database()
            stack.callback(database.close)
        facts = gather(Place(home, settings, model, database), entry.words(language).blanks)
        return phrases.fill(entry, facts, language)


def _show(given: Given, text: str) -> None:
    """Print Markdown as it reads best where it goes."""
    from sottovoce.cli._run import run
    from sottovoce.cli.chat.view import open_view

    async def shown() -> None:
        async with open_view(given.show, gap=False) as view:
            view.text(text)

    run(shown())


def _of_command(root: click.Context, names: list[str]) -> str | None:
    """Return the help of the command that these words name; None where they name none."""
    context, command = root, root.command
    for name in names:
        below = command.get_command(context, name) if isinstance(command, click.Group) else None
        if below is None:
            return None
        context = below.context_class(below, info_name=name, parent=context, **below.context_settings)
        command = below
    return command.get_help(context)


def _data(
    question: str, language: Language, entry: Entry | None, text: str | None, near: Any
) -> dict[str, Any]:
    return {
        "question": question,
        "language": language,
        "id": entry.id if entry else None,
        "answered": entry.question(language) if entry else None,
        "answer": text,
        "nearest": [
            {"id": match.entry.id, "question": match.entry.question(language), "score": round(match.score, 2)}
            for match in near
        ],
    }
