"""The uses of exact tools that an answer comes from, as they are kept with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sottovoce.core.events import Computed

FACT = "tools"
"""The fact of an answer that holds them, in order: name, arguments and result of each."""

REASON = "computed"
"""Why such an answer ended: no model wrote it."""

MOST = 16
LONGEST = 5_000
"""Characters of anything in one: of a result as well, which may have thousands of digits."""


def fact(used: Sequence[Computed]) -> list[dict[str, Any]]:
    """Return what is kept of these uses, which is also how programs are told of them."""
    return [{"name": one.name, "arguments": dict(one.arguments), "result": one.result} for one in used]


def kept(facts: Mapping[str, Any]) -> tuple[Computed, ...]:
    """Return what an answer's facts say; nothing of what another program wrote there that is none."""
    told = facts.get(FACT)
    found = [_read(one) for one in told[:MOST]] if isinstance(told, list) else []
    return tuple(one for one in found if one is not None)


def _read(said: object) -> Computed | None:
    if not isinstance(said, dict):
        return None
    name, arguments, result = (said.get(key) for key in ("name", "arguments", "result"))
    if not (isinstance(name, str) and isinstance(arguments, dict) and isinstance(result, str)):
        return None
    texts = [name, result, *arguments, *arguments.values()]
    if not all(isinstance(text, str) and len(text) <= LONGEST for text in texts):
        return None
    return Computed(name, arguments, result)
