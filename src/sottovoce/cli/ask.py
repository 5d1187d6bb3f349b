"""sotto ask: one question, one answer, for scripts and pipes."""

from __future__ import annotations

import sys
from contextlib import asynccontextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TypeVar

import click

from sottovoce.cli._given import Given
from sottovoce.core.errors import BadText, BadValue, StoreProblem
from sottovoce.core.sampling import MAX_STOPS, RANGES, Sampling
from sottovoce.core.settings import ROUTES

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
    from contextlib import AbstractAsyncContextManager

    from sottovoce.app import App
    from sottovoce.chat.question import Question
    from sottovoce.core.events import Asked, Done, Event, Grounds
    from sottovoce.store.attachments import Attachment

    Begin = Callable[[App], Awaitable[tuple[AsyncGenerator[Event, None], str]]]

Command = TypeVar("Command", bound="Callable[..., Any]")

MOST_BYTES = 8 << 20
"""More than any model's window: refused before it fills the memory."""

EXAMPLES = """\b
Examples:
  sotto ask "Why is the sky blue?"
  cat log.txt | sotto ask "What went wrong?"
  sotto ask --file plan.md --file notes.txt "What is missing in the plan?"
  sotto ask --json --seed 7 "Name three rivers." > answer.json
  sotto ask --schema person.json "Who wrote Faust?"
  sotto ask --there cellar "Write a letter to my landlord, Anna Berger."
  sotto ask --route ask --there cellar "What follows from these figures?"
  sotto ask --kb handbook "How many days of leave do we get?\""""


def drawing_options(command: Command) -> Command:
    """Add the options that say how an answer is drawn; they are the fields of Sampling."""
    stop = f"End before this text; can be given {MAX_STOPS} times."
    command = click.option("--stop", multiple=True, metavar="TEXT", help=stop)(command)
    for name, span in reversed(RANGES.items()):
        kind = int if span.whole else float
        words = f"{span.meaning[0].upper()}{span.meaning[1:]}."
        command = click.option(f"--{name.replace('_', '-')}", type=kind, help=words)(command)
    return command


@click.command(epilog=EXAMPLES)
@click.argument("words", metavar="[QUESTION]", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object when the answer is whole.")
@click.option(
    "--schema",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Answer with JSON that follows the schema in this file, or fail and print nothing.",
)
@click.option(
    "--file",
    "files",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A text to read first, under its name; can be given several times.",
)
@click.option("--system", help="Instructions placed before the chat.")
@click.option("--model", metavar="M", help="The model that answers, instead of the one in the settings.")
@click.option(
    "--kb",
    "shelves",
    multiple=True,
    metavar="NAME",
    help="Answer from this shelf; can be given several times.",
)
@click.option("--quote", is_flag=True, help="With --kb: no model answers; the sentences that do are quoted.")
@click.option("--there", metavar="NAME", help="Ask this model elsewhere, once you have seen what leaves.")
@click.option(
    "--route",
    type=click.Choice(ROUTES),
    help="Who answers: here; there; or ask, where there is a reason, whether a model elsewhere is to.",
)
@click.option(
    "--yes-send", is_flag=True, help="With --there or --route: send without asking; what leaves is shown."
)
@click.option("--chat", "chat_id", metavar="ID", help="Go on with this chat; sotto chats list shows them.")
@drawing_options
@click.pass_obj
def ask(
    given: Given,
    /,
    words: tuple[str, ...],
    as_json: bool,
    schema: Path | None,
    files: tuple[Path, ...],
    system: str | None,
    model: str | None,
    shelves: tuple[str, ...],
    quote: bool,
    there: str | None,
    route: str | None,
    yes_send: bool,
    chat_id: str | None,
    **drawing: Any,
) -> None:
    """One answer, printed as it comes. Standard input is added after the question."""
    from functools import partial

    from sottovoce.chat.question import Question
    from sottovoce.cli._asking_routed import begun
    from sottovoce.cli._run import run

    if yes_send and there is None and route in (None, "here"):
        raise BadValue("It is not said where to send it.", hint="Name a model elsewhere with --there")
    if there is not None and route == "here":
        raise BadValue("What stays here is asked nowhere else.", hint="Leave out --there, or --route here")
    if quote and not shelves and chat_id is None:
        raise BadValue("There is no shelf to quote from.", hint="Name one with --kb; sotto kb list")
    question = Question(
        knowledge=shelves or None,
        quote=quote if shelves or quote else None,
        text=_whole_question(" ".join(words), _read_input(), needed=not files),
        attached=tuple(_read_file(file) for file in files),
        chat=chat_id,
        system=system,
        sampling=Sampling(
            schema=_text_of(schema.read_bytes(), str(schema)) if schema is not None else None, **drawing
        ),
    )
    given.model = model or given.model
    route = route or ("there" if there is not None else None)
    begin: Begin = partial(
        begun, question=question, route=route, name=there or "", show=given.show, yes=yes_send
    )
    home = _opened(given, question, route)
    try:
        # Neither may print half of something that only means anything whole.
        is_whole = as_json or schema is not None
        run(_print_whole(given, home, begin, as_json) if is_whole else _print_as_it_comes(given, home, begin))
    except StoreProblem as problem:
        problem.first = problem.first or run(_first(given, question))
        raise


def _read_input() -> str:
    """Return what stands on standard input, when that is not a terminal."""
    if sys.stdin is None or sys.stdin.closed or sys.stdin.isatty():
        return ""
    return _text_of(_bounded(sys.stdin.buffer, "Standard input"), "standard input")


def _read_file(path: Path) -> Attachment:
    from sottovoce.store.attachments import Attachment

    try:
        with path.open("rb") as file:
            data = _bounded(file, str(path))
    except OSError as problem:
        raise BadValue(
            f"{path} cannot be read: {problem.strerror}.",
            hint="See whether it may be read, and give it again",
        ) from problem
    text = _text_of(data, str(path))
    if not text or "\0" in text:
        raise BadText(
            f"{path} is {'no text' if text else 'empty'}.",
            hint="Give a file of plain text, such as .txt or .md",
        )
    return Attachment(path.name, text)


def _bounded(source: IO[bytes], name: str) -> bytes:
    data = source.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise BadValue(
            f"{name} holds more than {MOST_BYTES >> 20} MB, which no model here can read.",
            hint='send a part of it, for example: tail -n 100 log.txt | sotto ask "…"',
        )
    return data


def _text_of(data: bytes, where: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise BadText(
            f"The text from {where} is not UTF-8: byte {problem.start} cannot be read.",
            hint="Convert it first, for example: iconv -f latin1 -t utf-8",
        ) from problem


def _whole_question(asked: str, added: str, *, needed: bool) -> str:
    text = "\n\n".join(part for part in (asked.strip(), added.strip()) if part)
    if not text and needed:
        raise BadValue("There is no question.", hint='for example: sotto ask "Why is the sky blue?"')
    return text


async def _first(given: Given, question: Question) -> str:
    """Return what must be told of a question though the home cannot be opened or written; "" for nothing."""
    from sottovoce import guards
    from sottovoce.chat.guarded import Said
    from sottovoce.core.errors import SottoError
    from sottovoce.core.paths import Home
    from sottovoce.core.settings import load, read_environment
    from sottovoce.store.attachments import Attachment

    try:
        region = load(Home(given.root()), read_environment(), {}).region
    except SottoError:
        region = ""
    texts = tuple(one for one in question.attached if isinstance(one, Attachment))
    return await guards.first(Said(question.text, "", 0.0, attached=texts), region)


@asynccontextmanager
async def _opened(given: Given, question: Question, route: str | None) -> AsyncIterator[App]:
    """Open the home. A model that is to answer is loaded beside what the program still has to load."""
    import asyncio

    from sottovoce.chat.waking import waking
    from sottovoce.cli._asking_routed import is_plain

    async with given.open_app() as app:
        if question.quote or not (route == "here" or is_plain(app, question, route)):
            yield app
            return
        async with waking(app.engine):
            await asyncio.to_thread(_load)
            yield app


def _load() -> None:
    """Load what an answer takes."""
    from importlib import import_module

    for name in ("chat.turn", "guards", "cli.chat.follow", "cli.chat.view"):
        import_module(f"sottovoce.{name}")


async def _print_as_it_comes(given: Given, home: AbstractAsyncContextManager[App], begin: Begin) -> None:
    """Stream the answer to standard output; what was written stays, whatever ends it."""

    def keep(asked: Asked) -> None:
        given.show.kept_in = asked.chat

    async with home as app:
        from sottovoce.cli import _writer
        from sottovoce.cli.chat.follow import follow
        from sottovoce.cli.chat.quiet import keys_kept
        from sottovoce.cli.chat.view import open_view

        events, model = await begin(app)
        is_said = given.show.on_terminal and given.show.notes_are_read  # nothing into a pipe, nor a log
        if is_said and model == app.model.name:
            given.show.note(_writer.named(model))
        elif is_said:
            events = _writer.told(events, model, app.model.name)
        with keys_kept():
            async with open_view(given.show, gap=False) as view:
                await follow(events, view, loaded=False, asked=keep)


async def _print_whole(
    given: Given, home: AbstractAsyncContextManager[App], begin: Begin, as_json: bool
) -> None:
    """Print the answer when it is whole, and nothing before."""
    from contextlib import aclosing

    from sottovoce.cli._answer_json import as_cited, as_data
    from sottovoce.cli.chat.follow import waiting_for
    from sottovoce.cli.chat.view import PlainView
    from sottovoce.core import computed
    from sottovoce.core.events import Asked, Computed, Done, Failed, Grounds, Notice, Waiting

    view = PlainView(given.show)
    found: Grounds | None = None
    notices: dict[str, str] = {}
    used: list[Computed] = []
    async with home as app:
        coming, _ = await begin(app)
        async with aclosing(coming) as events:
            async for event in events:
                match event:
                    case Asked(chat=chat):
                        given.show.kept_in = chat
                    case Waiting():
                        view.waiting(waiting_for(event, loaded=True))
                    case Grounds():
                        found = event
                    case Notice(code=code, text=text):
                        notices[code] = text
                        view.note(text)
                    case Computed():
                        used.append(event)
                    case Failed(error):
                        raise error
                    case Done():
                        done = event
        if as_json:
            told = [{"code": code, "text": text} for code, text in notices.items()]
            cited = {} if found is None else as_cited(done, found, notices)
            used_here = {"notices": told, "tools": computed.fact(used)}
            given.show.data(as_data(done) | used_here | cited | await _mark(given, app, done))
        else:
            given.show.plain(done.text)


async def _mark(given: Given, app: App, done: Done) -> dict[str, object]:
    """Return the signed record of an answer that a model wrote; none where there is no key to be had."""
    from sottovoce.core.errors import StoreProblem
    from sottovoce.guard.provenance import FIELD
    from sottovoce.store.shown import answer

    try:
        pen = given.pen(app.home)
    except StoreProblem as problem:
        given.show.note(f"The answer is not signed: {problem.sentence}")
        return {}
    kept = await app.database.read(lambda conn: answer(conn, app.owner, done.chat, done.answer))
    record = pen.record(kept)
    return {} if record is None else {FIELD: record.fields()}
