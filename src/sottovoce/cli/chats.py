"""sotto chats: list, search, show, export, import and delete what was said here."""

from __future__ import annotations

import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sottovoce.cli._given import Given
from sottovoce.cli._show import Show, one_line
from sottovoce.cli._yes import need_yes
from sottovoce.core import computed, notices
from sottovoce.core.errors import BadValue
from sottovoce.core.messages import OWNER, Role

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sottovoce.store.attachments import Listed
    from sottovoce.store.rows import Chat, StoredMessage

LIMIT = click.IntRange(1, 1_000_000)


EXAMPLES = """\b
Examples:
  sotto chats search "blue sky"
  sotto chats export --all --to chats.json
  sotto chats import chatgpt-export.zip"""


@click.group(epilog=EXAMPLES)
def chats() -> None:
    """The chats kept on this machine."""


@chats.command("list")
@click.option("--limit", type=LIMIT, default=50, show_default=True, help="At most so many.")
@click.option("--archived", is_flag=True, help="Also those that were archived.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def list_chats(given: Given, /, limit: int, archived: bool, as_json: bool) -> None:
    """List the chats: the pinned ones, then the newest first."""
    from contextlib import closing

    from sottovoce.store.chats import listed

    with closing(given.open_database()) as database:
        found = database.look(lambda conn: listed(conn, OWNER, limit, archived=archived))
    if as_json:
        given.show.data([_chat_data(chat) for chat in found])
    elif found:
        rows = [(chat.id, when(chat.changed), _label(chat, given.show.words)) for chat in found]
        given.show.table(("ID", "CHANGED", "TITLE"), rows)
    else:
        given.show.note("There are no chats yet.")


@chats.command()
@click.argument("words", nargs=-1, required=True)
@click.option("--limit", type=LIMIT, default=20, show_default=True, help="At most so many.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def search(given: Given, /, words: tuple[str, ...], limit: int, as_json: bool) -> None:
    """Find messages that hold all these words."""
    from contextlib import closing

    from sottovoce.store.search import find

    with closing(given.open_database()) as database:
        hits = database.look(lambda conn: find(conn, OWNER, " ".join(words), limit))
    if as_json:
        given.show.data([asdict(hit) for hit in hits])
    elif hits:
        rows = [(hit.chat, when(hit.created), hit.role, hit.excerpt) for hit in hits]
        given.show.table(("CHAT", "WRITTEN", "BY", "TEXT"), rows, said=(2,))
    else:
        given.show.note("Nothing was found.")


@chats.command()
@click.argument("chat_id", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, with all branches.")
@click.pass_obj
def show(given: Given, /, chat_id: str, as_json: bool) -> None:
    """Show a chat. The beginning of its ID is enough."""
    from contextlib import closing

    from sottovoce.store import attachments
    from sottovoce.store.chats import branch, get, messages

    with closing(given.open_database()) as database:
        chat = database.look(lambda conn: get(conn, OWNER, chat_id))
        read = messages if as_json else branch
        said = database.look(lambda conn: read(conn, OWNER, chat.id))
        attached = database.look(lambda conn: attachments.listed(conn, OWNER, [one.id for one in said]))
    if as_json:
        told = [_message_data(message, attached.get(message.id, ())) for message in said]
        given.show.data(_chat_data(chat) | {"messages": told})
        return
    words = given.show.words
    given.show.plain(f"{chat.title or words('(no title)')}\n{when(chat.created)}, {chat.id}")
    if chat.system:
        given.show.plain(f"\n{words('system:')} {chat.system}")
    for message in said:
        mark = "" if message.state == "complete" else f" [{words(message.state)}]"
        files = "".join(
            words(f"[attached: {one.name}, {one.characters:,} characters]\n")
            for one in attached.get(message.id, ())
        )
        said_beside = [notice.text for notice in notices.kept(message.facts)]
        said_beside += [used.line for used in computed.kept(message.facts)]
        beside = "".join(f"[{words(one_line(line))}]\n" for line in said_beside)
        given.show.plain(f"\n{_speaker(message, given.show)}{mark}:\n{files}{beside}{message.text}")


@chats.command()
@click.argument("chat_ids", metavar="[ID]...", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="All chats.")
@click.option(
    "--to",
    "target",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file to write.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(("json", "markdown", "html", "docx", "pdf")),
    help="Else by the suffix: .json, .md, .html, .docx, .pdf",
)
@click.option(
    "--labels",
    type=click.Choice(("none", "eu", "cn")),
    help="What is seen on what an AI wrote, instead of the setting.",
)
@click.option("--yes", is_flag=True, help="Replace the file if it is there.")
@click.pass_obj
def export(
    given: Given,
    /,
    chat_ids: tuple[str, ...],
    everything: bool,
    target: Path,
    form: str | None,
    labels: str | None,
    yes: bool,
) -> None:
    """Write chats to a file: JSON with all branches; Markdown, a page, a Word document or a PDF to read.

    What an AI wrote in it carries a signed mark; sotto verify reads it.
    """
    from contextlib import closing

    from sottovoce.cli import _exporting
    from sottovoce.core.paths import write_whole

    if everything == bool(chat_ids):
        raise BadValue(
            "Which chats?", hint="Name their IDs, or all of them: sotto chats export --all --to chats.json"
        )
    form = _exporting.form_of(target, form, chat_ids)
    if target.exists() and not yes:
        need_yes(given, f"{target} is there already. Replace it?")
    with closing(given.open_database()) as database:
        pen = given.pen(database.home, labels)
        language = given.show.language
        count, written = database.look(lambda conn: _exporting.written(conn, form, chat_ids, pen, language))
    write_whole(target.absolute(), written)
    given.show.note(f"{_count(count, 'chat')} written to {target}")


@chats.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.pass_obj
def import_chats(given: Given, /, file: Path, as_json: bool) -> None:
    """Take in chats from a file.

    FILE is an export of this program (JSON), or the zip of a ChatGPT data export.
    """
    from contextlib import closing

    from sottovoce.chat.archive import import_file

    with closing(given.open_database()) as database:
        report = import_file(database, OWNER, file, time.time())
    if as_json:
        given.show.data(asdict(report))
        return
    chats, messages = _count(report.chats, "chat"), _count(report.messages, "message")
    given.show.line(f"{chats} and {messages} taken in.")
    if report.present:
        given.show.line(f"{_count(report.present, 'chat')} here already.")
    for what, counts in (("Left out", report.skipped), ("Mended", report.mended)):
        for reason, count in counts.items():
            given.show.line(f"{what}: {count} × {reason}")


@chats.command()
@click.argument("chat_ids", metavar="ID...", nargs=-1, required=True)
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def delete(given: Given, /, chat_ids: tuple[str, ...], yes: bool) -> None:
    """Delete chats for good: also from the index, from backups, and what the engine kept of them."""
    from sottovoce.cli._run import run

    run(_delete(given, chat_ids, yes))


async def _delete(given: Given, chat_ids: Sequence[str], yes: bool) -> None:
    from contextlib import closing

    from sottovoce.erasing import delete_chat
    from sottovoce.store.chats import get

    with closing(given.open_database()) as database:
        found = await database.read(lambda conn: [get(conn, OWNER, one) for one in chat_ids])
        if not yes:
            titles = "\n".join(f"  {chat.id}  {chat.title}" for chat in found)
            need_yes(given, f"{titles}\nDelete {_count(len(found), 'chat')} for good?")
        for chat in found:
            await delete_chat(database.home, database, chat.id)
    given.show.note(f"{_count(len(found), 'chat')} deleted")


def _speaker(message: StoredMessage, show: Show) -> str:
    """Return whose words these are; an imported answer may not tell its model."""
    from sottovoce.chat.as_words import speaker, words_in

    if message.role is Role.USER:
        return show.words("you")
    words = words_in(show.language)
    who, by = speaker(message, words)
    return message.model or who if who == words.ai else f"{who} ({by})"


def when(at: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(at))


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _label(chat: Chat, words: Callable[[str], str]) -> str:
    """Return a chat's title, behind what sets it apart in a list."""
    marks = [
        words(mark) for mark, holds in (("[pinned]", chat.pinned), ("[archived]", chat.archived)) if holds
    ]
    return " ".join([*marks, chat.title or words("(no title)")])


def _chat_data(chat: Chat) -> dict[str, Any]:
    """Return a chat's documented keys."""
    keys = ("id", "title", "system", "model", "created", "changed", "pinned", "archived", "folder")
    return {key: value for key, value in asdict(chat).items() if key in keys}


def _message_data(message: StoredMessage, attached: Sequence[Listed]) -> dict[str, Any]:
    keys = ("id", "parent", "role", "state", "text", "reasoning", "model", "digest", "facts", "created")
    said = {key: value for key, value in asdict(message).items() if key in keys}
    return said | {"attachments": [asdict(one) for one in attached]}
