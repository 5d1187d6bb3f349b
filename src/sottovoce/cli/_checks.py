"""Which checks of sotto doctor fail before an update and after it, by this program or the one that came."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sottovoce.cli._given import Given
    from sottovoce.cli._program import Switch
    from sottovoce.core.paths import Home


def failing(given: Given, home: Home) -> frozenset[str]:
    """Return which checks fail now: an update is not to be blamed for them."""
    return frozenset(name for name, _ in _failures(given, home))


def worse(given: Given, home: Home, before: frozenset[str], switched: Switch | None) -> Sequence[str]:
    """Say what fails now and did not before, by the program that is to use the home from now on."""
    found = _failures(given, home) if switched is None else _failures_there(given, home, switched)
    return [sentence for name, sentence in found if name not in before]


def _failures(given: Given, home: Home) -> list[tuple[str, str]]:
    from sottovoce.core.settings import read_environment
    from sottovoce.doctor.examine import examine
    from sottovoce.doctor.finding import Grade

    findings = examine(home, read_environment(), {"model": given.model}, None)
    return [(one.name, one.sentence) for one in findings if one.grade is Grade.FAIL]


def _failures_there(given: Given, home: Home, switched: Switch) -> list[tuple[str, str]]:
    from sottovoce.core.settings import read_environment
    from sottovoce.updates import trial

    return trial.failing(switched.prefix, home, given.model, read_environment())
