"""The page for browsers, built from web/ where that has changed since it was last built.

What is built stands in the package's sources, with a stamp of what it was built from; git keeps neither. An
sdist brings them, so that it can be installed where Node does not run. `python -m packing.page` fails where
there is something to build, and builds nothing.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from packing import npm

WEB = Path("web")
BUILT = Path("src", "sottovoce", "server", "page", "built")
STAMP = ".stamp"
NOT_BUILT_FROM = ("node_modules", "tests", "openapi.*", ".*")
SKIP = "SOTTO_SKIP_WEB"
WITHOUT = f"Or leave the page out with {SKIP}=1: the terminal and the API do not need it."

Npm = Callable[..., int]
"""Takes a folder and npm's arguments; returns the exit status."""


def put(root: Path, run: Npm = npm.run) -> None:
    """Build the page and put it in its place, unless it is there. Raises SystemExit, which says why not."""
    clear(root)
    if is_due(root):
        build(root, run)


def is_due(root: Path) -> bool:
    """Return whether there is a page to be built: none is there, or one of other sources."""
    if os.environ.get(SKIP, "") not in ("", "0"):
        return False
    stamp = root / BUILT / STAMP
    return not stamp.is_file() or stamp.read_text("ascii") != stamp_of(root / WEB)


def stamp_of(web: Path) -> str:
    """Return a digest of everything that decides what is built: names and contents, and Node's version."""
    digest = hashlib.sha256(npm.NODE.encode())
    for path in sorted(sources(web), key=lambda path: path.relative_to(web).as_posix()):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        digest.update(f"\n{path.relative_to(web).as_posix()} {content}".encode())
    return digest.hexdigest()


def sources(web: Path) -> Iterator[Path]:
    """Yield the files that the page is built from."""
    left_out = shutil.ignore_patterns(*NOT_BUILT_FROM)
    for folder, below, files in os.walk(web):
        below[:] = set(below) - left_out(folder, below)
        yield from (Path(folder) / name for name in set(files) - left_out(folder, files))


def build(root: Path, run: Npm) -> None:
    """Build from a copy, so that nothing of it is left, and nothing of a developer's own work is touched."""
    with tempfile.TemporaryDirectory(prefix="sottovoce-page-", ignore_cleanup_errors=True) as scratch:
        web = Path(scratch) / WEB
        shutil.copytree(root / WEB, web, ignore=shutil.ignore_patterns("node_modules", "tests"))
        if run(web, "ci"):
            raise SystemExit(
                "The page's packages could not be had from the npm registry; the reason stands above. "
                f"Connect to the network and install again. {WITHOUT}"
            )
        made = Path(scratch) / BUILT
        if run(web, "run", "build") or not (made / "index.html").is_file():
            raise SystemExit(
                f"The page could not be built from web/; the reason stands above. Mend it there. {WITHOUT}"
            )
        (made / STAMP).write_text(stamp_of(web), "ascii")
        replace(root / BUILT, made)


def replace(place: Path, made: Path) -> None:
    """Put a built page in the place of another. Whoever looks finds one of them whole, or none."""
    beside, old = place.with_name(f"{place.name}.part"), place.with_name(f"{place.name}.old")
    shutil.copytree(made, beside)
    if place.exists():
        place.rename(old)
    beside.rename(place)
    shutil.rmtree(old, ignore_errors=True)


def clear(root: Path) -> None:
    """Remove what an interrupted build left beside the page: it would be packed with it."""
    for stray in (root / BUILT).parent.glob(f"{BUILT.name}.*"):
        shutil.rmtree(stray)


if __name__ == "__main__":
    sys.exit(is_due(Path(__file__).parents[1]))
