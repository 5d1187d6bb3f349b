"""Reads the environment; nothing else does. Small, since the help is printed after it.

Knows the names of variables, not what a setting may be.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

PREFIX = "SOTTO_"

PASSED_ON = (
    "PATH", "LANG", "LC_ALL", "LC_CTYPE", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT", "LD_LIBRARY_PATH",
    "DYLD_LIBRARY_PATH", "PYTHONHOME", "PYTHONPATH", "PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX",
)  # fmt: skip
"""A child process needs these to start; keys and tokens in the rest are none of its business."""

OTHERS = ("OLLAMA_MODELS", "HF_HOME", "HF_HUB_CACHE")
"""Say where Ollama and Hugging Face's programs keep models, which may be used from there."""

LOCALE = ("LC_ALL", "LC_MESSAGES", "LANG")
"""Say which language a person reads, and where; the first that says anything counts, as POSIX has it."""

WINDOWS_CHINESE = 0x04
"""The primary language in a language identifier of Windows."""


def read_environment() -> dict[str, str]:
    """Return the SOTTO_* part of the environment, without the prefix and in lower case."""
    return {
        name.removeprefix(PREFIX).lower(): value
        for name, value in os.environ.items()
        if name.startswith(PREFIX)
    }


def read_others() -> dict[str, str]:
    """Return where other programs were told to keep their models, as far as they were."""
    return {name: os.environ[name] for name in OTHERS if os.environ.get(name)}


def read_locale() -> str:
    """Return the locale that holds for words, as `zh_CN.UTF-8`; empty where nothing says it."""
    for name in LOCALE:
        if os.environ.get(name):
            return os.environ[name]
    if sys.platform == "win32":
        import ctypes

        spoken = ctypes.windll.kernel32.GetUserDefaultUILanguage() & 0x3FF
        return "zh" if spoken == WINDOWS_CHINESE else ""
    return ""


def read_data_home() -> str:
    """Return the folder of programs' data, as the XDG Base Directory Specification has it."""
    named = os.environ.get("XDG_DATA_HOME", "")
    return named if named.strip() else "~/.local/share"


def others_environment() -> dict[str, str]:
    """Return what another program started from here may know of this one's environment: nothing of ours.

    SOTTO_HF_TOKEN is a secret.
    """
    return {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}


def child_environment(extra: Mapping[str, str]) -> dict[str, str]:
    """Return what a program started from here may know of this one's environment, and `extra`."""
    return {**{name: os.environ[name] for name in PASSED_ON if name in os.environ}, **extra}
