"""What the engine has computed of a chat, kept on disk so that coming back costs no second reading.

Two files a conversation: NAME.state, written by the engine, and NAME.json, which binds it to owner,
chat, model, engine build, slots and tokens, with one HMAC over both. Any mismatch means that the
history is computed again; nothing here can make an answer wrong. Knows nothing of the engine's life.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import logging
import os
import re
import secrets
import shutil
from array import array
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from weakref import WeakValueDictionary

from sottovoce.core.errors import SottoError
from sottovoce.core.lock import FileLock
from sottovoce.core.messages import Conversation
from sottovoce.core.paths import make_folder, sync_folder, write_whole
from sottovoce.engine.script import Script

log = logging.getLogger(__name__)

VERSION = 2
KEY_BYTES = 32
BLOCK = 1 << 20
SUFFIXES = (".json", ".state", ".part")
NOBODY = ""
"""The owner of what no person wrote. `opening` makes their names."""

OPENING = re.compile("opening-[0-9a-f]{32}-[0-9a-f]{16}")

SPARE_DISK = 512 << 20
"""Leave this much of the disk free: keeping a chat warm is worth less than anything else."""


@dataclass(frozen=True, slots=True)
class Binding:
    """What a state was computed with; it is of use to nothing else, not even to another number of slots."""

    digest: str
    build: str
    window: int
    slots: int


@dataclass(frozen=True, slots=True)
class KeptState:
    """A state whose files are whole and ours."""

    conversation: Conversation
    binding: Binding
    script: Script
    file_name: str
    change: int = 0
    """How often the files of this name had been changed when this was read."""


class KvFiles:
    """The folder of kept states. Only one program at a time has it; `is_ours` says who.

    The engines of one program share it: each opens it and closes it, and has a chat's files to itself while
    it has them written or read, so that a chat asked of two models never gets a file of both.
    """

    def __init__(self, folder: Path, cap_bytes: int) -> None:
        self.folder = folder
        self.cap_bytes = cap_bytes
        self._lock = FileLock(folder / "lock")
        self._key = b""
        self._users = 0
        self._changes: dict[str, int] = {}
        self._had: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        """By name, those that an engine has or waits for: they are not removed to make room for others."""
        self._coming: dict[str, int] = {}
        """The bytes that are being written under each name."""

    def open(self) -> bool:
        """Take the folder and read its key. False: keep nothing (the cap is 0, or another has it)."""
        if self.is_ours:
            self._users += 1
            return True
        make_folder(self.folder)
        if not self._lock.take():
            return False
        if self.cap_bytes == 0:
            self.keep_only(frozenset())
            self._lock.release()
            return False
        path = self.folder / "key"
        if not path.is_file() or path.stat().st_size != KEY_BYTES:
            write_whole(path, secrets.token_bytes(KEY_BYTES))
        self._key = path.read_bytes()
        self._drop_scraps()
        self._shrink_to(self.cap_bytes, self._states())
        self._users = 1
        return True

    def keep_only(self, names: frozenset[str]) -> None:
        """Remove every state but these: the chats, or instructions, of the others are gone.

        See `name_of`, and `opening_of` for those that are nobody's.
        """
        for path in self.folder.iterdir():
            if path.suffix in SUFFIXES and not {path.stem, path.stem.rpartition("-")[0]} & names:
                path.unlink(missing_ok=True)

    def close(self) -> None:
        self._users = max(0, self._users - 1)
        if self._users:
            return
        self._key = b""
        self._lock.release()

    @property
    def is_ours(self) -> bool:
        return bool(self._key)

    @asynccontextmanager
    async def had(self, conversation: Conversation) -> AsyncGenerator[None, None]:
        """Have one conversation's files for the block, when no other engine of this program does."""
        name = name_of(conversation)
        lock = self._had.setdefault(name, asyncio.Lock())
        async with lock:
            try:
                yield
            finally:
                self._coming.pop(name, None)

    def read(self, conversation: Conversation) -> KeptState | None:
        """Return the kept state of a conversation if it is whole; else remove what there is."""
        name = name_of(conversation)
        try:
            data = (self.folder / f"{name}.json").read_bytes()
            facts = json.loads(data)
            if json.dumps(facts).encode() != data:  # JSON can say the same in many ways; we in one
                raise ValueError("it is not written as we write it")
            mac = facts.pop("mac")
            if not hmac.compare_digest(mac, self._mac(facts, self.folder / f"{name}.state").hex()):
                raise ValueError("the authentication code differs")
            if facts["version"] != VERSION or (facts["owner"], facts["chat"]) != (
                conversation.owner,
                conversation.chat,
            ):
                raise ValueError("it belongs to something else")
            tokens = array("I", base64.b64decode(facts["tokens"])).tolist()
            script = Script(tuple(tokens), facts["text"], tuple((at, count) for at, count in facts["marks"]))
            binding = Binding(facts["digest"], facts["build"], facts["window"], facts["slots"])
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as problem:
            log.warning("A kept chat state is not used: %s", problem)
            with suppress(OSError):  # a disk that fails may take no changes any more
                self._remove(name)
            return None
        return KeptState(conversation, binding, script, f"{name}.state", self._changes.get(name, 0))

    def is_current(self, kept: KeptState) -> bool:
        """Whether the files are still those that were read. Nobody but this program writes them."""
        return self._changes.get(name_of(kept.conversation), 0) == kept.change

    def note_used(self, kept: KeptState) -> None:
        """Have a state that was used just now be among the last to go."""
        with suppress(OSError):
            os.utime(self.folder / kept.file_name)

    def make_room(self, conversation: Conversation, size: int) -> str | None:
        """Return the file name the engine may write `size` bytes to, or None where there is no room.

        The oldest states go first.
        """
        name = name_of(conversation)
        others = sum(coming for other, coming in self._coming.items() if other != name)
        try:
            free = shutil.disk_usage(self.folder).free - others
            if size > self.cap_bytes - others or free < size + SPARE_DISK:
                self._remove(name)
                return None
            states = [path for path in self._states() if path.stem != name]
            self._shrink_to(self.cap_bytes - others - size, states)
        except OSError as problem:
            log.warning("A chat state is not kept: %s", problem)
            return None
        self._coming[name] = size
        return f"{name}.part"

    def keep(self, conversation: Conversation, binding: Binding, script: Script, part: str) -> None:
        """Bind and authenticate what the engine wrote to `part`, and give it its name."""
        name = name_of(conversation)
        self._note_change(name)
        state = self.folder / f"{name}.state"
        facts = {
            "version": VERSION,
            "owner": conversation.owner,
            "chat": conversation.chat,
            "digest": binding.digest,
            "build": binding.build,
            "window": binding.window,
            "slots": binding.slots,
            "tokens": base64.b64encode(array("I", script.tokens).tobytes()).decode(),
            "text": script.text,
            "marks": script.marks,
        }
        try:
            mac = self._mac(facts, self.folder / part)
            (self.folder / part).chmod(0o600)
            (self.folder / part).replace(state)
            write_whole(self.folder / f"{name}.json", json.dumps({**facts, "mac": mac.hex()}).encode())
        except (OSError, SottoError) as problem:
            log.warning("A chat state is not kept: %s", problem)
            self._remove(name)
        finally:
            self._coming.pop(name, None)

    def forget(self, conversation: Conversation) -> None:
        """Remove all that is kept of a conversation, whoever has the folder."""
        self._remove(name_of(conversation))
        if self.folder.is_dir():
            sync_folder(self.folder)

    def forget_openings(self, systems: Iterable[str]) -> None:
        """Remove what was made of these instructions."""
        for system in systems:
            for path in self.folder.glob(f"{opening_of(system)}-*.json"):
                self._remove(path.stem)

    def _note_change(self, name: str) -> None:
        self._changes[name] = self._changes.get(name, 0) + 1

    def _remove(self, name: str) -> None:
        self._note_change(name)
        for suffix in SUFFIXES:
            (self.folder / f"{name}{suffix}").unlink(missing_ok=True)

    def _states(self) -> list[Path]:
        """Return the states, the oldest first."""
        return sorted(self.folder.glob("*.state"), key=lambda path: path.stat().st_mtime)

    def _shrink_to(self, cap: int, states: list[Path]) -> None:
        total = sum(path.stat().st_size for path in states)
        for path in states:
            if total <= cap:
                return
            if path.stem not in self._had:
                total -= path.stat().st_size
                self._remove(path.stem)

    def _drop_scraps(self) -> None:
        """Remove what a crash left: unfinished states, and states without their binding."""
        for path in self.folder.iterdir():
            widow = path.suffix == ".state" and not path.with_suffix(".json").exists()
            if widow or path.suffix == ".part":
                path.unlink()

    def _mac(self, facts: dict[str, object], state: Path) -> bytes:
        code = hmac.new(self._key, json.dumps(facts, sort_keys=True).encode(), hashlib.sha256)
        with state.open("rb") as file:
            while block := file.read(BLOCK):
                code.update(block)
        return code.digest()


def opening_of(system: str) -> str:
    """Return what the names of all states begin with that were made of these instructions and of no chat."""
    return f"opening-{hashlib.sha256(os.fsencode(system)).hexdigest()[:32]}"


def opening(system: str, binding: Binding) -> Conversation:
    """Return whose state is that of these instructions, computed in this way: nobody's."""
    made = hashlib.sha256(repr(binding).encode()).hexdigest()[:16]
    return Conversation(NOBODY, f"{opening_of(system)}-{made}")


def name_of(conversation: Conversation) -> str:
    """Return the file name of a conversation: a hash, so that no id can become a path."""
    if conversation.owner == NOBODY and OPENING.fullmatch(conversation.chat or ""):
        return str(conversation.chat)
    text = f"{conversation.owner}\0{conversation.chat}"
    return hashlib.sha256(os.fsencode(text)).hexdigest()[:32]
