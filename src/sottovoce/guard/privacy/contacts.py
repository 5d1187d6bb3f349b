"""Addresses of electronic mail and of machines, in a text that is seen plainly. Pure."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator

from sottovoce.guard.privacy.found import Find
from sottovoce.guard.privacy.listed import bare, lists

LONGEST = 120
"""Signs on either side of an @ that are looked at."""

_TLDS = (
    "com|net|org|edu|gov|info|biz|io|ai|dev|app|me|co|cn|hk|tw|mo|jp|kr|sg|my|th|vn|ph|id|in|pk|"
    "uk|de|fr|es|it|nl|be|ch|at|se|no|dk|fi|is|lu|pl|cz|sk|si|hr|rs|bg|lt|lv|ee|pt|ie|eu|us|ca|mx|br|ar|cl|"
    "pe|"
    "au|nz|za|ng|ke|eg|il|ae|sa|ru|ua|tr|gr|hu|ro|kz|tv|cc|example|test|local|invalid|xyz|online|shop|cloud|"
    "health|tech|mail|email|school|store|site|clinic|legal|ngo|care|house|studio|club|top|vip|page|blog|team"
)
_KNOWN = frozenset(_TLDS.split("|"))
_L = "A-Za-z0-9\u00c0-\u024f\u1e00-\u1eff"
_DOT = (
    r"(?:[ \t]*(?:[_*#]dot[_*#]|-dot-|[(\[{<【][ ]?(?:dot|punkt|punto|ponto|point|点|\.)[ ]?[)\]}>】])[ \t]*"
    r"|[ \t]+(?:dot|punkt|punto|ponto|point)[ \t]+|[ \t]*点[ \t]*)"
)
_AT = re.compile(
    r"(?P<sign>\s?@{1,2}\s?)|[ \t]?(?P<odd>[(\[{<【〔][ \t]?(?:at(?:[ -]sign)?|ät|@|a|arroba|arobase"
    r"|chiocciola|"
    r"klammeraffe|艾特|小老鼠|圈a|a t)[ \t]?[)\]}>】〕]"
    r"|[|*_#\"'“‘](?:at|ät)[|*_#\"'”’]|-(?:at|ät)-|%40|&#0{0,3}64;|&#x40;|&commat;|"
    r"(?<=[A-Za-z0-9])[#☆★※◎](?=[a-z0-9])|"
    r"小老鼠|艾特|爱特|圈a)[ \t]?"
    r"|(?P<word>(?<![ \t])[ \t]{1,3}(?:at[ -]sign|at|ät|a t|arroba|chiocciola|klammeraffe|"
    r"arobase)[ \t]{1,3})",
    re.IGNORECASE,
)
_APART = re.compile(
    rf"(?<![{_L}])(?:[{_L}._+-][ ]){{1,40}}(?:@|\(at\))(?:[ ][{_L}.-]){{4,60}}(?![{_L}@])"
    rf"|(?<![{_L}])(?:[{_L}._+-][ ]){{2,40}}(?:@|\(at\))[ ]?[{_L}-]{{2,40}}(?:\.[{_L}-]{{2,40}}){{1,4}}"
    rf"|(?<![{_L}])(?:[{_L}._+-][ ]){{4,40}}at[ ][{_L}-]{{2,40}}(?:(?:{_DOT}"
    rf"|\.)[{_L}-]{{2,40}}){{1,3}}(?![{_L}])"
)
"""An address whose signs stand apart, all of them or those before the @."""
_MIRRORED = re.compile(
    rf"(?<![{_L}.])(?:moc|ten|gro|ude|nc|ed|rf|ti|se|ln|ku\.(?:oc|ca)|uc\.oc)(?:\.[a-z0-9-]{{2,40}}){{1,3}}@"
    rf"[a-z0-9._+-]{{2,40}}(?![{_L}@])",
    re.IGNORECASE,
)
"""A whole address from right to left."""
_DOMAIN = re.compile(rf"[{_L}](?:[{_L}-]{{0,62}}[{_L}])?(?:\.[{_L}](?:[{_L}-]{{0,62}}[{_L}])?)+")
_ODD_DOMAIN = re.compile(
    rf"[{_L}-]{{1,63}}(?:(?:{_DOT}|[ \t]*\n?[ \t]*\.[ \t]*\n?[ \t]*)[{_L}-]{{1,63}}){{0,4}}?"
    rf"(?:{_DOT}|[ \t]*\n?[ \t]*\.[ \t]*\n?[ \t]*)(?:{_TLDS})(?:(?:{_DOT}|[ \t]+\.[ \t]*|"
    rf"\.)(?:{_TLDS})(?![{_L}])){{0,2}}(?![{_L}])",
    re.IGNORECASE,
)
_SAID_DOMAIN = re.compile(
    rf"[{_L}-]{{1,63}}(?:(?:{_DOT})[{_L}-]{{1,63}}){{0,3}}?(?:{_DOT})[a-z]{{2,12}}(?![{_L}]|[ ]at[ ])",
    re.IGNORECASE,
)
"""A domain whose dots are words; under any country or kind."""
_NEXT_LABEL = re.compile(rf"\.[ ](?:{_TLDS})(?![{_L}.])")
_APART_DOT = re.compile(r"[ \t]\.[ \t]?[a-z]|\.[ \t](?:com|net|org|edu|cn|de|fr|uk|jp|pl|example)\Z")
_SPLIT_DOMAIN = re.compile(rf"[{_L}-]{{1,63}}\n[ \t]*[{_L}-]{{1,63}}(?:\.[{_L}-]{{1,63}}){{1,4}}")
_SLIPPED_DOMAIN = re.compile(
    rf"[{_L}-]{{1,63}}(?:,|\.\.)(?:com|net|org|edu|cn|de|fr|uk|co\.uk)(?![{_L}])"
    rf"|(?:gmail|googlemail|outlook|hotmail|yahoo|icloud|qq|163|126|foxmail|sina|gmx|web)(?![{_L}.-])",
    re.IGNORECASE,
)
"""A domain with another sign, or two, for its dot; or a known one without its end."""
_LOCAL = re.compile(rf"[{_L}._%+'#&*/=?^{{|}}~$!-]{{1,64}}\Z")
_ODD_LOCAL = re.compile(
    rf"(?<![{_L}])[{_L}_%+-]{{1,64}}(?:(?:{_DOT}|[ \t]*(?:\(?underscore\)?|下划线|"
    rf"\(?dash\)?|\(?hyphen\)?)[ \t]*"
    rf"|[ \t]?[._][ \t]?\n?|[._-]\n)[{_L}_%+-]{{1,64}}){{0,4}}\Z",
    re.IGNORECASE,
)
_WIDE_DOT = re.compile(rf"(?<=[A-Za-z0-9])。(?=(?:[a-z0-9-]{{2,20}}[.。])?(?:{_TLDS})(?![{_L}]))")
"""The full stop of Chinese where a domain's dot is meant."""
_DOTS = re.compile(_DOT, re.IGNORECASE)
_V4 = re.compile(
    r"(?<![\w.])\d{1,3}(?:(?:[ ]?(?:\.|[\[(](?:\.|dot)[\])])[ ]?\d{1,3}){3}|(?:(?:。|[ ]dot[ ])\d{1,3}){3}"
    r"|(?:\n?\.\n?\d{1,3}){3})(?![\w]|\.\d)",
    re.ASCII,
)
_V6 = re.compile(
    r"(?<![\w:.])(?:[0-9A-Fa-f]{0,4}:){2,8}(?:[0-9A-Fa-f]{1,4}|(?:\d{1,3}\.){3}\d{1,3})?(?![\w:])", re.ASCII
)
_VERSION = re.compile(
    r"(?<![A-Za-z])(?:version|release|firmware|build|v|ver|版本号?|driver|chapter|section|§)\.?[ :]{0,2}v?\Z",
    re.IGNORECASE,
)


def mails(text: str) -> Iterator[Find]:
    """Find addresses of electronic mail, also as people write them against robots."""
    for apart in _APART.finditer(text):
        yield Find(*apart.span(), "email", True, _value(apart[0].replace("(at)", "@")).lower())
    for mirrored in _MIRRORED.finditer(text):
        yield Find(*mirrored.span(), "email", True, mirrored[0][::-1].lower())
    text = _WIDE_DOT.sub(".", text)
    for found in _AT.finditer(text):
        ends = _domain_end(text, found)
        start = _local_start(text, found) if ends is not None else None
        if ends is None or start is None:
            continue
        value = f"{_value(text[start : found.start()])}@{_value(text[found.end() : ends])}"
        yield Find(start, ends, "email", True, value.lower())


def _domain_end(text: str, at: re.Match[str]) -> int | None:
    until = at.end() + LONGEST
    plain = _DOMAIN.match(text, at.end(), until)
    plain = None if plain and plain[0][-1].isdigit() else plain
    odd = _ODD_DOMAIN.match(text, at.end(), until)
    if at["word"]:
        said = odd and (_DOTS.search(odd[0]) or _APART_DOT.search(odd[0]))
        if odd and said:
            return (
                None
                if _NO_LOCAL.search(text, max(0, at.start() - 12), at.start())
                else _to_the_end(text, odd)
            )
        return plain.end() if plain and _spelled(text, at, plain) else _said_end(text, at)
    known = plain is not None and plain[0].rpartition(".")[2].lower() in _KNOWN
    if at["odd"] and at["odd"][0] in "-*_#☆★※◎|\"'“‘":
        return plain.end() if plain and known else odd.end() if odd else _said_end(text, at)
    if plain and (odd is None or plain.end() >= odd.end() or known):
        return plain.end()
    if odd:
        return _to_the_end(text, odd)
    for other in (_SPLIT_DOMAIN, _SLIPPED_DOMAIN) if at["sign"] else ():
        if found := other.match(text, at.end(), until):
            return found.end()
    return _said_end(text, at)


def _to_the_end(text: str, domain: re.Match[str]) -> int:
    """Return where a domain ends that is written with a space after its dots."""
    end = domain.end()
    while ". " in domain[0] and (more := _NEXT_LABEL.match(text, end)):
        end = more.end()
    return end


def _said_end(text: str, at: re.Match[str]) -> int | None:
    said = _SAID_DOMAIN.match(text, at.end(), at.end() + LONGEST)
    return said.end() if said and (not at["word"] or _named(text, at, said.end())) else None


_BEFORE_WORD = re.compile(
    r"(?:(?:mail|address|adresse|reach|write|contact|邮箱|邮件)[^\n@]{0,24}|[\w+-]*[\d_.+][\w.+-]*"
    r"|[\"'<(]\w+)\Z",
    re.IGNORECASE,
)
_NO_LOCAL = re.compile(
    r"(?<![\w.+-])(?:it|is|are|was|look|looked|me|you|us|him|her|them|here|there|meet|met|stay|arrived?"
    r"|works?|"
    r"lives?|hosted|available|people|someone|time|and)\Z",
    re.IGNORECASE,
)
_FIELD = re.compile(
    rf"(?:\A|[;,|:=(<\[\t\n，；：、]|[\u3400-\u9fff])[ ]?(?P<local>[{_L}][{_L}._+-]{{1,40}})\Z"
)
_FIELD_END = re.compile(r"[ ]?(?:[;,|)>\]\"'\n，；。、）]|\.?(?:\s|\Z)\s*(?:\w+=|\Z|\n))")


def _spelled(text: str, at: re.Match[str], domain: re.Match[str]) -> bool:
    """Return whether "name at domain" is an address of mail and not where somebody is."""
    if domain[0].rpartition(".")[2].lower() not in _KNOWN:
        return False
    if at["word"].strip() == "AT" or len(at["word"].strip()) > 3:
        return not text[: at.start()][-1:].isupper() or domain[0].isupper()
    return _named(text, at, domain.end())


def _named(text: str, at: re.Match[str], end: int) -> bool:
    """Return whether what stands before "at" is called mail, has signs, or is a field of its own."""
    before = text[max(0, at.start() - 60) : at.start()]
    if _BEFORE_WORD.search(before):
        return True
    field = _FIELD.search(before)
    if not field or not _FIELD_END.match(text, end):
        return False
    return bare(field["local"]) not in lists().never | lists().verbs


def _local_start(text: str, at: re.Match[str]) -> int | None:
    before = text[max(0, at.start() - LONGEST) : at.start()]
    pattern = _LOCAL if at["sign"] == "@" else _ODD_LOCAL
    found = pattern.search(before)
    broken = _ODD_LOCAL.search(before) if at["sign"] == "@" else None
    if broken and found and "\n" in broken[0]:
        found = broken
    if found is None:
        return None
    start = found.start()
    while start < len(before) and before[start] in ".'*_-/=?&#!|":
        start += 1
    if at["odd"] == "#" and before[:start][-1:] in ("/", "=", "?", "&"):
        return None
    return None if start == len(before) else at.start() - len(before) + start


def _value(part: str) -> str:
    part = re.sub(r"\(?underscore\)?|下划线", "_", _DOTS.sub(".", part), flags=re.IGNORECASE)
    part = re.sub(r"[ \t]\(?(?:dash|hyphen)\)?[ \t]", "-", part, flags=re.IGNORECASE)
    return "".join(part.split())


def machines(text: str) -> Iterator[Find]:
    """Find IP addresses; not those that every machine has."""
    for pattern in (_V4, _V6):
        for found in pattern.finditer(text):
            value = re.sub(r"[\s\[\]()]", "", re.sub(r"[ ]?dot[ ]?|。", ".", found[0]))
            if pattern is _V4 and (
                found[0].count("\n") > 1 or _VERSION.search(text[max(0, found.start() - 12) : found.start()])
            ):
                continue
            try:
                address = ipaddress.ip_address(
                    ".".join(str(int(part)) for part in value.split(".")) if pattern is _V4 else value
                )
            except ValueError:
                continue
            if address.is_loopback or address.is_unspecified or str(address).startswith(("255.", "0.")):
                continue
            yield Find(*found.span(), "ip", True, str(address))
