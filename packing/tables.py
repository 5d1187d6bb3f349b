"""The tables of core/tables.py, worked out when the package is built: no first question waits for them.

They stand in the package's sources; git keeps none of them. One that is missing, or older than its sources,
costs time and nothing else. `python -m packing.tables` works them out anew.
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

PLACE = Path("src", "sottovoce", "tables")
MODULES = ("sottovoce.guard.ruleset", "sottovoce.guard.words", "sottovoce.help.words", "sottovoce.help.find")
"""Each has a TABLE, and needs no other package than this one."""


def put(root: Path) -> None:
    """Work out the tables of the sources that stand here."""
    sys.path.insert(0, str(root / "src"))
    place = root / PLACE
    place.mkdir(exist_ok=True)
    for stray in place.iterdir():
        stray.unlink()
    for module in MODULES:
        import_module(module).TABLE.write(place)


if __name__ == "__main__":
    put(Path(__file__).parents[1])
