"""The documents that questions are asked over: four of Debian's documentation packages, in HTML.

Fetched by `apt-get download` into a folder beside this file, once, and unpacked there.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parent / ".corpus"
PACKAGES = {
    "python": ("python3.11-doc", "usr/share/doc/python3.11/html"),
    "postgresql": ("postgresql-doc-15", "usr/share/doc/postgresql-doc-15/html"),
    "git": ("git-doc", "usr/share/doc/git-doc"),
    "debian": ("debian-reference-zh-cn", "usr/share/debian-reference"),
}
"""What each part of the corpus is called here, its package, and where its pages stand in it."""

ENGLISH, CHINESE = ("python", "postgresql", "git"), ("debian",)
LISTS = re.compile(r"(^|/)(genindex.*|contents|py-modindex|search|bookindex|_static/.*)\.html$")
"""Pages that only list others: no question is answered there."""


def folder(part: str) -> Path:
    """Return a folder with the pages of a part of the corpus and nothing else, made where it is not here."""
    pages = FOLDER / "pages" / part
    if not pages.is_dir():
        package, place = PACKAGES[part]
        source = unpacked(package) / place
        half = FOLDER / f"{part}.half"
        shutil.rmtree(half, ignore_errors=True)
        for path in source.rglob("*.html"):
            inside = path.relative_to(source)
            if not LISTS.search(inside.as_posix()) and not path.is_symlink():
                (half / inside).parent.mkdir(parents=True, exist_ok=True)
                os.link(path, half / inside)
        pages.parent.mkdir(exist_ok=True)
        half.rename(pages)
    return pages


def unpacked(package: str) -> Path:
    """Return the folder that a package is unpacked in. Exits with a sentence where it cannot be had."""
    there = FOLDER / package
    if there.is_dir():
        return there
    FOLDER.mkdir(exist_ok=True)
    try:
        if not list(FOLDER.glob(f"{package}_*.deb")):
            print(f"  fetching {package} ...")
            fetch = ["apt-get", "-q", "download", package]
            subprocess.run(fetch, cwd=FOLDER, check=True, capture_output=True)
        (archive,) = FOLDER.glob(f"{package}_*.deb")
        half = FOLDER / f"{package}.half"
        shutil.rmtree(half, ignore_errors=True)
        subprocess.run(["dpkg-deb", "-x", archive, half], check=True, capture_output=True)
        half.rename(there)
    except (OSError, subprocess.CalledProcessError, ValueError) as problem:
        said = getattr(problem, "stderr", None)
        sys.exit(
            f"The package {package} could not be fetched by apt-get and unpacked by dpkg-deb:"
            f" {said.decode() if said else problem}. This part needs Debian 12 (bookworm) and its package"
            f" lists; or put {package}_*.deb into {FOLDER}."
        )
    return there
