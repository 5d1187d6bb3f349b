"""Engines as `sotto engine build` leaves them: the installed library again, in a folder of its own."""

from __future__ import annotations

from pathlib import Path

from sottovoce.core.paths import Home, make_folder
from sottovoce.fit import built
from sottovoce.fit.built import LIBRARY, Built, Proof
from sottovoce.fit.machine import instructions_here

SAME = """\
import sys

sys.path.pop(0)
del sys.modules["xllamacpp"]
import xllamacpp

sys.modules["xllamacpp"] = xllamacpp
"""
"""Is the installed library, loaded from elsewhere."""

BROKEN = "raise ImportError('no such instruction')\n"


def proof(**changes: object) -> Proof:
    facts: dict[str, object] = {
        "model": "starter",
        "perplexity": 0.0001,
        "is_as_good": True,
        "holds": True,
        "followed": 24,
        "ended": 24,
        "asked": 24,
        "prompt": 1.34,
        "decode": 1.06,
        "gain": 1.12,
        "is_quicker": True,
        "is_sure": True,
    }
    return Proof(**{**facts, **changes})  # type: ignore[arg-type]


def put(home: Home, code: str = SAME, **changes: object) -> Built:
    """Put an engine there, proved, and not in use."""
    staging = home.root / "staging"
    package = staging / "xllamacpp"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(code)
    files, name = built.fingerprint(staging)
    facts: dict[str, object] = {
        "name": name,
        "release": built.release(),
        "system": built.system(),
        "instructions": tuple(sorted(instructions_here())),
        "made": 1_795_000_000.0,
        "seconds": 360.0,
        "files": files,
        "proofs": (proof(),),
    }
    made = Built(**{**facts, **changes})  # type: ignore[arg-type]
    make_folder(home.engines / name)
    staging.rename(home.engines / name / LIBRARY)
    built.record(home, made)
    return made


def package_of(home: Home, name: str) -> Path:
    return home.engines / name / LIBRARY / "xllamacpp" / "__init__.py"
