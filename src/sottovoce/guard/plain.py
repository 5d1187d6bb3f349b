"""What a person says in a text, without what has no language: code, addresses, numbers, signs.

Pure. Knows no language.
"""

from __future__ import annotations

import re
import unicodedata

_FENCED = re.compile(r"(`{3,}|~{3,}).*?(?:\1|\Z)", re.DOTALL)
_CODE = re.compile(r"`[^`\n]{1,200}`")
_TAG = re.compile(r"</?[a-zA-Z][^<>\n]{0,200}>")
_ADDRESS = re.compile(
    r"\b[a-z][a-z0-9+.-]{1,15}://\S+|\bwww\.\S+|[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64})+"
    r"|(?<!\w)[@#][A-Za-z]\w*|(?<!\S)(?:~|\.{1,2})?(?:/[\w.+-]+){2,}/?"
    r"|\b[\w-]+\.(?:com|org|net|io|py|js|ts|json|txt|md|pdf|docx?|xlsx?|csv|exe|zip)\b",
    re.ASCII | re.IGNORECASE,
)
_NAME = re.compile(
    r"\b[A-Za-z]+(?:_[A-Za-z0-9]+)+\b|\b[a-z]+(?:[A-Z][a-z0-9]+)+\b|\b\w+\([^()\n]{0,80}\)", re.ASCII
)
_QUOTED = re.compile(
    r'"[^"\n]{1,400}"|“[^”\n]{1,400}”|„[^“”\n]{1,400}[“”]|«[^»\n]{1,400}»|「[^」\n]{1,400}」|『[^』\n]{1,400}』'
    r"|《[^》\n]{1,200}》|(?<![^\W\d_])'[^'\n]{2,200}'(?![^\W\d_])|(?<![^\W\d_])‘[^’\n]{2,200}’(?![^\W\d_])"
)
_LETTER = re.compile(r"[^\W\d_]")

_ALIKE = """
аa вb еe ѕs іi јj кk мm нh оo рp сc тt уy хx ԁd ԛq ѡw һh ӏl АA ВB ЕE ЅS ІI ЈJ КK МM НH ОO РP СC ТT УY ХX ԚQ ԜW
αa βb εe ιi κk νv οo ρp τt υu χx ΑA ΒB ΕE ΖZ ΗH ΙI ΚK ΜM ΝN ΟO ΡP ΤT ΥY ΧX
"""
LOOKALIKES = str.maketrans({pair[0]: pair[1] for pair in _ALIKE.split()})
_WORD = re.compile(r"[^\W\d_]+")


def spoken(text: str) -> str:
    """Return what is said in a text: composed, and without code, addresses, tags and unseen signs."""
    text = unseen_removed(unicodedata.normalize("NFKC", text))
    text = _FENCED.sub("\n", text)
    for pattern in (_CODE, _TAG, _ADDRESS, _NAME):
        text = pattern.sub(" ", text)
    return alike_mended(text)


def alike_mended(text: str) -> str:
    """Return a text of the same length; letters that only look Latin are, in words that have Latin ones."""
    return _WORD.sub(_word_mended, text)


def unseen_removed(text: str) -> str:
    """Return a text without the signs that nobody sees, such as joiners and marks of direction."""
    if text.isascii():
        return text
    return "".join(sign for sign in text if unicodedata.category(sign) != "Cf")


def unquoted(text: str) -> str:
    """Return a text without what stands in quotes; the whole where nothing else has a letter."""
    outside = _QUOTED.sub(" ", text)
    return outside if _LETTER.search(outside) else text


def _word_mended(found: re.Match[str]) -> str:
    word = found[0]
    if word.isascii() or not any("a" <= sign <= "z" for sign in word.lower()):
        return word
    mended = word.translate(LOOKALIKES)
    return mended if all(ord(sign) < 0x370 for sign in mended) else word
