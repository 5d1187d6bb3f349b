"""Writes down what safeguards did: in the owner's log, with whose question it was and how it came."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from sottovoce.chat.guarded import Said
from sottovoce.core.errors import SottoError
from sottovoce.guard.policy import Where
from sottovoce.store.guard_log import Entry, GuardLog

log = logging.getLogger(__name__)

REFUSED, ANSWERED, NOTED, CARD, UNHEARD = "refused", "answered", "noted", "card", "unheard"


@dataclass(frozen=True, slots=True)
class Recorder:
    """`surface` is the way by which is asked here: terminal, python or server."""

    log: GuardLog
    surface: str

    def __call__(self, said: Said, rule: str, where: Where, outcome: str, category: str = "") -> None:
        """Write one act down. That the disk is full changes nothing of what was decided."""
        try:
            self.log.add(Entry(said.now, rule, category, where, outcome, said.owner, self.surface))
        except SottoError as problem:
            log.warning("A safeguard acted and it is not in the log: %s", problem.sentence)
