"""The forms in which people ask for something to be remembered, forgotten or shown, in English and Chinese.

Each is held against a whole message in one line, without its last full stop or question mark; `line` is what
it is about. Pure. What is decided by more than words stands in memory_asked.py.
"""

from __future__ import annotations

import re

SPEAKER = r"(?:i|i['’](?:m|ve|d|ll)|my|mine|we|we['’](?:re|ve|d|ll)|our|me)"
COULD = r"(?:can|could|would|will) you\s+(?:please\s+)?"
_PLEASE = (
    r"(?:(?:please|pls|hey|hi|ok|okay|and|also|so|now|just)[\s,]+"
    r"|(?:you (?:can|may|should|must)|i(?:['’]d like| want) you to)\s+){0,4}"
)
_BEGIN = rf"{_PLEASE}(?:{COULD})?"
_END = r"(?:,? please)?"
_NEVER = r"(?:don['’]?t|do not|never|not)(?: ever)? forget"


def _english(*parts: str) -> re.Pattern[str]:
    return re.compile("".join((_BEGIN, *parts, _END)), re.I | re.S)


_KEEP = rf"(?:remember|memori[sz]e|{_NEVER}|(?:keep|bear) in mind|(?:take|make a|take a) note|note(?: down)?)"
_THAT = r"\s+that\s+(?!(?:time|day|night|one|song|film|movie|show|scene|guy|book|thing)\b)"
_ABOUT_ME = r"(?: (?:about|of) me)"
_KNOWN = r"(?:know|knew|remember(?:ed)?|learn(?:ed|t)|stored?|saved?|kept|keep)"
_HAVE = r"you(?:['’]ve| have)?"
_SAID = (
    r"(?:i|we)\s+(?:(?:just|ever|even|once)\s+)?"
    r"(?:said|asked|told|wrote|mentioned|typed|sent|was saying|were)\b"
)
_MESSAGE = (
    r"(?:(?:last|previous|earlier|first|second|other|latest)\b"
    r"|(?:question|message|request|instruction|prompt|comment|word|mistake|problem)s?\b)"
)
_TOLD = r"what (?:i told you|(?:you|i) (?:know|remember)) about\s+"

KEEP = (
    _english(
        _KEEP,
        rf"(?:{_THAT}|(?:\s+(?:this|that|the following))?(?:\s+for me)?\s*[:,]\s*(?!for\b)"
        rf"|\s+(?={SPEAKER}\b))",
        r"(?P<line>.+?)",
    ),
    re.compile(
        rf"(?P<line>{SPEAKER}\b(?!\s+(?:told|said|asked|say|tell)\b)[^?]+?)(?:\s*[,.;!–—-]+\s*|\s+and\s+)"
        rf"(?:and\s+|so\s+)?(?:please,?\s+)?(?:{COULD})?"
        rf"(?:remember|memori[sz]e|{_NEVER}|keep|bear|note|(?:take|make a) note of)"
        r"(?:\s+(?:that|this|it))?(?:\s+in mind)?(?:\s+for (?:later|next time|the future|me))?"
        r",?(?:\s+please)?",
        re.I | re.S,
    ),
)
NOTE_THAT = re.compile(r"\bnote(?: down)?\s+that\s+$", re.I)
"""So begins what is remarked of anything as well."""

SAYS = re.compile(
    r"\b(?:am|is|are|was|were|have|has|had|live|like|love|hate|work|use|prefer|want|need|speak|study|play|drive"
    r"|eat|drink|own|moved|married|got|do|don['’]?t|can|can['’]?t|cannot|will|never|always|go|take)\b"
    r"|['’](?:m|ve|s|re|d)\s",
    re.I,
)
NO_LINE = re.compile(
    r"(?:it|this|that|them)\b\W*$|(?:what|who|whose|when|where|which|why|how|if|whether|you|your)\b"
    r"|(?:the|all|every|each|any)?\s*(?:answer|reply|response|output)s?\b",
    re.I,
)
FORGET_ALL = (
    _english(
        r"(?:forget|erase|delete|remove|wipe)(?: out)? (?:"
        r"(?:all|everything|anything|what(?:ever)?)(?: of)?(?: that)?(?: it)?"
        rf"(?: {_HAVE}(?: ever)? {_KNOWN})?{_ABOUT_ME}"
        rf"|(?:all|everything|what(?:ever)?)(?: that)? {_HAVE} (?:remember(?:ed)?|stored|saved)"
        rf"|about me|(?:all (?:of )?)?your memor(?:y|ies){_ABOUT_ME}?)",
    ),
    _english(rf"(?:clear|empty|reset) (?:(?:all (?:of )?)?your|the) memor(?:y|ies){_ABOUT_ME}?"),
)
FORGET = (
    _english(
        r"(?:forget|stop remembering|(?:don['’]t|do not) remember)(?:\s+(?:about|the fact))?(?:\s+that)?\s+",
        rf"(?!{_SAID})(?:{_TOLD})?",
        rf"(?P<line>{SPEAKER}\b(?!\s+{_MESSAGE})\s.+?|where i live|where i work|how old i am)",
    ),
    _english(rf"(?:forget|erase|delete|remove)\s+{_TOLD}(?P<line>{SPEAKER}\b\s.+?)"),
    _english(r"(?:erase|delete|remove)\s+(?:that\s+)?(?P<line>.+?)\s+from (?:your|the) memory"),
)
LIST = (
    _english(
        r"(?:(?:tell|show) me\s+|list\s+|show\s+)?(?:what|which things|everything|all)",
        r"(?: (?:all|exactly|else))?(?: that)?(?: (?:do|did))?",
        rf" you (?:still )?(?:know|remember|have (?:stored|saved)){_ABOUT_ME}(?: so far)?",
    ),
    _english(
        rf"what (?:have you|you have|you['’]ve|did you) (?:{_KNOWN}{_ABOUT_ME}|remember(?:ed)?)(?: so far)?"
        r"|what do you remember|(?:list|show(?: me)?) (?:what|everything)(?: that)? you remember"
        r"|do you (?:remember|know) anything about me"
        r"|what (?:information|data|facts) do you have (?:about|on) me"
        rf"|what(?:['’]s| is) in your memory{_ABOUT_ME}?|what(?:['’]s| is) remembered{_ABOUT_ME}?"
        rf"|(?:show(?: me)?|list|view) your memor(?:y|ies){_ABOUT_ME}?"
        r"|what did i (?:ask|tell) you to remember"
    ),
)

_POLITE = (
    "(?:(?:请|麻烦|拜托|劳驾|那|好的?|那么|嗯)[你您]?[,，]?|[你您](?:要|一定要|得|可以)?){0,3}"
    "(?:帮我|给我|替我)?"
)
COULD_ZH = "能不能|可不可以|能否|能|可以|可否"
_BEGIN_ZH = f"{_POLITE}(?:[你您]?(?:{COULD_ZH}))?(?:请)?[你您]?(?:帮我|给我|替我)?"
_KEEP_ZH = "(?:一定要|务必)?(?:记住|牢记|记一下|记下来?|记好|记得|(?:千万)?(?:别|不要|勿)(?:忘了|忘记|忘))"
_FORGET_ZH = "(?:忘掉|忘记|忘了|忘|不要再记得?住?|别再记得?住?)"
_DELETE_ZH = "(?:删掉|删除|清除|清掉|抹掉)"
_FACT_ZH = "(?:这件事|这一点|的事情?)?"
_ALL_ZH = "(?:所有|全部|一切)?"
_THINGS_ZH = "(?:事情?|信息|内容|东西|资料|记忆|情况|一切)?"
_KNOW_ZH = "[你您](?:所)?(?:知道|记得|记住|了解)"
_SAID_ZH = "我(?:们)?(?:刚才|刚刚|之前|以前|上次|前面)?(?:说|问|讲|写|提)(?:过|的|了)"
_MORE_ZH = "(?:都|还|现在)*"
_WHAT_ZH = "(?:一?些?什么|哪些|多少)"


def _chinese(*parts: str) -> re.Pattern[str]:
    return re.compile("".join((_BEGIN_ZH, *parts)), re.S)


KEEP_ZH = (
    _chinese(
        _KEEP_ZH,
        f"(?:这一点|这件事)?(?:[:：]\\s*|[,，]?\\s*(?=[我咱].|.+我.*(?:是|叫|有|喜欢|住))(?!{_SAID_ZH}))(?P<line>.+)",
    ),
    re.compile(
        f"(?P<line>[我咱].+?)[,，。;；!！\\s]+(?:所以)?{_BEGIN_ZH}(?:把(?:这个|这一点|这件事|它))?{_KEEP_ZH}"
        "(?:这个|这一点|这件事|它)?(?:了|哦|啊|好吗)?",
        re.S,
    ),
)
SAYS_ZH = re.compile(
    "(?!(?:我|咱)们?的)(?!.*的(?:内容|话|事|事情|问题|东西|要点|单词)$)|.*(?:是|叫|在|有|不|为|很|住|姓|喜欢|属|[:：])"
)
"""Not a name alone, such as the points of a meeting."""

ASKS_ZH = re.compile("什么|甚么|哪|谁|几[个点岁号]|多少|怎么|怎样|如何|为什么|是不是|是否|吗|呢")
FORGET_ALL_ZH = (
    _chinese(
        f"(?:{_FORGET_ZH}|{_DELETE_ZH}){_ALL_ZH}(?:{_KNOW_ZH}的?)?{_ALL_ZH}"
        f"(?:关于|有关)我的?{_ALL_ZH}{_THINGS_ZH}吧?"
    ),
    _chinese(f"(?:{_FORGET_ZH}|{_DELETE_ZH}){_KNOW_ZH}的?我的?{_ALL_ZH}{_THINGS_ZH}吧?"),
    _chinese(f"(?:清空|重置|{_DELETE_ZH})(?:[你您]的)?{_ALL_ZH}的?记忆吧?"),
    _chinese(
        f"把(?:{_KNOW_ZH}的?|关于我的){_ALL_ZH}{_THINGS_ZH}(?:全部|全都|全|都)?(?:{_FORGET_ZH}|{_DELETE_ZH})吧?"
    ),
)
FORGET_ZH = (
    _chinese(
        f"{_FORGET_ZH}(?:关于|有关)?(?!{_SAID_ZH})(?P<line>我(?!吧|们?刚|们?上|的密码|的账号).{{2,}}?){_FACT_ZH}吧?"
    ),
    _chinese(f"把(?!{_SAID_ZH})(?P<line>我.{{2,}}?){_FACT_ZH}{_FORGET_ZH}吧?"),
    _chinese(f"[把将]?(?P<line>.{{2,}}?){_FACT_ZH}从(?:[你您]的)?记忆[里中]?{_DELETE_ZH}吧?"),
)
LIST_ZH = tuple(
    _chinese("(?:告诉我|说说)?", form, "(?:吗|呢|啊)?")
    for form in (
        f"[你您]{_MORE_ZH}(?:记得|记住了?|知道|了解|记着)(?:关于|有关)?我的?{_WHAT_ZH}{_THINGS_ZH}",
        f"关于我[,，]?[你您]{_MORE_ZH}(?:记得|记住了?|知道|了解){_WHAT_ZH}{_THINGS_ZH}",
        f"[你您]{_MORE_ZH}(?:记住了|记得){_WHAT_ZH}{_THINGS_ZH}",
        f"[你您]对我(?:有)?(?:了解|知道){_WHAT_ZH}",
        "[你您]的记忆里有什么",
        "我(?:让|叫|要)[你您]记住?了?(?:些?什么|哪些)",
        f"(?:列出|列一下|显示|看看|给我看){_KNOW_ZH}的(?:关于我的)?{_ALL_ZH}{_THINGS_ZH}",
        "(?:列出|列一下|显示|看看|给我看)[你您]的记忆",
    )
)
