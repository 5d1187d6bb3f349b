"""python -m bench.marking [KIND …] [--count N]: change a word of an export, many times; count what is found.

Each kind of export is verified as it was written, then with one word changed somewhere, in the same way as in
tests/chat/marks. Prints how many of the changes were told, and those that were not.
"""

from __future__ import annotations

import argparse
import io
import random
import sys
import tempfile
import time
from contextlib import closing
from functools import partial
from pathlib import Path

from sottovoce.chat import archive
from sottovoce.chat.as_pdf import pdf_of
from sottovoce.chat.marks.verifying import Finding, verdicts
from sottovoce.chat.pdf.machine import Fonts, folders
from sottovoce.core.paths import Home
from sottovoce.knowledge.reading import shown
from sottovoce.store.db import open_database

sys.path[:0] = [str(Path(__file__).parent.parent / "tests" / "chat" / "marks")]

import changing  # noqa: E402  (found only on the path above)
import marked  # noqa: E402

KINDS = ("md", "html", "json", "docx", "pdf")
HERE = frozenset([marked.SIGNER.public])


def exported(kind: str) -> bytes:
    """Return a chat with every kind of thing that an answer can have in it."""
    target, pen = io.BytesIO(), marked.pen()
    with tempfile.TemporaryDirectory() as folder, closing(open_database(Home(Path(folder)))) as database:
        chat = database.call(
            lambda conn: marked.tell(conn, [marked.message(text) for text in marked.ANSWERS])
        )
        if kind in ("md", "json"):
            write_all = archive.export_json if kind == "json" else archive.export_markdown
            database.look(lambda conn: write_all(conn, "me", [chat.id], target, pen))
        else:
            write = partial(pdf_of, fonts=Fonts(folders())) if kind == "pdf" else archive.whole(kind)
            database.look(
                lambda conn: archive.export_whole(
                    conn, "me", chat.id, target, lambda one, branch: write(one, branch, "en", pen)
                )
            )
    return target.getvalue()


def is_whole(file: bytes) -> bool:
    found = verdicts(file, "file", HERE, look=lambda data, _: shown.look(io.BytesIO(data)))
    return bool(found) and all(one.finding is Finding.UNCHANGED for one in found)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.marking")
    parser.add_argument("kinds", nargs="*", metavar="KIND", default=KINDS)
    parser.add_argument("--count", type=int, default=1_000)
    asked = parser.parse_args()
    for kind in asked.kinds:
        file, draw, begun, missed = exported(kind), random.Random(kind), time.monotonic(), []
        if not is_whole(file):
            raise SystemExit(f"{kind}: the export itself does not verify")
        for _ in range(asked.count):
            other, what = changing.changed(kind, file, draw)
            if is_whole(other):
                missed.append(what)
        took = time.monotonic() - begun
        print(f"{kind}: {asked.count - len(missed)} of {asked.count} changed words found, {took:.0f} s")
        for what in missed:
            print(f"    missed: {what}")


if __name__ == "__main__":
    main()
