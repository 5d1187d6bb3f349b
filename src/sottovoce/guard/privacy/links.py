"""Addresses of the web that hold a secret or say who somebody is, in a text that is seen plainly. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sottovoce.guard.privacy.found import Find

_URL = re.compile(
    r"(?<![A-Za-z0-9])(?:[a-z][a-z0-9+.-]{1,20}://|www\.|"
    r"(?<![@./-])(?:[a-z0-9-]{1,40}\.){1,4}[a-z]{2,10}/)[^\s<>\"'`，。；、）】」\u3400-\u9fff]{3,2000}",
    re.IGNORECASE,
)
_URL_SECRET = re.compile(
    r"://[^/\s:@]{0,100}:[^/\s@]{1,200}@"
    r"|[?&#;](?:[\w.-]{0,30}(?:token|secret|passw(?:or)?d|pwd|signature|credential)|(?:api|"
    r"access|auth|private)?[_-]?key|"
    r"sig|sign|auth|code|session(?:_?id)?|sid|jwt|otp|invite|ticket|hash|pass|"
    r"uid|u|user(?:_?(?:name|id))?|login|e?mail|account|acct|ref|referrer|member|profile|customer|"
    r"patient|phone|tel|"
    r"mobile|parcel|tracking|zip|plz|postcode|name|to|contact|openid|unionid)=[^&\s]{3,}",
    re.IGNORECASE,
)
_URL_PLACE = re.compile(
    r"%40|[?&=/@]-?\d{1,3}\.\d{3,8}(?:,|%2C)-?\d{1,3}\.\d{3,8}"
    r"|://(?:space|user|u|i|profile|my|home)\.[\w.-]{3,60}/(?!index|login|help)\w{3,}"
    r"|/(?:customer|patient|user|member|account|client|profile|employee|student|athlete|person)s?"
    r"(?:\.\w{2,5})?(?:\?id=|/)\d{3,}",
    re.IGNORECASE,
)
"""A mail or a place in it, a page of somebody's own, somebody's number."""
_URL_HOOK = re.compile(
    r"hooks\.slack\.com/(?:services|workflows)/|discord(?:app)?\.com/api/webhooks/|webhook\.office\.com/|"
    r"://hooks\.|/[@~][\w.-]{2,}|[/#](?:u|user|users|profiles?|members?|people|in|friends|author|"
    r"authors|space|home|"
    r"customers?|patients?|accounts?|clients?)/(?!settings\b|login\b|new\b|me\b|help\b)[\w.%-]{2,}|"
    r"(?:instagram|facebook|twitter|x|tiktok|calendly|venmo|paypal)\.(?:com|me)/(?!help|legal|policies|p/|"
    r"hashtag|search|i/)@?[\w.-]{3,}|"
    r"(?:linkedin|xing)\.com/(?:in|profile)/|/~[\w.-]{2,}|weibo\.com/(?:u/)?\w{3,}|\b(?:t|"
    r"wa)\.me/[\w+.-]{3,}|"
    r"/(?:reset|verify|invite|magic|unsubscribe|share|join|s|d|i|f|e|p|file|folder|view|doc|meet|j|download|"
    r"activate|confirm|auth)/"
    r"(?=[\w-]{0,40}\d)(?=[\w-]{0,40}[A-Za-z])[\w-]{8,}|/bot\d{8,10}:|/hooks?/[\w-]{8,}"
    r"|/(?:join|meet|invite|j|room|call)/[a-z]{3,4}-[a-z]{3,4}-[a-z]{3,4}\b"
    r"|/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    re.IGNORECASE,
)
_ENDS = ".,;:!?)]}*_"


def links(text: str) -> Iterator[Find]:
    """Find addresses of the web that are a person's or that open something."""
    for found in _URL.finditer(text):
        value = found[0].rstrip(_ENDS)
        known = any(pattern.search(value) for pattern in (_URL_SECRET, _URL_HOOK, _URL_PLACE))
        if known or _has_random_part(value):
            yield Find(found.start(), found.start() + len(value), "url", True, value)


_SHORT_KEY = re.compile(r"(?=[A-Za-z]*\d)(?=[A-Z0-9]*[a-z])(?=[A-Za-z0-9][a-z0-9]*[A-Z])[A-Za-z0-9]{6,11}")
_PUBLIC = re.compile(r"/(?:commit|commits|blob|tree|raw|releases|wiki|pull|issues|questions|abs|doi)/")


def _has_random_part(url: str) -> bool:
    """Return whether a part of an address's path is likelier a key to it than a name."""
    if _PUBLIC.search(url):
        return False
    parts = re.split(r"[/?#]", url)[3:]
    return any(
        (
            len(part) >= 12
            and re.fullmatch(r"[\w-]+", part, re.ASCII) is not None
            and all(re.search(kind, part) for kind in ("[a-z]", "[A-Z]", "[0-9]"))
        )
        or (len(part) >= 16 and re.fullmatch(r"[0-9a-f]+", part) is not None)
        or _SHORT_KEY.fullmatch(part) is not None
        for part in parts
    )
