"""What the page's API takes and gives of a chat's settings, of presets, and of what is remembered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

from pydantic import Field

from sottovoce.core.sampling import Range
from sottovoce.server.app_api.nouns import MOST_TEXT, Noun, SettingsNoun
from sottovoce.store.memory import LONGEST, Remembered
from sottovoce.store.presets import Preset


class ContextNoun(Noun):
    """How full the model's view of the branch shown is, in tokens.

    `window` is what the model holds at once, null where it is not known; the oldest exchanges are left out
    when more than `room` would be read, and `left_out` is how many were for the last answer. `used` is what
    the branch took with that answer; not `exact` where some of it was not counted, but judged by its length.
    """

    window: int | None
    room: int | None
    used: int
    exact: bool
    left_out: int


class RangeNoun(Noun):
    low: float
    high: float
    whole: bool

    @classmethod
    def of(cls, span: Range) -> Self:
        return cls(low=span.low, high=span.high, whole=span.whole)


class DefaultsNoun(Noun):
    """What holds where a chat sets nothing, and what it may set.

    `settings`, where known; a seed is drawn anew each time. `window` is the model's, null where not known.
    """

    system: str
    settings: SettingsNoun
    window: int | None
    ranges: dict[str, RangeNoun]


class NewPreset(Noun):
    name: str
    system: str = Field("", max_length=MOST_TEXT)
    settings: SettingsNoun = SettingsNoun()


class PresetNoun(Noun):
    id: str
    name: str
    system: str
    settings: SettingsNoun
    created: float

    @classmethod
    def of(cls, preset: Preset) -> Self:
        return cls(
            id=preset.id,
            name=preset.name,
            system=preset.system,
            settings=SettingsNoun.of(preset.settings),
            created=preset.created,
        )


class PresetList(Noun):
    presets: list[PresetNoun]


class RememberedNoun(Noun):
    """A line that is remembered. `chat` and `message` are where it was said, `title` that chat's.

    They are null where it was written into the list itself, or where that chat is deleted. `changed` is when
    it was last put anew, null where it reads as it was said.
    """

    id: str
    text: str
    chat: str | None
    message: str | None
    title: str | None
    created: float
    changed: float | None

    @classmethod
    def of(cls, line: Remembered, titles: Mapping[str, str]) -> Self:
        is_there = line.chat in titles
        return cls(
            id=line.id,
            text=line.text,
            chat=line.chat if is_there else None,
            message=line.message if is_there else None,
            title=titles.get(line.chat or ""),
            created=line.created,
            changed=line.changed,
        )


class MemoryNoun(Noun):
    """`on`: a message may ask for something to be remembered, and models are told of it."""

    on: bool
    remembered: list[RememberedNoun]


class MemorySwitch(Noun):
    on: bool


class NewLine(Noun):
    text: str = Field(max_length=10 * LONGEST)


class ProgramSetting(Noun):
    """A setting that the owner can set in the page; its value is one of `choices`, where there are any.

    `fixed`: the environment or the command that began the program says what holds, and no page can change it.
    """

    name: str
    value: str
    choices: list[str]
    fixed: bool


class ProgramSettings(Noun):
    settings: list[ProgramSetting]


class SettingsChange(Noun):
    """Only what is given is set; null takes the default again."""

    system: str | None = Field(None, max_length=MOST_TEXT)
    profile: str | None = None
    region: str | None = None
    tools: str | None = None
    help_in_chat: str | None = None
    labels: str | None = None
