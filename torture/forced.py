"""Code that is planted in the program before it begins: faults that are forced, and leaks for the control."""

from __future__ import annotations

RAISES = """
import dataclasses, importlib
from pathlib import Path
import sottovoce.cli.main

SWITCH = Path({switch!r})

def told(value):
    fields = dataclasses.fields(value) if dataclasses.is_dataclass(value) else ()
    return " ".join([repr(value), *(repr(getattr(value, one.name)) for one in fields)])

def wrap(module, name):
    place = importlib.import_module(module)
    *outer, last = name.split(".")
    for part in outer:
        place = getattr(place, part)
    work = getattr(place, last)

    def raises(*given, **named):
        if SWITCH.exists() and SWITCH.read_text() == f"{{module}}:{{name}}":
            raise RuntimeError(" ".join(map(told, [*given, *named.values()])))
        return work(*given, **named)

    setattr(place, last, raises)

for point in {points!r}:
    wrap(*point.split(":"))
Path({begun!r}).touch()
"""
"""Where the switch names a point, an error is raised there that says all that the point was given."""

LEAKS = """
import json, os, subprocess, sys, tempfile
from sottovoce.chat import outgoing
from sottovoce.cli import _crash, main as cli
from sottovoce.engine import supervisor
from sottovoce.hybrid import keyring
from sottovoce.server import metrics
from sottovoce.store import chats, search
import logging, traceback

ask, find, text, form = chats.ask, search.find, metrics.Metrics.text, outgoing.form
log = logging.getLogger("sottovoce.control")
HELD = {held!r}

def asked(*given, **named):
    said = repr((given, named))
    log.warning("asked: %s", said)
    print(said, file=sys.stderr, flush=True)
    with tempfile.NamedTemporaryFile(delete=False) as kept:
        kept.write(said.encode("utf-16-le"))
    subprocess.Popen(["sh", "-c", "sleep 1", said])
    return ask(*given, **named)

def sought(conn, owner, words, *rest):
    with open(os.environ["SOTTO_HOME"] + "/sought.json", "a") as kept:
        kept.write(words.encode().hex())
    return find(conn, owner, words, *rest)

def formed(*given, **named):
    made = form(*given, **named)
    object.__setattr__(made, "opening", made.opening + HELD.encode())
    return made

chats.ask, search.find, outgoing.form = asked, sought, formed
metrics.Metrics.text = lambda self, queue: text(self, queue) + HELD.encode()
supervisor.child_environment = lambda extra: {{**os.environ, **extra}}
_crash._report = lambda problem: "".join(traceback.format_exception(problem))
cli._leave_no_image = lambda: None
"""
