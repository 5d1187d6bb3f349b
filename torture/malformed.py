"""Gives the program models that are damaged or hostile, and kept states that are damaged.

Headers changed piece by piece, shapes of published holes, damaged weights: the reader refuses them, or the
engine's own process ends and nothing else. States that are not what was written are not believed.
"""

from __future__ import annotations

import hmac
import signal
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from itertools import count
from pathlib import Path
from unittest.mock import patch

sys.path.append(str(Path(__file__).parents[1] / "tests" / "processes"))

from loaded import Loaded

from sottovoce.core.errors import BadModelFile
from sottovoce.engine import gguf
from sottovoce.engine.gguf import Header, read_header, read_vocabulary
from torture import forged, pulse, wounds
from torture.fed import BLIND, UNTHREADED, Answer, Fed
from torture.killing import ENOUGH
from torture.result import Figures, Result, Row
from torture.told import Told

READ = (2_000, 100_000)
ASKED = (200, 4_500)
DAMAGED = (40, 500)
"""How many, in the short form and the long one: 240 and 5,000 go through the engine."""
STATES = 1_000

SECONDS = 5.0
"""Reading a header may take this long on its processor."""
MEMORY = 128 << 20
"""And so many bytes of memory, beyond what whoever reads it has already."""

ALONE = """
import os, resource, sys
from sottovoce.engine.child import ChildConfig, parameters
import xllamacpp
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
resource.setrlimit(resource.RLIMIT_DATA, (2 << 30, 2 << 30))
os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
try:
    xllamacpp.Server(parameters(ChildConfig(sys.argv[1], sys.argv[2], None, 256, 1, 1, None), xllamacpp))
except (RuntimeError, ValueError):
    pass
os._exit(0)
"""
"""The engine within the program that wants it."""

NOTES = """Eight kinds of models are changed, the starter among them. Of the changed models that the server
was asked for, every other one had passed the reader. The others came past it to the engine, as did the shapes
of published holes. The starter's weights were changed in {bytes:,} places each. {health}
An older state of the same chat that is put back whole is read: nobody else can have written it, and only so
much of it is used as the chat still begins with."""


def run(folder: Path, figures: Figures, told: Told) -> Result:
    rows = [_read(folder, figures, told)]
    beats: list[pulse.Beat] = []
    rows += _asked(folder, figures, told, beats)
    rows.append(_doubted(_damaged(folder, figures, told, beats), beats))
    rows.append(_states(folder, figures, told))
    return Result(
        "A malformed model never takes the program down, and no damaged state of a chat is believed",
        tuple(rows),
        NOTES.format(bytes=wounds.BYTES, health=pulse.told(beats)),
    )


def _doubted(row: Row, beats: list[pulse.Beat]) -> Row:
    """Return a row with what keeps its measure of the server's health from being one, if anything does."""
    doubt = pulse.unmeasured(beats)
    tried = row.tried
    return replace(row, tried=replace(tried, faults=(*tried.faults, doubt))) if doubt else row


# ── the reader ────────────────────────────────────────────────────────────────────────────────────


def _read(folder: Path, figures: Figures, told: Told) -> Row:
    what, cases = "a changed header, read", range(figures.pick(*READ))
    made = []
    for name, work, enough in (("", _header, None), (", unsafe", _header_anywhere, ENOUGH)):
        pool, attempt = ProcessPoolExecutor(initializer=_limit), partial(work, folder, figures)
        made.append(told.each(what + name, cases, attempt, pool=pool, enough=enough))
    return Row(what, made[0], "the check that all weights lie within the file, each in its place", made[1])


def _limit() -> None:
    import resource

    wounds.patients()
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    resource.setrlimit(resource.RLIMIT_AS, (pages * 4096 + MEMORY, resource.RLIM_INFINITY))


def _header(folder: Path, figures: Figures, case: int) -> str | None:
    patients = wounds.patients()
    path = folder / f"header{case}.gguf"
    try:
        how = patients[case % len(patients)].wound(path, figures.chance("header", case))
        found = _misread(path)
    finally:
        path.unlink(missing_ok=True)
    return found and f"{how}: {found}"


def _header_anywhere(folder: Path, figures: Figures, case: int) -> str | None:
    with patch.object(gguf, "_check_places", lambda *_: None):
        return _header(folder, figures, case)


def _misread(path: Path) -> str | None:
    """Say what the reader did that it must not."""
    began = time.thread_time()
    try:
        header = read_header(path)
        header.kv_bytes_per_token()
        read_vocabulary(path, header)
        found = _misplaced(header)
    except BadModelFile as problem:
        is_told = problem.sentence.startswith(path.name) and problem.hint
        found = None if is_told else f"it was refused without a reason: {problem}"
    except Exception as problem:  # noqa: BLE001  (which is what is looked for)
        return f"it was neither read nor refused: {problem!r}"
    seconds = time.thread_time() - began
    return found if seconds < SECONDS else f"it took {seconds:.0f} s"


def _misplaced(header: Header) -> str | None:
    """Say which weights of a header that was taken for sound do not lie within the file, apart."""
    before = header.data_offset
    for tensor in sorted(header.tensors, key=lambda one: one.offset):
        begin = header.data_offset + tensor.offset
        if begin < before:
            return f"{tensor.name} lies upon another"
        before = begin + tensor.nbytes
    return "weights lie behind the end of the file" if before > header.file_size else None


# ── the engine's process, and the server beside it ────────────────────────────────────────────────


def _asked(folder: Path, figures: Figures, told: Told, beats: list[pulse.Beat]) -> list[Row]:
    sound = wounds.small(folder / "sound.gguf")
    with _served(folder / "whole", beats) as whole, _served(folder / "blind", beats, sound) as blind:
        shapes = _shapes(whole, blind, told)

        def attempt(case: str) -> str | None:
            if case in wounds.SHAPES:
                return _shape(blind, _is_answered, case)
            server = blind if int(case) % 2 else whole
            return server.feed(case, partial(_model, figures, case), _is_answered)

        what = "a changed model, asked of a server"
        cases = [*wounds.SHAPES, *map(str, range(figures.pick(*ASKED) - len(wounds.SHAPES)))]
        tried = told.each(what, cases, attempt)
    with _alone() as alone:
        past = [case for case in cases if case.isdigit() and int(case) % 2]
        found = told.each(f"{what}, unsafe", past, partial(_dies, alone, folder, figures), enough=ENOUGH)
    return [shapes, Row(what, tried, "a process of its own for the engine", found)]


def _shapes(whole: Fed, blind: Fed, told: Told) -> Row:
    what = "the shape of a published hole, asked of a server"
    tried = told.each(what, wounds.SHAPES, partial(_shape, whole, _is_refused))
    past = partial(_shape, blind, _is_refused)
    return Row(what, tried, "the reader", told.each(f"{what}, unsafe", wounds.SHAPES, past, enough=ENOUGH))


@contextmanager
def _served(folder: Path, beats: list[pulse.Beat], sound: Path | None = None) -> Iterator[Fed]:
    """Give a server for the block. With a `sound` file its reader takes each for that."""
    with Fed(folder, "" if sound is None else BLIND.format(sound=str(sound))) as server:
        yield server
        beats += server.pulse.beats()


def _shape(server: Fed, fault: Callable[[Answer], str | None], case: str) -> str | None:
    return server.feed(case.replace(" ", "-"), partial(wounds.shape, what=case), fault)


def _is_refused(answer: Answer) -> str | None:
    """Say what is wrong where the engine was asked, or an error not told."""
    return answer.fault or (None if answer.status == 404 else "it came as far as the engine")


def _is_answered(answer: Answer) -> str | None:
    """Say what is wrong where the engine was not asked, or an error not told."""
    return answer.fault or ("it was not found" if answer.status == 404 else None)


def _model(figures: Figures, case: str, path: Path) -> None:
    """Write a small model that the reader takes for sound, or, where the number is odd, does not."""
    chance, patients = figures.chance("model", case), wounds.writers()
    is_sound = int(case) % 2 == 0
    patient = patients[int(case) // 2 % len(patients)]
    for _ in count():
        patient.wound(path, chance)
        if wounds.is_taken(path) == is_sound:
            return


@contextmanager
def _alone() -> Iterator[Loaded]:
    loaded = Loaded(ALONE, ("sottovoce.engine.child", "xllamacpp"), GGML_NO_BACKTRACE="1")
    try:
        yield loaded
    finally:
        loaded.close()


def _dies(alone: Loaded, folder: Path, figures: Figures, case: str) -> str | None:
    """Say how the program ended that loaded the model itself."""
    path = folder / f"alone{case}.gguf"
    _model(figures, case, path)
    process = alone.start([str(path), str(folder / f"{case}.sock")], {}, patience=60)
    process.communicate()
    path.unlink()
    code = process.returncode or 0
    return f"the program ended with it: {signal.Signals(-code).name}" if code < 0 else None


def _damaged(folder: Path, figures: Figures, told: Told, beats: list[pulse.Beat]) -> Row:
    what, cases = "the starter with damaged weights, asked of a server", range(figures.pick(*DAMAGED))

    def attempt(server: Fed, case: int) -> str | None:
        chance = figures.chance("weights", case)
        return server.feed(str(case), partial(wounds.damage_weights, chance=chance), _is_answered)

    with _served(folder / "served", beats) as server:
        tried = told.each(what, cases, partial(attempt, server))
    with Fed(folder / "at-once", UNTHREADED) as server:
        found = told.each(f"{what}, unsafe", cases, partial(attempt, server), enough=ENOUGH)
    return Row(what, tried, "threads for what blocks: reading a file, hashing it", found)


# ── kept states ───────────────────────────────────────────────────────────────────────────────────


def _states(folder: Path, figures: Figures, told: Told) -> Row:
    what = "a damaged state of a chat, read"
    place = folder / "states"
    place.mkdir()
    attempt = forged.attempt(place, forged.stock(place, figures.chance("states")), figures)
    tried = told.each(what, range(STATES), attempt)
    with patch.object(hmac, "compare_digest", lambda *_: True):
        found = told.each(f"{what}, unsafe", range(STATES), attempt, enough=ENOUGH)
    return Row(what, tried, "the comparison of its authentication code", found)
