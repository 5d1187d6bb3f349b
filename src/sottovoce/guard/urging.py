"""Whether a text asks for nothing itself and only urges to go on: "please", "go on", "继续", or no word.

What is then answered was said before, so that is what rules look at. Pure.
"""

from __future__ import annotations

import re
import unicodedata

LONGEST = 120
"""Characters of a text that only urges. A longer one says something."""

_ENGLISH = re.compile(
    r"\b(?:a|above|again|ahead|all|and|answer|as|asked|begin|below|carry|come|continue|do|done|file|for|give|go|going"
    r"|follow|following|in|instructed|instructions?|it|just|keep|me|more|next|now|obey|of|ok|okay|on|one|please|pls"
    r"|plz|prompt|proceed|questions?|reply|respond|right|said|say|so|start|sure|system|task|tell|text|that|the|then"
    r"|there|these|this|those|to|told|well|with|yeah|yep|yes|you|your)\b"
)
_CHINESE = re.compile(
    "(?<!你)好|请你|请|继续|接着|往下|说|讲|下去|好的|是的|是|对|可以|行|嗯|吧|呢|啊|了|一下|回答|答|开始|执行|照做|做"
    "|按照|按|上面|以上|上述|下面|前面|文件|文本|系统|提示|指令|要求|问题|这个|那个|这|那|中|里|的|告诉我|快|就|它"
)
_WORD = re.compile(r"\w")


def is_urging(text: str) -> bool:
    """Tell whether nothing is asked in a text that was not asked before it."""
    if len(text) > LONGEST:
        return False
    plain = unicodedata.normalize("NFKC", text).casefold()
    return _WORD.search(_ENGLISH.sub(" ", _CHINESE.sub(" ", plain))) is None
