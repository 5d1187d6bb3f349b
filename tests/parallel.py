"""All tests, in groups of which some run at once: half of the time a program or a disk is waited for.

Each group is a pytest of its own. What it says is printed once it has ended, so that nothing is mixed.
Of a test's marks one says that it needs much; those without are told apart by their folders.
"""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

TESTS = Path(__file__).parent
AT_ONCE = 3
MARKS = ("browser", "model", "e2e")
"""The longest first, as with FOLDERS."""

FOLDERS = (("server",), (), ("guard", "words", "package"), ("updates", "models", "knowledge"))
"""() are all others, the rest."""


def groups() -> dict[str, list[str]]:
    """Return what each group's pytest is given, by the group's name. Each test is in one of them."""
    found = {}
    for at, mark in enumerate(MARKS):
        chosen = " and ".join([mark, *(f"not {earlier}" for earlier in MARKS[:at])])
        # Reading all other files to find none in them takes as long as many tests.
        found[mark] = ["-m", chosen, *map(str, marked(mark))]
    plain = ["-m", " and ".join(f"not {mark}" for mark in MARKS)]
    apart = {name for names in FOLDERS for name in names}
    rest = [path.name for path in sorted(TESTS.iterdir()) if holds_tests(path) and path.name not in apart]
    for names in FOLDERS:
        found[", ".join(names) or "rest"] = [*plain, *(str(TESTS / place) for place in names or rest)]
    return found


def marked(mark: str) -> list[Path]:
    """Return the files that say so of tests of theirs; conftest.py sees to it that they do."""
    said = re.compile(rf"mark\.{mark}\b")
    return [path for path in sorted(TESTS.rglob("test_*.py")) if said.search(path.read_text("utf-8"))]


def holds_tests(path: Path) -> bool:
    return path.name.startswith("test_") or (path.is_dir() and any(path.rglob("test_*.py")))


def run(name: str, arguments: Sequence[str]) -> int:
    """Run a group and print what it said; return pytest's exit code."""
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *arguments],
        cwd=TESTS.parent,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    ended = "passed" if done.returncode == 0 else "FAILED"
    print(f"{done.stdout}\n== {name}: {ended} in {time.monotonic() - began:.0f} s", flush=True)
    return done.returncode


def main() -> int:
    chosen = groups()
    print(
        f"== {AT_ONCE} groups of tests at once: {'; '.join(chosen)}. Each is printed when it has ended.",
        flush=True,
    )
    with ThreadPoolExecutor(AT_ONCE) as workers:
        codes = list(workers.map(run, chosen, chosen.values()))
    failed = [name for name, code in zip(chosen, codes, strict=True) if code]
    print(f"== failed: {'; '.join(failed)}" if failed else "== all groups passed", flush=True)
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())
