"""What a PDF shows, letter by letter in the order of its pages, and what in it could show something else.

For texts that are held against what was signed: where reading for a shelf makes the best of a file, this
takes nothing for granted. Of everything that can be drawn it knows words in fonts, and plain bars that lie
beneath them; all else is named as it is in the file (`Do`, `/Annots`), for a reader might see words there, or
miss some. Runs in the reader's own process: the file may be anybody's.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterator
from typing import Any, BinaryIO

from sottovoce.knowledge.reading.paper import Paper
from sottovoce.knowledge.reading.refusal import Refusal

MOST_PAGES = 5_000
MOST_HELD, MOST_HELD_BYTES = 16, 8 << 20
"""Files within the file that are read."""

MOST_ODD = 200
PIECE = 40_000
"""Characters of an answer to a block."""

IN_CATALOG = ("/OCProperties", "/AcroForm", "/AA", "/OpenAction", "/Collection")
IN_PAGE = ("/Annots", "/Rotate", "/UserUnit", "/AA")
"""What hides parts of pages, turns them, lays something over them, or opens another file in their place."""


TWO_WAYS = "obj"
"""Objects that are written so that one program may read them so and another otherwise."""


def load() -> None:
    """Import the parser, before nothing can be opened any more; with what it would import late itself."""
    for name in ("filters", "_codecs._codecs", "_configuration", "generic._image_inline"):
        importlib.import_module(f"pypdf.{name}")
    for name in ("shown_fonts", "shown_pages"):
        importlib.import_module(f"sottovoce.knowledge.reading.{name}")


def read(source: BinaryIO, paper: Paper) -> None:
    """Write what a PDF shows onto the paper, as JSON in pieces. Raises Refusal."""
    text = json.dumps(look(source))
    for at in range(0, len(text), PIECE):
        # In quotation marks, since white space at the ends of a block would go.
        paper.code(json.dumps(text[at : at + PIECE]))


def look(source: BinaryIO) -> dict[str, Any]:
    """Return {"files", "lines", "odd", "fonts"}: see chat/marks/pdf.py. Raises Refusal.

    Of a file that holds no other, which nobody has marked, its pages are not looked at. One that breaks the
    rules of its format is read all the same, and told as odd: other programs may see other objects in it.
    """
    import pypdf

    try:
        try:
            return _look(source, strict=True)
        except pypdf.errors.PyPdfError:
            said = _look(source, strict=False)
            return {**said, "odd": [*said["odd"], ("", TWO_WAYS)]}
    except (pypdf.errors.PyPdfError, pypdf.errors.DependencyError) as problem:
        raise Refusal("damaged", detail=str(problem)) from problem


def _look(source: BinaryIO, *, strict: bool) -> dict[str, Any]:
    import pypdf

    from sottovoce.knowledge.reading.shown_fonts import Fonts
    from sottovoce.knowledge.reading.shown_pages import PageReader

    pdf = pypdf.PdfReader(source, strict=strict)
    if pdf.is_encrypted and not pdf.decrypt(""):
        raise Refusal("password")
    files = dict(_held(pdf.root_object))
    said: dict[str, Any] = {"files": files, "lines": [], "odd": [], "fonts": []}
    if not files:
        return said
    if len(pdf.pages) > MOST_PAGES:
        raise Refusal("long", f"{MOST_PAGES:,} pages")
    odd = [["", name] for name in IN_CATALOG if pdf.root_object.get(name)]
    odd += [["", name] for name in ("/JavaScript",) if name in _inner(pdf.root_object, "/Names")]
    fonts = Fonts()
    for number, page in enumerate(pdf.pages, 1):
        odd += [["", name] for name in IN_PAGE if _is_there(page.get(name))]
        colors = _inner(_inner(page, "/Resources"), "/ColorSpace")
        odd += [["", name] for name in colors if name.startswith("/Default")]  # what gray is, and what not
        reader = PageReader(page, fonts)
        reader.read()
        said["lines"] += [[number, *line] for line in reader.lines]
        odd += reader.odd
    said["odd"] = list({tuple(one): one for one in odd}.values())[:MOST_ODD]
    said["fonts"] = sorted(fonts.digests)
    said["pages"] = len(pdf.pages)
    return said


def _is_there(value: Any) -> bool:
    found = value.get_object() if value is not None else None
    return bool(found) and found != 1


def _inner(about: Any, name: str) -> Any:
    """Return a dictionary within another; an empty one where it has none."""
    found = about.get(name)
    found = found.get_object() if found is not None else None
    return found if isinstance(found, dict) else {}


def _held(root: Any) -> Iterator[tuple[str, str]]:
    """Yield the files within a PDF, by their names: those that are text."""
    names = root.get("/Names")
    tree = names.get_object().get("/EmbeddedFiles") if names is not None else None
    left = [] if tree is None else [tree]
    count = size = 0
    while left and count < MOST_HELD:
        node = left.pop().get_object()
        left += list(node.get("/Kids", ()))[:MOST_HELD]
        pairs = list(node.get("/Names", ()))[: 2 * MOST_HELD]
        for name, holder in zip(pairs[::2], pairs[1::2], strict=False):
            data = holder.get_object()["/EF"].get_object()["/F"].get_object().get_data()
            count, size = count + 1, size + len(data)
            if size > MOST_HELD_BYTES:
                return
            yield str(name.get_object()), data.decode("utf-8", "replace")
