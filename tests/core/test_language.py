from __future__ import annotations

import pytest

from sottovoce.core.environment import read_locale
from sottovoce.core.language import choose


@pytest.mark.parametrize(
    ("environment", "setting", "locale", "language"),
    [
        ("", "", "", "en"),
        ("", "", "C.UTF-8", "en"),
        ("", "", "POSIX", "en"),
        ("", "", "de_DE.UTF-8", "en"),
        ("", "", "zh_CN.UTF-8", "zh"),
        ("", "", "zh_TW", "zh"),
        ("", "", "zh_HK.Big5", "zh"),
        ("", "", "zh-Hans", "zh"),
        ("", "", "ZH", "zh"),
        ("", "", "zhoosh", "en"),
        ("", "auto", "zh_CN.UTF-8", "zh"),
        ("", "en", "zh_CN.UTF-8", "en"),
        ("", "zh", "en_GB.UTF-8", "zh"),
        ("en", "zh", "zh_CN.UTF-8", "en"),
        ("zh", "en", "en_GB.UTF-8", "zh"),
        ("auto", "zh", "en_GB.UTF-8", "en"),
        (" ZH ", "", "", "zh"),
        ("fr", "zh", "", "zh"),
        ("fr", "", "zh_CN.UTF-8", "zh"),
    ],
)
def test_what_says_more_of_a_person_wins(environment: str, setting: str, locale: str, language: str) -> None:
    assert choose(environment, setting, locale) == language


@pytest.mark.parametrize(
    ("variables", "locale"),
    [
        ({"LC_ALL": "zh_CN.UTF-8", "LC_MESSAGES": "en_GB.UTF-8", "LANG": "de_DE"}, "zh_CN.UTF-8"),
        ({"LC_ALL": "", "LC_MESSAGES": "zh_TW", "LANG": "de_DE"}, "zh_TW"),
        ({"LANG": "zh_HK.UTF-8"}, "zh_HK.UTF-8"),
        ({"LC_CTYPE": "zh_CN.UTF-8"}, ""),
        ({}, ""),
    ],
)
def test_of_the_locale_the_first_variable_that_is_set_counts(
    variables: dict[str, str], locale: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG", "LC_CTYPE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert read_locale() == locale
