"""What this machine is: processor, memory, and what else could compute. Looked at, not measured."""

from __future__ import annotations

import platform
import sys
from dataclasses import dataclass
from pathlib import Path

from sottovoce.engine import memory, threads
from sottovoce.fit.accelerators import Accelerator, accelerators

TOLD = ("avx2", "avx512f", "avx512_vnni", "avx512_bf16", "amx_int8", "asimd", "asimddp", "i8mm", "sve")
"""Instruction sets that engines have a faster way for."""

COMPUTING = (
    "sse", "ssse", "pni", "avx", "fma", "f16c", "bmi", "abm", "adx", "aes", "vaes", "vpclmul", "pclmul",
    "sha", "gfni", "amx", "movbe", "popcnt", "rdrand", "rdseed", "xsave", "clwb", "clflushopt", "movdir",
    "fp", "asimd", "crc32", "atomics", "dcpop", "sve", "sme", "i8mm", "bf16", "dotprod",
)  # fmt: skip
"""How names of instructions begin that a compiler may use. The rest changes with the kernel."""

CPUINFO = Path("/proc/cpuinfo")


@dataclass(frozen=True, slots=True)
class Machine:
    """`memory` and `free` are bytes: what is built in, and what the engine may still take."""

    processor: str
    cores: int
    memory: int
    free: int
    instructions: tuple[str, ...]
    accelerators: tuple[Accelerator, ...]


def look() -> Machine:
    """Look at this machine. Takes some milliseconds, some more where a graphics card is asked."""
    import psutil

    name, flags = read_cpuinfo(_cpuinfo())
    return Machine(
        processor=name or _processor(),
        cores=threads.usable_cores(),
        memory=int(psutil.virtual_memory().total),
        free=memory.available(),
        instructions=tuple(one for one in TOLD if one in flags),
        accelerators=accelerators(),
    )


def instructions_here() -> frozenset[str]:
    """Return what the processor can do, by Linux's names; elsewhere only its name or its kind."""
    name, flags = read_cpuinfo(_cpuinfo())
    return frozenset(one for one in flags if one.startswith(COMPUTING)) or frozenset({name or _processor()})


def _processor() -> str:
    """Return the processor's name, or its kind. But for Windows Python would run another program for it."""
    return (platform.processor() if sys.platform == "win32" else "") or platform.machine()


def read_cpuinfo(text: str) -> tuple[str, frozenset[str]]:
    """Return the processor's name and its instruction sets, as Linux lists them."""
    said: dict[str, str] = {}
    for line in text.splitlines():
        key, _, value = line.partition(":")
        said.setdefault(key.strip(), value.strip())
    return said.get("model name", ""), frozenset((said.get("flags") or said.get("Features") or "").split())


def _cpuinfo() -> str:
    if not sys.platform.startswith("linux"):
        return ""
    try:
        return CPUINFO.read_text("utf-8", "replace")
    except OSError:
        return ""
