"""Answers what can be computed: a question that is a sum, a conversion or a matter of days, and no more.

The readers of such questions are loaded with the first question that may be one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from sottovoce.chat.guarded import Instead, Said, Verdict
from sottovoce.core import computed
from sottovoce.core.events import Computed
from sottovoce.exact import cleaning

if TYPE_CHECKING:
    from sottovoce.exact.calls import Call


@dataclass(frozen=True, slots=True)
class ExactCheck:
    """Computes where the whole question is to be computed; `is_on` tells whether it is to, by now.

    What must follow a schema is not computed.
    """

    is_on: Callable[[], bool]

    async def __call__(self, said: Said) -> Verdict:
        if said.is_shaped or not cleaning.may_be_exact(said.text) or not self.is_on():
            return Verdict()
        from sottovoce.exact import reading

        today = datetime.fromtimestamp(said.now, UTC).astimezone().date()
        call = reading.certain(said.text, today)
        if call is not None:
            return Verdict(_answer(said, call, today))
        return Verdict()


def _answer(said: Said, call: Call, today: date) -> Instead:
    from sottovoce.exact import calls

    result = calls.computed(call, cleaning.language(said.text), today)
    told = Computed(call.name, call.arguments, result.value)
    return Instead(computed.REASON, result.sentence, {computed.FACT: computed.fact([told])}, (told,))
