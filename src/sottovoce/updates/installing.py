"""Makes a virtual environment of a program's wheels, which were checked, and nothing else. Asks no network.

The installer comes along as one of the wheels, so that nothing depends on what a machine happens to have.
Nothing here is in use yet. Blocks: half a minute.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from sottovoce.core.environment import child_environment
from sottovoce.core.errors import SottoError
from sottovoce.core.paths import Home, disk_problem, make_folder, sync_folder
from sottovoce.store.values import new_id
from sottovoce.updates import programs, switch
from sottovoce.updates.bases import digest_of
from sottovoce.updates.contents import Item
from sottovoce.updates.metadata import damaged
from sottovoce.updates.programs import WHEELS, Ready
from sottovoce.updates.wheels import INSTALLER, Choice

MINUTES = 15
"""A machine with a slow disk takes three."""

STRICT = (
    "--isolated", "--no-index", "--no-deps", "--require-hashes", "--only-binary", ":all:", "--no-cache-dir",
    "--no-input", "--disable-pip-version-check", "--quiet",
)  # fmt: skip


def install(home: Home, item: Item, choice: Choice, source: Path) -> str:
    """Install the wheels in a folder, which then belong to the program; return its name.

    Raises SottoError where it cannot be installed or does not start; it is not there then.
    """
    version = str(programs.own_wheel(choice).version)
    name = (
        f"{version}-{item.digest[:8]}-{new_id()[:4]}"  # whoever was killed before may still write to another
    )
    prefix = switch.environment(home, name)
    digests = {file.name: file.sha256 for file in item.files}
    wheels = {one.name: digests[one.name] for one in choice.wheels}
    source = source.absolute()
    _check(choice, wheels, source)
    try:
        for folder in (prefix.parent.parent, prefix.parent, prefix):
            make_folder(folder)
        venv.EnvBuilder(symlinks=os.name != "nt", with_pip=False).create(prefix)
        _put_in(prefix, source, wheels, choice)
        check_starts(prefix, version)
        source.rename(prefix / WHEELS)
        _make_private(prefix)
        if hasattr(os, "sync"):
            os.sync()  # thousands of files, each of which must be whole before it is started
        programs.note_ready(prefix, Ready(version, item.digest, wheels))
        sync_folder(prefix.parent)
    except OSError as problem:
        shutil.rmtree(prefix, ignore_errors=True)
        raise disk_problem(problem, prefix) from problem
    except BaseException:
        shutil.rmtree(prefix, ignore_errors=True)
        raise
    return name


def have(home: Home, item: Item, choice: Choice, source: Path) -> str:
    """Return the name of a program that is installed here already, or install it from a folder of wheels.

    One that does not start any more is made anew; what earlier tries left goes first. Raises as `install`.
    """
    name = programs.name_for(home, item)
    if name is not None:
        if _still_starts(home, name):
            return name
        shutil.rmtree(switch.environment(home, name), ignore_errors=True)
    programs.clear(home)
    return install(home, item, choice, source)


def check_starts(prefix: Path, version: str) -> None:
    """Raise SottoError unless the program of an environment starts and says that it is this version."""
    done = run(prefix, ["-P", "-m", "sottovoce", "--version"])
    if done.returncode or version not in done.stdout.split():
        raise SottoError(
            f"The program in this bundle, {version}, does not start on this machine; nothing was changed.",
            hint="Tell whoever made the bundle",
            detail=(done.stdout + done.stderr)[-2000:],
        )


def run(
    prefix: Path, arguments: Sequence[str], cwd: Path | None = None, told: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the Python of an environment, apart from whatever this one was told of where code lies.

    `told`: more of the environment that it is to know. Raises OSError, and SottoError where it hangs.
    """
    known = child_environment(told or {})
    environment = {key: value for key, value in known.items() if not key.startswith("PYTHON")}
    environment["PIP_CONFIG_FILE"] = os.devnull
    try:
        return subprocess.run(
            [str(switch.python_of(prefix)), *arguments],
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            check=False,
            cwd=cwd or prefix,
            env=environment,
            stdin=subprocess.DEVNULL,
            timeout=MINUTES * 60,
            umask=-1 if sys.platform == "win32" else 0o077,
        )
    except subprocess.TimeoutExpired as problem:
        raise SottoError(
            f"The program in this bundle did not come to an end within {MINUTES} minutes.",
            hint="Nothing was changed; give the same command again when the machine has less to do",
        ) from problem


def _still_starts(home: Home, name: str) -> bool:
    there = programs.ready(home, name)
    if there is None:
        return False
    try:
        check_starts(switch.environment(home, name), there.version)
    except (OSError, SottoError):
        return False
    return True


def _put_in(prefix: Path, folder: Path, wheels: dict[str, str], choice: Choice) -> None:
    installer = next(one.name for one in choice.wheels if one.project == INSTALLER)
    lines = [f"./{name} --hash=sha256:{sha256}\n" for name, sha256 in wheels.items() if name != installer]
    wanted = folder / "requirements.txt"
    wanted.write_text("".join(lines), "utf-8")
    command = ["-I", str(folder / installer / "pip"), "install", *STRICT, "-r", wanted.name]
    done = run(prefix, command, folder)
    if done.returncode:
        raise SottoError(
            "The program in this bundle cannot be installed on this machine; nothing was changed.",
            hint="Tell whoever made the bundle; sotto --debug update shows what the installer said",
            detail=(done.stdout + done.stderr)[-2000:],
        )


def _check(choice: Choice, digests: dict[str, str], source: Path) -> None:
    """Raise BadBundle where a wheel is another, or unpacks to more than it says: room was made for that.

    One that is another goes, so that the next try brings it anew.
    """
    for one in choice.wheels:
        if digest_of(source / one.name) != digests[one.name]:
            (source / one.name).unlink(missing_ok=True)
            raise damaged(f"{one.name} is not what was signed")
        try:
            with zipfile.ZipFile(source / one.name) as archive:
                unpacked = sum(entry.file_size for entry in archive.infolist())
        except (zipfile.BadZipFile, OSError, ValueError) as problem:
            raise damaged(f"{one.name} is no wheel", problem) from problem
        if unpacked > one.unpacked:
            raise damaged(f"{one.name} is larger than it says")


def _make_private(prefix: Path) -> None:
    for folder, folders, files in os.walk(prefix):
        for name in (*folders, *files):
            path = Path(folder) / name
            if not path.is_symlink():
                path.chmod(path.stat().st_mode & 0o700)
