"""Where things live in one home folder, and how files are put there so that a crash leaves old or new."""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

from sottovoce.core.errors import DiskFull, ReadOnly, SottoError, StoreProblem

PRIVATE_FILE = 0o600
PRIVATE_FOLDER = 0o700


@dataclass(frozen=True, slots=True)
class Home:
    """The one folder that holds everything Sottovoce keeps. Portable: copy it and you have moved."""

    root: Path

    @property
    def database(self) -> Path:
        return self.root / "sotto.db"

    @property
    def backups(self) -> Path:
        return self.root / "backups"

    @property
    def models(self) -> Path:
        return self.root / "models"

    @property
    def kv(self) -> Path:
        return self.root / "kv"

    @property
    def engines(self) -> Path:
        """The engines that were built on this machine, and the line that says which one answers."""
        return self.root / "engines"

    @property
    def knowledge(self) -> Path:
        return self.root / "knowledge"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def config(self) -> Path:
        return self.root / "config.toml"

    @property
    def ledger(self) -> Path:
        return self.root / "ledger.jsonl"

    @property
    def sent(self) -> Path:
        """The texts of what left, where the owner keeps them; those of a chat in a folder named by its id."""
        return self.root / "sent"

    @property
    def rules(self) -> Path:
        return self.root / "rules.toml"

    @property
    def good_rules(self) -> Path:
        return self.root / "rules.good.toml"

    @property
    def guard_log(self) -> Path:
        return self.logs / "guard.jsonl"

    @property
    def signing_key(self) -> Path:
        return self.root / "signing.key"

    @property
    def signing_public(self) -> Path:
        return self.root / "signing.pub"


def open_home(root: Path) -> Home:
    """Make the home folder and its rooms, private to this user. Raises ReadOnly or DiskFull."""
    home = Home(root)
    make_folder(home.root, home.backups, home.models, home.kv, home.knowledge, home.logs)
    return home


def make_folder(*folders: Path) -> None:
    """Make private folders, those that are not there, so that a power cut takes none with what is in it."""
    changed: dict[Path, None] = {}
    for folder in folders:
        try:
            missing = takewhile(lambda one: not one.exists(), (folder, *folder.parents))
            changed |= {one.parent: None for one in missing}
            folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
        except OSError as problem:
            raise disk_problem(problem, folder) from problem
    for parent in changed:
        with suppress(OSError):  # one that may be written to, and not be read
            sync_folder(parent)


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that a crash at any instant leaves the old one or the new one."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE_FILE), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
        sync_folder(path.parent)
    except OSError as problem:
        with suppress(OSError):  # where nothing can be written there is nothing to clear away
            beside.unlink(missing_ok=True)
        raise disk_problem(problem, path) from problem


def remove_whole(path: Path) -> None:
    """Delete a file so that it stays deleted after a power cut. Raises ReadOnly, StoreProblem."""
    try:
        path.unlink()
        sync_folder(path.parent)
    except OSError as problem:
        raise disk_problem(problem, path) from problem


def remove_folder(folder: Path) -> None:
    """Delete a folder and what is in it, as remove_whole does with a file."""
    import shutil

    try:
        shutil.rmtree(folder)
        sync_folder(folder.parent)
    except OSError as problem:
        raise disk_problem(problem, folder) from problem


def move_away(path: Path) -> str:
    """Return the command that puts a file aside, for a hint."""
    import shlex

    if os.name == "nt":
        return f'ren "{path}" "{path.name}.old"'
    return f"mv {shlex.quote(str(path))} {shlex.quote(f'{path}.old')}"


def give_name(path: Path, name: Path) -> None:
    """Move a file to a name that nothing has. Raises FileExistsError otherwise, also for a dead link."""
    try:
        if os.name == "nt":
            path.rename(name)  # which refuses there what replaces elsewhere
            return
        name.hardlink_to(path)
    except FileExistsError:
        raise
    except OSError:  # a disk that knows no second names
        if os.path.lexists(name):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(name)) from None
        path.rename(name)
        return
    path.unlink()


def bytes_on_disk(path: Path) -> int:
    """Return what a file takes, without its holes; one that is not there takes nothing."""
    try:
        info = path.stat()
    except OSError:
        return 0
    blocks = getattr(info, "st_blocks", None)  # of 512 bytes, and unknown on Windows
    return info.st_size if blocks is None else min(info.st_size, blocks * 512)


def sync_folder(folder: Path) -> None:
    """Make a rename or removal in this folder survive a power cut (a no-op on Windows)."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def disk_problem(problem: OSError, path: Path) -> SottoError:
    """Say in a sentence what the operating system meant."""
    if problem.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskFull(
            f"The disk that holds {path.parent} is full.",
            hint="Free some space and ask again; nothing that was saved is lost.",
            detail=str(problem),
        )
    if problem.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        return ReadOnly(
            f"{path} cannot be written.",
            hint="Give yourself write access, or choose another home: SOTTO_HOME=/some/folder sotto",
            detail=str(problem),
        )
    return StoreProblem(
        f"{path} cannot be used: {problem.strerror or problem}.",
        hint="Check that this path is right and its disk in order, then run: sotto doctor",
        detail=str(problem),
    )
