"""What stands before and after a place in a Chinese text, and says whether a name is there. Pure."""

from __future__ import annotations

import re

from sottovoce.guard.privacy.chinese import H, Tables

EDGE = re.compile(
    r"[\s,.;:!?()\[\]<>\"'/|@#*_`~+=&-]|[、。！？；：，（）《》「」『』“”‘’…—·【】]|[A-Za-z0-9]"
)
_BETWEEN = re.compile(r"[ \t]?\n?[ \t]?|\.")
_LEFT_LONGEST = 6
_FIELD = re.compile(r"[ ]?[/,;|\t，；、(（]{1,2}[ ]?(?:[男女](?![\u3400-\u9fff])|[+]?\d{6,})|[ ]?\t")
_RELATED = re.compile(r"(?:\A|[\s,.;:，。；：、()（）])(?:子|女|妻|夫|父|母|兄|弟|姐|妹|儿|孙|婿|媳)\Z")


def before_name(text: str, at: int, tables: Tables) -> int:
    """Return how much speaks before a place for a name: 3, what comes is one; 2, a border; 1, a word; 0."""
    before = text[max(0, at - _LEFT_LONGEST) : at]
    stripped = before.rstrip(" \"'“「(:")
    tail = stripped + (":" if ":" in before[len(stripped) :] else "")
    linked = re.sub("(?:是|就是|叫|叫做|名叫|为)$", "", stripped)
    for word in (tail, stripped, linked):
        for size in range(min(_LEFT_LONGEST, len(word)), 0, -1):
            if word[-size:] in tables.strong and not word.endswith(
                ("好叫", "大叫", "要叫", "会叫", "喊叫", "关系", "联系", "没系")
            ):
                return 3
    if _RELATED.search(before):
        return 3
    if not before or EDGE.match(before[-1]):
        return 2
    return 1 if any(before[-size:] in tables.left for size in range(1, 4)) else 0


def after_name(text: str, at: int, tables: Tables) -> int:
    if tables.titles.match(text, at):
        return 3
    if at >= len(text) or EDGE.match(text[at]):
        return 2
    return 1 if text[at] in tables.right else 0


def listed(text: str, start: int, last: int) -> bool:
    """Return whether signs are one of several that are listed."""
    return (
        "、" in text[max(0, start - 1) : start] + text[last : last + 1]
        and EDGE.match(text[last:]) is not None
    )


def fielded(text: str, last: int) -> bool:
    """Return whether a field of a record follows: a sex, a number."""
    return _FIELD.match(text, last) is not None


def skip(text: str, at: int) -> int:
    """Return where the next sign stands: one space, line break or dot may be between."""
    if at < len(text) and text[at] not in " \t\n.":
        return at
    gap = _BETWEEN.match(text, at)
    end = gap.end() if gap else at
    if text[at : at + 1] == ".":
        end = at + 1
    return end if end > at and re.match(f"[{H}]", text[end : end + 1]) else at
