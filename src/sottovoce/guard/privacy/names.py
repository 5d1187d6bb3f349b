"""Names of people in Latin letters: by lists, by their shape, and by what is said before and after. Pure.

Chinese names are in names_zh.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from sottovoce.guard.privacy.found import Find
from sottovoce.guard.privacy.listed import Lists, bare, lists
from sottovoce.guard.privacy.parting import LETTERS, WORD, Word, kind_of, segments
from sottovoce.guard.privacy.pinyin import is_pinyin
from sottovoce.guard.privacy.said import Before, said_before
from sottovoce.guard.privacy.things import After, following, is_thing

_SPACED = re.compile(rf"(?<![{LETTERS}\d])[{LETTERS}](?:[ .*_-][{LETTERS}]){{3,24}}(?![{LETTERS}\d])")
_GERMAN = re.compile(r"\b(?:und|ist|nicht|ich|der|das|ein|eine|wir|sie|mit|für|auf|dem|den|zu)\b")
_SENTENCE_START = re.compile(
    r"(?:\A|[.!?。！？:…]['\")\]]?\s+|\n\s*(?:[-*•>#\d.)\]]{1,4}\s*)?|[。！？]|[\"“(\[*]\s?)\Z"
)
_DATA = re.compile(
    r"[ ]?[,(<:][ ]?(?:(?:NRIC|HKID|passport|ID|SSN|DOB|NHS|born|b\.|aged?|tel|phone|mobile|cell|e-?mail|"
    r"mail|beloved|wife|husband|father|mother"
    r"|son|daughter|widow|whose|who)\b|\+?\d{2}|\d{1,2}\)|[\w.+-]{2,40}@)",
    re.IGNORECASE,
)
_SYLLABLE = re.compile(
    r"(?:[ ](?:Man|Long|King|Wing|Sun|Kit|Tin|Tat|Hung|Fai|Kin|Lam|Hing|Wah|Tak|Pui|Kwan|Yuk|Sau|Lai|Chi|"
    r"Yee|Mui|Ling"
    r"|Hei|Lok|Hin|Wai|Tai|Siu|Kwok|Shing|Cheung|Keung|Kwong|Fung|Chun|Tung|Him|Yin|Fan|Fong|Ying|Lan|Hung|"
    r"Nam|Toh)\b"
    r"|[ ](?:MAN|LONG|KING|WING|SUN|KIT|TAT|FAI|KIN|WAH|TAK|WAI|TAI|SIU|CHI|YEE|LING|LOK|KWOK|FUNG|MUI)\b)"
)
"""Parts of Cantonese names that are words as well."""
_AND_MORE = re.compile(r",? (?:and|&) [A-Z]")


def names(text: str) -> Iterator[Find]:
    """Find names of people."""
    known = lists()
    loose = len(_GERMAN.findall(text[:4000])) < 4
    found: list[tuple[Find, tuple[Word, ...]]] = []
    for segment, titled in segments(text, known):
        found += _judged(text, segment, known, titled=titled, loose=loose)
    found += _spelled(text, known)
    yield from (one for one, _ in found)
    yield from _again(text, found, known)


def _judged(
    text: str, words: list[Word], known: Lists, *, titled: bool, loose: bool
) -> list[tuple[Find, tuple[Word, ...]]]:
    """Return the name that words which stand together are, with its words; nothing where they are none."""
    while (
        len(words) > 1 and words[0].shape == "T" and words[0].kind == "U" and words[0].low in known.relations
    ):
        words = words[1:]
    start = words[0].start
    before = Before("title", True) if titled else said_before(text, start, known)
    after = following(text, words[-1].end)
    at_start = bool(_SENTENCE_START.search(text[max(0, start - 12) : start]))
    if words[0].shape == "l":
        return _small(words, before)
    if is_thing(text, words, known, after, titled=titled, strong=before.strong):
        return []
    cut = words
    if at_start and len(words) > 1 and words[0].kind in "gbpqfU" and not before.strong:
        # A sentence's first word: "Will Anna come", "Yesterday Anna" when it is not listed.
        rest = words[1:]
        if (
            rest[0].kind in "GB"
            and (len(rest) > 1 or rest[0].kind == "G")
            and not (rest[0].kind == "B" and len(rest) == 1)
        ):
            cut = rest
    sure = _is_name(
        text, cut, before, known, after, at_start=at_start and cut is words, titled=titled, loose=loose
    )
    if sure is None:
        return []
    found = _find(cut, sure=sure)
    more = _SYLLABLE.match(text, found.end)
    if more and cut[0].kind in "Ff" and len(cut) <= 2 and before.why != "greeted":
        found = Find(found.start, more.end(), "name", found.sure, bare(text[found.start : more.end()]))
    return [(found, tuple(cut))]


def _find(words: Sequence[Word], *, sure: bool) -> Find:
    return Find(words[0].start, words[-1].end, "name", sure, " ".join(word.low for word in words))


def _data_follows(text: str, end: int) -> bool:
    """Return whether what follows is said of people: a birthday, a number, an address of mail."""
    return _DATA.match(text, end) is not None


def _is_name(
    text: str,
    words: list[Word],
    before: Before,
    known: Lists,
    after: After,
    *,
    at_start: bool,
    titled: bool,
    loose: bool,
) -> bool | None:
    """Return whether words are surely a name; None: they are none."""
    kinds = "".join(word.kind for word in words if word.kind != "P")
    acts = (
        after[0].startswith("'s")
        or bool(_AND_MORE.match(text, words[-1].end))
        or (after[0].strip() in ("", ",") and after[1] in known.verbs)
    )
    capitals = all(word.shape == "A" for word in words)
    if titled:
        return True
    if len(kinds) == 1:
        return _one(words[0], before, acts=acts, at_start=at_start, capitals=capitals, after=after)
    if before.strong and kinds[0] not in "S" and (kinds != "II" and len(kinds) <= 4):
        return True if re.search("[GBFgfb]", kinds) else before.sure or None if capitals else False
    listed = re.search("[GB]", kinds), re.search("[FB]", kinds)
    if capitals:
        if listed[0] and (listed[1] or re.search("[fb]", kinds)):
            return True
        named = is_pinyin(words) or (kinds[0] in "GB" and before.weak)
        return False if named or (listed[1] and kinds[0] in "gb") else None
    return _by_kinds(text, words, kinds, before, known, after, acts=acts, at_start=at_start, loose=loose)


def _by_kinds(
    text: str,
    words: list[Word],
    kinds: str,
    before: Before,
    known: Lists,
    after: After,
    *,
    acts: bool,
    at_start: bool,
    loose: bool,
) -> bool | None:
    """Return the same of several words, by the kinds that they are of."""
    if kinds[0] in "GB":
        return kinds[-1] != "p"
    if kinds[0] == "I":
        return _after_initial(text, words, kinds, after, at_start=at_start, loose=loose)
    if kinds[0] in "gb" and kinds[-1] in "FB":
        return True
    if is_pinyin(words):
        return True
    if kinds[0] in "gb" and kinds[-1] in "fb":
        return None if at_start and not acts else False
    if kinds[0] in "pq" and kinds[-1] in "FB":
        return False
    if kinds[0] in "Ff" and re.search("[GB]", kinds):
        return True
    if kinds[-1] in "FB" and kinds[0] in "UFf":
        return None if not loose else False
    if kinds[0] in "gb" and kinds[-1] == "U":
        return False if loose and (not at_start or acts) else None
    if words[-1].low in known.after:
        return None
    if loose and set(kinds) <= set("UFf") and len(kinds) <= 3 and all(len(word.low) > 2 for word in words):
        family = re.search("[Ff]", kinds[1:]) is not None
        seen = acts or before.weak or before.person or family or _data_follows(text, words[-1].end)
        return False if seen or (not at_start and len(kinds) == 2) else None
    return None


def _after_initial(
    text: str, words: list[Word], kinds: str, after: After, *, at_start: bool, loose: bool
) -> bool | None:
    """Return the same of words that begin with a single letter: A. Smith."""
    has_family = re.search("[FB]", kinds) is not None
    if not has_family and any(word.shape == "A" for word in words):
        return None
    labelled = text[max(0, words[0].start - 2) : words[0].start] in (": ", ", ", "; ")
    if after[0].startswith(":") and text[words[0].start - 1 : words[0].start] not in ("", "\n"):
        return None
    if has_family:
        return True
    return False if kinds[-1] in "fbUG" and loose and (labelled or not at_start) else None


def _one(
    word: Word, before: Before, *, acts: bool, at_start: bool, capitals: bool, after: After
) -> bool | None:
    kind = word.kind
    if len(word.low) < 2 or kind in "IPS":
        return None
    if before.strong:
        if kind in "GBFgfb":
            return True
        # Dear Hiring Team, Hi Payments Department.
        thing = after[0] == " " and after[2] and after[1] in lists().never | lists().after
        if capitals and before.why == "introduced" and before.sure:
            return False
        return None if not before.sure or capitals or kind != "U" or len(word.low) < 3 or thing else False
    if capitals:
        return None
    if kind in "GB" and len(word.low) > 2:
        return kind == "G" or before.weak or acts or not at_start
    if kind == "F" and len(word.low) > 3:
        return False if acts or before.weak or not at_start else None
    if kind == "U" and len(word.low) > 2 and word.shape == "T":
        return False if (acts and not at_start) or before.why == "person" else None
    if kind in "gb" and len(word.low) > 2:
        listed = before.why == "word" and after[0].startswith((",", ".", "?", "!", ";", ")"))
        return False if acts or (not at_start and (before.plain or before.person or listed)) else None
    return None


def _small(words: list[Word], before: Before) -> list[tuple[Find, tuple[Word, ...]]]:
    """Return the name in words without capitals: two listed ones, or one after what says that it comes."""
    kinds = [word.kind for word in words]
    for at in range(len(words) - 1):
        if (
            kinds[at] in "GB"
            and kinds[at + 1] in "FB"
            and len(words[at].low) > 2
            and len(words[at + 1].low) > 2
        ):
            pair = words[at : at + 2]
            return [(_find(pair, sure=True), tuple(pair))]
    if before.strong and kinds[0] in "GB" and len(words[0].low) > 2:
        pair = words[:2] if len(words) > 1 and kinds[1] in "FBf" else words[:1]
        return [(_find(pair, sure=False), tuple(pair))]
    return []


def _spelled(text: str, known: Lists) -> Iterator[tuple[Find, tuple[Word, ...]]]:
    """Find names whose letters stand apart."""
    for match in _SPACED.finditer(text):
        low = bare(re.sub(rf"[^{LETTERS}]", "", match[0]))
        ends = [
            at
            for at in range(3, len(low) - 2)
            if low[:at] in known.given and low[at:] in (known.family | known.word_family)
        ]
        if ends:
            yield Find(*match.span(), "name", True, f"{low[: ends[-1]]} {low[ends[-1] :]}"), ()
        elif low in known.given or low in known.family:
            yield Find(*match.span(), "name", False, low), ()


def _again(text: str, found: Sequence[tuple[Find, tuple[Word, ...]]], known: Lists) -> Iterator[Find]:
    """Find the parts of names that were found whole, where they stand alone."""
    parts: dict[str, bool] = {}
    for find, words in found:
        if len(words) > 1 or (find.sure and words):
            for word in words:
                if len(word.low) > 2 and word.kind not in "IPS" and (len(words) > 1 or word.kind == "U"):
                    parts[word.low] = parts.get(word.low, False) or find.sure
    if not parts:
        return
    covered = {at for find, words in found for at in [word.start for word in words]}
    for match in WORD.finditer(text):
        if not match[0][0].isupper() or match.start() in covered:
            continue
        raw = match[0][:-2] if match[0][-2:] in ("'s", "'S") else match[0]
        low = bare(raw)
        if low in parts and low not in known.never and kind_of(low, raw, known) not in "pq":
            yield Find(match.start(), match.start() + len(raw), "name", parts[low], low)
