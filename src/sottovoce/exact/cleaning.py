"""A question as the readers of exact questions take it: one line, one way to write each sign."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 300
"""Characters of a question that is read. What is longer tells a story,"""

LONGEST_STORY = 600
"""in which a model may still find one sum."""

_INVISIBLE = dict.fromkeys([*range(0x200B, 0x2010), 0x2060, 0xFEFF, 0xAD])
_RAISED = {c: str(at) for at, c in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")} | {"⁻": "-"}
_SIGNS = str.maketrans("✕✖×⋅∗÷∕⁄−–—’‘“”。؟٪٫", "*****///---''\"\".?%.")
_TRADITIONAL = str.maketrans(
    "幾請問嗎號後個兩萬億點幫週閏離還華攝裡釐時鐘換轉於負減餘數結計這過從間歲現誕節國慶勞動當",
    "几请问吗号后个两万亿点帮周闰离还华摄里厘时钟换转于负减余数结计这过从间岁现诞节国庆劳动当",
)

_THOUSANDS = re.compile(r"(?<![\d.,])[1-9]\d{0,2}(?:,\d{3})+(?![\d,])")
DECIMAL_COMMA = re.compile(r"(?<![\d.,])(\d+),(\d+)(?![\d.,]*\d)")
"""In a number of a text that is plain: its comma cannot stand between thousands."""

_ARABIC_ZEROS = (0x0660, 0x06F0)

_POLITE = re.compile(
    r"^(?:(?:hey|hi|hello|please|pls|so|ok|okay|quick question|quick|(?:can|could|would|will) you|tell me"
    r"|do you know|i(?:'d like| want| need) to know|i was wondering)\b[\s,:!]*"
    r"|(?:你好|您好|请问|请|帮我|帮忙|麻烦你?|劳驾|告诉我|我想知道|想问一下|问一下|你知道|那么)[\s,:!]*)+"
)
_THANKS = re.compile(r"[\s,]*(?:\b(?:please|pls|thanks|thank you|for me|thx)|谢谢你?|啊|呢|呀)$")


_HINTS = re.compile(
    r"[\d零一二两三四五六七八九十百半几多壹贰叁肆伍陆柒捌玖拾佰½¼¾√²³]|[今明昨后前]天|[今明去]年|日期|现在|当前|时间"
    r"|\b(?:today|time|tomorrow|yesterday|date|days?|weeks?|years?|months?|much|many|in an?|half|double"
    r"|twice|christmas|halloween|valentine'?s|leap|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
    r"|\w+teen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|million|billion)\b",
    re.IGNORECASE,
)


def may_be_exact(question: str) -> bool:
    """Tell whether it is worth while to read a question: most have no number in them, and cost nothing."""
    return len(question) <= LONGEST_STORY and _HINTS.search(question) is not None


def cleaned(question: str) -> str | None:
    """Return a question in lower case, in the signs that the readers know; None where they cannot read it."""
    text = question.translate(_INVISIBLE).strip()
    if not 0 < len(text) <= LONGEST or "\n" in text:
        return None
    if re.search(r"\d\s*[½⅓⅔¼¾⅛]", text):
        return None  # 3½ would become 31/2
    text = plain(text).strip(' ?."')
    return trimmed(re.sub(r"(?<![\d!])[ !?]*!+[ !?]*$", "", text)) or None


def plain(text: str) -> str:
    """Return a text in lower case, with one way to write each sign and no commas between thousands."""
    text = re.sub(
        f"[{''.join(_RAISED)}]+", lambda match: "^" + "".join(map(_RAISED.__getitem__, match[0])), text
    )
    text = unicodedata.normalize("NFKC", text).translate(_SIGNS).translate(_TRADITIONAL).lower()
    text = re.sub(r"\s+", " ", "".join(_plain_digit(c) for c in text))
    without = _THOUSANDS.sub(lambda match: match[0].replace(",", ""), text)
    # Beside 1,5 the comma of 1,500 is one before decimals as well, or nobody knows.
    return text if DECIMAL_COMMA.search(without) else without


def trimmed(text: str) -> str:
    """Return a text without the courtesies around it."""
    text = _POLITE.sub("", text)
    before = None
    while before != text:
        before, text = text, _THANKS.sub("", text).strip(" ?.,=") if not text.endswith("=") else text
    return text


def in_digits_of(question: str, answer: str) -> str:
    """Return an answer without words in the digits of its question, ١٧ or १७, where that has no others."""
    digits = [c for c in unicodedata.normalize("NFKC", question) if c.isdecimal()]
    zeros = {ord(c) - unicodedata.decimal(c) for c in digits}
    if len(zeros) != 1 or any(c.isalpha() for c in answer):
        return answer
    zero = zeros.pop()
    signs = {ord(","): "٬", ord("."): "٫"} if zero in _ARABIC_ZEROS else {}
    return answer.translate({ord(str(at)): chr(zero + at) for at in range(10)} | signs)


def _plain_digit(c: str) -> str:
    return str(unicodedata.decimal(c)) if c.isdecimal() else c


def language(question: str) -> str:
    """Return zh for a question with Chinese characters, else en."""
    return "zh" if re.search(r"[\u3400-\u9fff]", question) else "en"
