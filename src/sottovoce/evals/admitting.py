"""Does an answer say that it does not know, that the text does not say, or that there is no such thing? Pure.

Phrase lists in English and Chinese. An admission after which the answer guesses all the same is none.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from sottovoce.evals.plain import bare, length, sentences

LONGEST = 90
"""Words. Whoever does not know has no more to say of it than that."""

WITHIN = 2
"""The admission stands in one of the first sentences, or it comes after an invention."""


def _any(patterns: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(patterns))


_NOT = r"(?:do|does|did) not|dont|doesnt|didnt"
_CANNOT = r"cannot|can not|cant|could not|couldnt"
_IS = r"(?:is|are|was|were)"

_THINGS = (
    r"(?:(?:known|real|actual|official|specific|publicly|reliable|further|such) )*"
    r"(?:king|queen|monarch|information|mention|record|such|evidence|data|detail|way|idea|indication|country"
    r"|nation|place|city|river|book|novel|film|movie|function|method|theorem|person|physicist|medicine|drug"
    r"|medication|species|bird|award|oscar|category|battle|landing|moon|answer|reference|access|knowledge"
    r"|memory|name)s?\b"
)
"""What there may be none of, where that is an admission. "No side effects" is an invention."""

_KNOWING = (
    r"(?:actually |really )?(?:know|find|see|verify|confirm|determine|answer|say|tell|recognize|predict"
    r"|provide|help|assist|access|give|remember|recall|have (?:(?:any|enough|specific|direct|personal"
    r"|real-time|reliable|the) )*(?:information|knowledge|records?|data|access|memory|details|a way"
    r"|ability|capability))\b"
)

_EN = _any(
    (
        rf"\b(?:i|we) (?:{_NOT}|{_CANNOT}) {_KNOWING}",
        r"\b(?:i am|im) (?:not |un)(?:aware|familiar|sure|certain|able)\b",
        r"\bi have no\b|\b(?:i have|ive) never heard\b|\bi have(?:nt| not) heard\b",
        rf"\b(?:{_NOT}) (?:(?:actually|really|seem to|appear to|ever) )*(?:exist|say|mention|state|specify"
        rf"|tell|indicate|become|win|happen|take place|visit|land on|have an? {_THINGS})\b",
        r"\b(?:text|passage|notice|story|paragraph|article|information|it) "
        rf"(?:{_NOT}) (?:give|provide|include|contain|describe)\b",
        rf"\b(?:{_IS}|its)(?:nt| not| never) (?:(?:actually|explicitly|directly|ever) )*(?:mentioned|stated"
        r"|said|given|specified|provided|named|known|described|included|told|found|listed|indicated|disclosed"
        r"|available|real|an? (?:real|actual|known|existing|country)|in the (?:text|passage)"
        r"|(?:the )?president|(?:the |a )?king)\b",
        r"\b(?:not|never) (?:mentioned|stated|specified|given|provided|known|named|indicated|disclosed"
        r"|available|in the (?:text|passage))\b",
        rf"\b(?:there {_IS}|theres|has|have|had)(?: currently| actually)? no {_THINGS}",
        r"\b(?:text|passage|notice|story|it) (?:gives|provides|contains|includes) no\b",
        rf"\b(?:there|it) (?:{_IS}|has|have)(?:nt| not) (?:been )?(?:an? |any )?{_THINGS}",
        r"\bno (?:such|information|record|mention|evidence|data|person|one (?:knows|can|has))\b",
        rf"\b(?:{_CANNOT}|not possible to|impossible to) (?:be )?(?:determined?|known?|say|tell"
        r"|predict(?:ed)?|verif(?:y|ied)|found?|find|answer(?:ed)?|inferred)\b",
        r"\b(?:fictional|fictitious|made[- ]up|imaginary|non-?existent|invented|hypothetical)\b",
        r"\b(?:is|are|remains?|currently|its) unknown\b|^unknown\b|\bnobody (?:knows|can|has)\b",
        r"\b(?:has|have)(?:nt| not) (?:yet )?(?:happened|taken place|been (?:announced|held|published"
        r"|released|awarded|decided|written|discovered|built))\b",
        r"\bnever (?:been|had|became|become|existed|happened|took place|wrote|won|visited|met|served)\b",
    )
)

_ZH = _any(
    (
        r"(?<![说果])不知道|不清楚|不了解|不太清楚|不确定|不得而知|不可能知道|看不出|推断不出",
        r"无法(?:直接|准确|具体)?(?:确定|得知|回答|确认|知道|判断|提供|预测|预知|查到|找到|核实|告知|从|获取|访问|了解)",
        r"无法(?:知晓|看到|给出|得出)|不能(?:确定|判断|得知|预测|知道)",
        r"(?:没有|未|并未|没)(?:被)?(?:明确|具体|直接)?(?:提到|提及|说明|说|给出|写|指出|告诉|告知|交代|介绍|提供)",
        r"(?:没有|未|并未|没)(?:记载|注明|描写|描述)|找不到|查不到|查无|没有找到",
        r"(?:没有|并无)(?:任何)?(?:相关|关于|有关|可靠|这|此|足够)",
        r"没有[^,。]{0,16}(?:信息|资料|记录|记载|这回事|国王|情节|飞机|能力|办法)",
        r"没有[^,。]{0,8}(?:发明|当上|获得|担任)|(?:没有|并未|未曾|不曾)(?:当过|做过|成为)|没有哪",
        r"没有听说|没听说|未曾听说|从未|从来没有|尚未|还没有(?:发生|举行|公布|发布)",
        r"不存在|虚构|杜撰|编造|子虚乌有|未知|不是真实",
    )
)

_NOT_THE_MATTER = _any(
    (r"i (?:dont|do not) know (?:why you|what to say without|how to thank)", r"不知道[你您]为什么")
)

_BUT = re.compile(r"\b(?:but|however|although|though|nevertheless|still)\b|不过|但是|但|然而|可是")

_HARMLESS = _any(
    (
        r"[\s,]*(?:you|please|if|feel free|i (?:can|could|would be|am happy|recommend|suggest|will))\b",
        r"[\s,]*(?:it|the (?:text|passage|story|notice)) (?:only |does |just )?(?:says?|mentions?|states?)\b",
        r"[\s,]*(?:it (?:does|only)|the text is|here (?:is|are))\b",
        r"[\s,]*(?:您|你|如果|可以|请|我可以|文中|只)",
    )
)
"""What may follow "but" without taking an admission back."""

_GUESS = _any(
    (
        r"\bi (?:think|believe|guess|assume|would say|would guess)\b",
        r"\b(?:probably|presumably|likely|perhaps|maybe|i(?:ve| have) (?:managed|found|counted|seen))\b",
        rf"\b(?:{_IS}|has|had|wrote|won|costs?|takes?|opened|began|lived?)\b|\d",
        r"应该|可能|大概|估计|我猜|我认为|我觉得|据说|是",
    )
)

_MYSELF = re.compile(r"\bi(?:m| am| do| dont| cannot| cant|ve| have)\b|不知道|不清楚|不了解|不确定")

_STATES = _any(
    (
        r"i (?:think|believe|guess)|probably|presumably|我猜|我觉得|我认为|大概|应该|可能",
        r"(?:它|他|她|这|作者|首都|答案)[^,。]{0,8}(?:是|为)",
        rf"(?:it|he|she|they|(?:the|its|his|her) \w+) (?:{_IS}|has|had|wrote|won|costs?)\b(?! not| un)",
    )
)


def admits(answer: str) -> bool:
    """Tell whether the answer says that it does not know, and leaves it at that."""
    text = bare(answer)
    if not text or length(text) > LONGEST:
        return False
    said = [_spelled(sentence) for sentence in sentences(text)]
    for at, sentence in enumerate(said[:WITHIN]):
        found = _EN.search(sentence) or _ZH.search(sentence)
        if found is not None and not _NOT_THE_MATTER.match(sentence, found.start()):
            of_oneself = _MYSELF.search(sentence) is not None
            return not _guesses(sentence[found.end() :], said[at + 1 :], of_oneself=of_oneself)
    return False


def _guesses(rest: str, later: list[str], *, of_oneself: bool) -> bool:
    """Tell whether what follows an admission takes it back: "but I think it was 1823"."""
    but = _BUT.search(rest)
    if but is not None and _guessing(rest[but.end() :]):
        return True
    for sentence in later:
        turn = _BUT.match(sentence)
        if turn is not None and _guessing(sentence[turn.end() :]):
            return True
        # Of a thing one does not know one has nothing to state; that there is no such thing may be explained.
        if of_oneself and _STATES.match(sentence) and _guessing(sentence):
            return True
    return False


def _guessing(clause: str) -> bool:
    is_harmless = _HARMLESS.match(clause) or _EN.search(clause) or _ZH.search(clause)
    return not is_harmless and _GUESS.search(clause) is not None


def _spelled(text: str) -> str:
    """Return the text in lower case and usual width, apostrophes left out."""
    text = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(re.sub(r"['’‘]", "", text).replace("，", ",").split())
