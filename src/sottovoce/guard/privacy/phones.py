"""Numbers of telephones, by how countries write them and by what is said before. Pure."""

from __future__ import annotations

import re
from itertools import pairwise

from sottovoce.guard.privacy.digits import Number

_LENGTHS = {
    code: (low, high)
    for (low, high), codes in {
        (8, 14): "49", (9, 12): "46", (9, 13): "358", (9, 14): "43", (10, 10): "45 47 65",
        (10, 11): "32 36 51 66", (10, 12): "60 64 82 353", (10, 13): "39", (10, 14): "62",
        (11, 11): "1 7 27 31 33 34 40 41 48 56 61 94 852 853", (11, 12): "20 44 63 81 84 92 886 971 972",
        (11, 13): "86 234", (12, 12): "30 57 90 91 98 254 351 380 420", (12, 13): "52 54 55",
    }.items()
    for code in codes.split()
}  # fmt: skip
"""For a country's code, how many digits there are with it."""

_SAID = re.compile(
    r"(?:phone|telephone|tel|call(?:ed|back)?|ring|dial|mobile|cell|fax|whatsapp|text(?:ed)?|"
    r"sms|signal|number is|reach|"
    r"landline|hotline|contact|ph|mob|telefon(?:nummer)?|handy(?:nummer)?|mobil|ruf|rufnummer|durchwahl|"
    r"téléphone|numéro|portable|teléfono|móvil|llama|cellulare|"
    r"电话|手机|手机号码?|号码|拨打|致电|打给|来电|座机|固话|热线|传真|联系方式|联系我|联络|短信|联系电话"
    r"|微信|"
    r"電話|手機|號碼|撥打|傳真|聯絡|簡訊)"
    r"(?![a-z])[^\d.!?。！？]{0,24}\.?[^\d.!?。！？\n]{0,6}\n?\s?\Z",
    re.IGNORECASE,
)
_OTHER = re.compile(
    r"(?:order|invoice|tracking|ticket|ref(?:erence)?|serial|isbn|issn|build|case|parcel|"
    r"version|model|part|sku|"
    r"订单|单号|编号|发票|流水|运单|快递|型号|序列|工单|版本|货号|批号|imei|issue|pull request|"
    r"rechnung|bestell\w*|sendung\w*|artikel\w*)[\w ]{0,12}(?:no|number|nr|nummer|id|#|号|"
    r"码)?[.:]?[^\w.!?。]{0,4}\Z",
    re.IGNORECASE,
)
_MONEY_BEFORE = re.compile(r"[$€£¥₹#=]\s?\Z|(?:USD|EUR|CNY|RMB|GBP)\s?\Z|v\Z")
_MONEY_AFTER = re.compile(
    r"\s?(?:元|块|万|亿|美元|欧元|km|kg|ms|bytes|[kKMG]B|USD|EUR|dollars|euros|pounds|%|°)|,\d{3}(?!\d)"
)
_DATE = re.compile(
    r"(?:19|20)\d\d[-./ ](?:0?[1-9]|1[0-2])[-./ ](?:0?[1-9]|[12]\d|3[01])(?!\d)|(?:0?[1-9]|"
    r"[12]\d|3[01])[-./](?:0?[1-9]|[12]\d|3[01])[-./](?:19|20)\d\d(?!\d)|(?:19|"
    r"20)\d\d\s?[-/]\s?(?:19|20)?\d\d\b"
)
_PLUS = re.compile(r"\(?[ ]?\+")
EXTENSION = re.compile(
    r"[ \t]?(?:,[ \t]?)?(?:(?:ext|extension|durchwahl|apparat)\.?[ \t]?|x[ \t]?|[转轉][ \t]?|"
    r"分[机機][ \t]?)\d{1,6}(?!\d)|-\d{2,4}(?![\d-])",
    re.IGNORECASE,
)


def said(before: str) -> bool:
    """Return whether what stands before a number says that it is one to call."""
    return bool(_SAID.search(before))


def other(before: str, after: str) -> bool:
    """Return whether a number is said to be something else: an order, an amount."""
    return bool(_OTHER.search(before) or _MONEY_BEFORE.search(before) or _MONEY_AFTER.match(after))


def called(one: Number) -> tuple[bool, str] | None:
    """Return what a number is that has no known form, where the words before it speak of a phone."""
    digits = one.digits
    if _DATE.match(one.raw) or re.match(r"\d+\.\d+\Z", one.raw) or not 7 <= len(digits) <= 13:
        return None
    if one.spelled and counted(digits):
        return None
    return True, digits


def counted(digits: str) -> bool:
    """Return whether digits are counted up or down, or are few different ones."""
    steps = {int(other) - int(one) for one, other in pairwise(digits)}
    return len(steps) == 1 or len(set(digits)) < 4


def _is_count(raw: str) -> bool:
    """Return whether groups of digits count on: 7 8 9 10 11."""
    groups = [int(one) for one in re.findall(r"\d+", raw)]
    return len(groups) > 4 and len({other - one for one, other in pairwise(groups)}) == 1


def phone(one: Number, *, asked: bool) -> tuple[bool, str] | None:
    """Return whether it is surely a phone number and its value; `asked`: the words before it speak of one."""
    digits = one.digits
    called_abroad = "".join(re.findall(r"\d", re.sub(r"\(\s?0\s?\)", "", one.raw)))
    if _PLUS.match(one.raw):
        return _abroad(called_abroad)
    if digits.startswith("00") and len(digits) >= 10 and digits[2] != "0":
        return _abroad(called_abroad[2:])
    if _DATE.match(one.raw) or set(digits) == {"0"} or _is_count(one.raw):
        return None
    many, spelled = len(one.sizes) > 1, one.spelled or max(one.sizes) == 2
    for rule in (_chinese, _american, _zero, _elsewhere):
        sure = rule(
            digits, one.sizes, many=many, spelled=spelled, asked=asked, bracket=one.raw.startswith("(")
        )
        if sure is not None:
            return sure, digits
    return None


def _abroad(digits: str) -> tuple[bool, str] | None:
    for size in (1, 2, 3):
        low, high = _LENGTHS.get(digits[:size], (0, 0))
        if high:
            # A trunk zero that was left in counts as well.
            trunk = digits[size : size + 1] == "0"
            fits = low <= len(digits) <= high + trunk
            return (True, _national(digits, size + trunk)) if fits else None
    return (True, digits) if 8 <= len(digits) <= 15 and digits[:1] != "0" else None


def _national(digits: str, size: int) -> str:
    """Return a number as it is called from within its country, where that is known: one value for both."""
    code = digits[:size].rstrip("0") if digits[:size] not in ("20", "30", "40", "60", "90") else digits[:size]
    rest = digits[size:]
    if code in ("1", "52", "91", "34", "65", "852"):
        return rest
    if code == "86":
        return (
            rest
            if rest.startswith(("1", "4", "8")) and len(rest) in (10, 11) and not rest.startswith("10")
            else f"0{rest}"
        )
    return (
        f"0{rest}" if code in ("44", "49", "33", "43", "41", "31", "32", "81", "82", "61", "46") else digits
    )


def _chinese(
    digits: str, sizes: tuple[int, ...], *, many: bool, spelled: bool, asked: bool, bracket: bool
) -> bool | None:
    if re.fullmatch(r"(?:86)?1[3-9]\d{9}", digits):
        return True
    if re.fullmatch(r"0(?:10|2\d)\d{8}|0[3-9]\d{9,10}", digits) and (
        asked or spelled or (many and sizes[0] in (3, 4))
    ):
        return True
    if re.fullmatch(r"[48]00\d{7}", digits) and (asked or sizes in ((3, 3, 4), (3, 4, 3), (3, 7))):
        return True
    return None


def _american(
    digits: str, sizes: tuple[int, ...], *, many: bool, spelled: bool, asked: bool, bracket: bool
) -> bool | None:
    local = digits[1:] if len(digits) == 11 and digits[0] == "1" else digits
    if re.fullmatch(r"[2-9]\d\d[2-9]\d{6}", local):
        shape = sizes[1:] if local != digits and len(sizes) > 1 and sizes[0] == 1 else sizes
        if asked or bracket or spelled or shape == (3, 3, 4):
            return True
    if len(digits) == 7 and sizes == (3, 4):
        return False if digits.startswith("555") and not asked else None
    return None


def _zero(
    digits: str, sizes: tuple[int, ...], *, many: bool, spelled: bool, asked: bool, bracket: bool
) -> bool | None:
    if not re.fullmatch(r"0[1-9]\d{7,11}", digits):
        return None
    if re.fullmatch(r"07\d{9}|01[567]\d{8,9}|0[67]\d{8}", digits):
        return True
    if asked or spelled or bracket:
        return True
    return True if many and sizes[0] <= 6 and min(sizes) >= 2 and len(digits) >= 9 else None


def _elsewhere(
    digits: str, sizes: tuple[int, ...], *, many: bool, spelled: bool, asked: bool, bracket: bool
) -> bool | None:
    if re.fullmatch(r"[6-9]\d{9}", digits) and sizes == (5, 5):
        return True
    if re.fullmatch(r"[679]\d{8}", digits) and sizes in ((3, 2, 2, 2), (3, 3, 3)):
        return False
    return None
