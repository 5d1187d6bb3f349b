"""Chinese names: a surname, signs that given names have, and what stands before and after. Pure.

Names without a surname are in nicks_zh.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from sottovoce.guard.privacy.around_zh import after_name, before_name, fielded, listed, skip
from sottovoce.guard.privacy.chinese import NAMELY, USUAL, H, Tables, tables
from sottovoce.guard.privacy.found import Find
from sottovoce.guard.privacy.nicks_zh import foreign, nicks


def names_zh(text: str) -> Iterator[Find]:
    """Find names of people in Chinese."""
    if not re.search(f"[{H}]", text):
        return
    known = tables()
    found: dict[int, Find] = {}
    at = 0
    while match := known.start.search(text, at):
        one = _name_at(text, match.start(), match.end(), known)
        if one:
            found[one.start] = one
            at = one.end
        else:
            at = match.start() + 1
    for one in nicks(text, set(found), known):
        found.setdefault(one.start, one)
    yield from found.values()
    yield from foreign(text, known)
    yield from _again(text, found)


def _name_at(text: str, start: int, end: int, tables: Tables) -> Find | None:
    """Return the name that begins with the surname which stands here."""
    # Only signs between Chinese ones: a name may have been written with spaces in it.
    first = skip(text, end)
    near = text[start : start + 3]
    compact = text[start:end] + text[first : first + 2]
    left = before_name(text, start, tables)
    if compact[:3] in tables.words or compact[:4] in tables.words:
        return None
    if (near[:2] in tables.words or compact[:2] in tables.words) and not _in_spite(text, start, left, tables):
        return None
    if start and text[start - 1 : start + 1] in tables.words and (left < 3 or text[start - 1] in "名叫系业"):
        return None
    if any(text[end - size : end] in tables.strong for size in (2, 3, 4)):
        return None
    title = tables.titles.match(text, end)
    if title and first == end:
        return (
            Find(start, title.end(), "name", True, text[start : title.end()])
            if left or end - start == 2 or text[start] in USUAL or not _in_word(text, start, tables)
            else None
        )
    if (
        text[end : end + 1] in tables.short_titles
        and left
        and after_name(text, end + 1, tables)
        and (text[start] in USUAL or text[end] in "总哥姐叔姨")
    ):
        more = tables.titles.match(text, end)
        last = more.end() if more else end + 1
        return Find(start, last, "name", left == 3, text[start:last])
    best: tuple[float, int, bool] | None = None
    second = skip(text, first + 1)
    for last, given in (
        (second + 1, text[first : first + 1] + text[second : second + 1]),
        (first + 1, text[first : first + 1]),
    ):
        if (
            last > len(text)
            or not re.fullmatch(f"[{H}]+", given)
            or any(one in tables.not_given for one in given)
        ):
            continue
        score = _score(text, start, last, given, left, tables, apart=last - end > len(given))
        if score and (best is None or score[0] > best[0]):
            best = (score[0], last, score[1])
    if best is None:
        return None
    return Find(start, best[1], "name", best[2], re.sub(r"[\s.]", "", text[start : best[1]]))


def _in_word(text: str, start: int, tables: Tables) -> bool:
    """Return whether the sign before a surname makes a word with it, or could be a name's surname."""
    return start > 0 and (text[start - 1 : start + 1] in tables.words or text[start - 1] in tables.surnames)


def _score(
    text: str, start: int, last: int, given: str, left: int, tables: Tables, *, apart: bool
) -> tuple[float, bool] | None:
    """Return how likely these signs are a given name here, and whether surely; None: they are none."""
    right = after_name(text, last, tables)
    fit = sum(one in tables.given for one in given) / len(given)
    rare = text[start : start + 2] in tables.double
    begins_word = given[-1] + text[last : last + 1] in tables.words and right < 2
    if left < 3 and (given in tables.words or begins_word):
        fit -= 0.5
    if apart and not ((fit == 1 and left >= 2 and right) or (left == 3 and right)):
        return None
    if left == 3:
        if not ((right and (fit > 0 or len(given) == 1)) or right >= 2 or (fit == 1 and len(given) == 2)):
            return None
    elif right == 3:
        if not (left or fit == 1):
            return None
    elif len(given) == 2:
        alone = fit == 1 and right and text[start] in USUAL
        if (
            not (fit == 1 and left and right)
            and not (fit == 1 and (left == 2 or right == 2))
            and not alone
            and not (rare and fit > 0)
            and not (fit >= 0.5 and left and right and left + right >= 3 and text[start] in USUAL)
        ):
            return None
    elif not (
        fit == 1
        and left
        and right
        and (
            text[start] in USUAL
            or rare
            or left + right >= (3 if given in NAMELY else 4)
            or listed(text, start, last)
            or fielded(text, last)
        )
    ):
        return None
    sure = left == 3 or right == 3 or (len(given) == 2 and fit == 1 and left + right >= 3) or rare
    return fit * 2 + right + (0.6 if len(given) == 2 else 0), sure


def _in_spite(text: str, start: int, left: int, tables: Tables) -> bool:
    """Return whether signs that begin a word are a name all the same: announced, or alone in a list."""
    size = next((size for size in (2, 3) if after_name(text, start + size, tables) >= 2), 0)
    given = text[start + 1 : start + size]
    if not size or not all(sign in tables.given for sign in given):
        return (
            left == 3
            and size == 0
            and text[start + 1 : start + 3].strip() != ""
            and all(sign in tables.given for sign in text[start + 1 : start + 3])
            and after_name(text, start + 3, tables) > 0
        )
    if left == 3:
        return True
    return left == 2 and (
        fielded(text, start + size)
        or (size == 3 and text[start] in USUAL and listed(text, start, start + size))
    )


def _again(text: str, found: dict[int, Find]) -> Iterator[Find]:
    """Find names that were found once wherever else they stand, and the given names of three signs' names."""
    parts: dict[str, bool] = {}
    for one in found.values():
        if (one.sure or len(one.value) > 1) and re.fullmatch(f"[{H}]+", one.value):
            parts[one.value] = one.sure
            if one.sure and len(one.value) == 3 and not tables().titles.search(one.value):
                parts.setdefault(one.value[1:], False)
    if not parts:
        return
    pattern = re.compile("|".join(map(re.escape, sorted(parts, key=len, reverse=True))))
    for match in pattern.finditer(text):
        if not any(match.start() == one.start for one in (found.get(match.start()),) if one):
            if len(match[0]) == 2 and not parts[match[0]] and match.start() - 1 in found:
                continue
            yield Find(*match.span(), "name", parts[match[0]], match[0])
