"""Chinese names: a surname, signs that given names have, and what stands before and after. Pure."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources

from sottovoce.guard.privacy.found import Find

_H = "\u3400-\u9fff"
_EDGE = re.compile(
    r"[\s,.;:!?()\[\]<>\"'/|@#*_`~+=&-]|[、。！？；：，（）《》「」『』“”‘’…—·【】]|[A-Za-z0-9]"
)
_BETWEEN = re.compile(r"[ \t]?\n?[ \t]?|\.")
_LEFT_LONGEST = 6
_FIELD = re.compile(r"[ ]?[/,;|\t，；、(（]{1,2}[ ]?(?:[男女](?![\u3400-\u9fff])|[+]?\d{6,})|[ ]?\t")
_RELATED = re.compile(r"(?:\A|[\s,.;:，。；：、()（）])(?:子|女|妻|夫|父|母|兄|弟|姐|妹|儿|孙|婿|媳)\Z")
_CALLED = re.compile(
    rf"(?:我叫|名叫|外号|小名叫?|乳名|昵称|绰号|网名|叫我|喊我|称呼我|联系|骂|卫生员|护士|找|@)"
    rf"(?P<name>[小阿老大](?!时|学|区|姐|伙|孩|朋|组|吃|程|师|板|公|婆|家|人|心|便|说|事|提|问|偷|猫|狗|票|票|号|米|男|女|队)[{_H}]子?)"
    rf"(?=[了说的在是和，。、,.;:!?\s\"”'’]|\Z)"
)
_TWICE = re.compile(
    r"([乔毛豆圆甜婷丽娜芳静莉倩媛萌笑晨蕾琪琳欣佳雯霖涵果糖朵妞蛋宝贝军强伟杰浩亮磊鹏飞敏艳燕玲红梅兰菲薇琴瑶颖洋瑞睿轩])\1"
)
_USUAL = frozenset(
    "王李张刘陈杨赵吴周徐孙朱胡郭何林郑谢罗梁宋唐许韩冯邓曹彭曾肖董袁潘蒋蔡余杜叶苏魏吕丁沈姚卢姜崔钟谭陆汪范廖贾"
    "韦邹孟秦邱尹薛闫侯陶贺龚邵钱覃戴莫孔汤"
)
"""Surnames that many people have and few words begin with."""


@dataclass(frozen=True, slots=True)
class Tables:
    surnames: frozenset[str]
    double: frozenset[str]
    given: frozenset[str]
    words: frozenset[str]
    titles: re.Pattern[str]
    short_titles: frozenset[str]
    strong: frozenset[str]
    left: frozenset[str]
    right: frozenset[str]
    not_given: frozenset[str]
    not_nick: frozenset[str]
    start: re.Pattern[str]
    nick: re.Pattern[str]
    alone: re.Pattern[str]
    foreign: re.Pattern[str]


@cache
def _tables() -> Tables:
    raw = tomllib.loads(resources.files(__package__).joinpath("chinese.toml").read_text("utf-8"))["names"]
    surnames, double = frozenset("".join(raw["surnames"].split())), frozenset(raw["double"].split())
    foreign = f"[{''.join(raw['foreign'].split())}]"
    longest = sorted(raw["titles"].split(), key=len, reverse=True)
    return Tables(
        surnames=surnames,
        double=double,
        given=frozenset("".join(raw["given"].split())),
        words=frozenset(raw["words"].split()),
        titles=re.compile("|".join(longest)),
        short_titles=frozenset(raw["short_titles"].split()),
        strong=frozenset(raw["left_strong"].split()),
        left=frozenset(raw["left"].split()),
        right=frozenset(raw["right"].split()),
        not_given=frozenset(raw["not_given"]),
        not_nick=frozenset(raw["not_nick"].split()),
        start=re.compile(f"{'|'.join(sorted(double))}|[{''.join(sorted(surnames))}]"),
        nick=re.compile(
            f"[{raw['nick']}](?:[{''.join(sorted(surnames))}]|"
            f"[{''.join(sorted(raw['given'].replace(chr(10), '')))}])"
        ),
        foreign=re.compile(rf"{foreign}{{1,5}}(?:\.{foreign}{{1,6}}){{1,3}}(?![.{_H}]{{9}})"),
        alone=re.compile("|".join(raw["alone"].split())),
    )


def names_zh(text: str) -> Iterator[Find]:
    """Find names of people in Chinese."""
    if not re.search(f"[{_H}]", text):
        return
    tables = _tables()
    found: dict[int, Find] = {}
    at = 0
    while match := tables.start.search(text, at):
        one = _name_at(text, match.start(), match.end(), tables)
        if one:
            found[one.start] = one
            at = one.end
        else:
            at = match.start() + 1
    for match in tables.alone.finditer(text):
        left, right = _left(text, match.start(), tables), _right(text, match.end(), tables)
        if left and right and not any(one in found for one in range(match.start() - 2, match.start() + 1)):
            found[match.start()] = Find(*match.span(), "name", False, match[0])
    for match in _TWICE.finditer(text):
        left, right = _left(text, match.start(), tables), _right(text, match.end(), tables)
        if (left and right) and match.start() not in found and match.start() - 1 not in found:
            found[match.start()] = Find(*match.span(), "name", False, match[0])
    for match in _CALLED.finditer(text):
        if match["name"] not in tables.not_nick and match.start("name") not in found:
            found[match.start("name")] = Find(*match.span("name"), "name", False, match["name"])
    for match in tables.nick.finditer(text):
        one = _nick_at(text, match, tables)
        if one:
            found.setdefault(one.start, one)
    yield from found.values()
    yield from _foreign(text, tables)
    yield from _again(text, found)


def _left(text: str, at: int, tables: Tables) -> int:
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
    if not before or _EDGE.match(before[-1]):
        return 2
    return 1 if any(before[-size:] in tables.left for size in range(1, 4)) else 0


def _right(text: str, at: int, tables: Tables) -> int:
    if tables.titles.match(text, at):
        return 3
    if at >= len(text) or _EDGE.match(text[at]):
        return 2
    return 1 if text[at] in tables.right else 0


def _name_at(text: str, start: int, end: int, tables: Tables) -> Find | None:
    """Return the name that begins with the surname which stands here."""
    # Only signs between Chinese ones: a name may have been written with spaces in it.
    first = _skip(text, end)
    near = text[start : start + 3]
    compact = text[start:end] + text[first : first + 2]
    left = _left(text, start, tables)
    if compact[:3] in tables.words or compact[:4] in tables.words:
        return None
    if (near[:2] in tables.words or compact[:2] in tables.words) and not _in_spite(text, start, left, tables):
        return None
    if start and text[start - 1 : start + 1] in tables.words and (left < 3 or text[start - 1] in "名叫系"):
        return None
    if any(text[end - size : end] in tables.strong for size in (2, 3, 4)):
        return None
    title = tables.titles.match(text, end)
    if title and first == end:
        return (
            Find(start, title.end(), "name", True, text[start : title.end()])
            if left or end - start == 2
            else None
        )
    if (
        text[end : end + 1] in tables.short_titles
        and left
        and _right(text, end + 1, tables)
        and (text[start] in _USUAL or text[end] in "总哥姐叔姨")
    ):
        more = tables.titles.match(text, end)
        last = more.end() if more else end + 1
        return Find(start, last, "name", left == 3, text[start:last])
    best: tuple[float, int, bool] | None = None
    second = _skip(text, first + 1)
    for last, given in (
        (second + 1, text[first : first + 1] + text[second : second + 1]),
        (first + 1, text[first : first + 1]),
    ):
        if (
            last > len(text)
            or not re.fullmatch(f"[{_H}]+", given)
            or any(one in tables.not_given for one in given)
        ):
            continue
        score = _score(text, start, last, given, left, tables, apart=last - end > len(given))
        if score and (best is None or score[0] > best[0]):
            best = (score[0], last, score[1])
    if best is None:
        return None
    return Find(start, best[1], "name", best[2], re.sub(r"[\s.]", "", text[start : best[1]]))


def _score(
    text: str, start: int, last: int, given: str, left: int, tables: Tables, *, apart: bool
) -> tuple[float, bool] | None:
    """Return how likely these signs are a given name here, and whether surely; None: they are none."""
    right = _right(text, last, tables)
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
        alone = fit == 1 and right and text[start] in _USUAL
        if (
            not (fit == 1 and left and right)
            and not (fit == 1 and (left == 2 or right == 2))
            and not alone
            and not (rare and fit > 0)
            and not (fit >= 0.5 and left and right and left + right >= 3 and text[start] in _USUAL)
        ):
            return None
    elif not (
        fit == 1
        and left
        and right
        and (
            text[start] in _USUAL
            or rare
            or left + right >= 4
            or _listed(text, start, last)
            or _fielded(text, last)
        )
    ):
        return None
    sure = left == 3 or right == 3 or (len(given) == 2 and fit == 1 and left + right >= 3) or rare
    return fit * 2 + right + (0.6 if len(given) == 2 else 0), sure


def _listed(text: str, start: int, last: int) -> bool:
    """Return whether signs are one of several that are listed."""
    return (
        "、" in text[max(0, start - 1) : start] + text[last : last + 1]
        and _EDGE.match(text[last:]) is not None
    )


def _fielded(text: str, last: int) -> bool:
    """Return whether a field of a record follows: a sex, a number."""
    return _FIELD.match(text, last) is not None


def _in_spite(text: str, start: int, left: int, tables: Tables) -> bool:
    """Return whether signs that begin a word are a name all the same: announced, or alone in a list."""
    size = next((size for size in (2, 3) if _right(text, start + size, tables) >= 2), 0)
    given = text[start + 1 : start + size]
    if not size or not all(sign in tables.given for sign in given):
        return (
            left == 3
            and size == 0
            and text[start + 1 : start + 3].strip() != ""
            and all(sign in tables.given for sign in text[start + 1 : start + 3])
            and _right(text, start + 3, tables) > 0
        )
    if left == 3:
        return True
    return left == 2 and (
        _fielded(text, start + size)
        or (size == 3 and text[start] in _USUAL and _listed(text, start, start + size))
    )


def _skip(text: str, at: int) -> int:
    """Return where the next sign stands: one space, line break or dot may be between."""
    if at < len(text) and text[at] not in " \t\n.":
        return at
    gap = _BETWEEN.match(text, at)
    end = gap.end() if gap else at
    if text[at : at + 1] == ".":
        end = at + 1
    return end if end > at and re.match(f"[{_H}]", text[end : end + 1]) else at


def _nick_at(text: str, match: re.Match[str], tables: Tables) -> Find | None:
    if match[0] in tables.not_nick or text[match.start() : match.start() + 2] in tables.words:
        return None
    if text[match.start() + 1 : match.start() + 3] in tables.words:
        return None
    left, right = _left(text, match.start(), tables), _right(text, match.end(), tables)
    usual = match[0][1] in _USUAL or (match[0][0] == "阿" and left == 2)
    known = usual or (match[0][1] in tables.surnames and left + right >= 3)
    if (known and left and right) or left == 3:
        return Find(match.start(), match.end(), "name", False, match[0])
    return None


def _foreign(text: str, tables: Tables) -> Iterator[Find]:
    """Find names from elsewhere, joined by a dot, of signs that such names are written with."""
    for match in tables.foreign.finditer(text):
        start = match.start()
        while any(text[start : start + size] in tables.left for size in (1, 2, 3)) and text[start + 1] != ".":
            start += 1
        yield Find(start, match.end(), "name", False, text[start : match.end()].replace(".", ""))


def _again(text: str, found: dict[int, Find]) -> Iterator[Find]:
    """Find names that were found once wherever else they stand, and the given names of three signs' names."""
    parts: dict[str, bool] = {}
    for one in found.values():
        if (one.sure or len(one.value) > 1) and re.fullmatch(f"[{_H}]+", one.value):
            parts[one.value] = one.sure
            if one.sure and len(one.value) == 3 and not _tables().titles.search(one.value):
                parts.setdefault(one.value[1:], False)
    if not parts:
        return
    pattern = re.compile("|".join(map(re.escape, sorted(parts, key=len, reverse=True))))
    for match in pattern.finditer(text):
        if not any(match.start() == one.start for one in (found.get(match.start()),) if one):
            if len(match[0]) == 2 and not parts[match[0]] and match.start() - 1 in found:
                continue
            yield Find(*match.span(), "name", parts[match[0]], match[0])
