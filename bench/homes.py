"""Homes as a person has them who made everything faster: with the engine built here, the starter re-encoded.

The engine is built once (about ten minutes), into a folder beside this file; remove the folder to build anew.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from packaging.utils import parse_sdist_filename, parse_wheel_filename

from sottovoce.native import sources

FOLDER = Path(__file__).parent / ".built"
SOTTO = (sys.executable, "-m", "sottovoce")


def made(home: Path, *, native: bool = False, optimised: bool = False) -> Path:
    """Make a home; `native` has the engine that was built here, `optimised` the re-encoded starter."""
    if native:
        shutil.copytree(_with_engine(), home)
    if optimised:
        # It is taken whether or not it is quicker here: that is what is to be measured.
        run(home, "models", "optimise", "starter", "--keep", "--yes")
    return home


def _with_engine() -> Path:
    home = FOLDER / "home"
    if not any(home.glob("**/engine.json")):
        print("  building the engine for this processor (about ten minutes, once) ...", flush=True)
        run(home, "engine", "build", "--from", str(_fetched()), "--keep", "--yes")
    return home


def _fetched() -> Path:
    """Return a folder with what the engine is built of, as an index of Python's packages gives it."""
    folder = FOLDER / "files"
    pip = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", str(folder)]
    for file in sources.needed():
        if not (folder / file.name).exists():
            subprocess.run([*pip, *_exactly(file)], check=True)
    return folder


def _exactly(file: sources.Source) -> list[str]:
    """Return what makes pip fetch this very file, and not what would suit this Python better."""
    if file.name.endswith(".tar.gz"):
        name, release = parse_sdist_filename(file.name)
        return ["--no-binary", name, f"{name}=={release}"]
    name, release, _, tags = parse_wheel_filename(file.name)
    platforms = [f"--platform={tag.platform}" for tag in tags]
    return ["--only-binary=:all:", "--implementation=py", "--abi=none", *platforms, f"{name}=={release}"]


def run(home: Path, *words: str) -> None:
    """Run a command in a home. Raises RuntimeError where it does not end well."""
    done = subprocess.run([*SOTTO, "--home", home, *words], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"sotto {' '.join(words[:2])} ended with {done.returncode}: {done.stderr[-500:]}")
