"""python -m bench [PART …] [--server | --fit | --web | --kb] [--count N]: measure, write a group's page."""

from __future__ import annotations

import argparse
import asyncio
import inspect
import json
import os
import platform
import subprocess
import tempfile
import time
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

from bench.pairs import Row

ROOT = Path(__file__).parent.parent
REFERENCE = ROOT / "docs" / "reference"


@dataclass(frozen=True, slots=True)
class Group:
    """Parts that are measured together and stand on one page."""

    command: str
    parts: tuple[str, ...]
    page: Path
    samples: Path


ALONE = Group(
    "make bench",
    (
        "startup",
        "cold",
        "answering",
        "against",
        "crowd",
        "large",
        "coming_back",
        "busy",
        "neighbour",
        "footprint",
        "keeping",
    ),
    REFERENCE / "benchmarks.md",
    ROOT / "bench" / "samples.json",
)
SERVER = Group(
    "make bench-server",
    ("streaming", "sharing", "overload", "nuisance", "house", "peer"),
    REFERENCE / "benchmarks-server.md",
    ROOT / "bench" / "samples-server.json",
)


FIT = Group(
    "make bench-fit",
    ("fit", "download", "optimising"),
    REFERENCE / "benchmarks-fit.md",
    ROOT / "bench" / "samples-fit.json",
)
WEB = Group(
    "make bench-web",
    ("opening", "writing", "finding"),
    REFERENCE / "benchmarks-web.md",
    ROOT / "bench" / "samples-web.json",
)
KB = Group(
    "make bench-kb",
    ("retrieval", "grounding", "searching", "beside", "bombs"),
    REFERENCE / "benchmarks-kb.md",
    ROOT / "bench" / "samples-kb.json",
)
TITLES = {
    ALONE: "Measured",
    SERVER: "Measured: the server",
    FIT: "Measured: what runs here, and getting it",
    WEB: "Measured: the page",
    KB: "Measured: shelves of documents",
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench")
    known = (*ALONE.parts, *SERVER.parts, *FIT.parts, *WEB.parts, *KB.parts)
    parser.add_argument("names", nargs="*", help=f"some of: {', '.join(known)}")
    parser.add_argument("--server", action="store_true", help="the parts that need a server")
    parser.add_argument("--fit", action="store_true", help="what runs here, and getting it")
    parser.add_argument("--web", action="store_true", help="the page in a browser")
    parser.add_argument("--kb", action="store_true", help="shelves of documents, and finding in them")
    parser.add_argument("--count", type=int, default=15, help="pairs, or repetitions")
    given = parser.parse_args()
    chosen = ((given.server, SERVER), (given.fit, FIT), (given.web, WEB), (given.kb, KB))
    group = next((one for asked, one in chosen if asked), ALONE)
    names = given.names or group.parts
    if unknown := set(names) - set(known):
        parser.error(f"there is no part named {', '.join(sorted(unknown))}")
    found: dict[str, list[Row]] = {}
    more = ""
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="sotto-bench-") as folder:
        for name in names:
            print(name)
            part = import_module(f"bench.{name}")
            measured = part.measure(Path(folder) / name, given.count)
            found[name] = asyncio.run(measured) if inspect.iscoroutine(measured) else measured
            for row in found[name]:
                print(f"  {line(row)}")
            more += part.appendix() if hasattr(part, "appendix") else ""
    if tuple(names) == group.parts:
        group.page.write_text(page(group, found, given.count, load, more))
        raw = {row.name: row.samples for rows in found.values() for row in rows}
        group.samples.write_text(json.dumps(raw, indent=1) + "\n")
        print(f"written: {group.page.relative_to(ROOT)}, {group.samples.relative_to(ROOT)}")


def line(row: Row) -> str:
    bar = "" if row.bar is None else f"{'≤' if row.at_most else '≥'} {number(row.bar)} {row.unit}"
    low, high = number(row.spread.low), number(row.spread.high)
    median = number(row.spread.median)
    return f"| {row.name} | {median} {row.unit} | {low} to {high} | {bar} | {row.verdict} |"


def number(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def page(group: Group, found: dict[str, list[Row]], count: int, load: float, more: str) -> str:
    rows = "\n".join(line(row) for rows in found.values() for row in rows)
    parts = ", ".join(f"`{part}`" for part in group.parts)
    return f"""# {TITLES[group]}

Written by `{group.command}` ({count} interleaved pairs or repetitions; medians with the 95 % bootstrap
interval; a figure counts as met when the whole interval reaches it). The raw samples stand in
`{group.samples.relative_to(ROOT)}`. Absolute times are those of this machine; compare ratios.

| what | median | 95 % interval | to reach | |
|---|---|---|---|---|
{rows}
{more}
Machine: {processor()}, {os.cpu_count()} logical cores, {platform.system()} {platform.machine()},
Python {platform.python_version()}, engine xllamacpp {version("xllamacpp")}, starter model as shipped
(SmolLM2-135M-Instruct Q4_1), load at the start {load:.1f}, {time.strftime("%Y-%m-%d")}, commit {commit()}.

Single parts, for example `python -m bench {group.parts[0]}`: {parts}; `--count 31` for narrower intervals.
 Each part says in its docstring what it does: see `bench/`.
"""


def processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next(
        (text.partition(":")[2].strip() for text in lines if text.startswith("model name")), "unknown"
    )


def commit() -> str:
    return subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.strip()


if __name__ == "__main__":
    main()
