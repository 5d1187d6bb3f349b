"""In which language the program speaks to a person: as it was told, else as the locale has it. Pure.

Knows nothing of words, and nothing of the language of a question.
"""

from __future__ import annotations

from contextvars import ContextVar

ENGLISH = "en"
CHINESE = "zh"
AUTO = "auto"
LANGUAGES = (ENGLISH, CHINESE)
WISHES = (AUTO, *LANGUAGES)
"""What the setting `lang` may be."""


reader: ContextVar[str] = ContextVar("reader", default="")
"""The language of whoever asks at the moment, where they said so, as a page's browser does; else empty."""


def choose(environment: str, setting: str, locale: str) -> str:
    """Return the language. What is no language says nothing; `auto` leaves it to the locale."""
    for wish in (environment.strip().lower(), setting.strip().lower()):
        if wish in LANGUAGES:
            return wish
        if wish == AUTO:
            break
    return CHINESE if spoken(locale) == CHINESE else ENGLISH


def spoken(locale: str) -> str:
    """Return the language of a locale: `zh` of `zh_TW.UTF-8`."""
    for mark in ("@", ".", "_", "-"):
        locale = locale.partition(mark)[0]
    return locale.strip().lower()
