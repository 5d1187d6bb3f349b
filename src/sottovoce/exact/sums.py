"""Sums as people ask for them: "what is 15% of 80", "17 x 6", 144的平方根是多少. To a call or nothing.

Only what is wholly read is one. What people write with the same signs and mean something else by, 24/7, 4x4,
9/11, 1920x1080 or 555-1234, is told apart by how it is asked: `_CALCULATING` words leave no doubt.
"""

from __future__ import annotations

import re
from decimal import Decimal

from sottovoce.exact import arithmetic, commas, numerals
from sottovoce.exact.arithmetic import BadExpression
from sottovoce.exact.calls import CALCULATE, Call
from sottovoce.exact.powers import NoValue

_ASKING = re.compile(
    r"^(?:what(?:'s| is| are|s)|how much (?:is|are|does)|what does|find|give me|tell me)(?: the)?"
    r"(?: (?:answer to|result of|value of))?[ :]+(?:exactly )?"
)
_CALCULATING = re.compile(
    r"^(?:calculate|compute|evaluate|work out|solve|figure out|do the (?:math|maths|sum)|math|maths)"
    r"(?: the)?(?: (?:answer to|result of|value of))?[ :]+"
)
_EQUALS = re.compile(r"\s*(?:=|\b(?:equals?(?: to)?|is equal to|make|makes|come to))\s*(?:what)?$")

_HAN_CALCULATING = re.compile(r"^(?:计算|算|求)(?:一下|一算|算|出)?[ :,]*")
_HAN_EQUALS = re.compile(r"(?:的?(?:结果|值|答案))?\s*(?:等于|得|=)\s*(?:多少|几|什么|啥)?$")
_HAN_ASKING = re.compile(r"(?:的?(?:结果|值|答案))?\s*(?:是|为)?(?:多少|几)$")

NUMBER = r"(-?\d+(?:\.\d+)?)"
_LIST = rf"{NUMBER}((?:(?:,| and|, and)\s*-?\d+(?:\.\d+)?)+)"
_ENGLISH: tuple[tuple[str, str], ...] = (
    (r"\bthe (?=square|cube|sum|product|difference|average|mean|remainder|factorial|greatest"
     r"|least|lowest|highest|gcd|lcm|hcf|half)", ""),
    (r"(?<=\d) ?per ?cent\b", "%"),
    (rf"^increase {NUMBER} by {NUMBER} ?%$", r"\1 * (100% + \2%)"),
    (rf"^{NUMBER} increased by {NUMBER} ?%$", r"\1 * (100% + \2%)"),
    (rf"^(?:decrease|reduce) {NUMBER} by {NUMBER} ?%$", r"\1 * (100% - \2%)"),
    (rf"^{NUMBER} (?:decreased|reduced) by {NUMBER} ?%$", r"\1 * (100% - \2%)"),
    (rf"^{NUMBER} ?% off(?: of)? {NUMBER}$", r"\2 * (100% - \1%)"),
    (rf"^(?:an? )?{NUMBER} ?% tip (?:on|for) {NUMBER}$", r"\1% * \2"),
    (r"(?<=[\d)]) ?% of ", "% * "),
    (rf"^(?:difference (?:between|of)) {NUMBER} and {NUMBER}$", "difference"),
    (rf"^(?:sum|total) of {_LIST}$", "+"),
    (rf"^product of {_LIST}$", "*"),
    (rf"^(?:average|mean)(?: value)? of {_LIST}$", "avg"),
    (r"^(?:gcd|hcf|greatest common (?:divisor|factor)|highest common factor)(?: of)?"
     rf" ?\(?{_LIST}\)?$", "gcd"),
    (rf"^(?:lcm|(?:least|lowest) common multiple)(?: of)? ?\(?{_LIST}\)?$", "lcm"),
    (rf"^(?:remainder of|remainder when) {NUMBER} (?:is )?divided by {NUMBER}$", r"\1 mod \2"),
    (rf"^add {NUMBER} (?:and|to|with) {NUMBER}$", r"\1 + \2"),
    (rf"^subtract {NUMBER} from {NUMBER}$", r"\2 - \1"),
    (rf"^multiply {NUMBER} (?:by|and|with) {NUMBER}$", r"\1 * \2"),
    (rf"^divide {NUMBER} by {NUMBER}$", r"\1 / \2"),
    (rf"^(\d+)/(\d+) of {NUMBER}$", r"\3 * \1 / \2"),
    (rf"^(?:a |one )?half of {NUMBER}$", r"\1 / 2"),
    (rf"^(?:a |one )?third of {NUMBER}$", r"\1 / 3"),
    (rf"^(?:a |one )?quarter of {NUMBER}$", r"\1 / 4"),
    (rf"^(?:double|twice) {NUMBER}$", r"2 * \1"),
    (rf"^triple {NUMBER}$", r"3 * \1"),
    (r"(?:cube root of|∛) ?(\d+(?:\.\d+)?)", r"cbrt(\1)"),
    (r"(?:square root of|sqrt of|root of|√) ?(\d+(?:\.\d+)?)", r"sqrt(\1)"),
    (r"(?:square root of|sqrt of|√) ?(?=\()", "sqrt"),
    (r"\bsqrt (\d+(?:\.\d+)?)", r"sqrt(\1)"),
    (r"(?:factorial of|factorial) (\d+)", r"\1!"),
    (r"(\d+) factorial", r"\1!"),
    (rf"^square of {NUMBER}$", r"\1^2"),
    (rf"^cube of {NUMBER}$", r"\1^3"),
    (r" ?\bsquared\b", "^2"),
    (r" ?\bcubed\b", "^3"),
    (r" (?:raised )?to the (\d+)(?:st|nd|rd|th) power", r"^\1"),
    (r" (?:raised )?to the power(?: of)? ", "^"),
    (r"(?<=[\d)%!]) (?:times|multiplied by) (?=[\d(√.s-])", " * "),
    (r"(?<=[\d)%!]) (?:divided by) (?=[\d(√.s-])", " / "),
    (r"(?<=[\d)%!]) (?:plus|added to) (?=[\d(√.s-])", " + "),
    (r"(?<=[\d)%!]) (?:minus|take away) (?=[\d(√.s-])", " - "),
    (r"(?<=\d) modulo (?=\d)", " mod "),
    (r"^negative (?=\d)", "-"),
)  # fmt: skip
_SIGNS = ((r"\*\*", "^"), (r"(?<=[\d)%!]) ?x ?(?=[\d(√.-])", " * "))
_PERCENT_OF = (
    re.compile(rf"^(?:percent|percentage|%) of {NUMBER} is {NUMBER}$"),
    re.compile(rf"^what (?:percent|percentage|%) of {NUMBER} is {NUMBER}$"),
    re.compile(rf"^{NUMBER} is what (?:percent|percentage|%) of {NUMBER}$"),
    re.compile(rf"^{NUMBER} as a (?:percent|percentage) of {NUMBER}$"),
    re.compile(rf"^{NUMBER} out of {NUMBER} as a (?:percent|percentage)$"),
    re.compile(rf"^{NUMBER}(?:占|是){NUMBER}的%$"),
)
_SWAPPED = 2
"""The first so many of them name the whole before its part."""

_HAN_NUMBER = r"(\d+(?:\.\d+)?)"
_HAN_WORDS: tuple[tuple[str, str], ...] = (
    (rf"百分之{_HAN_NUMBER}", r"\1%"),
    (rf"{_HAN_NUMBER}的{_HAN_NUMBER}分之{_HAN_NUMBER}", r"\1 * \3 / \2"),
    (rf"(?<=除以){_HAN_NUMBER}分之{_HAN_NUMBER}(?=$|[加减乘除])", r"(\2 / \1)"),
    (rf"^{_HAN_NUMBER}分之{_HAN_NUMBER}(?=[加减乘除+\-*/])", r"\2 / \1"),
    (rf"(?<=[加减乘上去+\-*以]){_HAN_NUMBER}分之{_HAN_NUMBER}(?=$|[加减乘除+\-*/])", r"\2 / \1"),
    (rf"{_HAN_NUMBER}的{_HAN_NUMBER}%", r"\1 * \2%"),
    (rf"{_HAN_NUMBER}的(?:算术)?平方根", r"sqrt(\1)"),
    (rf"{_HAN_NUMBER}的立方根", r"cbrt(\1)"),
    (rf"(?:根号|√){_HAN_NUMBER}", r"sqrt(\1)"),
    (rf"{_HAN_NUMBER}(?:的平方|平方)", r"\1^2"),
    (rf"{_HAN_NUMBER}(?:的立方|立方)", r"\1^3"),
    (rf"{_HAN_NUMBER}的(\d+)次(?:方|幂)", r"\1^\2"),
    (rf"{_HAN_NUMBER}的{_HAN_NUMBER}倍", r"\1 * \2"),
    (rf"{_HAN_NUMBER}的阶乘", r"\1!"),
    (rf"^{_HAN_NUMBER}(?:和|与|跟){_HAN_NUMBER}的和$", r"\1 + \2"),
    (rf"^{_HAN_NUMBER}(?:和|与|跟){_HAN_NUMBER}的差$", "difference"),
    (rf"^{_HAN_NUMBER}(?:和|与|跟){_HAN_NUMBER}的(?:乘积|积)$", r"\1 * \2"),
    (rf"^{_HAN_NUMBER}(?:和|与|跟){_HAN_NUMBER}的最大公(?:约|因)数$", r"gcd(\1,\2)"),
    (rf"^{_HAN_NUMBER}(?:和|与|跟){_HAN_NUMBER}的最小公倍数$", r"lcm(\1,\2)"),
    (rf"^{_HAN_NUMBER}((?:[,、和与]{_HAN_NUMBER})+)的平均(?:数|值)$", "avg"),
    (rf"^{_HAN_NUMBER}除以{_HAN_NUMBER}的余数$", r"\1 mod \2"),
    (r"乘以|乘上|乘", " * "),
    (r"除以", " / "),
    (r"加上|加", " + "),
    (r"减去|减", " - "),
    (r"^负", "-"),
)
_IDIOMS = frozenset(
    (
        "24/7", "7/11", "9/11", "50/50", "20/20", "80/20", "60/40", "70/30", "90/10", "10/10", "5/10",
        "1/1", "4x4", "2x4", "2x2", "3x3", "4x3", "16x9", "21x9", "4x6", "5x7", "8x10", "11x14", "4x8",
        "7-11", "10-4", "7-7-7", "3-2-1", "4-4-2", "4-3-3", "5-4-1", "50-50", "401-1",
    )
)  # fmt: skip
_SCIENTIFIC = re.compile(r"(?<![\w.])\d+(?:\.\d+)?e[+-]?\d{1,2}(?![\w.])")
_BANKERS = str.maketrans("壹贰貳叁參肆伍陆陸柒捌玖拾佰仟", "一二二三三四五六六七八九十百千")
"""What numbers are written with on cheques and bills."""

_TIGHT = re.compile(r"(\d+)([-/x*])(\d+)")
_SMALLEST_SCREEN = 240


def read(text: str, question: str) -> Call | None:
    """Return the calculation that a cleaned question asks for; None where it is not wholly one."""
    with_points = commas.with_points(text)
    asked, certainty = _opened(text if with_points is None else with_points)
    asked = _in_digits(asked)
    percent = _percent(asked)
    if percent is not None:
        return percent
    if not _is_meant(asked, 2 if "÷" in question else certainty):
        return None
    shown = _shown(asked)
    if shown is None:
        return None
    return Call(CALCULATE, {"expression": shown} | ({} if with_points is None else {"decimal": "comma"}))


def plainly(text: str) -> str | None:
    """Return the expression that a text is, as on paper, where it can mean nothing but a sum; else None."""
    asked = _in_digits(re.sub(r"^the ", "", text))
    return _shown(asked) if _is_meant(asked, 2) else None


def _shown(asked: str) -> str | None:
    """Return an expression that is wholly read, as on paper; None where there is nothing to compute."""
    expression = _expression(asked)
    try:
        if expression is None or _is_trivial(expression):
            return None
        _check(expression)
        return arithmetic.shown(expression)
    except BadExpression:
        return None


def _in_digits(asked: str) -> str:
    """Return a text with its numbers in digits alone: seventeen, 十七 and 1e3 are none."""
    if not asked.isascii():
        return numerals.han(_before_numbers(asked.translate(_BANKERS)))
    return _SCIENTIFIC.sub(lambda match: f"{Decimal(match[0]):f}", numerals.english(asked))


def _opened(text: str) -> tuple[str, int]:
    """Return what is asked for, and how plainly: 2 to calculate, 1 to be told, 0 said by itself."""
    certainty = 0
    for pattern, says in (
        (_HAN_CALCULATING, 2),
        (_HAN_EQUALS, 2),
        (_HAN_ASKING, 1),
        (_CALCULATING, 2),
        (_EQUALS, 2),
        (_ASKING, 1),
    ):
        rest = pattern.sub("", text, count=1)
        if rest != text:
            certainty, text = max(certainty, says), rest.strip(" ,:")
    return text, certainty


def _before_numbers(text: str) -> str:
    """Return a Chinese text with what is written with digits of another meaning put plainly."""
    text = re.sub(
        r"百分之([零一二三四五六七八九十百点\d.]+)", lambda match: f"{numerals.han(match[1])}%", text
    )
    text = re.sub(r"百分之几?$", "%", text)
    text = re.sub(r"^([零一二两三四五六七八九十百千万亿点\d.]+)的一半$", r"\1 / 2", text)
    return re.sub(r"两倍", "2倍", text)


def _percent(asked: str) -> Call | None:
    for at, pattern in enumerate(_PERCENT_OF):
        match = pattern.match(asked)
        if match is not None:
            part, whole = (match[2], match[1]) if at < _SWAPPED else (match[1], match[2])
            return Call(CALCULATE, {"expression": f"{part} ÷ {whole}", "as": "percent"})
    return None


def _is_meant(asked: str, certainty: int) -> bool:
    """Tell whether signs between numbers are a sum, and no date, score, size, range or telephone number."""
    if (certainty == 0 and re.fullmatch(r"\d{3,}!", asked)) or re.search(r"[-+*/x^] ?\d+!$|!!", asked):
        return False  # said with feeling, or a factorial
    if re.search(r"(?<![\d.])0[\dx]|\d\.000\b|[+-] ?[\d.]+ ?%", asked):
        return False  # 007 - 3 is no sum, 1.000 is a thousand to some, 200 + 10% may be 220 or 200.1
    if certainty == 2:
        return True
    tight = asked.replace(" x ", "x").replace(" / ", "/") if certainty == 0 else asked
    if tight in _IDIOMS or re.fullmatch(r"\d+(-\d+){2,}|\d+(/\d+){2,}", tight):
        return False
    match = _TIGHT.fullmatch(tight)
    if match is None:
        return True
    first, sign, second = int(match[1]), match[2], int(match[3])
    if sign in "x*":
        is_screen = sign == "x" and first >= _SMALLEST_SCREEN and second >= _SMALLEST_SCREEN
        return not is_screen
    if second == 0:
        return sign == "/"  # no date, no score: it has no value
    if certainty == 0:
        return False
    if sign == "-":
        is_years = 1000 <= first <= 2100 and second < 100
        return first > second and not is_years
    return first % second == 0 if first <= 31 else first > second


def _expression(asked: str) -> str | None:
    """Return an expression of the grammar in arithmetic.py, as far as the words are known."""
    rules = (
        _ENGLISH
        if asked.isascii() or ("√" in asked and not re.search(r"[\u3400-\u9fff]", asked))
        else _HAN_WORDS
    )
    for pattern, becomes in rules:
        match = re.search(pattern, asked)
        if match is None:
            continue
        if becomes in ("avg", "gcd", "lcm", "+", "*", "difference") and match.lastindex == 2:
            return _of_list(becomes, match)
        asked = re.sub(pattern, becomes, asked)
    for pattern, becomes in _SIGNS:
        asked = re.sub(pattern, becomes, asked)
    asked = asked.strip()
    return asked if re.fullmatch(r"(?:[\d\s.+\-*/^%!(),]|sqrt|cbrt|avg|gcd|lcm|mod)+", asked) else None


def _of_list(becomes: str, match: re.Match[str]) -> str:
    numbers = [match[1], *re.findall(r"-?\d+(?:\.\d+)?", match[2])]
    if becomes == "difference":
        first, second = sorted(numbers, key=float, reverse=True)
        return f"{first} - {second}" if not second.startswith("-") else f"{first} - ({second})"
    return f" {becomes} ".join(numbers) if becomes in "+*" else f"{becomes}({','.join(numbers)})"


def _is_trivial(expression: str) -> bool:
    """Tell whether there is nothing to compute: a number alone, or a share alone."""
    computing = arithmetic.operations(expression) - expression.count("%")
    return computing < 1


def _check(expression: str) -> None:
    """Raise BadExpression where the expression follows another grammar; that it has no value is an answer."""
    try:
        arithmetic.value(expression)
    except NoValue:
        return
