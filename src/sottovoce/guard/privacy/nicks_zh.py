"""Chinese names without a surname: nicknames, given names alone, names from elsewhere. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Set

from sottovoce.guard.privacy.around_zh import after_name, before_name
from sottovoce.guard.privacy.chinese import NAMELY, USUAL, H, Tables
from sottovoce.guard.privacy.found import Find

_CALLED = re.compile(
    rf"(?:我叫|名叫|外号|小名叫?|乳名|昵称|绰号|网名|叫我|喊我|称呼我|联系|骂|卫生员|护士|找|@)"
    rf"(?P<name>[小阿老大](?!时|学|区|姐|伙|孩|朋|组|吃|程|师|板|公|婆|家|人|心|便|说|事|提|问|偷|猫|狗|票|票|号|米|男|女|队)[{H}]子?)"
    rf"(?=[了说的在是和，。、,.;:!?\s\"”'’]|\Z)"
)
_TWICE = re.compile(
    r"([囡朵妮娃糯米瓜桃果丫帆航阳睿霏婵悠念琦乔毛豆圆甜婷丽娜芳静莉倩媛萌笑晨蕾琪琳欣佳雯霖涵果糖朵妞蛋宝贝军强伟杰浩亮磊鹏飞敏艳燕玲红梅兰菲薇琴瑶颖洋瑞睿轩])\1"
)
_PARTS = (
    "扎西|卓玛|顿珠|次仁|多吉|央金|拉姆|旦增|丹增|洛桑|格桑|达娃|尼玛|边巴|米玛|仁青|才让|平措|索朗|白玛|德吉|贡布|巴桑|普布|晋美|"
    "卓嘎|旺堆|曲珍|强巴|群培|加措|古丽|买买提|阿卜杜|艾合买提|吐尔逊|热依|努尔|帕提|阿依|迪丽|玛依|库尔班|亚森|阿迪力|艾山|热巴|"
    "米热|娜孜|夏提|巴哈|阿不都|依明|吾甫尔|巴特尔|其其格|格日勒|乌云|苏日|图雅|娜仁|呼和|斯琴|萨仁|巴图|布和|敖登|哈斯|高娃|塔娜|"
    "乌兰|朝鲁|阿古拉|那木|额尔|孟和|特木尔"
)
_PEOPLES = re.compile(
    rf"(?:{_PARTS})(?:{_PARTS}|[{H}](?={_PARTS})|[尔木提汗娜孜热江别克拉白])*(?![{H}]?(?:湖|山|市|县|区|镇|州|高原|草原|机场|寺))"
)
"""Names of Tibetans, Uyghurs and Mongols, of the parts that many of them have."""
_OFFICE = re.compile("[室部处科院店心司组局所队班厂]")
_WORDS_TWICE = frozenset(
    "常刚明天年月人家大小多高长深慢渐静轻微默悄仅久好美满亮淡红绿白黑蓝圆点星妹姐爸妈哥弟爷奶叔舅姑姨伯婆公太宝日时分处事平安"
    "早晚远近清真重新单双满足足步样种种件条片层层声句字行快乐欢喜哈呵嘿嗯哦啊早谢拜看想说走试听笑问谈聊等一二三万千百个代历"
)
"""Signs that are written twice in words."""
_TWICE_ANY = re.compile(rf"(?P<sign>[{H}])(?P=sign)")
_SONS = re.compile(r"[强柱石栓虎铁军伟胖亮斌杰波刚涛辉]子(?=[,，。、；：:;！!？?\s]|\Z)")
_GIVEN = re.compile(rf"(?<=[媳妇婆公女儿弟妹哥姐孩:、])(?=(?P<name>[{H}]{{2}}))")


def nicks(text: str, taken: Set[int], tables: Tables) -> Iterator[Find]:
    """Find given names and nicknames that stand alone; `taken` are places where a whole name begins."""
    for pattern in (tables.alone, _TWICE):
        for match in pattern.finditer(text):
            if taken.isdisjoint(range(match.start() - 2, match.start() + 1)) and (
                before_name(text, match.start(), tables) and after_name(text, match.end(), tables)
            ):
                yield Find(*match.span(), "name", False, match[0])
    for match in _PEOPLES.finditer(text):
        if len(match[0]) > 2 or taken.isdisjoint(range(match.start() - 2, match.end())):
            yield Find(*match.span(), "name", len(match[0]) > 3, match[0])
    for match in _SONS.finditer(text):
        if before_name(text, match.start(), tables) and match.start() - 1 not in taken:
            yield Find(*match.span(), "name", False, match[0])
    yield from _given(text, taken, tables)
    yield from _twice(text, taken, tables)
    for match in _CALLED.finditer(text):
        if match["name"] not in tables.not_nick and match.start("name") not in taken:
            yield Find(*match.span("name"), "name", False, match["name"])
    for match in tables.nick.finditer(text):
        one = _nick_at(text, match, tables)
        if one:
            yield one


def _twice(text: str, taken: Set[int], tables: Tables) -> Iterator[Find]:
    """Find given names of one sign that is written twice."""
    for match in _TWICE_ANY.finditer(text):
        start, sign = match.start(), match["sign"]
        if sign not in tables.given or sign in _WORDS_TWICE or start - 1 in taken:
            continue
        left, right = before_name(text, start, tables), after_name(text, match.end(), tables)
        likely = sign in NAMELY or text[start - 1 : start] in ("和", "跟", "给", "让", "叫")
        if left and right and left + right > 2 - likely:
            yield Find(*match.span(), "name", False, match[0])


def _given(text: str, taken: Set[int], tables: Tables) -> Iterator[Find]:
    """Find given names of two signs after what says that a person is named."""
    for match in _GIVEN.finditer(text):
        start, end = match.span("name")
        name = match["name"]
        if not all(sign in tables.given for sign in name) or name in tables.words:
            continue
        if name[1] + text[end : end + 1] in tables.words or not taken.isdisjoint(range(start - 1, end)):
            continue
        if text[start - 1 : start + 1] in tables.words or name in tables.not_nick:
            continue
        if before_name(text, start, tables) == 3 and after_name(text, end, tables):
            yield Find(start, end, "name", False, name)


def _nick_at(text: str, match: re.Match[str], tables: Tables) -> Find | None:
    if match[0] in tables.not_nick or text[match.start() : match.start() + 2] in tables.words:
        return None
    if text[match.start() + 1 : match.start() + 3] in tables.words:
        return None
    left, right = before_name(text, match.start(), tables), after_name(text, match.end(), tables)
    if not left and right == 2 and _OFFICE.match(text[match.start() - 1 : match.start()]):
        left = 1
    usual = match[0][1] in USUAL or (match[0][0] == "阿" and left > 0)
    known = usual or (match[0][1] in tables.surnames and left + right >= 3)
    signed = right == 2 and match[0][1] in USUAL and not match.start() + 2 < len(text.rstrip())
    if (known and left and right) or left == 3 or signed or (match[0][0] == "阿" and left and usual):
        return Find(match.start(), match.end(), "name", False, match[0])
    return None


def foreign(text: str, tables: Tables) -> Iterator[Find]:
    """Find names from elsewhere, joined by a dot, of signs that such names are written with."""
    for match in tables.foreign.finditer(text):
        start = match.start()
        while any(text[start : start + size] in tables.left for size in (1, 2, 3)) and text[start + 1] != ".":
            start += 1
        yield Find(start, match.end(), "name", False, text[start : match.end()].replace(".", ""))
