"""What a person set for one chat: how its answers are drawn, and how much of it the model reads."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from sottovoce.core.sampling import RANGES, Range, Sampling, check_range

SMALLEST_CONTEXT = 256
LARGEST_CONTEXT = 1_048_576


@dataclass(frozen=True, slots=True)
class ChatSettings:
    """None: as it is where a chat says nothing.

    `context` is the most tokens of the chat that go to the model; older exchanges are left out. The newest
    question always goes. `tools`: whether exact tools answer what is a sum, a conversion or a matter of days.
    """

    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    min_p: float | None = None
    repeat_penalty: float | None = None
    seed: int | None = None
    max_tokens: int | None = None
    context: int | None = None
    tools: bool | None = None

    def given(self) -> dict[str, float | bool]:
        """Return what is set, by name: as it is stored and exported."""
        said = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value for name, value in said.items() if value is not None}

    def sampling(self) -> Sampling:
        drawn: dict[str, Any] = self.given()
        return Sampling(**{name: value for name, value in drawn.items() if name in RANGES})


UNSET = ChatSettings()

SPANS: dict[str, Range] = {
    **{field.name: RANGES[field.name] for field in fields(ChatSettings) if field.name in RANGES},
    "context": Range(SMALLEST_CONTEXT, LARGEST_CONTEXT, True, "most tokens of a chat that the model reads"),
}


def checked(settings: ChatSettings) -> ChatSettings:
    """Return the settings, or raise BadValue naming the first one out of range."""
    for name, value in settings.given().items():
        if name in SPANS:
            check_range(name, value, SPANS[name], f"settings.{name}")
    return settings


def read(value: object) -> ChatSettings:
    """Return what of a JSON value is a setting within its range; the rest is left out."""
    found = value if isinstance(value, dict) else {}
    taken: dict[str, Any] = {name: found[name] for name in SPANS if _fits(found.get(name), SPANS[name])}
    if isinstance(found.get("tools"), bool):
        taken["tools"] = found["tools"]
    return ChatSettings(**taken)


def _fits(value: object, span: Range) -> bool:
    kinds = int if span.whole else (int, float)
    return isinstance(value, kinds) and not isinstance(value, bool) and span.low <= value <= span.high
