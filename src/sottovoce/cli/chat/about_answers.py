"""Slash commands about what was said: edit, ask again, copy, save, count."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from io import BytesIO
from pathlib import Path
from sqlite3 import Connection

from sottovoce.chat.archive import export_json, export_markdown
from sottovoce.chat.marks.copying import as_markdown
from sottovoce.chat.marks.pen import Pen
from sottovoce.chat.question import ROOT, Question
from sottovoce.cli._show import padded
from sottovoce.cli.chat.clipboard import copy_text
from sottovoce.cli.chat.talk import Edited, Talk
from sottovoce.core.errors import BadValue
from sottovoce.core.messages import Role
from sottovoce.core.paths import write_whole
from sottovoce.store import attachments
from sottovoce.store.attachments import Kept
from sottovoce.store.rows import StoredMessage

Writer = Callable[[Connection, str, Sequence[str] | None, BytesIO, Pen], int]


async def edit(talk: Talk, arguments: str) -> None:
    """Put the last question into the prompt; what is sent becomes a branch beside it.

    It has the same texts attached.
    """
    question = await _last(talk, Role.USER)
    given = await talk.read(lambda conn: attachments.listed(conn, talk.app.owner, [question.id]))
    attached = tuple(Kept(question.id, one.number) for one in given.get(question.id, ()))
    talk.draft = question.text
    talk.editing = Edited(question.parent or ROOT, attached)


async def retry(talk: Talk, arguments: str) -> None:
    question = await _last(talk, Role.USER)
    await talk.answer(
        Question(chat=talk.place.chat, again=question.id, sampling=talk.place.sampling), alternative=True
    )


async def copy(talk: Talk, arguments: str) -> None:
    answer = await _last(talk, Role.ASSISTANT)
    pen = talk.app.pen()
    how = await copy_text(talk.show, as_markdown(answer, pen))
    if pen.record(answer) is None:
        talk.show.quiet(
            f"{len(answer.text):,} characters copied {how}; it is not known that an AI wrote them."
        )
    else:
        talk.show.quiet(f"{len(answer.text):,} characters copied {how}, and the mark that an AI wrote them.")


async def save(talk: Talk, arguments: str) -> None:
    """Write this chat to a file as Markdown."""
    await _write(talk, arguments, partial(export_markdown, language=talk.show.language), "/save trip.md")


async def export(talk: Talk, arguments: str) -> None:
    """Write this chat with all its branches to a file as JSON."""
    await _write(talk, arguments, export_json, "/export trip.json")


async def _write(talk: Talk, file: str, write: Writer, example: str) -> None:
    chat = talk.place.chat
    if chat is None:
        raise BadValue("There is nothing to write yet: this chat is empty.", hint="Ask something first")
    if not file:
        raise BadValue("A file is missing.", hint=f"For example: {example}")
    path = _new_file(file)
    written = BytesIO()
    pen = talk.app.pen()
    await talk.read(lambda conn: write(conn, talk.app.owner, [chat], written, pen))
    write_whole(path, written.getvalue())
    talk.show.quiet(f"Written to {path}")


def _new_file(name: str) -> Path:
    path = Path(name).expanduser().absolute()
    if path.exists():
        raise BadValue(f"{path} is there already.", hint="Choose another name")
    return path


async def stats(talk: Talk, arguments: str) -> None:
    await talk.forget_deleted()
    facts = talk.facts or await talk.app.ready()
    rows = [
        ("model", f"{talk.app.model.name}, {talk.app.model.licence}"),
        ("SHA-256", facts.digest),
        ("window", f"{facts.window:,} tokens"),
        ("chat", talk.place.chat or "not begun"),
    ]
    if talk.counts is not None:
        usage, timings, used = talk.counts.usage, talk.counts.timings, talk.counts.used
        rows += [
            ("in view", f"{used:,} tokens, {100 * used / facts.window:.0f} % of the window"),
            ("last prompt", f"{usage.prompt:,} tokens, {usage.reused:,} of them remembered"),
            ("last answer", f"{usage.answer:,} tokens in {timings.total:.1f} s"),
            ("first word", f"after {timings.first_token:.2f} s"),
            ("speed", f"{timings.answer_per_second:.1f} tokens/s, reading {timings.prompt_per_second:.0f}/s"),
        ]
    words = talk.show.words
    for name, value in rows:
        talk.show.plain(f"  {padded(words(name), 12)} {words(value)}")


async def _last(talk: Talk, role: Role) -> StoredMessage:
    found = await talk.last(role)
    if found is None:
        raise BadValue("Nothing has been asked in this chat yet.", hint="Ask something first")
    return found
