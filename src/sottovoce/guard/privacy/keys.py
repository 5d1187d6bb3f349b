"""Keys, tokens and passwords in a text that is seen plainly; addresses of the web that hold one. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from math import log2

from sottovoce.guard.privacy.found import Find

LONGEST_BLOCK = 20_000
"""Signs of a private key in PEM form that are looked for its end."""

_MORE = (
    r"(?:(?:[ \t]?\n[ \t]*|[ \u3000]{1,2})(?=[A-Za-z_-]*\d)(?=[\d_-]*[A-Za-z])[A-Za-z0-9_-]{6,200}(?![\w@.]))"
)
"""What goes on after a break: letters and digits mixed."""

_KNOWN = re.compile(
    r"(?<![A-Za-z0-9])(?:"
    r"(?:sk|pk|rk)[-_](?:ant|proj|live|test|or|svcacct|lf)[-_][\w-]{10,240}" + _MORE + r"{0,6}"
    r"|sk-[A-Za-z0-9_-]{16,240}"
    r"|gh[pousr]_[A-Za-z0-9]{16,255}|github_pat_\w{20,255}|glpat-[\w-]{16,64}"
    r"|(?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{12,20}|AIza[\w-]{30,45}|ya29\.[\w-]{20,300}"
    r"|xox[abeoprs]-[\w-]{10,200}|xapp-[\w-]{10,200}|hf_[A-Za-z0-9]{20,64}|npm_[A-Za-z0-9]{30,64}"
    r"|pypi-[\w-]{16,300}|SG\.[\w-]{16,40}\.[\w-]{16,80}|whsec_[\w+/=-]{16,100}|dop_v1_[0-9a-f]{32,80}"
    r"|shp(?:at|ca|pa|ss)_[0-9a-f]{20,40}|lin_api_\w{20,60}|gsk_\w{20,80}|r8_\w{20,60}|key-[0-9a-f]{32}"
    r"|LTAI[A-Za-z0-9]{12,24}|AKID[A-Za-z0-9]{13,40}|tvly-[\w-]{16,60}|pplx-\w{20,80}|nvapi-[\w-]{20,100}"
    r"|sq0[a-z]{3}-[\w-]{20,60}|EAA[A-Za-z0-9]{30,250}|\d{8,10}:AA[\w-]{30,40}"
    r"|eyJ[\w-]{8,4000}\s?\.\s?[\w-]{4,4000}(?:\s?\.\s?[\w-]{4,4000})?"
    r"(?:\n(?=[\w-]{0,80}[A-Z])(?=[\w-]{0,80}[a-z])(?=[\w-]{0,80}[\d_])[\w-]{8,4000})?"
    r")",
    re.ASCII,
)
_KNOWN_ANY_CASE = re.compile(
    r"(?<![a-z0-9])(?:sk-(?:ant-|proj-)?[a-z0-9_-]{20,240}|gh[pousr]_[a-z0-9]{30,255}|akia[a-z0-9]{16})",
    re.IGNORECASE,
)
_BROKEN = re.compile(
    r"(?<![A-Za-z0-9])(?:sk[ ]?-[ ]?(?:ant-|proj-)?|gh[pousr][ ]?_[ ]?|AKIA|AIza|glpat-|xox[abprs]-|hf_)"
    r"[A-Za-z0-9_-]{0,240}" + _MORE + r"{1,12}",
    re.ASCII,
)
_PEM = re.compile(r"-----\s?BEGIN ([A-Z0-9 ]{0,40})PRIVATE KEY(?: BLOCK)?\s?-----", re.IGNORECASE)
_PEM_END = re.compile(r"-----\s?END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?\s?-----", re.IGNORECASE)

_WORD = (
    r"(?:(?<![A-Za-z0-9])(?:\w{1,20}_)?pass(?=[ \t]?[:=])|(?<![A-Za-z])pw|pass(?:word|wd|code|"
    r"phrase)|pwd|api[ _-]?key|api[ _-]?token|api[ _-]?secret|"
    r"access[ _-]?key(?:[ _-]?id)?|"
    r"secret(?:[ _-]?(?:access[ _-]?)?key)?|client[ _-]?secret|"
    r"auth(?:orization)?[ _-]?token|access[ _-]?token|"
    r"refresh[ _-]?token|bearer|token|private[ _-]?key|encryption[ _-]?key|"
    r"licen[cs]e[ _-]?key|recovery[ _-]?code|"
    r"(?:wi-?fi|wlan)[ _-]?(?:key|code|password|passwort)|webhook[ _-]?secret|"
    r"signing[ _-]?secret|pin(?:[ _-]?code)?|"
    r"(?<![A-Za-z])(?:session|sess|sid|csrf|xsrf|jwt|otp|cookie|auth)(?:[ _-]?(?:id|key|"
    r"token))?(?=[ \t]?[:=])|"
    r"(?:totp|2fa|mfa|otp|authenticator)[ _-](?:secret|seed|key|code)|"
    r"(?<![A-Za-z])(?:secret|salt)(?=[\"']?[ \t]?[:=])|"
    r"passwort|kennwort|contraseña|mot de passe|"
    r"(?:登录|登陆|支付|开机|银行卡|无线|WiFi|数据库|邮箱|管理员)?密码|口令|密钥|令牌|私钥|"
    r"验证码|授权码|提取码|取件码|激活码|邀请码|恢复码|安全码|动态码|校验码|密鑰|密碼|密钥种子)"
)
_SAID = re.compile(
    _WORD + r"(?:\"|'|`|\*\*)?"
    r"(?P<link>[ \t]*(?::=|=>|[:=])\s{0,3}"
    r"|[ \t]*(?:还?是|为|改成了?|换成了?|设成了?|设为|给你|发你|如下|叫|用)[ \t]*:?[ \t]*"
    r"|(?<=[\u4e00-\u9fff])|[ \t]+(?:is|was|ist|lautet|es|est|to|now|"
    r"still)[ \t]*:?[ \t]+(?:now |still )?|[ \t]+)"
    r"(?P<quote>[\"'`“「]|\*\*)?(?P<value>[^\s\"'`“”「」<>,;，。；、\u3400-\u9fff]{3,200})",
    re.IGNORECASE,
)
_DOOR = re.compile(
    r"(?:(?:door|gate|alarm|entry|entrance|key ?safe|lock ?box|locker|safe|gym|garage|building|"
    r"access|voicemail|"
    r"sim|card|phone|screen|unlock|security|verification|login|one-time|confirmation)"
    r"[ -]?(?:code|pin|combination|combo)|(?<![A-Za-z])(?:pin|keypad|passcode|türcode|zugangscode)|"
    r"(?:门禁|门锁|大门|单元门|开门|解锁|锁屏|保险柜|保险箱|车库|储物柜|快递柜|电梯)(?:密?码|的?密码))"
    r"(?:[ \t]*(?::|=|#|-|is|was|now|still|to|ist|lautet|no\.?|number|是|为|改成了?)){0,3}[ \t]*[\"'(]?"
    r"(?P<value>[#*]?\d(?:[ -]?\d){3,7}[#*]?)(?![\w.]*\d)",
    re.IGNORECASE,
)
_SEED = re.compile(
    r"(?:totp|2fa|mfa|otp|two-factor|authenticator|seed|secret|backup|recovery|动态|两步|验证器|种子)"
    r"[^\n\d]{0,30}?(?<![A-Za-z0-9])(?P<value>(?-i:[A-Z2-7]{16,64}|"
    r"[A-Z2-7]{4}(?:[ -][A-Z2-7]{4}){2,15}))(?![A-Za-z0-9])",
    re.IGNORECASE,
)
_WALLET = re.compile(
    r"(?:(?:seed|recovery|mnemonic|backup|secret)[ ](?:phrase|words)|助记词|"
    r"mnemonic)[^\n]{0,20}?[:=-]?\s{0,2}[\"'“]?"
    r"(?P<value>(?<![a-z])[a-z]{3,8}(?:[ ,]{1,2}[a-z]{3,8}){11,23})(?![a-z])"
)
_QUOTED = re.compile(
    r"(?:pass(?:word|phrase|code)|passwort|kennwort|密码|口令)[ \t]*(?:is|was|ist|是|为)?[ \t]*[:=：]?[ \t]*"
    r"[\"“「](?P<value>[^\"”」\n]{4,80})[\"”」]",
    re.IGNORECASE,
)
_NETWORK = re.compile(
    r"(?:wi-?fi|wlan|login|username|user)[ ]?[:=][ ]?[^\s/]{2,30}[ ]?/[ ]?"
    r"(?P<value>(?=\S{0,40}[\d!-/])\S{6,60})(?<![.,;])",
    re.IGNORECASE,
)
_PASSED = re.compile(
    r"(?<![\w-])(?:--?(?:password|passwd|token|api-key|secret)[= ]|-p)(?P<value>[^\s\"']{4,200})"
)
_LONE = re.compile(r"(?<![\w/+=.@-])[A-Za-z0-9_+/-]{32,200}={0,2}(?![\w/+=@])", re.ASCII)
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_URL = re.compile(
    r"(?<![A-Za-z0-9])(?:[a-z][a-z0-9+.-]{1,20}://|www\.)[^\s<>\"'`，。；、）】」\u3400-\u9fff]{3,2000}",
    re.IGNORECASE,
)
_URL_SECRET = re.compile(
    r"://[^/\s:@]{0,100}:[^/\s@]{1,200}@"
    r"|[?&#;](?:[\w.-]{0,30}(?:token|secret|passw(?:or)?d|pwd|signature|credential)|(?:api|"
    r"access|auth|private)?[_-]?key|"
    r"sig|sign|auth|code|session(?:_?id)?|sid|jwt|otp|invite|ticket|hash|pass|"
    r"uid|user(?:_?(?:name|id))?|login|e?mail|account|acct|ref|referrer|member|profile|customer|"
    r"patient|phone|tel|"
    r"mobile|name|to|contact|openid|unionid)=[^&\s]{3,}",
    re.IGNORECASE,
)
_URL_HOOK = re.compile(
    r"hooks\.slack\.com/(?:services|workflows)/|discord(?:app)?\.com/api/webhooks/|webhook\.office\.com/|"
    r"://hooks\.|/[@~][\w.-]{2,}|[/#](?:u|user|users|profiles?|members?|people|in|friends|author|"
    r"authors|space|home|"
    r"customers?|patients?|accounts?|clients?)/(?!settings\b|login\b|new\b|me\b|help\b)[\w.%-]{2,}|"
    r"(?:instagram|facebook)\.com/(?!help|legal|policies|p/)[\w.-]{3,}|//(?:t|wa)\.me/[\w+.-]{3,}|"
    r"/(?:reset|verify|invite|magic|unsubscribe|share|join|s)/[\w-]*\d[\w-]{11,}|/bot\d{8,10}:",
    re.IGNORECASE,
)
_ENDS = ".,;:!?)]}*_"


def keys(text: str) -> Iterator[Find]:
    """Find keys, tokens, passwords, and addresses of the web that hold one."""
    yield from _blocks(text)
    for found in _URL.finditer(text):
        value = found[0].rstrip(_ENDS)
        if _URL_SECRET.search(value) or _URL_HOOK.search(value) or _has_random_part(value):
            yield Find(found.start(), found.start() + len(value), "url", True, value)
    for pattern in (_KNOWN, _KNOWN_ANY_CASE, _BROKEN):
        for found in pattern.finditer(text):
            value = found[0].rstrip("-_.")
            if sum(one.isdigit() for one in value) >= 1 or len(value) >= 40:
                yield Find(found.start(), found.start() + len(value), "key", True, "".join(value.split()))
    yield from _said(text)
    yield from _codes(text)
    for found in _LONE.finditer(text):
        if _looks_random(found[0]):
            yield Find(*found.span(), "key", False, found[0])


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
        for part in parts
    )


def _blocks(text: str) -> Iterator[Find]:
    at = 0
    end: re.Match[str] | None = None
    more = True
    while found := _PEM.search(text, at):
        if more and (end is None or end.start() < found.end()):
            end = _PEM_END.search(text, found.end())
            more = end is not None
        near = more and end is not None and end.start() - found.end() < LONGEST_BLOCK
        at = end.end() if end and near else _body_end(text, found.end())
        yield Find(found.start(), at, "key", True, "".join(text[found.start() : at].split()))


_BODY = re.compile(r"(?:\s*[A-Za-z0-9+/=]{16,100}(?![A-Za-z0-9+/=]))*", re.ASCII)


def _body_end(text: str, at: int) -> int:
    """Return where a private key ends whose last line is not there."""
    found = _BODY.match(text, at, at + LONGEST_BLOCK)
    return found.end() if found else at


def _said(text: str) -> Iterator[Find]:
    for pattern in (_SAID, _PASSED):
        for found in pattern.finditer(text):
            groups = found.groupdict()
            value = found["value"]
            if not groups.get("quote"):
                value = value.rstrip(".,:?)]}*")
                value = (
                    value[:-1]
                    if value.endswith("!") and value.count("!") == 1 and value[:-1].isalpha()
                    else value
                )
            bare = (
                groups.get("link", "=").strip(" \t") == "" and not "\u4e00" <= text[found.start()] <= "\u9fff"
            )
            if _is_secret(value, found[0], bare=bare):
                start = found.start("value")
                yield Find(start, start + len(value), "key", True, value)


def _codes(text: str) -> Iterator[Find]:
    """Find what opens a door, seeds of one-time codes, and the words that a wallet comes back with."""
    for pattern in (_DOOR, _SEED, _WALLET, _QUOTED, _NETWORK):
        for found in pattern.finditer(text):
            value = found["value"]
            yield Find(*found.span("value"), "key", True, " ".join(value.split()))


def _is_secret(value: str, said: str, *, bare: bool) -> bool:
    """Return whether what follows a word for a secret is one; `bare`: nothing stands between them."""
    if (
        len(value) < 4
        or value.startswith(("$", "{", "[", "(", "%", "os.", "process.", "<", "*"))
        or value.endswith("(")
    ):
        return False
    digits = sum(one.isdigit() for one in value)
    letters = sum(one.isalpha() for one in value)
    if re.match(r"pin\b", said, re.IGNORECASE):
        return digits == len(value) and 4 <= digits <= 8
    if re.fullmatch("[A-Z]+(?:_[A-Z]+)+", value):
        return False
    if re.match("(?:验证|提取|授权|取件|激活|邀请|恢复|安全|动态|校验)码", said):
        return digits >= 4 or (digits > 0 and len(value) == 4)
    if re.match("session|sess|sid|cookie", said, re.IGNORECASE) and len(value) < 8:
        return False
    if value.isdigit():
        return len(value) >= 4 and not bare
    signs = len(value) - digits - letters - value.count("-") - value.count("'") - value.count(".")
    mixed = bool(re.search(r"[a-z][A-Z]", value))
    if bare:
        odd = signs >= 1 and re.search(r"[a-z0-9][^A-Za-z\s]+[A-Z]", value)
        return bool(odd) or (
            digits >= 1 and letters >= 2 and len(value) >= 8 and not re.fullmatch(r"[a-z]+-?\d{1,3}", value)
        )
    return (digits >= 1 and letters >= 1) or signs >= 1 or mixed or (len(value) >= 20 and " " not in value)


def _looks_random(value: str) -> bool:
    """Return whether a long run of signs is likelier a key than a name, a number or a digest."""
    if _UUID.fullmatch(value) or re.fullmatch(r"[0-9a-fA-F]+|[0-9-]+", value) or "//" in value:
        return False
    value = (
        max(re.split(r"[-_/+]", value), key=len)
        if value.count("-") + value.count("_") + value.count("/") > 2
        else value
    )
    if len(value) < 20:
        return False
    kinds = sum(bool(re.search(pattern, value)) for pattern in ("[a-z]", "[A-Z]", "[0-9]"))
    digits = sum(one.isdigit() for one in value)
    if kinds < 3 or digits < 3 or re.search(r"[-_/][a-z]{4,}[-_/]", value):
        return False
    counts = [value.count(one) for one in set(value)]
    return -sum(count / len(value) * log2(count / len(value)) for count in counts) > 4.0
