"""Tables that are worked out of files of this package, and kept beside them when it is built.

To work one out may take a tenth of a second, which a first question would wait for. A kept one is taken only
where it is of the very files, data and code, that stand here now; else it is worked out anew, in memory. A
program that runs writes none: see packing/tables.py. Knows nothing of what they hold.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PACKAGE = Path(__file__).parents[1]
KEPT = PACKAGE / "tables"


@dataclass(frozen=True, slots=True)
class Table:
    """`sources` are the files of the package on which it depends, and nothing else; folders end with /.

    `work_out` returns it, in what JSON can hold.
    """

    name: str
    sources: tuple[str, ...]
    work_out: Callable[[], dict[str, Any]]

    def read(self, kept: Path = KEPT) -> dict[str, Any]:
        """Return the table: the kept one, where it is of these sources."""
        try:
            mark, _, text = (kept / self.file).read_bytes().partition(b"\n")
        except OSError:
            return self.work_out()
        if mark != self._mark():
            return self.work_out()
        table: dict[str, Any] = json.loads(text)
        return table

    def write(self, folder: Path) -> None:
        """Keep it in a folder."""
        text = json.dumps(self.work_out(), ensure_ascii=False, separators=(",", ":"))
        (folder / self.file).write_bytes(self._mark() + b"\n" + text.encode())

    @property
    def file(self) -> str:
        return f"{self.name}.json"

    def _mark(self) -> bytes:
        """Return a digest of the sources, by their names and contents."""
        digest = hashlib.sha256()
        for name in self.sources:
            paths = sorted((PACKAGE / name).iterdir()) if name.endswith("/") else [PACKAGE / name]
            for path in paths:
                content = path.read_bytes()
                digest.update(f"{path.name} {len(content)}\n".encode())
                digest.update(content)
        return digest.hexdigest().encode()
