"""The markup that may stand in a marked text of a Word document: what ours have, and what Word adds unasked.

Everything else is named, as in markup.py. Pure; the elements come from a document that may be anybody's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from xml.etree import ElementTree

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"

ELEMENTS = frozenset((
    "document", "body", "p", "pPr", "r", "rPr", "t", "tab", "br", "cr", "bookmarkStart", "bookmarkEnd",
    "proofErr", "lastRenderedPageBreak",
    "tbl", "tblPr", "tblGrid", "gridCol", "tr", "trPr", "tc", "tcPr", "tblStyle", "tblW", "tblLook",
    "tblLayout", "tblBorders", "tblCellMar", "tblHeader", "tcW", "tcBorders", "tcMar", "vAlign", "cantSplit",
    "top", "left", "bottom", "right", "start", "end", "insideH", "insideV",
    "pStyle", "jc", "keepNext", "keepLines", "contextualSpacing", "outlineLvl", "widowControl", "pBdr",
    "tabs",
    "suppressLineNumbers", "suppressAutoHyphens", "overflowPunct", "autoSpaceDE", "autoSpaceDN", "kinsoku",
    "wordWrap", "topLinePunct", "snapToGrid", "adjustRightInd", "textAlignment", "spacing", "ind",
    "rStyle", "rFonts", "b", "bCs", "i", "iCs", "u", "strike", "dstrike", "sz", "szCs", "color", "lang",
    "noProof", "kern",
    "sectPr", "type", "pgSz", "pgMar", "pgNumType", "cols", "docGrid", "formProt", "textDirection",
))  # fmt: skip
"""What is struck through is said in the words: see docx.py."""

IN_STYLES = frozenset((
    "vanish", "webHidden", "specVanish", "strike", "dstrike", "numPr", "framePr", "position", "w", "shd",
    "highlight", "caps", "effect",
))  # fmt: skip
"""What hides, strikes or adds words where a style has it."""

SMALLEST = 12
"""Half points of letters that can be read."""

LIGHTEST = 180
"""Of 255, how light letters may be, on paper that is white."""

PICTURES = ("wingdings", "webdings", "symbol", "dingbats")
"""Fonts whose letters are other signs."""


def is_on(element: ElementTree.Element | None) -> bool:
    """Return whether a property that is either on or off is on."""
    return element is not None and element.get(f"{W}val", "1") not in ("0", "false", "off", "none")


def is_struck(run: ElementTree.Element) -> bool:
    """Return whether the words of a run are struck through."""
    about = run.find(f"{W}rPr")
    return about is not None and any(is_on(about.find(f"{W}{name}")) for name in ("strike", "dstrike"))


def odd(element: ElementTree.Element) -> str | None:
    """Return how an element is named that no document of ours has; None where there is nothing to be said."""
    name = element.tag.removeprefix(W)
    if name not in ELEMENTS or element.tag == name or not _is_readable(name, element):
        return f"w:{name}" if element.tag.startswith(W) else name.rpartition("}")[2]
    return None


def odd_styles(styles: ElementTree.Element, used: Iterable[str]) -> Iterator[str]:
    """Yield what hides, strikes or adds words in the styles that are used, and in those they rest on."""
    known = {style.get(f"{W}styleId", ""): style for style in styles.findall(f"{W}style")}
    usual = [name for name, style in known.items() if is_on_by(style, "default")]
    left, seen = [*used, *usual], set[str]()
    looked = [("", one) for one in styles.findall(f"{W}docDefaults")]
    while left:
        name = left.pop()
        if name in seen or name not in known:
            continue
        seen.add(name)
        looked.append((name, known[name]))
        rests = known[name].find(f"{W}basedOn")
        left += [] if rests is None else [rests.get(f"{W}val", "")]
    for name, style in looked:
        for element in style.iter():
            kind = element.tag.removeprefix(W)
            if (kind in IN_STYLES and is_on(element)) or not _is_readable(kind, element):
                yield f"w:{kind} in the style {name}".rstrip()


def is_on_by(element: ElementTree.Element, name: str) -> bool:
    return element.get(f"{W}{name}", "0") in ("1", "true", "on")


def _is_readable(name: str, element: ElementTree.Element) -> bool:
    """Return whether letters so set can be read: neither too small nor too light, nor out of the page."""
    value = element.get(f"{W}val", "")
    if name in ("sz", "szCs"):
        return _number(value) >= SMALLEST
    if name == "color":
        return _is_dark(value) and element.get(f"{W}themeColor", "")[:5] not in ("backg", "light")
    if name == "spacing":
        exact = element.get(f"{W}lineRule", "auto") != "auto" or bool(element.get(f"{W}line"))
        return _number(value or "0") >= -20 and (not exact or _number(element.get(f"{W}line", "240")) >= 120)
    if name == "ind":
        return all(-2_000 <= _number(one) <= 5_000 for one in element.attrib.values())
    if name == "rFonts":
        return not any(one in value.lower() for value in element.attrib.values() for one in PICTURES)
    return True


def _is_dark(color: str) -> bool:
    if color in ("auto", ""):
        return True
    try:
        red, green, blue = bytes.fromhex(color)
    except ValueError:
        return False
    return 0.299 * red + 0.587 * green + 0.114 * blue <= LIGHTEST


def _number(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        return -1_000_000
