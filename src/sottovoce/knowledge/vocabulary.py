"""Words that comparing sentences knows: those that say nothing, deny, count, or mean the same as another.

Where a table has stems, they are those of terms.py.
"""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _table(text: str) -> dict[str, str]:
    return dict(entry.split("=") for entry in text.split())


def _pairs(text: str) -> tuple[str, ...]:
    return tuple(" ".join(pair.split()) for pair in text.split(","))


def _counted(text: str, first: int, step: int = 1) -> dict[str, int]:
    return {word: first + step * at for at, word in enumerate(text.split())}


STOP = _words("""
    a an the this that these those it its he she they them their his her we our you your i me my us
    who whom which what when where why how is are was were be been being am do does did done doing
    has have had having will would shall should can could may might must of in on at by for from to
    with into onto out up as and or but if than then so such also too very just only own same each
    per about there here both all any some other more most s t re ve ll d m th st nd rd yes ok
    according states stated says said mentioned mentions passage passages text document documents
    above below following while because since until between during through over under again however
    therefore thus moreover additionally furthermore get gets got one ones let him one's
""")
"""What says nothing by itself."""

STOP_CJK = frozenset(
    "的了是在和与及或也都就而把被对从到于之其这那个们您你我他她它有为以上下中里吗呢吧啊很等将会可能"
)

NEGATIONS = _words("not no never none nobody nothing neither nor without cannot nowhere")

DENIED = _table("""
    forbid=allow forbidden=allow prohibit=allow ban=allow bann=allow unable=able impossibl=possibl
    disallow=allow exclud=includ unsafe=safe unavailabl=availabl incorrect=correct illegal=legal
    unlik=lik
""")
"""Stems that say the contrary of another."""

SAME = _table("""
    permit=allow purchas=buy bought=buy begin=start began=start begun=start finish=end kid=child
    children=child went=go gone=go made=mak wrote=writ written=writ built=build gave=giv given=giv
    took=tak taken=tak paid=pay held=hold kept=keep found=find sold=sell people=person men=man
    women=woman physician=doctor shut=clos obtain=receiv annual=year annually=year yearly=year
    weekly=week daily=day monthly=month require=requir
""")
"""Words and stems that say the same as another stem."""

PAIRS = _pairs("""
    increase decrease, rise fall, more less, before after, open close, above below, higher lower,
    minimum maximum, least most, left right, hot cold, warm cold, win lose, won lost, buy sell,
    north south, east west, high low, large small, old new, first last, accept reject, on off, start
    end, lock unlock, early late, cheap expensive, optional mandatory, optional required, before
    until, 增加 减少, 上升 下降, 打开 关闭, 最大 最小, 最高 最低, 以前 以后
""")
"""Words of which one claims the contrary of the other."""

UNITS = _table("""
    点=o'clock 本=volume day=day week=week month=month year=year hour=hour minut=minute min=minute
    second=second sec=second percent=percent %=percent euro=euro eur=euro €=euro dollar=dollar
    usd=dollar $=dollar pound=pound £=pound km=km kilometr=km kilometer=km m=m metr=m meter=m cm=cm
    mm=mm kg=kg kilogram=kg g=g gram=g mg=mg l=l litr=l liter=l ml=ml degre=degree °=degree mb=mb
    gb=gb person=person tim=time volt=v v=v watt=w kw=kw mile=mile 天=day 日=day 周=week 星期=week
    月=month 个月=month 年=year 小时=hour 分钟=minute 秒=second 元=yuan 人=person 岁=age 次=time 公里=km
    米=m 公斤=kg 克=g 毫克=mg 度=degree 欧元=euro 美元=dollar
""")

SMALL = _counted(
    "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty",
    2,
)
TENS = _counted("twenty thirty forty fifty sixty seventy eighty ninety", 20, 10)
LARGE = {"hundred": 100, "thousand": 1000, "million": 1_000_000}
ORDINALS = _counted("first second third fourth fifth sixth seventh eighth ninth tenth", 1)

DIGITS_CJK = {char: at for at, char in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
POWERS_CJK = {"十": 10, "百": 100, "千": 1000, "万": 10_000}
MEASURES_CJK = "天日周星月年个小分秒元人次岁米公克毫度条点本张名位台间层章倍页号种只"
"""What a number of characters is followed by; without one it may be a part of another word."""
