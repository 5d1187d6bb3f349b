"""How the engine draws an answer where nobody says otherwise: its own numbers, or those in the model's file.

Told to people; the engine itself takes them without being told.
"""

from __future__ import annotations

import math
from typing import Any

from sottovoce.core.sampling import RANGES, Sampling, laid_over
from sottovoce.engine.gguf import Header

OWN = Sampling(temperature=0.8, top_p=0.95, top_k=40, min_p=0.05, repeat_penalty=1.0)

KEYS = {
    "temperature": "general.sampling.temp",
    "top_p": "general.sampling.top_p",
    "top_k": "general.sampling.top_k",
    "min_p": "general.sampling.min_p",
    "repeat_penalty": "general.sampling.penalty_repeat",
}


def of(header: Header) -> Sampling:
    """Return how answers of this model are drawn."""
    said: dict[str, Any] = {}
    for name, key in KEYS.items():
        value = header.metadata.get(key)
        if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
            said[name] = int(value) if RANGES[name].whole else round(float(value), 4)
    return laid_over(OWN, Sampling(**said))
