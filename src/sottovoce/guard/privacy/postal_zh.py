"""Chinese addresses: from the province to the room, or as much of it as is said. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sottovoce.guard.privacy.found import Find

LONGEST = 40
"""Signs before a road's name that are looked at."""

_PLACES = (
    "北京|天津|上海|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|"
    "湖北|湖南|广东|海南|四川|贵州|云南|陕西|"
    "甘肃|青海|台湾|内蒙古|广西|西藏|宁夏|新疆|香港|澳门|深圳|广州|杭州|南京|苏州|成都|"
    "武汉|西安|郑州|长沙|沈阳|青岛|大连|厦门|宁波|"
    "济南|哈尔滨|福州|昆明|合肥|南昌|石家庄|长春|南宁|贵阳|太原|兰州|无锡|佛山|东莞|珠海|"
    "臺北|臺中|臺南|臺灣|新北|桃園|温州|常州|徐州|烟台|绍兴|嘉兴|台北|高雄"
)
_N = r"[0-9一二三四五六七八九十百零〇两]"
_H = "\u4e00-\u9fff"
_ROAD = re.compile(
    rf"(?P<road>路|大街|街|大道|道|巷|胡同|弄|(?<![群家这那心手哪城区院])里|村|镇|屯|苑|花园|小区|家园|新村"
    rf"|公寓|大厦|"
    rf"广场|中心|园|城|庄|湾|府|庭|坊|组|乡|[二三四五六七八九十]条)"
    rf"[ ]?[(]?(?:[东西南北中]?[ ]?(?:[一二三四五六七八九十]+段|"
    rf"段)|(?:[东西南北中一二三四五六七八九十]|[A-Z0-9]{{1,2}})[区期])?[ ]?\n?[A-Za-z甲乙丙丁]?[ "
    rf"]?{_N}{{1,6}}(?:[ ]?[-之附][ ]?{_N}{{1,5}})?[ ]?\n?[ ]?(?:号楼|号院|号|號|弄|栋|幢|座|楼|"
    rf"单元|室|组|巷|支弄|期)"
    rf"|(?P<phase>[一二三四五六1-9]期){_N}{{1,3}}(?:号楼|栋|幢|座)"
    rf"|(?P<estate>小区|花园|家园|新村|公寓|嘉园|苑|府|里|园|城"
    rf"|庭)[ ]?{_N}{{1,3}}-{_N}{{1,3}}(?:-{_N}{{2,5}})?(?![0-9-])"
)
_FLAT = re.compile(rf"(?<!{_N}){_N}{{1,3}}(?:号楼|栋|幢|座)[ ]?{_N}{{1,2}}单元(?:[ ]?{_N}{{3,4}}室?)?")
_REST = re.compile(
    rf"(?:[ ,]?\n?[ ]?(?:[{_H}A-Za-z]{{0,8}}(?:小区|花园|家园|苑|公寓|大厦|广场|新村|中心|"
    rf"公馆|城|府|园|庭|里))?"
    rf"(?:[ ]?[^\x00-\u33ff的了在是和与到去有我你他她它们住给请把被让找说从约]{{2,8}}?"
    rf"(?=[A-Z]?[0-9]{{0,4}}(?:栋|幢|号楼|座|塔|单元|[楼樓层層])|[0-9]{{1,3}}-[0-9]{{1,4}}))?"
    rf"[ ]?(?:[东西南北中一二三四五六七八九十][区苑院]|[东西南北中主副]楼)?"
    rf"[A-Za-z附]?{_N}{{1,5}}(?:[ ]?[-—][ ]?{_N}{{1,4}}){{0,3}}[ ]?(?:号楼|"
    rf"号院|号|號|栋|"
    rf"幢|座|塔|单元|门|层|楼|樓|室|户|房|弄|支弄|期|组|区)(?:之{_N}{{1,2}}|[A-Za-z](?![座室栋户区]))?"
    rf"|[ ]?[东西南北中](?:单元|户|门|侧)"
    rf"|[ ]?[{_H}]{{0,8}}(?:小区|花园|家园|公寓|大厦|广场|中心|科学园|科技园|产业园|城|"
    rf"园)[A-Za-z](?:座|栋)|(?<=[元栋幢座楼樓号])[ ]?-?[0-9]{{3,4}}[A-Za-z]?(?![0-9A-Za-z])|"
    rf"[ ]?[A-Za-z][0-9]{{0,4}}(?:座|塔|室|栋|区|单元)|"
    rf"(?<=[楼樓])-[0-9]{{1,2}}-[0-9]{{3,4}}(?![0-9])|(?<=单元){_N}{{3,4}}|"
    rf"[ ]?[0-9]{{1,3}}[樓層](?:之{_N}{{1,2}})?(?:[ ]?[A-Z0-9]{{1,4}}室)?|"
    rf"[ ]?[{_H}]{{2,8}}[A-Z]?[座塔][ ]?[0-9]{{1,5}}[室楼樓层層]?|"
    rf"[ ,]?[东西南北]?[单]?侧?门?(?:附)?{_N}{{1,4}}室|"
    rf"[ ]?(?:[{_H}]{{2,8}}(?:小区|花园|家园|苑|公寓|新村|府|国际|天地|世家|豪庭|名都|"
    rf"公馆|新城|华庭|湾|城|里|广场|大厦))?[ ]?{_N}{{1,3}}-{_N}{{1,4}}(?:-{_N}{{1,4}})?(?![0-9-]))*"
)
_GAP = r"[ ]?[,/|>-]?[ ]?"
"""What may part the levels of an address."""
_ADMIN = re.compile(
    rf"(?:{_PLACES})(?:省|市|自治区|特别行政区|壮族自治区|回族自治区|"
    rf"维吾尔自治区)?{_GAP}(?:[{_H}]{{2,9}}?(?:市|州|盟|地区){_GAP})?(?:[{_H}]{{1,5}}?(?:区|"
    rf"县|旗|市){_GAP})(?:[{_H}]{{1,6}}?(?:街道|镇|乡|村|社区){_GAP})?(?:[{_H}]{{1,5}}?(?:村|委"
    rf"|社区)(?=[{_N[1:-1]}组屯队,，。;]|\Z))?"
    rf"(?:[{_H}]{{1,8}}?(?:大街|大道|路|街|胡同|巷|小区|花园|家园|苑|公寓|大厦|新村|道))?"
)
_LEAD = re.compile(
    r"(?:我?们?(?:现在|目前|以前|原来)?(?:家|人)?(?:就|都|还|一直)?(?:住|搬|寄|送|发|快递|"
    r"邮|回|开|走|跑|约)(?:在|到|至|去|往|给)?了?|地址(?:是|为|在|改成|改为|换成)?|位于|"
    r"坐落于|坐落在|来自|"
    r"前往|抵达|家在|公司在|开在|在|到|去|从|是|于|为|往|给|至|门牌|收件|寄|:|，|,|。|;|、|"
    r"\(|\)|“|”|\"|'|!|\?|\||的|和|了|\n\n)"
)


def postal_zh(text: str) -> Iterator[Find]:
    """Find Chinese addresses."""
    for found in _ROAD.finditer(text):
        start = _left(text, found.start(found.lastgroup or 0))
        if start is None:
            continue
        end = _right(text, found.end())
        yield Find(start, end, "address", True, _value(text[start:end]))
    for found in _FLAT.finditer(text):
        yield Find(*found.span(), "address", False, _value(found[0]))
    for found in _ADMIN.finditer(text):
        end = _right(text, found.end())
        levels = (
            re.search("(?:路|街|道|巷|胡同|小区|花园|家园|苑|公寓|大厦|新村|村|镇|乡|街道)", found[0])
            is not None
        )
        if levels:
            yield Find(found.start(), end, "address", end > found.end(), _value(text[found.start() : end]))


_RUN = re.compile(rf"[{_H}A-Za-z0-9 ,\n]{{1,{LONGEST}}}\Z")
_LEVELS = re.compile(
    rf"(?:(?:{_PLACES}|[{_H}]{{2,6}}?(?:省|市|州|区|县|镇|街道))(?:省|市|区)?[ ]?[/|>-][ ]?){{1,5}}\Z"
)
_ROAD_OF = re.compile(r"[东西南北中]?[一二三]?(?:路|街|大街|大道|巷)")
_START = re.compile(rf"(?:{_PLACES})")


def _left(text: str, road: int) -> int | None:
    """Return where an address begins whose road's last sign stands at a place."""
    begin = max(0, road - LONGEST)
    found = _RUN.search(text[begin:road])
    if not found:
        return None
    # 浙江省/杭州市/余杭区: levels that a sign parts.
    if levels := _LEVELS.search(text[begin : begin + found.start()]):
        return begin + levels.start()
    run = found[0]
    at = begin + found.start()
    place = None
    for one in _START.finditer(run):
        if one.start() and _ROAD_OF.match(run, one.end()):
            # A road that has its name from a province, in a district that is said before.
            continue
        if place is None or re.search(r"[,。;!?]\s*[^市区县省]*\Z", run[: one.start()]):
            place = place if place is not None else one.start()
    if place is not None:
        return at + place
    leads = [one.end() for one in _LEAD.finditer(run) if len(run) - one.end() >= 1]
    start = leads[-1] if leads else 0
    # Districts and towns before the last comma belong to it: 朝阳区, 建国路.
    while (
        leads
        and run[leads[-1] - 1] in ", "
        and (before := re.search(rf"[{_H}]{{1,6}}(?:区|县|市|镇|乡|街道)[ ,]*\Z", run[: leads[-1]]))
    ):
        start = before.start()
        leads = [one for one in leads if one <= start]
        if leads and leads[-1] != start:
            break
    while start < len(run) and run[start] in " ,\n":
        start += 1
    return at + start if len(run) > start else None


def _right(text: str, end: int) -> int:
    more = _REST.match(text, end, end + 80)
    return more.end() if more else end


def _value(raw: str) -> str:
    return "".join(re.findall(r"\w+", raw)).lower()
