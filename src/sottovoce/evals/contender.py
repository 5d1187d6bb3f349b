"""What is compared: a model, with settings behind its name. Pure.

`MODEL:temperature=0.2,system=Answer in one word.`: what `system` says goes to the end of the text.
"""

from __future__ import annotations

import difflib
import json
import re
from dataclasses import dataclass, field, fields
from typing import Any

from sottovoce.core.errors import BadValue
from sottovoce.core.sampling import RANGES, Sampling, checked

LONGEST_SYSTEM = 20_000
LONGEST_NUMBER = 40
"""Characters."""

SHORTEST_BEGUN = 3
"""Letters of a setting's name that tell which is meant."""

_SETTING = re.compile(r":(?=[A-Za-z_-]+=)")
HINT = 'for example: sotto compare starter "starter:temperature=0.8,system=Answer briefly."'


@dataclass(frozen=True, slots=True)
class Contender:
    """`text` is how it was given. What `sampling` does not say is as sets are asked: the likeliest word."""

    text: str
    model: str
    sampling: Sampling = field(default_factory=Sampling)
    system: str = ""

    @property
    def settings(self) -> str:
        """Return what is not as usual as JSON: {} where everything is."""
        said = {one.name: getattr(self.sampling, one.name) for one in fields(self.sampling)}
        given = {name: value for name, value in said.items() if value not in (None, ())}
        return json.dumps(given | ({"system": self.system} if self.system else {}), sort_keys=True)

    @property
    def is_plain(self) -> bool:
        """Return whether it is the model as it is: what it answers is a score of the model."""
        return self.settings == "{}"


def contender(text: str) -> Contender:
    """Return what a text names. Raises BadValue."""
    if "\0" in text or not text.strip():
        raise BadValue("A model has a name.", hint=HINT)
    model, *given = _SETTING.split(text, maxsplit=1)
    if not given:
        return Contender(text, text)
    if not model:
        raise BadValue(f"{text[:LONGEST_NUMBER]!r} has settings, but no model before them.", hint=HINT)
    said, system = _pairs(given[0])
    if len(system) > LONGEST_SYSTEM:
        raise BadValue(
            f"The system text has more than {LONGEST_SYSTEM:,} characters.", hint="Give a shorter one"
        )
    return Contender(text, model, checked(Sampling(**said)), system)


def _pairs(text: str) -> tuple[dict[str, Any], str]:
    said: dict[str, Any] = {}
    rest = text
    while rest:
        name, equals, after = rest.partition("=")
        name = name.strip().replace("-", "_")
        if name == "system":
            if not after.strip():
                raise BadValue("system= has no text behind it.", hint=HINT)
            return said, after.strip()
        value, _, rest = after.partition(",")
        if name not in RANGES:
            raise BadValue(f"There is no setting {name[:LONGEST_NUMBER]!r} of an answer.", hint=_near(name))
        if name in said:
            raise BadValue(f"{name} is given twice.", hint=HINT)
        said[name] = _value(name, value.strip() if equals else "")
    return said, ""


def _value(name: str, text: str) -> float | int:
    span = RANGES[name]
    try:
        if len(text) <= LONGEST_NUMBER:
            return int(text) if span.whole else float(text)
    except ValueError:
        pass
    kind = "a whole number" if span.whole else "a number"
    raise BadValue(f"{name} takes {kind}, not {text[:LONGEST_NUMBER]!r}.", hint=HINT)


def _near(name: str) -> str:
    known = (*RANGES, "system")
    begun = [one for one in known if len(name) >= SHORTEST_BEGUN and one.startswith(name)]
    near = begun or difflib.get_close_matches(name, known, 1)
    return f"Did you mean {near[0]}?" if near else f"There are {', '.join(known)}"
