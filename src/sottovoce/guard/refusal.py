"""What is said in the place of an answer that a profile refuses: which rule, and how the owner changes it."""

from __future__ import annotations

from sottovoce.guard.policy import ALWAYS, Category, Profile, Ruling

CATEGORIES = {
    Category.WEAPONS: ("weapons and harming people", "武器与伤人"),
    Category.MALWARE: ("malware and breaking into devices", "恶意软件与入侵设备"),
    Category.FRAUD: ("fraud and forgery", "欺诈与伪造"),
    Category.MINORS: ("sexual content with minors", "涉及未成年人的性内容"),
    Category.SELF_HARM: ("suicide and self-harm", "自杀与自残"),
    Category.HATE: ("hate against groups of people", "针对群体的仇恨"),
    Category.PRIVATE_DATA: ("private data of others", "他人的隐私"),
}
"""What each is called, in English and in Chinese."""

CHANGE = "sotto settings set profile open"


def named(category: Category, *, chinese: bool) -> str:
    return CATEGORIES[category][chinese]


def refusal(ruling: Ruling, profile: Profile, *, chinese: bool) -> str:
    """Return one or two sentences on why this is not answered. A ruling that blocks has a category here."""
    category = ruling.category
    assert category is not None  # noqa: S101  (the rules of this package all have one)
    about = named(category, chinese=chinese)
    if ruling.by_likeness:
        return _by_likeness(ruling, profile, about, chinese=chinese)
    if category in ALWAYS:
        if chinese:
            return f"这个问题不会回答：规则“{ruling.rule}”（{about}）在任何模式下都有效，不能关闭。"
        return (
            f"This is not answered: the rule {ruling.rule} ({about}) holds in every profile and cannot be "
            "switched off."
        )
    if chinese:
        return (
            f"这里不回答这个问题：“{profile.name}”模式拒绝{about}，命中规则“{ruling.rule}”。规则也会出错；"
            f"本机的所有者可以更改模式：{CHANGE}"
        )
    return (
        f"This is not answered here: the profile {profile.name} refuses {about} (rule {ruling.rule}). "
        f"Rules can be wrong; the owner of this machine can change the profile: {CHANGE}"
    )


def _by_likeness(ruling: Ruling, profile: Profile, about: str, *, chinese: bool) -> str:
    if ruling.category in ALWAYS:
        if chinese:
            return (
                f"这个问题不会回答：它的用词与这类有害的请求相似：{about}（{ruling.rule}）。"
                "这一点在任何模式下都有效，不能关闭。"
            )
        return (
            f"This is not answered: by its likeness to harmful requests it is about {about} ({ruling.rule}). "
            "That holds in every profile and cannot be switched off."
        )
    if chinese:
        return (
            f"这里不回答这个问题：“{profile.name}”模式拒绝{about}，而它的用词与这类有害的请求相似（{ruling.rule}）。"
            f"判断也会出错；本机的所有者可以更改模式：{CHANGE}"
        )
    return (
        f"This is not answered here: the profile {profile.name} refuses {about}, and by its likeness to "
        f"harmful requests this is one ({ruling.rule}). That can be wrong; the owner of this machine can "
        f"change the profile: {CHANGE}"
    )


def withdrawn(ruling: Ruling, profile: Profile, *, chinese: bool) -> str:
    """Return what takes the place of an answer that met a rule as it was written."""
    refused = refusal(ruling, profile, chinese=chinese)
    before = "回答写到一半时被撤回。" if chinese else "The answer was withdrawn as it was being written. "
    return before + refused


def notice(ruling: Ruling, *, chinese: bool) -> str:
    """Return the sentence beside an answer that was withdrawn: rules alone look at answers."""
    if chinese:
        return f"规则“{ruling.rule}”中止了这个回答。"
    return f"The rule {ruling.rule} ended this answer."
