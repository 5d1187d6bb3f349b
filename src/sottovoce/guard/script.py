"""Which scripts a text is written in, and which language a script stands for by itself.

Pure. Knows no words; of Chinese and Japanese, which share signs, it knows what only one of them writes.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter

_RANGES = (
    (0x41, 0x5A, "Latin"), (0x61, 0x7A, "Latin"), (0xAA, 0xAA, "Latin"), (0xBA, 0xBA, "Latin"),
    (0xC0, 0xD6, "Latin"), (0xD8, 0xF6, "Latin"), (0xF8, 0x2AF, "Latin"), (0x370, 0x373, "Greek"),
    (0x376, 0x3FF, "Greek"), (0x400, 0x481, "Cyrillic"), (0x48A, 0x52F, "Cyrillic"),
    (0x531, 0x587, "Armenian"), (0x5D0, 0x5EA, "Hebrew"), (0x620, 0x64A, "Arabic"),
    (0x66E, 0x6D3, "Arabic"), (0x6D5, 0x6D5, "Arabic"), (0x6EE, 0x6EF, "Arabic"), (0x6FA, 0x6FF, "Arabic"),
    (0x750, 0x77F, "Arabic"), (0x904, 0x939, "Devanagari"), (0x958, 0x961, "Devanagari"),
    (0x972, 0x97F, "Devanagari"), (0x985, 0x9B9, "Bengali"), (0x9DC, 0x9E1, "Bengali"),
    (0x9F0, 0x9F1, "Bengali"), (0xA05, 0xA39, "Gurmukhi"), (0xA59, 0xA5E, "Gurmukhi"),
    (0xA85, 0xAB9, "Gujarati"), (0xB85, 0xBB9, "Tamil"), (0xC05, 0xC39, "Telugu"), (0xC85, 0xCB9, "Kannada"),
    (0xD05, 0xD39, "Malayalam"), (0xD85, 0xDC6, "Sinhala"), (0xE01, 0xE30, "Thai"), (0xE32, 0xE33, "Thai"),
    (0xE40, 0xE46, "Thai"), (0xE81, 0xEB0, "Lao"), (0x1000, 0x102A, "Burmese"), (0x10D0, 0x10FA, "Georgian"),
    (0x1100, 0x11FF, "hangul"), (0x1200, 0x135A, "Ethiopic"), (0x1780, 0x17B3, "Khmer"),
    (0x1E00, 0x1EFF, "Latin"), (0x1F00, 0x1FFF, "Greek"), (0x3005, 0x3006, "Han"), (0x3041, 0x3096, "kana"),
    (0x30A1, 0x30FA, "kana"), (0x30FC, 0x30FC, "kana"), (0x3131, 0x318E, "hangul"), (0x31F0, 0x31FF, "kana"),
    (0x3400, 0x4DBF, "Han"), (0x4E00, 0x9FFF, "Han"), (0xAC00, 0xD7A3, "hangul"), (0xF900, 0xFAFF, "Han"),
    (0x20000, 0x323AF, "Han"),
)  # fmt: skip
"""From, to, script; in their order. Letters only: what is drawn above or below them does not count."""

_STARTS = [first for first, _, _ in _RANGES]

ONE_LANGUAGE = {
    "hangul": "ko", "Hebrew": "he", "Thai": "th", "Greek": "el", "Bengali": "bn", "Gurmukhi": "pa",
    "Gujarati": "gu", "Tamil": "ta", "Telugu": "te", "Kannada": "kn", "Malayalam": "ml", "Sinhala": "si",
    "Khmer": "km", "Lao": "lo", "Burmese": "my", "Georgian": "ka", "Armenian": "hy", "Ethiopic": "am",
}  # fmt: skip
"""Scripts that one language has nearly to itself."""

MOST_USUAL = {"Cyrillic": "ru", "Arabic": "ar", "Devanagari": "hi"}
"""Scripts that several share, and the one to assume where no word or letter decides."""

UNSPACED = {"Han": 1.6, "kana": 2.2, "Thai": 4.5, "Khmer": 4.5, "Lao": 4.5, "Burmese": 4.5}
"""Letters that a word has on the average, where words stand without spaces."""

_CHINESE = frozenset(
    "么吗呢吧啊哪说请为这们着还让给谁没应该写买卖东车长门问间题时书学习电话爱岁吃喝妈爸嗎麼這們誰說請讓給還沒個哪嘅唔係喺冇咗佢嘢"
)
_ONLY_CHINESE = frozenset("么吗这们你她哪吧嗎麼這們妳谁")
"""Signs that no Japanese sentence has."""

_JAPANESE = frozenset(
    "気円図広売駅働込畑対応変覧択沢観検験権県圏険剣顕実労営桜縄総続読訳薬楽帰歩毎様両単戦団囲転軽経関済残歯齢価児黒払仏拡従悪穏"
)
_PARTICLE = re.compile("[をはがにでもへとのだ]|です|ます|って|する|した|して|ください")
_CHINESE_GRAMMAR = frozenset("的了吗呢吧么是在我你他她们这那哪怎什请帮给把被嗎麼們這請幫給一下有不会能")
_TRADITIONAL = frozenset(
    "麼這們說請讓給還沒個長門問間題時書學習電話愛歲媽東車買賣寫應該誰為會國來對後過樣點將開關現發經動實種臺灣嗎幾樓裡邊頭體萬與豐遠園圖員網飯氣話認識讀聽覺愛歡號廣"
)


def script_of(letter: str) -> str:
    """Return the script of a letter; "" where it is none that is known here."""
    at = bisect_right(_STARTS, ord(letter)) - 1
    return _RANGES[at][2] if at >= 0 and ord(letter) <= _RANGES[at][1] else ""


def counted(text: str) -> Counter[str]:
    """Return how many letters of each script a text has."""
    found: Counter[str] = Counter()
    for letter, count in Counter(text).items():
        found[script_of(letter)] += count
    del found[""]
    return found


def chinese_or_japanese(text: str) -> str:
    """Return zh or ja for a text of Han signs, kana or both."""
    kana = [letter for letter in text if script_of(letter) == "kana"]
    han = counted(text)["Han"]
    if not kana:
        return "zh" if _JAPANESE.isdisjoint(text) or not _CHINESE.isdisjoint(text) else "ja"
    if not han:
        return "ja"
    if not _ONLY_CHINESE.isdisjoint(text) and len(kana) <= 1.5 * han:
        return "zh"
    marks = sum(sign in _CHINESE for sign in text)
    if marks >= 2 or (marks and (set(kana) == {"の"} or not _PARTICLE.search(text))):
        return "zh"
    return "ja" if len(kana) >= 0.12 * (len(kana) + han) else "zh"


def is_traditional(text: str) -> bool:
    """Tell whether Chinese is written in the signs that Taiwan and Hong Kong use."""
    return not _TRADITIONAL.isdisjoint(text)


def chinese_grammar(text: str) -> int:
    """Return how many signs of a text carry no matter but hold a Chinese sentence together."""
    return sum(sign in _CHINESE_GRAMMAR for sign in text)
