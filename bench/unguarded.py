"""`sotto` with nothing around its models, to be timed against the real one: `-m bench.unguarded ask`."""

from __future__ import annotations

from typing import Any

from sottovoce import guards
from sottovoce.chat.guarded import UNGUARDED, Guards
from sottovoce.cli.main import main


def nothing(*_: Any, **__: Any) -> Guards:
    return UNGUARDED


if __name__ == "__main__":
    guards.around = nothing
    guards.around_calls = nothing
    main()
