"""What sotto update does about the program itself: installs it beside this one, tells how to start it."""

from __future__ import annotations

import shlex
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sottovoce.cli._given import Given
    from sottovoce.core.paths import Home
    from sottovoce.updates.journal import Journal
    from sottovoce.updates.plan import Plan


@dataclass(frozen=True, slots=True)
class Switch:
    """From one program to another, by the names of updates/switch.py. `prefix`: where the other one is."""

    before: str
    after: str
    prefix: Path

    @property
    def pair(self) -> tuple[str, str]:
        return self.before, self.after


def installed(given: Given, home: Home, plan: Plan) -> Switch | None:
    """Install the program that a bundle brings, from what was staged; None where none is due."""
    from sottovoce.updates import contents, installing, programs, staging, switch

    for change in plan.due:
        if change.item.kind == contents.PROGRAM and change.choice is not None:
            given.show.note("Installing the program beside this one; this takes up to some minutes …")
            source = staging.staged(home, change.item)
            name = installing.have(home, change.item, change.choice, source)
            switch.begin(home, str(programs.running().prefix))
            return Switch(switch.current(home), name, switch.environment(home, name))
    return None


def going_back(home: Home, last: Journal) -> Switch | None:
    """Return the switch that taking back an update makes; None where that had none."""
    from sottovoce.updates import switch

    if last.program is None:
        return None
    before, after = last.program
    return Switch(after, before, switch.environment(home, before))


def told_start(given: Given, home: Home, switched: Switch | None) -> None:
    """Tell what a person starts from now on, where bundles have just begun to keep the program up."""
    from sottovoce.updates import programs, switch

    if switched is None:
        return
    given.show.line(f"From now on it is Sottovoce {_version(home, switched)} that is started.")
    if not programs.is_ours(switched.before):
        launcher = switch.launcher(home)
        given.show.line(f"Start it as {launcher}: this always starts the one that came last.")
        given.show.line(as_sotto(launcher, sys.platform))


def as_sotto(launcher: Path, platform: str) -> str:
    """Return how a person gets to start it by the name alone."""
    if platform == "win32":  # not run here
        folder = str(launcher.parent).replace("'", "''")
        return (
            "To start it by name in every new window, in PowerShell: "
            f"[Environment]::SetEnvironmentVariable('Path', '{folder};' + "
            "[Environment]::GetEnvironmentVariable('Path', 'User'), 'User')"
        )
    script = shlex.quote(str(launcher))
    return f"To have it as sotto: ln -sf {script} ~/.local/bin/sotto"


def _version(home: Home, switched: Switch) -> str:
    from sottovoce.updates import programs

    there = programs.ready(home, switched.after)
    return str(switched.prefix) if there is None else there.version
