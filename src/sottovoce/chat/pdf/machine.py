"""The fonts of this machine that text is set in: known families at the places where systems keep theirs.

Knows names and folders, and looks into no other file.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from sottovoce.chat.pdf import fontfile
from sottovoce.chat.pdf.fontfile import BadFont, FontFile

Family = tuple[str, int]
"""The name of a file, and which of its fonts."""

EUROPEAN: tuple[Family, ...] = (
    ("LiberationSans-Regular.ttf", 0), ("arial.ttf", 0), ("Arial.ttf", 0), ("NotoSans-Regular.ttf", 0),
)  # fmt: skip
EUROPEAN_BOLD: tuple[Family, ...] = (
    ("LiberationSans-Bold.ttf", 0), ("arialbd.ttf", 0), ("Arial Bold.ttf", 0), ("NotoSans-Bold.ttf", 0),
)  # fmt: skip
TYPEWRITER: tuple[Family, ...] = (
    ("LiberationMono-Regular.ttf", 0), ("DejaVuSansMono.ttf", 0), ("cour.ttf", 0), ("Courier New.ttf", 0),
)  # fmt: skip
SIGNS: tuple[Family, ...] = (("DejaVuSans.ttf", 0), ("seguisym.ttf", 0), ("Apple Symbols.ttf", 0))
CHINESE: tuple[Family, ...] = (
    ("NotoSansCJK-Regular.ttc", 2), ("NotoSansCJKsc-Regular.otf", 0), ("SourceHanSansSC-Regular.otf", 0),
    ("NotoSansSC-Regular.otf", 0), ("NotoSansSC-Regular.ttf", 0), ("NotoSerifCJK-Regular.ttc", 2),
    ("msyh.ttc", 0), ("Hiragino Sans GB.ttc", 0), ("STHeiti Light.ttc", 1), ("wqy-microhei.ttc", 0),
    ("wqy-zenhei.ttc", 0), ("DroidSansFallbackFull.ttf", 0), ("DroidSansFallback.ttf", 0), ("simsun.ttc", 0),
    ("Arial Unicode.ttf", 0),
)  # fmt: skip
"""By what sets Chinese as it is printed in China; of Noto's files the one for that place."""
CHINESE_BOLD: tuple[Family, ...] = (
    ("NotoSansCJK-Bold.ttc", 2), ("NotoSansCJKsc-Bold.otf", 0), ("SourceHanSansSC-Bold.otf", 0),
    ("NotoSansSC-Bold.otf", 0), ("NotoSerifCJK-Bold.ttc", 2), ("msyhbd.ttc", 0), ("simhei.ttf", 0),
    ("STHeiti Medium.ttc", 1),
)  # fmt: skip

MOST_BYTES = 64 << 20


def folders() -> list[Path]:
    """Return where fonts are kept on this system."""
    home = Path.home()
    if sys.platform == "win32":
        return [Path("C:/Windows/Fonts"), home / "AppData/Local/Microsoft/Windows/Fonts"]
    if sys.platform == "darwin":
        return [Path("/System/Library/Fonts"), Path("/Library/Fonts"), home / "Library/Fonts"]
    shared = [Path("/usr/local/share/fonts"), Path("/usr/share/fonts")]
    return [home / ".local/share/fonts", home / ".fonts", *shared]


class Fonts:
    """The font files below some folders, each read when it is first asked for."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = folders
        self._files: dict[str, Path] | None = None
        self._found: dict[tuple[Family, ...], FontFile | None] = {}

    def first(self, families: tuple[Family, ...]) -> FontFile | None:
        """Return the first of these fonts that is here and may be put into documents."""
        if families not in self._found:
            self._found[families] = next(self._readable(families), None)
        return self._found[families]

    def _readable(self, families: tuple[Family, ...]) -> Iterator[FontFile]:
        if self._files is None:
            self._files = {
                path.name: path for folder in self._folders for path in folder.rglob("*.[to]t[fc]")
            }
        for name, index in families:
            path = self._files.get(name)
            try:
                if path is not None and path.stat().st_size <= MOST_BYTES:
                    yield fontfile.read(path.read_bytes(), index, path.stem.replace(" ", ""))
            except (OSError, BadFont):
                continue  # a font that cannot be read is one that is not here
