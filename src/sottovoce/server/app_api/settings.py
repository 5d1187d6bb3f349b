"""The settings that the owner can set in the page: what is said in words or chosen, not the machine's."""

from __future__ import annotations

import asyncio

from sottovoce.core import settings
from sottovoce.core.environment import read_environment
from sottovoce.core.settings import LABELS, PROFILES, SWITCH
from sottovoce.server.app_api.nouns_settings import ProgramSetting, ProgramSettings, SettingsChange
from sottovoce.server.caller import Scope
from sottovoce.server.changes import What
from sottovoce.server.endpoint import Endpoint, Visit

ALL = "/app/api/settings"

SETTABLE: dict[str, tuple[str, ...]] = {
    "system": (),
    "profile": PROFILES,
    "region": (),
    "tools": SWITCH,
    "help_in_chat": SWITCH,
    "labels": LABELS,
}
"""What each may be; none where that is for words."""


async def listed(visit: Visit[None]) -> ProgramSettings:
    """List what can be set in the page, and what holds now."""
    return await _all(visit)


async def change(visit: Visit[SettingsChange]) -> ProgramSettings:
    """Set what is given; null takes the default again. Nothing is set where one of them is wrong."""
    home, given = visit.house.app.home, visit.body.model_dump(exclude_unset=True)
    for name, value in given.items():
        if value is not None:
            settings.check(name, value)
    for name, value in given.items():
        await asyncio.to_thread(settings.store, home, name, value)
    visit.house.changes.tell(What.SETTINGS)
    return await _all(visit)


async def _all(visit: Visit[None] | Visit[SettingsChange]) -> ProgramSettings:
    app = visit.house.app
    held, kept = app.standing(), {one.name: one for one in await _described(visit)}
    return ProgramSettings(
        settings=[
            ProgramSetting(
                name=name,
                value=str(getattr(held, name)),
                choices=list(choices),
                fixed=kept[name].source == "environment" or kept[name].value != getattr(held, name),
            )
            for name, choices in SETTABLE.items()
        ]
    )


async def _described(visit: Visit[None] | Visit[SettingsChange]) -> list[settings.Setting]:
    return await asyncio.to_thread(settings.describe, visit.house.app.home, read_environment())


ENDPOINTS = (
    Endpoint("GET", ALL, listed, Scope.PAGE, answer=ProgramSettings),
    Endpoint("PATCH", ALL, change, Scope.PAGE, body=SettingsChange, answer=ProgramSettings),
)
