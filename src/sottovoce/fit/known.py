"""What was measured of this machine, as it is kept in the home, and what follows for a model.

Measures nothing itself, and so costs little to ask.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace

from sottovoce.core.paths import Home, write_whole
from sottovoce.fit import built
from sottovoce.fit.accelerators import Accelerator
from sottovoce.fit.advise import Fit, Learned, fit
from sottovoce.fit.estimate import Program, Run
from sottovoce.fit.machine import Machine, look
from sottovoce.fit.pace import Pace
from sottovoce.fit.shape import Shape

VERSION = 3


@dataclass(frozen=True, slots=True)
class Measured:
    """What a machine was found to do. `key` names the machine, the threads and the engine's build.

    `share` is the part of the processor time it could use that the engine had; less where others compute.
    """

    key: str
    pace: Pace
    program: Program
    share: float = 1.0


@dataclass(frozen=True, slots=True)
class Here:
    """The machine as it is now: what was measured, what memory is free, and what earlier answers taught."""

    measured: Measured
    free: int
    threads: int = 2
    learned: Learned = field(default_factory=Learned)
    card: Accelerator | None = None
    """The graphics card with the most memory, where one tells how much it has."""

    def fit(self, shape: Shape, run: Run, learned: Learned | None = None) -> Fit:
        """Return how a model of this shape does here, for whoever asks for `run`; see advise.fit."""
        return fit(
            shape,
            replace(run, threads=self.threads),
            self.measured.pace,
            self.measured.program,
            self.free,
            learned=learned or self.learned,
            card=self.card,
        )


def of_machine(measured: Measured, machine: Machine, taken: int = 0) -> Here:
    """Join what was measured with the machine as it is; `taken` bytes of its memory could be had as well."""
    cards = [card for card in machine.accelerators if card.memory]
    best = max(cards, key=lambda card: card.memory or 0, default=None)
    return Here(measured, machine.free + taken, machine.cores, card=best)


def here(home: Home, taken: int = 0) -> Here | None:
    """Return what is known of this machine, None where it has not been measured.

    `taken` bytes, which models have that are loaded now, count as free: they are put to rest for another.
    """
    machine = look()
    measured = kept(home, key_of(machine, built.name_in_use(home)))
    return None if measured is None else of_machine(measured, machine, taken)


def key_of(machine: Machine, engine: str = "") -> str:
    """Name the machine, its threads and the engine's build: any other must be measured anew.

    `engine` is the name of one that was built here.
    """
    build = f"{built.release()}+{engine}" if engine else built.release()
    return f"{machine.processor}; {machine.cores} threads; xllamacpp {build}"


def kept(home: Home, key: str) -> Measured | None:
    """Return what was measured before of the same machine with the same engine; None if nothing was."""
    try:
        said = json.loads((home.root / "machine.json").read_text("utf-8"))
        if said["version"] != VERSION or said["key"] != key:
            return None
        measured = Measured(key, Pace(**said["pace"]), Program(**said["program"]), said.get("share", 1.0))
        # Tried out here, so that no list fails on it later: every cost, and any type of weights.
        measured.pace.seconds(dict.fromkeys((*measured.pace.costs, "once F16", "few F16", "each F16"), 1.0))
        return measured
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None  # whatever it is, measuring anew mends it


def keep(home: Home, measured: Measured) -> None:
    """Keep it for the next time. Raises DiskFull or ReadOnly."""
    said = {"version": VERSION, **asdict(measured)}
    write_whole(home.root / "machine.json", json.dumps(said, indent=1).encode() + b"\n")
