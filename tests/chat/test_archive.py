from __future__ import annotations

import io
import json
import random
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sottovoce.chat import archive, incoming
from sottovoce.chat.archive import Report
from sottovoce.core.errors import BadArchive, NotFound
from sottovoce.core.messages import Role, State
from sottovoce.core.paths import Home, open_home
from sottovoce.store import chats, order, pruning, search
from sottovoce.store.db import Database, open_database
from sottovoce.store.rows import Chat, StoredMessage

NOW = 1_800_000_000.0


@pytest.fixture
def database(home: Home) -> Iterator[Database]:
    database = open_database(home)
    yield database
    database.close()


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Database]:
    """Another machine's database."""
    database = open_database(open_home(tmp_path / "other"))
    yield database
    database.close()


def _branching(database: Database) -> str:
    """Store a chat with two answers to a question, two first questions, and all that a row can hold."""

    def work(conn: Any) -> str:
        chat = chats.start(conn, "me", system="Be kind.\nAnd brief.", model="echo", now=100)
        chats.rename(conn, "me", chat.id, "About 天空 and the sky")
        question, first = chats.ask(
            conn, "me", chat.id, parent=None, text='why? 🙂\n"quoted" \\ \0', model="echo", writer="", now=101
        )
        facts = {"reason": "stop", "usage": {"prompt": 3}, "timings": {"total": 0.25}}
        chats.finish(
            conn,
            first,
            text="# one",
            state=State.COMPLETE,
            digest="d" * 64,
            facts=facts,
            now=102,
            reasoning="hm",
        )
        again = chats.again(conn, "me", chat.id, question, model="other", writer="", now=103)
        chats.finish(conn, again, text="two", state=State.STOPPED, digest="", facts={}, now=104)
        _, last = chats.ask(
            conn, "me", chat.id, parent=None, text="how?", model="echo", writer=database.writer, now=105
        )
        chats.write(conn, last, "half an")
        chats.go_to(conn, "me", chat.id, first)
        order.pin(conn, "me", chat.id, pinned=True)
        order.archive(conn, "me", chat.id, archived=True)
        order.put_in(conn, "me", chat.id, "About 天空")
        return chat.id

    return database.call(work)


def _export(database: Database, chat_ids: list[str] | None = None, *, markdown: bool = False) -> bytes:
    target = io.BytesIO()
    write = archive.export_markdown if markdown else archive.export_json
    database.look(lambda conn: write(conn, "me", chat_ids, target))
    return target.getvalue()


def _import(database: Database, path: Path, content: bytes | None = None, owner: str = "me") -> Report:
    if content is not None:
        path.write_bytes(content)
    return archive.import_file(database, owner, path, NOW)


def _all(database: Database, owner: str = "me") -> list[tuple[Chat, list[StoredMessage]]]:
    return database.look(
        lambda conn: [(chat, chats.messages(conn, owner, chat.id)) for chat in chats.listed(conn, owner)]
    )


# ---- our own format ----


def test_an_export_is_json_with_every_field(database: Database) -> None:
    chat = _branching(database)
    read = json.loads(_export(database))
    assert (read["format"], read["version"]) == ("sottovoce-chats", 1)
    (written,) = read["chats"]
    assert (written["id"], written["system"]) == (chat, "Be kind.\nAnd brief.")
    assert len(written["messages"]) == 5
    assert {message["state"] for message in written["messages"]} == {"complete", "stopped", "writing"}


def test_what_is_exported_comes_back_the_same(database: Database, other: Database, tmp_path: Path) -> None:
    _branching(database)
    _branching(database)
    report = _import(other, tmp_path / "chats.json", _export(database))
    assert report == Report(2, 10, 0, {}, {})
    for (chat, tree), (copy, copied) in zip(_all(database), _all(other), strict=True):
        assert copy == chat
        for message, twin in zip(tree, copied, strict=True):
            assert twin.id == message.id
            assert (twin.parent, twin.role, twin.text) == (message.parent, message.role, message.text)
            assert (twin.model, twin.digest, twin.facts) == (message.model, message.digest, message.facts)
            assert twin.reasoning == message.reasoning
            wanted = State.INTERRUPTED if message.state is State.WRITING else message.state
            assert (twin.state, twin.created) == (wanted, message.created)
    assert _export(other, [_all(other)[0][0].id]).replace(b"interrupted", b"writing") == _export(
        database, [_all(database)[0][0].id]
    )
    assert other.look(lambda conn: search.find(conn, "me", "why"))


def test_an_export_that_says_nothing_or_nonsense_of_order_is_taken_in_without(
    database: Database, other: Database, tmp_path: Path
) -> None:
    _branching(database)
    read = json.loads(_export(database))
    assert [read["chats"][0][name] for name in ("pinned", "archived", "folder")] == [True, True, "About 天空"]
    for name in ("pinned", "archived", "folder"):
        del read["chats"][0][name]
    odd = {
        **read["chats"][0],
        "id": "b" * 16,
        "pinned": "yes",
        "archived": 7,
        "folder": ["x"],
        "messages": [],
    }
    long = {**odd, "id": "c" * 16, "folder": "two\n" * 99}
    _import(other, tmp_path / "old.json", json.dumps({**read, "chats": [*read["chats"], odd, long]}).encode())
    *plain, named = sorted((chat for chat, _ in _all(other)), key=lambda chat: len(chat.folder))
    assert {(chat.pinned, chat.archived, chat.folder) for chat in plain} == {(False, False, "")}
    assert named.folder == ("two " * 25).strip()


def test_importing_the_same_file_twice_adds_nothing(
    database: Database, other: Database, tmp_path: Path
) -> None:
    _branching(database)
    path = tmp_path / "chats.json"
    _import(other, path, _export(database))
    before = _export(other)
    assert _import(other, path) == Report(0, 0, 1, {}, {})
    assert _export(other) == before
    assert _import(database, path) == Report(0, 0, 1, {}, {})


@pytest.mark.parametrize("place", [0, 1, 2])
def test_what_was_deleted_and_is_imported_again_is_shown(
    database: Database, tmp_path: Path, place: int
) -> None:
    def work(conn: Any) -> str:
        chat = chats.start(conn, "me", system="", model="echo", now=1)
        for text, parent in (("one", None), ("two", "the last")):
            above = parent and chats.get(conn, "me", chat.id).leaf
            _, answer = chats.ask(conn, "me", chat.id, parent=above, text=text, model="", writer="", now=2)
            chats.finish(conn, answer, text=text, state=State.COMPLETE, digest="", facts={}, now=3)
        return chat.id

    chat = database.call(work)
    file = _export(database)
    shown = _shown(database, chat)
    database.call(lambda conn: pruning.prune(conn, "me", chat, shown[place]))
    assert _shown(database, chat) == shown[:place]
    _import(database, tmp_path / "chats.json", file)
    assert _shown(database, chat) == shown


def _shown(database: Database, chat: str) -> list[str]:
    return [message.id for message in database.look(lambda conn: chats.branch(conn, "me", chat))]


def test_another_owner_gets_a_copy_with_other_ids(database: Database, tmp_path: Path) -> None:
    chat = _branching(database)
    path = tmp_path / "chats.json"
    assert _import(database, path, _export(database), owner="you").messages == 5
    assert _import(database, path, owner="you") == Report(0, 0, 1, {}, {})
    ((copy, tree),) = _all(database, "you")
    assert copy.id != chat
    assert len(tree) == 5
    assert copy.leaf in {message.id for message in tree}


def test_one_chat_can_be_exported_by_the_beginning_of_its_id(database: Database) -> None:
    chat = _branching(database)
    _branching(database)
    assert [c["id"] for c in json.loads(_export(database, [chat[:10]]))["chats"]] == [chat]
    with pytest.raises(NotFound):
        _export(database, ["zzzzzzzz"])
    assert json.loads(_export(database, []))["chats"] == []


def test_an_empty_home_exports_and_imports(database: Database, tmp_path: Path) -> None:
    assert _import(database, tmp_path / "none.json", _export(database)) == Report(0, 0, 0, {}, {})


def test_an_export_of_another_owner_is_empty(database: Database) -> None:
    _branching(database)
    target = io.BytesIO()
    assert database.look(lambda conn: archive.export_json(conn, "you", None, target)) == 0


ODD_MESSAGES: list[tuple[Any, dict[str, int], dict[str, int], int]] = [
    ({"text": 5}, {"not a message": 1}, {}, 1),
    ({"role": "emperor"}, {"not a message": 1}, {}, 1),
    ({"state": None}, {"not a message": 1}, {}, 1),
    ({"id": ""}, {"not a message": 1}, {}, 1),
    ({"id": "a" * 16, "parent": None}, {"a message that is there twice": 1}, {}, 1),
    ({"parent": "z" * 16}, {}, {"a parent that is missing": 1}, 2),
    ({"parent": "b" * 16}, {}, {"a circle of parents": 1}, 2),
    ({"created": "yesterday"}, {}, {}, 2),
    ({"created": -1e300}, {}, {}, 2),
    ({"created": 1e300}, {}, {}, 2),
    ({"facts": [1], "model": None, "digest": 7}, {}, {}, 2),
    ({"id": "an id of somebody else's making"}, {}, {}, 2),
]


@pytest.mark.parametrize(("change", "skipped", "mended", "kept"), ODD_MESSAGES)
def test_an_odd_message_is_mended_or_counted(
    database: Database,
    tmp_path: Path,
    change: Any,
    skipped: dict[str, int],
    mended: dict[str, int],
    kept: int,
) -> None:
    first = {
        "id": "a" * 16, "parent": None, "role": "user", "state": "complete", "text": "why", "model": "",
        "digest": "", "facts": {}, "created": 5.0,
    }  # fmt: skip
    second = {**first, "id": "b" * 16, "parent": "a" * 16, "role": "assistant", **change}
    chat = {"id": "c" * 16, "title": "t", "created": 5.0, "changed": 6.0, "messages": [second, first]}
    document = {"chats": [chat, 7, {"id": 1}], "version": 1, "format": "sottovoce-chats"}
    report = _import(database, tmp_path / "odd.json", json.dumps(document).encode())
    assert report == Report(1, kept, 0, {"not a chat": 2, **skipped}, mended)
    ((_, tree),) = _all(database)
    numbers = {message.id: message.number for message in tree}
    for message in tree:
        assert message.parent is None or numbers[message.parent] < message.number
        assert 0 < message.created <= NOW


# ---- Markdown ----


def test_markdown_shows_the_branch_and_says_what_an_ai_wrote(database: Database) -> None:
    _branching(database)
    text = _export(database, markdown=True).decode()
    assert text == (
        "# About 天空 and the sky\n\n"
        "*Begun 1970-01-01 00:01 UTC. What stands under “AI” was written by artificial intelligence: a "
        "language model. It may be wrong; check what matters. "
        "What stands under “Sottovoce” was written by no model.*\n\n"
        "Instructions to the AI:\n\n> Be kind.\n> And brief.\n\n"
        '## You\n\nwhy? 🙂\n"quoted" \\ \0\n\n'
        "## AI (echo)\n\n# one\n\n"
    )


def test_markdown_names_an_answer_that_was_cut(database: Database) -> None:
    chat = _branching(database)
    stopped = next(m.id for m in _all(database)[0][1] if m.state is State.STOPPED)
    database.call(lambda conn: chats.go_to(conn, "me", chat, stopped))
    assert "two\n\n*This answer was stopped.*" in _export(database, markdown=True).decode()


# ---- ChatGPT's export ----


def _node(
    name: str,
    parent: str | None,
    role: str = "user",
    text: str = "hello",
    *,
    kind: str = "text",
    parts: list[Any] | None = None,
    when: Any = 1_700_000_000.5,
    **more: Any,
) -> dict[str, Any]:
    message = {
        "id": name,
        "author": {"role": role, "name": None, "metadata": {}},
        "create_time": when,
        "content": {"content_type": kind, "parts": [text] if parts is None else parts},
        "status": "finished_successfully",
        "recipient": "all",
        "metadata": {"model_slug": "gpt-4o"} if role == "assistant" else {},
        **more,
    }
    return {"id": name, "message": message, "parent": parent, "children": []}


def _conversation(*nodes: dict[str, Any], current: str = "", **more: Any) -> dict[str, Any]:
    root = {"id": "root", "message": None, "parent": None, "children": []}
    return {
        "title": "A  talk\nabout skies",
        "create_time": 1_700_000_000.0,
        "update_time": 1_700_000_100.0,
        "conversation_id": "6f1c-talk",
        "mapping": {node["id"]: node for node in (root, *nodes)},
        "current_node": current or nodes[-1]["id"],
        **more,
    }


TALK = _conversation(
    _node("s", "root", "system", "You are ChatGPT", metadata={"is_visually_hidden_from_conversation": True}),
    _node("u", "s", "user", "why is the sky blue", when=1_700_000_001),
    _node("a", "u", "assistant", "Because\ue200cite\ue202turn0\ue201 of scattering.", when=1_700_000_002),
    _node("b", "u", "assistant", "It is not.", when=1_700_000_003),
    _node("call", "a", "assistant", "search()", recipient="web", when=1_700_000_004),
    _node("result", "call", "tool", "found", when=1_700_000_005),
    _node("why", "result", "assistant", "I think", kind="thoughts", when=1_700_000_006),
    _node("v", "why", "user", "and red?", when=1_700_000_007),
    _node(
        "w", "v", "assistant", kind="multimodal_text", when=1_700_000_008,
        parts=[{"asset_pointer": "file"}, "Look:", {"content_type": "audio_transcription", "text": "ah"}],
    ),
)  # fmt: skip


def _zip(path: Path, members: dict[str, Any], packing: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", packing) as file:
        for name, content in members.items():
            file.writestr(name, content if isinstance(content, str) else json.dumps(content))
    return path


def test_a_chatgpt_export_keeps_its_branches_and_its_place(database: Database, tmp_path: Path) -> None:
    path = _zip(tmp_path / "export.zip", {"conversations.json": [TALK], "chat.html": "x", "user.json": {}})
    assert _import(database, path) == Report(
        1,
        5,
        0,
        {"a hidden instruction": 1, "a tool's message": 2, "reasoning": 1, "an image or a file": 1},
        {},
    )
    ((chat, tree),) = _all(database)
    assert (chat.title, chat.changed) == ("A talk about skies", 1_700_000_100.0)
    texts = {message.text: message for message in tree}
    assert list(texts) == [
        "why is the sky blue",
        "Because of scattering.",
        "It is not.",
        "and red?",
        "Look:\n\nah",
    ]
    question, answer = texts["why is the sky blue"], texts["Because of scattering."]
    assert question.parent is None
    assert answer.parent == texts["It is not."].parent == question.id
    assert texts["and red?"].parent == answer.id  # what stood between them is left out
    assert (answer.role, answer.model, answer.created) == (Role.ASSISTANT, "gpt-4o", 1_700_000_002)
    assert chat.leaf == texts["Look:\n\nah"].id
    assert database.look(lambda conn: search.find(conn, "me", "scattering"))


def test_the_same_chatgpt_export_adds_nothing_and_a_later_one_what_is_new(
    database: Database, tmp_path: Path
) -> None:
    path = _zip(tmp_path / "export.zip", {"conversations.json": [TALK]})
    _import(database, path)
    again = _import(database, path)
    assert (again.chats, again.messages, again.present) == (0, 0, 1)
    grown = {**TALK, "mapping": {**TALK["mapping"], "x": _node("x", "w", "user", "thank you")}}
    later = _import(database, _zip(tmp_path / "later.zip", {"conversations.json": [grown]}))
    assert (later.chats, later.messages, later.present) == (0, 1, 1)
    ((_, tree),) = _all(database)
    assert next(m for m in tree if m.text == "thank you").parent == next(
        m.id for m in tree if m.text == "Look:\n\nah"
    )


def test_an_export_split_over_files_is_read_whole(database: Database, tmp_path: Path) -> None:
    path = _zip(
        tmp_path / "export.zip",
        {
            "export/conversations-000.json": [TALK],
            "export/conversations-001.json": [{**TALK, "conversation_id": "another"}],
            "__MACOSX/export/conversations-000.json": "not json",
            "export/shared_conversations.json": "not json either",
        },
    )
    assert _import(database, path).chats == 2


def test_the_bare_conversations_file_is_taken_too(database: Database, tmp_path: Path) -> None:
    content = b"\xef\xbb\xbf" + json.dumps([TALK]).encode()
    assert _import(database, tmp_path / "conversations.json", content).chats == 1


ODD_TALKS: dict[str, tuple[Any, int, dict[str, int], dict[str, int]]] = {
    "no mapping": ({"title": "x"}, 0, {"not a chat": 1}, {}),
    "a mapping that is none": ({**TALK, "mapping": [1]}, 0, {"not a chat": 1}, {}),
    "only hidden": (_conversation(_node("s", None, "system")), 0, {"a chat without any text": 1}, {}),
    "a missing parent": (_conversation(_node("u", "gone")), 1, {}, {}),
    "a parent of another kind": (_conversation(_node("u", None), _node("v", "u") | {"parent": 7}), 2, {}, {}),
    "a circle": (_conversation(_node("u", "v"), _node("v", "u")), 2, {}, {"a circle of parents": 1}),
    "its own parent": (_conversation(_node("u", "u")), 1, {}, {"a circle of parents": 1}),
    "a hidden circle": (
        _conversation(_node("u", "x"), _node("x", "y", "tool"), _node("y", "x", "tool")),
        1,
        {"a tool's message": 2},
        {},
    ),
    "no times": (_conversation(_node("u", None, when=None), create_time=None, update_time="x"), 1, {}, {}),
    "absurd times": (_conversation(_node("u", None, when=-1e99), create_time=1e18), 1, {}, {}),
    "a place that is nowhere": (_conversation(_node("u", None), current="nowhere"), 1, {}, {}),
    "no names": (_conversation(_node("u", None), conversation_id=None, title=None), 1, {}, {}),
    "parts that are none": (
        _conversation(_node("u", None), _node("v", "u", parts=[None, 5, ""])),
        1,
        {"an image or a file": 2, "a message without text": 1},
        {},
    ),
    "nodes that are none": ({**TALK, "mapping": {"a": 1, "b": None, "u": _node("u", None)}}, 1, {}, {}),
    "an empty one": (_conversation(_node("u", None, text="  \n")), 0, {"a chat without any text": 1}, {}),
}


@pytest.mark.parametrize("case", ODD_TALKS)
def test_an_odd_conversation_is_mended_or_counted(database: Database, tmp_path: Path, case: str) -> None:
    talk, kept, skipped, mended = ODD_TALKS[case]
    report = _import(database, tmp_path / "conversations.json", json.dumps([talk, TALK]).encode())
    assert report.messages == kept + 5 if talk.get("conversation_id") != "6f1c-talk" else report.messages >= 5
    for reason, count in skipped.items():
        assert report.skipped[reason] >= count
    assert report.mended == mended
    for chat, tree in _all(database):
        assert chat.leaf in {message.id for message in tree}
        assert 0 < chat.created <= NOW
        for message in tree:
            assert 0 < message.created <= NOW


def test_a_long_conversation_is_no_problem(database: Database, tmp_path: Path) -> None:
    nodes = [_node(f"n{at}", f"n{at - 1}" if at else None, when=None) for at in range(5000)]
    random.Random(1).shuffle(nodes)
    report = _import(database, tmp_path / "conversations.json", json.dumps([_conversation(*nodes)]).encode())
    assert report.messages == 5000
    ((chat, _),) = _all(database)
    deepest = database.look(
        lambda conn: max(len(chats.branch(conn, "me", chat.id, m.id)) for m in _all_leaves(conn, chat))
    )
    assert deepest == 5000


def _all_leaves(conn: Any, chat: Chat) -> list[StoredMessage]:
    tree = chats.messages(conn, "me", chat.id)
    parents = {message.parent for message in tree}
    return [message for message in tree if message.id not in parents]


# ---- files that are no good ----


def _bomb(path: Path) -> Path:
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file,
        file.open("conversations.json", "w") as member,
    ):
        member.write(b'[{"mapping": {}, "title": "x"')
        for _ in range(200):
            member.write(b" " * (1 << 20))
        member.write(b"}]")
    return path


def _liar(path: Path, size: int) -> Path:
    """A zip whose directory declares another size than its member has."""
    _zip(path, {"conversations.json": [TALK]})
    data = bytearray(path.read_bytes())
    at = data.rindex(b"PK\x01\x02") + 24
    data[at : at + 4] = size.to_bytes(4, "little")
    path.write_bytes(data)
    return path


def _encrypted(path: Path) -> Path:
    _zip(path, {"conversations.json": [TALK]})
    data = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + offset] |= 1
    path.write_bytes(data)
    return path


GOOD = json.dumps([TALK]).encode()
OWN = b'{"format": "sottovoce-chats", "version": %s, "chats": [%s]}'

BAD_TEXTS = {
    "empty": b"",
    "blank": b"  \n",
    "not JSON": b"dear diary",
    "binary": bytes(range(256)),
    "cut short": GOOD[:-1],
    "cut in the middle": GOOD[: len(GOOD) // 2],
    "one after another": GOOD + GOOD,
    "an object of somebody else's": b'{"chats": [], "format": "other"}',
    "a text": b'"conversations"',
    "a list of something else": b'[{"uuid": 1, "chat_messages": []}]',
    "a later version": OWN % (b"2", b""),
    "no version": b'{"format": "sottovoce-chats", "chats": []}',
    "deeply nested arrays": b"[" * 2_000_000,
    "deeply nested objects": b'[{"mapping": ' + b'{"a":' * 500_000 + b"1" + b"}" * 500_000 + b"}]",
    "deeply nested, ours": OWN % (b"1", b"[" * 200 + b"]" * 200),
    "very many values": b'[{"mapping": {}, "x": [' + b"0," * 2_100_000 + b"0]}]",
    "a number of 5,000 digits": b"[" + b"1" * 5000 + b"]",
    "a number beyond all": b"[1e99999]",
    "not UTF-8": b'[{"mapping": {"\xff": 1}}]',
    "a good chat and then nothing": OWN.replace(b"]}", b"")
    % (b"1", b'{"id": "aaaaaaaaaaaaaaaa", "messages": []},'),
}


@pytest.mark.parametrize("case", BAD_TEXTS)
def test_a_bad_file_gets_one_sentence_and_leaves_nothing_behind(
    database: Database, tmp_path: Path, case: str
) -> None:
    with pytest.raises(BadArchive) as caught:
        _import(database, tmp_path / "given.json", BAD_TEXTS[case])
    assert caught.value.sentence.startswith("given.json cannot be imported. ")
    assert "\n" not in caught.value.sentence
    assert caught.value.hint
    assert _all(database) == []


BAD_ZIPS = {
    "a bomb": _bomb,
    "a declared size beyond the bound": lambda path: _liar(path, 0xF0000000 - 1),
    "a size that is too small": lambda path: _liar(path, 50),
    "encrypted": _encrypted,
    "packed in a way no export is": lambda path: _zip(path, {"conversations.json": [TALK]}, zipfile.ZIP_LZMA),
    "without conversations": lambda path: _zip(path, {"user.json": {}}),
    "with one bad part": lambda path: _zip(
        path, {"conversations-000.json": [TALK], "conversations-001.json": "[1"}
    ),
    "with another's export": lambda path: _zip(path, {"conversations.json": [{"chat_messages": []}]}),
}


@pytest.mark.parametrize("case", BAD_ZIPS)
def test_a_bad_zip_gets_one_sentence_and_leaves_nothing_behind(
    database: Database, tmp_path: Path, case: str
) -> None:
    path = BAD_ZIPS[case](tmp_path / "given.zip")
    with pytest.raises(BadArchive) as caught:
        _import(database, path)
    assert caught.value.sentence.startswith("given.zip cannot be imported. ")
    assert caught.value.hint
    assert _all(database) == []
    assert sorted(p.name for p in tmp_path.iterdir()) == ["given.zip", "home"]


def test_a_zip_cut_anywhere_is_refused(database: Database, tmp_path: Path) -> None:
    data = _zip(tmp_path / "whole.zip", {"conversations.json": [TALK] * 3}).read_bytes()
    for length in range(0, len(data) - 1, 7):
        with pytest.raises(BadArchive):
            _import(database, tmp_path / "cut.zip", data[:length])
    assert _all(database) == []


def test_a_zip_with_flipped_bits_is_read_or_refused(database: Database, tmp_path: Path) -> None:
    data = _zip(tmp_path / "whole.zip", {"conversations.json": [TALK]}).read_bytes()
    chance = random.Random(3)
    for _ in range(300):
        flipped = bytearray(data)
        for _ in range(chance.choice((1, 3))):
            flipped[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        try:
            _import(database, tmp_path / "flipped.zip", bytes(flipped))
        except BadArchive as problem:
            assert problem.hint  # noqa: PT017


def test_a_file_that_is_not_there_or_a_folder_is_named(database: Database, tmp_path: Path) -> None:
    for path in (tmp_path / "missing.zip", tmp_path):
        with pytest.raises(BadArchive, match=path.name):
            _import(database, path)


def test_the_bounds_are_what_refuses_the_bomb(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without its bound the same file is read: so it is the bound that the test above sees."""
    monkeypatch.setattr(incoming, "MAX_ITEM", 1 << 40)
    assert _import(database, _bomb(tmp_path / "given.zip")).skipped == {"a chat without any text": 1}
