"""What is said where an owner's rule or a guard model acts, in English and in Chinese. Pure."""

from __future__ import annotations


def by_rule(rule: str, *, chinese: bool) -> str:
    """Return the refusal that an owner's rule gives where it has no words of its own."""
    if chinese:
        return (
            f"这里不回答这个问题：本助手的所有者为此定了一条规则，名为“{rule}”。"
            "所有者可以在 rules.toml 中修改它：sotto guard check"
        )
    return (
        f"This is not answered here: the owner of this assistant made a rule for it, named “{rule}”. "
        "The owner can change it in rules.toml: sotto guard check"
    )


def by_model(model: str, label: str, profile: str, *, chinese: bool) -> str:
    """Return the refusal of what a guard model objects to, by its own name of that."""
    if chinese:
        return (
            f"这里不回答这个问题：护栏模型 {model} 将其判为“{label}”，而“{profile}”模式拒绝此类内容。"
            "护栏模型也会出错。所有者可以关闭它：sotto settings unset guard_model"
        )
    return (
        f"This is not answered here: the guard model {model} calls it “{label}”, which the profile "
        f"{profile} refuses. A guard model can be wrong. The owner can go without it: "
        "sotto settings unset guard_model"
    )


def unheard_closed(reason: str, profile: str, *, chinese: bool) -> str:
    """Return what is said where a guard model cannot be heard and the profile then answers nothing."""
    if chinese:
        return (
            f"现在无法回答：护栏模型没有给出可用的判断（{reason}），而“{profile}”模式在这种情况下不回答。"
            "请所有者运行：sotto doctor"
        )
    return (
        f"This cannot be answered now: the guard model gave no judgement ({reason}), and the profile "
        f"{profile} then answers nothing. For the owner: sotto doctor"
    )


def unheard_open(reason: str, profile: str, *, chinese: bool) -> str:
    """Return the notice where a guard model cannot be heard and the profile answers all the same."""
    if chinese:
        return f"护栏模型没有给出可用的判断（{reason}）。“{profile}”模式仍然回答。"
    return f"The guard model gave no judgement ({reason}). The profile {profile} answers all the same."


def replaced(*, chinese: bool) -> str:
    """Return the notice beside an answer whose text was replaced."""
    return "回答已被替换。" if chinese else "The answer was replaced."


def rules_unused(wrong: str, count: int, *, chinese: bool) -> str:
    """Return the notice that the rules file cannot be used, and what holds meanwhile."""
    if chinese:
        kept = f"上一次正确的 {count} 条规则仍然有效。" if count else "目前没有任何规则生效。"
        return f"rules.toml 未被采用：{wrong} {kept}详情：sotto guard check"
    kept = f"The last good rules ({count}) stay in force." if count else "No rules are in force."
    return f"rules.toml is not used. {wrong} {kept} More: sotto guard check"
