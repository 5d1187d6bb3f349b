"""Which language an answer is to be in: that of its question, where nothing else is asked for.

Pure. In doubt it says that any will do: better an odd answer than a good one cut off.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from sottovoce.guard import script, words
from sottovoce.guard.language import MOST, recognise
from sottovoce.guard.plain import unquoted

MANY = 4
"""Latin words in a question in another script: they may be what it is about, or what it asks for."""

_ANOTHER = (
    # To translate, pronounce and spell; languages as such; what is cited in its own.
    r"translat|transliter|pronounc|spell|\bsay\b|langua|lingu|\bword for\b|proverb|idiom|lyric|anthem|motto"
    r"|haiku|übersetz|uebersetz|sprach|traduc|traduis|traduz|traduir|langue|vertaal|vertal|\btaal\b|tłumacz|przet"
    r"|język|çevir|\bdil[ie]?\b|dịch|tiếng|översätt|oversæt|oversett|språk|sprog|kään|kieli|přelož|prelož|jazyk|limb[aă]"
    r"|fordít|nyelv|terjemah|bahasa|prijevod|preved|jezik|tradue|llengua"
    r"|перев|перекла|язык|мов[аоуи]|език|прев[еo]д|ترجم|لغة|بال[\u0621-\u064a]+ية|ترجمه|زبان|תרגם|תרגום|שפה|अनुवाद|भाषा"
    r"|แปล|ภาษา|μετάφρα|γλώσσα|ভাষা|অনুবাদ"
    r"|翻译|翻譯|译成|譯成|语言|語言|[英法德日俄韩韓西意葡中汉漢外粤粵拉][语文語]|单词|單詞|成语|歌词|歌詞|拼写|发音"
    r"|訳|翻訳|語で|英単語|歌詞|번역|[가-힣]어로|영어|일본어|중국어|단어|가사"
    # Languages by their names.
    r"|\b(?:english|french|german|spanish|italian|portuguese|dutch|polish|turkish|vietnamese|swedish|danish|norwegian"
    r"|finnish|czech|slovak|romanian|hungarian|greek|russian|ukrainian|bulgarian|serbian|croatian|arabic|persian|farsi"
    r"|hebrew|hindi|bengali|urdu|thai|chinese|mandarin|cantonese|pinyin|kanji|hiragana|japanese|korean|latin|indonesian"
    r"|malay|catalan|basque|welsh|irish|gaelic|swahili|esperanto|sanskrit|tagalog|yiddish)\b"
    r"|engl[ie]s|angla?is|ingl[eé]s|inglês|ingles|engels|angiel|ingiliz|ingilizce|engelsk|englan|anglič|anglick|angol"
    r"|inggris|engleski|deutsch|franz[öo]s|spani[sc]|espa[nñ]ol|fran[cç]a?is|franc[eé]s|alem[aá]n|tedesc|italien"
    r"|английск|англ[иі]йськ|немецк|французск|испанск|китайск|японск|български|αγγλικ|अंग्रेज|हिंदी|ইংরেজি|انگلیسی|אנגלית"
)
_SIGNS = (
    r"emoji|emoticon|smiley|symbol|ascii|\bart\b|draw|pattern|decorat|\bstars?\b|\bhearts?\b|arrow|sign|表情|符号|符號|图案|圖案"
    r"|画|畫|絵文字|顔文字|記号|이모지|이모티콘|그려|эмодзи|смайл|символ|рису|إيموجي|رموز|zeichne|dessin|dibuj|desenh|disegn|इमोजी"
)


def wanted(question: str, earlier: Iterable[str] = (), instructions: str = "") -> str | None:
    """Return the code of the language in which a question is to be answered; None: any will do.

    `earlier` are the questions before it, `instructions` what the model was told for the whole chat.
    """
    said = question[:MOST]
    if any(re.search(_ANOTHER, text[:MOST], re.IGNORECASE) for text in (said, instructions, *earlier)):
        return None
    found = recognise(said)
    if not found.is_certain or found.code is None:
        return None
    own = own_scripts(found.code)
    strange = {name: count for name, count in script.counted(said).items() if name not in own}
    if "Latin" in own and strange:
        return None
    if len(strange) > ("Latin" in strange):
        return None
    latin = [word for word in words.words_of(said) if word.isascii()]
    if "Latin" not in own and (len(latin) >= MANY or (latin and unquoted(said) != said)):
        return None
    if instructions.strip():
        told = recognise(instructions)
        if told.code not in (None, "en", found.code):
            return None
    return found.code


def may_be_signs(question: str) -> bool:
    """Tell whether a question may be answered by signs alone, such as emoji."""
    return re.search(_SIGNS, question[:MOST], re.IGNORECASE) is not None


def own_scripts(code: str) -> frozenset[str]:
    """Return the scripts that a language is written in."""
    if code in _SCRIPTS:
        return _SCRIPTS[code]
    return frozenset(("Latin",))


_SCRIPTS = {
    "zh": frozenset(("Han",)),
    "ja": frozenset(("Han", "kana")),
    "ko": frozenset(("hangul", "Han")),
    **{code: frozenset((name,)) for name, code in script.ONE_LANGUAGE.items() if code != "ko"},
    **dict.fromkeys(("ru", "uk", "be", "bg", "sr", "mk"), frozenset(("Cyrillic",))),
    **dict.fromkeys(("ar", "fa", "ur"), frozenset(("Arabic",))),
    **dict.fromkeys(("hi", "mr", "ne"), frozenset(("Devanagari",))),
}
