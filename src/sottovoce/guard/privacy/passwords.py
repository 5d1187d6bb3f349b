"""Passwords and codes that open something, in a text that is seen plainly: by what is said before. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sottovoce.guard.privacy.found import Find
from sottovoce.guard.privacy.listed import lists

_WORD = (
    r"(?:(?<![A-Za-z0-9])(?:\w{1,20}_)?pass(?=[ \t]?[:=])|(?<![A-Za-z])p/?w|pass(?:word|wd|code|"
    r"phrase)|pwd|api[ _-]?key|api[ _-]?token|api[ _-]?secret|"
    r"access[ _-]?key(?:[ _-]?id)?|"
    r"secret(?:[ _-]?(?:access[ _-]?)?key)?|client[ _-]?secret|"
    r"auth(?:orization)?[ _-]?token|access[ _-]?token|"
    r"refresh[ _-]?token|bearer|token|private[ _-]?key|encryption[ _-]?key|"
    r"licen[cs]e[ _-]?key|recovery[ _-]?code|"
    r"(?:wi-?fi|wlan|ssid|network)[ _-]?(?:key|code|password|passwort|schlüssel)|netzwerkschlüssel|"
    r"account[ _-]?key|webhook[ _-]?secret|"
    r"signing[ _-]?secret|pin(?:[ _-]?code)?|"
    r"(?<![A-Za-z])(?:session|sess|sid|csrf|xsrf|jwt|otp|cookie|auth)(?:[ _-]?(?:id|key|"
    r"token))?(?=[ \t]?[:=])|"
    r"(?:totp|2fa|mfa|otp|authenticator)[ _-](?:secret|seed|key|code)|"
    r"(?<![A-Za-z])(?:secret|salt)(?=[\"']?[ \t]?[:=])|"
    r"passwort|kennwort|contraseña|mot de passe|"
    r"(?:登录|登陆|支付|开机|银行卡|无线|WiFi|数据库|邮箱|管理员)?密码|口令|密钥|令牌|私钥|"
    r"验证码|授权码|提取码|取件码|激活码|邀请码|恢复码|安全码|动态码|校验码|密鑰|密碼|密钥种子|秘钥|密匙"
    r"|暗号)"
)
_SAID = re.compile(
    r"(?P<word>" + _WORD + r")(?:\"|'|`|\*\*)?"
    r"(?P<link>[ \t]*(?::=|=>|[:=])\s{0,3}"
    r"|[ \t]*(?:还?是|为|改成了?|换成了?|设成了?|设为|给你|发你|如下|叫|用)[ \t]*:?[ \t]*"
    r"|(?<=[\u4e00-\u9fff])|'s[ \t]+|[ \t]+(?:(?:for|of|to|on)(?:[ ][\w'-]{1,20}){1,4}[ ])?(?:is|was|ist"
    r"|lautet|es|"
    r"est|to|now|"
    r"still)[ \t]*:?[ \t]+(?:now |still )?|[ \t]+(?:changed[ ]|set[ ]|reset[ ])?(?:from|to)[ \t]+"
    r"|[,;][ \t]+it'?s[ \t]+|[ \t]*\([ \t]*|[ \t]+)"
    r"(?P<quote>[\"'`“「]|\*\*)?(?P<value>[^\s\"'`“”「」<>,;，。；、\u3400-\u9fff]{3,200})",
    re.IGNORECASE,
)
_DOOR = re.compile(
    r"(?:(?:door|gate|alarm|entry|entrance|parking|garage|lift|elevator|lobby|shed|room|front door|bike|"
    r"key ?safe|lock ?box|locker|safe|gym|building|access|voicemail|sim|card|phone|screen|unlock|security|"
    r"verification|login|one-time|confirmation|two-factor|2fa)"
    r"[ -]?(?:code|pin|combination|combo)(?:[ ](?:for|to|of)[ ](?:the|my|our)[ ]\w{2,20})?"
    r"|code[ ](?:to|for|of)[ ](?:the|my|our)[ ](?:front[ ]|back[ ])?(?:door|gate|building|house|flat|garage|"
    r"safe|"
    r"alarm|lift|shed|office|apartment|room|locker)"
    r"|(?<![A-Za-z])(?:pin|keypad|passcode|otp|tan|türcode|zugangscode)(?:[ ]?code)?"
    r"(?:[ ](?:for|to|of)[ ](?:the|my|our|his|her)[ ]\w{2,20})?|"
    r"(?:门禁|门锁|大门|单元门|开门|解锁|锁屏|保险柜|保险箱|车库|储物柜|快递柜|电梯|开锁)(?:密?码|的?密码))"
    r"(?:[ \t]*(?::|=|#|-|is|was|'s|now|still|to|ist|lautet|no\.?|number|是|为|改成了?)){0,3}[ \t]*[\"'(]?"
    r"(?P<value>[#*]?(?:[A-Z]-?)?\d(?:[ -]?\d){3,7}[A-Z]?[#*]?)(?![\w.]*\d)",
    re.IGNORECASE,
)
_BACKUP = re.compile(
    r"(?:backup|recovery|emergency|scratch|备用|恢复)[ -]?(?:codes?|keys?|码|代码)"
    r"[ \t]*(?:is|are|was|were|:|=|是|"
    r"为){0,2}"
    r"[ \t]*(?P<value>(?=[A-Z0-9]{0,8}[ -]?[A-Z0-9]{0,8}\d)[A-Z0-9]{4,8}(?:[ -][A-Z0-9]{4,8}){1,9}"
    r"(?:[,;][ \t]?(?=[A-Z0-9]{0,8}[ -]?[A-Z0-9]{0,8}\d)[A-Z0-9]{4,8}[ -][A-Z0-9]{4,8}){0,12})(?![A-Za-z0-9])"
)
_PARTED = re.compile(
    r"(?:licen[cs]e|product|activation|serial|windows|office|cd|steam|wlan|wi-?fi|ssid|network|序列|产品"
    r"|激活)"
    r"[^\n.:=]{0,16}?(?:key|code|schlüssel|密钥|码)[ \t]*(?:is|was|:|=|是|为|：){0,2}[ \t]*"
    r"(?P<value>(?=[A-Z0-9-]{0,20}\d)[A-Z0-9]{4,6}(?:[ -][A-Z0-9]{4,6}){2,7}|\d{8,26})(?![A-Za-z0-9-])",
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
    r"(?:(?:wi-?fi|wlan|login|username|user|cred(?:ential)?s|logins?|admin)(?:[ ]?[:=]|[ ]are|[ ]is)[ ]?"
    r"[^\s/:]{2,30}[ ]?[/:][ ]?"
    r"|(?<=[\w.+-])@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}(?:[ ]?[/|][ ]?|:(?![^\s]*/)(?=[!-~]{0,40}[A-Za-z])))"
    r"(?P<value>(?=[!-~]{0,40}[\d!-/])[!-?A-~]{6,60})(?<![.,;])(?![@\w])",
    re.IGNORECASE,
)
_CODED = re.compile(
    r"code|pin|comb|keypad|key|schlüssel|secret|seed|totp|2fa|mfa|otp|two-factor|authenticator|backup|"
    r"recovery|tan"
    r"|码|密钥|两步|动态|种子|验证器",
    re.IGNORECASE,
)
"""Without any of these there is no code for a door, an account or a licence."""
_NEAR = re.compile(
    r"pass(?:word|phrase|code)|passwort|kennwort|contraseña|mot de passe|密[码碼]|口令"
    r"|(?<![A-Za-z])(?:pass|pw|p/w|creds?|credentials|(?:wi-?fi|wlan)(?![ ]?(?:名|name|network"
    r"|ssid)))(?![A-Za-z])"
    r"|(?<![A-Za-z])(?:unlock(?:s|ed)?|log(?:s|ged)?[ -]?in|sign(?:s|ed)?[ -]?in|typed|enter(?:ed)?|uses?"
    r"|used)(?![A-Za-z])",
    re.IGNORECASE,
)
_NEAR_VALUE = re.compile(
    r"(?<![\w@/.:#?&=-])[\"“'`(]?(?P<value>[A-Za-z0-9][^\s\"”'`“)<>,;\u3400-\u9fff]{6,40})"
)
NEAR = 60
"""A secret that does not follow the word for it at once stands within so many signs, in the same line."""
_AFTER_MAIL = re.compile(
    r"(?<=[\w.+-])@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}[ \t]{1,3}(?P<value>[A-Za-z][!-~]{6,40})(?![!-~])"
)
_CARD_CODE = re.compile(
    r"(?:(?<![A-Za-z])(?:cvv2?|cvc2?|csc)码?|card[ ]security[ ]code|(?:卡|信用卡|背面)?安全码)[ \t]*(?:is"
    r"|[:=]|是"
    r"|为){0,2}[ \t]*"
    r"(?P<value>\d{3,4})(?!\d)",
    re.IGNORECASE,
)
_OPENED = re.compile(
    r"(?:door|gate|alarm|safe|lock(?:box)?|locker|garage|building|lift|barrier|keypad|门锁?|门禁|大门"
    r"|单元门)[^\n.!?。]{0,24}?"
    r"(?:opens?[ ]with|opened[ ]with|unlocks?[ ]with|(?:is[ ])?set[ ]to|锁|禁|门)[ \t]*(?:[:=]|是"
    r"|为){0,2}[ \t]*"
    r"(?P<value>[#*]?\d{4,8}[#*]?)(?![\w.年月号栋楼室]*\d|[年月号栋楼室]|[A-Za-z])",
    re.IGNORECASE,
)
_ANSWER = re.compile(
    r"(?:security|secret|recovery)[ ](?:question[ ])?answer[ \t]*(?:is"
    r"|[:=]){1,2}[ \t]*(?P<value>[^\s,.;]{3,30})"
    r"|密保(?:问题)?(?:的)?答案[ \t]*(?:[:=]|是|为){1,2}[ \t]*(?P<other>[^\s,.;，。；]{2,20})",
    re.IGNORECASE,
)
_APP = re.compile(
    r"(?:app(?:lication)?[ -]?(?:specific[ ])?(?:password|passcode|code)|secret"
    r"|应用(?:专用)?密[码碼])[ \t]*(?:is"
    r"|[:=]|是|为){0,2}[ \t]*"
    r"(?P<value>[a-z]{4}(?:[ -][a-z]{4}){3})(?![A-Za-z])",
    re.IGNORECASE,
)
_WIFI = re.compile(
    r"(?<![A-Za-z])(?:wi-?fi|wlan)(?:[ ](?:key|code))?[ ]?(?:is|:|="
    r"|是)[ ]?(?P<value>[a-z]{3,20}\d{2,8})(?![\w.-])",
    re.IGNORECASE,
)
_SET_TO = re.compile(
    r"(?:set|changed?|reset|updated?)(?:[ ]\w+){0,2}[ ](?:password|pw|passphrase"
    r"|passcode)(?:[ ]\w+){0,3}?[ ]to[ ]"
    r"(?P<value>[^\s.,;:!?\"']{5,40})(?=[.,;:!?\"']|\s|\Z)",
    re.IGNORECASE,
)
_SENT = re.compile(
    r"(?<![A-Za-z])(?:your|the|my)[ ](?:(?!error|exit|status|postal|zip|area|country|product|source|bar"
    r"|post)[\w-]+[ ]){0,3}"
    r"(?<!error )(?<!exit )(?<!status )(?<!postal )(?<!zip )(?<!area )(?<!country )code[ ]?(?:is"
    r"|:)[ ]?(?P<value>\d{4,8})(?!\d)"
    r"|(?<![\w-])(?:[A-Z]-)?(?P<other>\d{4,8})[ ]is[ ](?:your|the)[ ](?:\w+[ ]){0,3}(?:code|pin"
    r"|otp)(?![A-Za-z])",
    re.IGNORECASE,
)
_COMBINATION = re.compile(
    r"(?:combination|combo)[ ]?(?:is|was|:|=)?[ ]?(?P<value>\d{1,2}(?:[ -]\d{1,2}){2,3})(?![\d-])",
    re.IGNORECASE,
)
_MEETING = re.compile(
    r"(?:meeting[ ]?(?:id|number|no\.?)|会议(?:号|ID|id)|房间号)[ \t]*(?:is|[:=#]|是"
    r"|为){0,2}[ \t]*(?P<value>\d{3,4}[ -]?\d{3,4}[ -]?\d{3,5})(?!\d)",
    re.IGNORECASE,
)
_CHINESE = re.compile(
    r"(?:密码|口令|暗号)[ \t]*(?:[:=]|是|为|叫){1,2}[ \t]*"
    r"[\"“「]?(?P<value>[\u3400-\u9fff]{2,8}\d{2,8})(?!\d)"
)
_PASSED = re.compile(
    r"(?<![\w-])(?:--?(?:password|passwd|token|api-key|secret)[= ]|-p|sshpass[ ]-p[ ]?[\"']?|(?:-u"
    r"|--user)[ =][\"']?[\w.@-]{1,40}:"
    r"|(?-i:Authorization)\"?[:=][ ]?\"?(?-i:Basic|Token|Digest|ApiKey)[ ])(?P<value>[^\s\"']{4,200})"
)


def passwords(text: str) -> Iterator[Find]:
    """Find passwords, and codes that open doors, accounts and wallets."""
    for pattern in (_SAID, _PASSED):
        at = 0
        while found := pattern.search(text, at):
            # What was taken for a secret may be the word for the next one: secret is `DB_PASS: ...`.
            at = found.start("value")
            yield from _said(text, found)
    yield from _near(text)
    coded: tuple[re.Pattern[str], ...] = (_DOOR, _BACKUP, _PARTED, _SEED) if _CODED.search(text) else ()
    for pattern in (
        *coded, _WALLET, _QUOTED, _NETWORK, _CHINESE, _CARD_CODE, _OPENED, _ANSWER, _APP, _MEETING,
        _WIFI, _SENT, _COMBINATION,
    ):  # fmt: skip
        for found in pattern.finditer(text):
            group = "value" if found["value"] else "other"
            yield Find(*found.span(group), "key", True, " ".join(found[group].split()))
    for found in _SET_TO.finditer(text):
        if found["value"].lower() not in lists().never:
            yield Find(*found.span("value"), "key", False, found["value"])
    for found in _AFTER_MAIL.finditer(text):
        value = found["value"].rstrip(".:?,;)")
        if _stands_out(value) and re.search(r"\d", value):
            yield Find(found.start("value"), found.start("value") + len(value), "key", False, value)


def _near(text: str) -> Iterator[Find]:
    """Find what stands out in the line of a word for a secret."""
    until = 0
    for said in _NEAR.finditer(text):
        line = text.find("\n", said.end())
        end = min(said.end() + NEAR, line if line >= 0 else len(text))
        surely = said[0][:1] not in "uUlLsStTeE"
        for found in _NEAR_VALUE.finditer(text, max(until, said.end()), end + 40):
            if found.start() >= end or "@" in text[said.end() : found.start()]:
                break
            value = found["value"].rstrip(".:?*}]")
            if not surely and not re.match(r"[ ]+[a-z]", text[found.start("value") + len(value) :][:3]):
                value = value.rstrip("!")
            if _stands_out(value.rstrip("!")) and (surely or _stands_out(value, strictly=True)):
                until = found.start("value") + len(value)
                yield Find(found.start("value"), until, "key", False, value)


def _said(text: str, found: re.Match[str]) -> Iterator[Find]:
    groups = found.groupdict()
    value = found["value"]
    if groups.get("quote"):
        value = value.rstrip(":=")
    else:
        value = value.rstrip(".,:?)]}*")
        if value.endswith("!") and value.count("!") == 1 and value[:-1].isalpha():
            value = value[:-1]
    word, link = groups.get("word") or "=", groups.get("link", "=").strip(" \t")
    bare = link == "" and not "\u4e00" <= word[-1] <= "\u9fff"
    loose = link[:1] in ("(", ",", ";") or link.endswith(("from", "to"))
    if _is_secret(value, found[0], bare=bare or loose):
        start = found.start("value")
        yield Find(start, start + len(value), "key", True, value)


def _stands_out(value: str, *, strictly: bool = False) -> bool:
    """Return whether a word is like none that people write but for a password; `strictly`: with a sign."""
    if re.search(r"://|@\w+\.|^[\d.,:/-]+$|^\+?\d", value) or not value[0].isalnum():
        return False
    letters, digits = any(one.isalpha() for one in value), any(one.isdigit() for one in value)
    odd = re.search(r"[!#$%&*^~+=?]", value) is not None
    mixed = re.search(r"[a-z]", value) is not None and re.search(r"[A-Z]", value) is not None
    if strictly:
        return letters and digits and len(value) > 7 and re.search(r"[!#$%^&*~+?]|-.*-", value) is not None
    return letters and ((digits and odd) or (digits and mixed and re.search(r"[a-z]", value[1:]) is not None))


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
