"""The breakers of a program, one for each model elsewhere, while it runs."""

from __future__ import annotations

import math

from sottovoce.core.errors import UpstreamProblem
from sottovoce.hybrid import breaker
from sottovoce.hybrid.breaker import Breaker


class Breakers:
    """Remembers which servers failed. In memory alone: a program that starts anew asks anew."""

    def __init__(self) -> None:
        self._of: dict[str, Breaker] = {}

    def begin(self, name: str, now: float) -> None:
        """Note that a question is under way. Raises UpstreamProblem while its server is left alone."""
        seconds = breaker.wait(self[name], now)
        if seconds:
            raise UpstreamProblem(
                f"{name} has failed, and is left alone for {math.ceil(seconds)} s.",
                hint="Ask the model here, or try again later.",
                retry_after=seconds,
            )
        self._of[name] = breaker.begun(self[name], now)

    def went_well(self, name: str) -> None:
        self._of[name] = breaker.went_well(self[name])

    def stopped(self, name: str) -> None:
        """Note that a question ended for no reason of the server's."""
        self._of[name] = breaker.stopped(self[name])

    def failed(self, name: str, now: float, asked: float | None = None) -> None:
        """Note a failure. `asked`: seconds for which the server asked to be left alone."""
        self._of[name] = breaker.failed(self[name], now, asked)

    def __getitem__(self, name: str) -> Breaker:
        return self._of.get(name, Breaker())
