"""A source archive and a tool that are built in a moment, through the same door as the real ones."""

from __future__ import annotations

import hashlib
import io
import tarfile
import zipfile
from pathlib import Path

from sottovoce.native.sources import Source

BACKEND = """\
import os, sys, time, zipfile
from pathlib import Path


def build_wheel(folder):
    print("configuring")
    for at in (1, 2, 3):
        print(f"[{at}/3] Building CXX object part_{at}.cpp.o")
    exec(Path("how.py").read_text())
    with zipfile.ZipFile(Path(folder) / "xllamacpp-1-py3-none-any.whl", "w") as wheel:
        wheel.writestr("xllamacpp/__init__.py", Path("library.py").read_text())
        wheel.writestr("xllamacpp-1.dist-info/METADATA", "Name: xllamacpp")
"""
"""Stands for setuptools."""


def written(folder: Path, library: str, how: str = "") -> list[Path]:
    """Write the files that a build takes. `how` runs in the middle of it."""
    folder.mkdir(exist_ok=True)
    source, tool = folder / "xllamacpp-1.tar.gz", folder / "setuptools-1-py3-none-any.whl"
    with tarfile.open(source, "w:gz") as archive:
        for name, text in (("how.py", how), ("library.py", library)):
            info = tarfile.TarInfo(f"xllamacpp-1/{name}")
            info.size = len(text)
            archive.addfile(info, io.BytesIO(text.encode()))
    with zipfile.ZipFile(tool, "w") as wheel:
        wheel.writestr("setuptools/__init__.py", "")
        wheel.writestr("setuptools/build_meta.py", BACKEND)
        wheel.writestr("ninja-1.data/scripts/ninja", "")
    return [source, tool]


def named(path: Path, index: str = "http://127.0.0.1:9") -> Source:
    """Return what is known of a file beforehand."""
    data = path.read_bytes()
    return Source(path.name, "source", len(data), hashlib.sha256(data).hexdigest(), "blobs", index)
