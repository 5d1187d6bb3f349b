"""Checks of what answers: the engine's library, the model's file, the memory, and a first word."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import aclosing
from pathlib import Path

from sottovoce.core.errors import REINSTALL, SottoError
from sottovoce.core.events import Done, Failed
from sottovoce.core.paths import Home, open_home
from sottovoce.core.sampling import Sampling
from sottovoce.core.settings import Settings, Value, child_environment
from sottovoce.doctor.finding import Finding, failure, fine, from_error, size, warning
from sottovoce.engine import memory
from sottovoce.engine.gguf import Header, read_header
from sottovoce.engine.library import Library
from sottovoce.engine.supervisor import engine_missing, explain
from sottovoce.fit import built
from sottovoce.models import shelf
from sottovoce.models.guards import guard_model

LIBRARY_SECONDS = 60
LOAD_LIBRARY = (
    "import sys; sys.path[:0] = sys.argv[1:]; import xllamacpp; print(xllamacpp.__version__); "
    "print(xllamacpp.get_system_info())"
)
"""Prints its version, and below it what it computes with."""

USED = re.compile(r"([A-Z][A-Z0-9_]*) = 1")


def library(command: str = LOAD_LIBRARY, chosen: Library | None = None) -> Finding:
    """Load the engine's library in a process of its own, where it may crash.

    Without one that was built here it is the installed one.
    """
    folder = [] if chosen is None else [str(chosen.folder)]
    try:
        run = subprocess.run(
            [sys.executable, "-P", "-c", command, *folder],
            capture_output=True,
            text=True,
            timeout=LIBRARY_SECONDS,
            env=child_environment({}),
            check=False,
        )
    except subprocess.TimeoutExpired:
        return failure("engine library", "It did not load within a minute.", "restart this machine")
    if run.returncode == 0:
        version, _, system = run.stdout.strip().partition("\n")
        made = "" if chosen is None else ", built here"
        return fine("engine library", f"xllamacpp {version}{made}; it uses {', '.join(USED.findall(system))}")
    said = run.stderr.strip().splitlines() or [""]
    problem = engine_missing(said[-1]) if run.returncode > 0 else explain(run.returncode, {}, run.stderr)
    return from_error("engine library", problem, REINSTALL)


def built_here(home: Home) -> tuple[Finding | None, Library | None]:
    """Look whether an engine that was built here answers; no finding where there is nothing to say."""
    chosen, why = built.look(home)
    if why:
        sentence = f"The engine {chosen} was chosen and is not used: {why}."
        return warning("built engine", sentence, "sotto engine build, or: sotto engine use wheel"), None
    return None, built.library_of(home, chosen) if chosen else None


def file(settings: Settings, home: Home) -> tuple[Finding, Header | None]:
    """Find the model's file and read its header."""
    try:
        found = shelf.resolve(settings.model, home)
        header = read_header(found.path)
    except SottoError as problem:
        return from_error("model", problem, "sotto models list"), None
    return fine("model", f"{found.name}, {size(header.file_size)}, licence {found.licence}"), header


def guard(settings: Settings, home: Home) -> Finding:
    """Find the guard model that the settings name, and which kind it is."""
    try:
        found = shelf.resolve(settings.guard_model, home)
        known = guard_model(found, shelf.resolve(settings.model, home))
    except SottoError as problem:
        return from_error("guard model", problem, "sotto settings unset guard_model")
    return fine("guard model", f"{found.name}, {known.kind}")


def digest(settings: Settings, home: Home) -> Finding:
    """Hash the model's file anew and hold it against the digest it was shipped with."""
    try:
        found = shelf.resolve(settings.model, home)
        known = shelf.verified(found, None)
    except SottoError as problem:
        return from_error("model digest", problem, REINSTALL)
    except OSError as problem:
        step = "check the disk and who may read the file"
        return failure("model digest", f"The model's file cannot be read: {problem.strerror}.", step)
    pinned = "as shipped" if found.sha256 else "optimised here" if found.made_of else "a file of your own"
    return fine("model digest", f"sha256 {known.sha256[:16]}…, {pinned}")


def room(header: Header, settings: Settings, available: int) -> Finding:
    """Hold the memory that the model needs against what is free."""
    window = min(settings.context or header.context_length, header.context_length)
    wanted = memory.needed(header.file_size, header.kv_bytes_per_token(), window)
    try:
        memory.require(wanted, available, "The model")
    except SottoError as problem:
        return from_error("memory", problem, "close other programs")
    return fine("memory", f"{size(available)} free, {size(wanted)} needed")


def first_word(settings: Settings, home: Home, environment: Mapping[str, str]) -> Finding:
    """Start the engine in a temporary home and have it say one word."""
    try:
        found = shelf.resolve(settings.model, home)
        model = shelf.STARTER if found.sha256 else str(found.path)
        with tempfile.TemporaryDirectory(prefix="sotto-doctor-") as folder:
            begun = time.monotonic()
            asyncio.run(_say_one_word(Path(folder), model, settings, environment))
    except SottoError as problem:
        return from_error("engine", problem, 'sotto --debug ask "Hello" shows more')
    return fine("engine", f"answers; the first word took {time.monotonic() - begun:.1f} s from a cold start")


async def _say_one_word(folder: Path, model: str, settings: Settings, environment: Mapping[str, str]) -> None:
    from sottovoce.app import open_app
    from sottovoce.chat.question import Question

    given: dict[str, Value | None] = {
        "model": model,
        "context": min(settings.context or 512, 512),
        "threads": settings.threads,
    }
    kept = {name: value for name, value in environment.items() if name == "engine"}
    async with open_app(home=open_home(folder / "home"), given=given, environment=kept) as app:
        question = Question("Say yes.", sampling=Sampling(max_tokens=1))
        async with aclosing(app.ask(question)) as events:
            async for event in events:
                if isinstance(event, Failed):
                    raise event.error
                if isinstance(event, Done):
                    return
