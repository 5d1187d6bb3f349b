import asyncio
import errno
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from sottovoce.core.messages import Conversation
from sottovoce.engine.kvfiles import NOBODY, Binding, KvFiles, name_of, opening, opening_of
from sottovoce.engine.script import Script

CHAT = Conversation("me", "abc")
BINDING = Binding("d" * 64, "build", 4096, 1)
SCRIPT = Script(tuple(range(100)), "what was said 离线", ((4, 40), (15, 100)))


@pytest.fixture
def kept(tmp_path: Path) -> KvFiles:
    files = KvFiles(tmp_path / "kv", cap_bytes=1000)
    assert files.open()
    return files


def put(kept: KvFiles, conversation: Conversation = CHAT, size: int = 300) -> None:
    part = kept.make_room(conversation, size)
    assert part is not None
    (kept.folder / part).write_bytes(os.urandom(size))
    kept.keep(conversation, BINDING, SCRIPT, part)


def test_what_was_kept_comes_back(kept: KvFiles) -> None:
    put(kept)
    state = kept.read(CHAT)
    assert state is not None
    assert (state.script, state.binding, state.conversation) == (SCRIPT, BINDING, CHAT)
    assert (kept.folder / state.file_name).stat().st_size == 300


def test_nothing_kept_reads_as_nothing(kept: KvFiles) -> None:
    assert kept.read(CHAT) is None


@pytest.mark.parametrize("suffix", ["state", "json"])
def test_a_changed_byte_means_that_nothing_is_restored(kept: KvFiles, suffix: str) -> None:
    put(kept)
    path = kept.folder / f"{name_of(CHAT)}.{suffix}"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    assert kept.read(CHAT) is None
    assert not path.exists()


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b'{"mac": 3}', b"\xff\xfe", b"[" * 100_000])
def test_a_mangled_binding_means_that_nothing_is_restored(kept: KvFiles, content: bytes) -> None:
    put(kept)
    (kept.folder / f"{name_of(CHAT)}.json").write_bytes(content)
    assert kept.read(CHAT) is None


@pytest.mark.parametrize("change", [bytes.upper, lambda code: b" " + code])
def test_a_code_written_in_another_way_is_not_believed(
    kept: KvFiles, change: Callable[[bytes], bytes]
) -> None:
    put(kept)
    path = kept.folder / f"{name_of(CHAT)}.json"
    data = path.read_bytes()
    code = json.loads(data)["mac"].encode()
    path.write_bytes(data.replace(code, change(code)))
    assert kept.read(CHAT) is None


@pytest.mark.parametrize("change", [lambda data: data + b"\n", lambda data: data.replace(b": ", b":")])
def test_a_binding_that_says_the_same_in_another_way_is_not_believed(
    kept: KvFiles, change: Callable[[bytes], bytes]
) -> None:
    put(kept)
    path = kept.folder / f"{name_of(CHAT)}.json"
    path.write_bytes(change(path.read_bytes()))
    assert kept.read(CHAT) is None


def test_a_damaged_state_on_a_disk_that_takes_no_changes_costs_no_answer(
    kept: KvFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(kept)
    (kept.folder / f"{name_of(CHAT)}.state").write_bytes(b"torn")

    def refuse(*args: object, **kwargs: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr("pathlib.Path.unlink", refuse)
    assert kept.read(CHAT) is None


def test_an_older_state_put_back_is_only_what_it_was(kept: KvFiles) -> None:
    """Nobody else could have written it, and of its words only those are used that the chat has still."""
    put(kept)
    older = {path.name: path.read_bytes() for path in kept.folder.glob(f"{name_of(CHAT)}.*")}
    part = kept.make_room(CHAT, 300)
    assert part is not None
    (kept.folder / part).write_bytes(os.urandom(300))
    kept.keep(CHAT, BINDING, Script(tuple(range(200)), "and more"), part)
    for name, data in older.items():
        (kept.folder / name).write_bytes(data)
    state = kept.read(CHAT)
    assert state is not None
    assert state.script == SCRIPT
    assert (kept.folder / state.file_name).read_bytes() == older[state.file_name]


def test_a_state_of_another_home_is_not_believed(kept: KvFiles, tmp_path: Path) -> None:
    put(kept)
    other = KvFiles(tmp_path / "other", cap_bytes=1000)
    assert other.open()
    for path in kept.folder.glob(f"{name_of(CHAT)}.*"):
        (other.folder / path.name).write_bytes(path.read_bytes())
    assert other.read(CHAT) is None


def test_a_state_moved_to_another_chats_name_is_not_believed(kept: KvFiles) -> None:
    put(kept)
    thief = Conversation("you", "abc")
    for suffix in ("state", "json"):
        path = kept.folder / f"{name_of(CHAT)}.{suffix}"
        path.rename(kept.folder / f"{name_of(thief)}.{suffix}")
    assert kept.read(thief) is None


def test_the_oldest_states_make_room(kept: KvFiles) -> None:
    conversations = [Conversation("me", name) for name in ("a", "b", "c")]
    for at, conversation in enumerate(conversations):
        put(kept, conversation)
        os.utime(kept.folder / f"{name_of(conversation)}.state", (at, at))
    put(kept, Conversation("me", "d"), 300)
    assert [kept.read(conversation) is not None for conversation in conversations] == [False, True, True]
    total = sum(path.stat().st_size for path in kept.folder.glob("*.state"))
    assert total <= 1000


def test_a_state_larger_than_the_cap_is_not_written(kept: KvFiles) -> None:
    assert kept.make_room(CHAT, 1001) is None


def test_forgetting_leaves_no_file(kept: KvFiles) -> None:
    put(kept)
    kept.forget(CHAT)
    assert {path.name for path in kept.folder.iterdir()} == {"lock", "key"}


def test_scraps_of_a_crash_are_swept_on_opening(kept: KvFiles) -> None:
    put(kept)
    (kept.folder / "torn.part").write_bytes(b"x")
    (kept.folder / "widow.state").write_bytes(b"x")
    kept.close()
    again = KvFiles(kept.folder, 1000)
    assert again.open()
    assert not (kept.folder / "torn.part").exists()
    assert not (kept.folder / "widow.state").exists()
    assert again.read(CHAT) is not None


def test_only_one_program_has_the_folder(kept: KvFiles) -> None:
    second = KvFiles(kept.folder, 1000)
    assert not second.open()
    kept.close()
    assert second.open()


def test_a_cap_of_zero_keeps_nothing_and_removes_what_was_kept(kept: KvFiles) -> None:
    put(kept)
    kept.close()
    none = KvFiles(kept.folder, 0)
    assert not none.open()
    assert not none.is_ours
    assert {path.name for path in kept.folder.iterdir()} == {"lock", "key"}


def test_a_lowered_cap_is_held_from_the_next_opening(kept: KvFiles) -> None:
    put(kept, size=300)
    put(kept, Conversation("me", "other"), size=300)
    kept.close()
    assert KvFiles(kept.folder, 400).open()
    assert len(list(kept.folder.glob("*.state"))) == 1


def test_states_of_chats_that_are_gone_are_swept(kept: KvFiles) -> None:
    gone = Conversation("me", "gone")
    put(kept)
    put(kept, gone)
    kept.keep_only(frozenset({name_of(CHAT)}))
    assert kept.read(CHAT) is not None
    assert kept.read(gone) is None


def test_a_chat_is_forgotten_though_another_program_has_the_folder(kept: KvFiles) -> None:
    put(kept)
    KvFiles(kept.folder, 0).forget(CHAT)
    assert kept.read(CHAT) is None
    KvFiles(kept.folder / "missing", 0).forget(CHAT)


def test_a_folder_that_vanished_costs_only_the_keeping(kept: KvFiles) -> None:
    shutil.rmtree(kept.folder)
    assert kept.make_room(CHAT, 300) is None
    assert kept.read(CHAT) is None


def test_files_are_private_and_names_tell_nothing(kept: KvFiles) -> None:
    put(kept)
    for path in kept.folder.iterdir():
        assert path.stat().st_mode & 0o077 == 0, path
        assert "abc" not in path.name
    facts = json.loads((kept.folder / f"{name_of(CHAT)}.json").read_text())
    assert set(facts) == {
        "version",
        "owner",
        "chat",
        "digest",
        "build",
        "window",
        "slots",
        "tokens",
        "text",
        "marks",
        "mac",
    }


def test_engines_of_one_program_share_the_folder_until_the_last_has_closed_it(kept: KvFiles) -> None:
    assert kept.open()
    kept.close()
    assert kept.is_ours
    assert not KvFiles(kept.folder, 1000).open()
    kept.close()
    assert KvFiles(kept.folder, 1000).open()


def test_a_state_that_was_replaced_since_is_known(kept: KvFiles) -> None:
    put(kept)
    read = kept.read(CHAT)
    assert read is not None
    assert kept.is_current(read)
    put(kept, Conversation("me", "other"))
    assert kept.is_current(read)
    put(kept)
    assert not kept.is_current(read)
    again = kept.read(CHAT)
    assert again is not None
    assert kept.is_current(again)
    kept.forget(CHAT)
    assert not kept.is_current(again)


async def test_a_chats_files_are_had_by_one_engine_at_a_time_and_hold_up_no_other_chat(kept: KvFiles) -> None:
    async with kept.had(CHAT):
        async with asyncio.timeout(2), kept.had(Conversation("me", "other")):
            pass
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05), kept.had(CHAT):
                pass
    async with asyncio.timeout(2), kept.had(CHAT):
        pass


async def test_a_state_that_is_being_restored_does_not_make_room(kept: KvFiles) -> None:
    for number, chat in enumerate("abc"):
        put(kept, Conversation("me", chat))
        os.utime(kept.folder / f"{name_of(Conversation('me', chat))}.state", (number, number))
    async with kept.had(Conversation("me", "a")):
        put(kept, Conversation("me", "d"))
    assert [kept.read(Conversation("me", chat)) is not None for chat in "abcd"] == [True, False, True, True]


async def test_states_that_are_written_at_once_stay_below_the_cap_together(kept: KvFiles) -> None:
    first, second = Conversation("me", "a"), Conversation("me", "b")
    async with kept.had(first):
        assert kept.make_room(first, 700)
        assert kept.make_room(second, 700) is None
    assert kept.make_room(second, 700)


def test_of_openings_stay_those_whose_instructions_are_still_set(kept: KvFiles) -> None:
    for system in ("", "Be kind."):
        put(kept, opening(system, BINDING))
    put(kept)
    kept.keep_only(frozenset({name_of(CHAT), opening_of("")}))
    assert kept.read(CHAT) is not None
    assert kept.read(opening("", BINDING)) is not None
    assert kept.read(opening("Be kind.", BINDING)) is None
    kept.forget_openings([""])
    assert not list(kept.folder.glob("opening-*"))


def test_nobody_can_name_a_file_by_a_chat(kept: KvFiles) -> None:
    for chat in ("../../x", "opening-../x", "opening-" + "0" * 49):
        assert set(name_of(Conversation(NOBODY, chat))) <= set("0123456789abcdef")
