"""Every check in turn, from the machine up to a first word."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping

from sottovoce.core.paths import Home
from sottovoce.core.settings import Value
from sottovoce.doctor import keeping, machine, model
from sottovoce.doctor.finding import Finding, Grade
from sottovoce.doctor.routing import routing
from sottovoce.engine import memory


def examine(
    home: Home, environment: Mapping[str, str], given: Mapping[str, Value | None], encoding: str | None
) -> Iterator[Finding]:
    """Yield each finding as it is made. `encoding` is that of standard output. Changes nothing."""
    now = time.time()
    yield machine.python(sys.version_info[:3])
    yield machine.sqlite()
    yield machine.screen(encoding)
    yield machine.clock(now, keeping.newest_written(home))
    yield machine.disk(machine.free_space(home.root))
    yield machine.file_system(machine.existing(home.root.absolute()).resolve(), machine.mounts_here())
    yield machine.leftovers(machine.processes_here(), machine.folders_here(now))
    settings, found = keeping.read_settings(home, environment, given)
    yield found
    yield keeping.access(home)
    yield keeping.database(home)
    yield keeping.backups(home, now)
    yield keeping.rules(home)
    yield routing(home, settings)
    yield keeping.signing_key(home)
    if (found_keys := keeping.keys_elsewhere(home)) is not None:
        yield found_keys
    yield keeping.network(home, settings.network)
    told, chosen = model.built_here(home)
    if told is not None:
        yield told
    yield (library := model.library(chosen=chosen))
    found, header = model.file(settings, home)
    yield found
    if settings.guard_model:
        yield model.guard(settings, home)
    if header is None:
        return
    yield model.digest(settings, home)
    yield (room := model.room(header, settings, memory.available()))
    if Grade.FAIL not in (library.grade, room.grade):
        yield model.first_word(settings, home, environment)


def failed(findings: list[Finding]) -> bool:
    return any(finding.grade is Grade.FAIL for finding in findings)
