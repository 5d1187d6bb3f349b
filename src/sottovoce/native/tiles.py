"""Does a compiler set up this processor's matrix tiles (AMX) as it is told? Tried, since some do not.

g++ before 11.5, 12.4 and 13.3 believes that of a tile configuration only the first eight bytes are read, and
leaves the rest unwritten (GCC bug 114098): what is built with it dies at its first product. It does not where
stores that look needless are kept.
"""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from sottovoce.core.environment import child_environment

SECONDS = 60
KEPT = ("-fno-dse", "-fno-tree-dse")
WITHOUT = ("-mno-amx-tile", "-mno-amx-int8", "-mno-amx-bf16")

TRIED = """#if defined(__AMX_TILE__) && defined(__linux__)
#include <immintrin.h>
#include <sys/syscall.h>
#include <unistd.h>
struct Tiles { unsigned char palette, start, none[14]; unsigned short bytes[16]; unsigned char rows[16]; };
int main() {
    syscall(SYS_arch_prctl, 0x1023, 18);  // asks the system for the tiles' registers
    alignas(64) Tiles tiles = {};
    tiles.palette = 1;
    tiles.rows[4] = 16;
    tiles.bytes[4] = 64;
    _tile_loadconfig(&tiles);
    _tile_zero(4);
}
#else
int main() {}
#endif
"""


def flags(compiler: str) -> tuple[str, ...]:
    """Return what a compiler must be told for its programs to run here; the last resort is no tiles."""
    return next((tried for tried in ((), KEPT) if _runs(compiler, tried)), WITHOUT)


def _runs(compiler: str, told: Sequence[str]) -> bool:
    with tempfile.TemporaryDirectory(prefix="sotto-build-") as folder:
        source, program = Path(folder) / "tried.cpp", Path(folder) / "tried"
        source.write_text(TRIED)
        compiling = [compiler, "-O3", "-march=native", *told, str(source), "-o", str(program)]
        return all(_ends_well(command) for command in (compiling, [str(program)]))


def _ends_well(command: Sequence[str]) -> bool:
    try:
        done = subprocess.run(
            command, capture_output=True, timeout=SECONDS, env=child_environment({}), check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
