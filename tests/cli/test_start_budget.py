"""What a program loads when it starts: which packages, and how many modules. Never how long that takes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

NEXT = "Import it in the function that needs it, or raise the budget in the same commit and say why."

PROBE = """
import atexit, runpy, sys
before = set(sys.modules)

def tell():
    # What a compiled library puts among the modules has no spec and was not imported.
    loaded = [name for name, module in sys.modules.items() if getattr(module, "__spec__", None)]
    with open(to, "w") as file:
        print(*sorted(set(loaded) - before), sep="\\n", file=file)

_, to, module, *rest = sys.argv
sys.argv = [module, *rest]
atexit.register(tell)
runpy.run_module(module, run_name="__main__", alter_sys=True)
"""


@dataclass(frozen=True, slots=True)
class Budget:
    """What may be loaded. `packages` of others, all of them; `not_yet` are modules with all below them.

    `ours` and `others` are the most modules of this program and of everybody else: a little more than it
    takes now, and for the others what another Python needs besides.
    """

    packages: frozenset[str]
    not_yet: tuple[str, ...]
    ours: int
    others: int


ROOMS = (
    "sottovoce.evals", "sottovoce.guard.privacy", "sottovoce.hybrid.asking", "sottovoce.knowledge.search",
    "sottovoce.native", "sottovoce.server", "sottovoce.updates.trust",
)  # fmt: skip
"""Of ours, what a question at a terminal does not need."""

BIG = ("email", "http", "importlib.metadata", "multiprocessing", "unittest", "xml")
"""Of Python's own."""

HELP = Budget(
    packages=frozenset({"click"}),
    not_yet=(*BIG, "asyncio", "ctypes", "hashlib", "logging", "socket", "sqlite3", "ssl", "tomllib",
             *(f"sottovoce.{room}" for room in ("app", "chat", "engine", "models", "words"))),
    ours=14,
    others=75,
)  # fmt: skip
ASK = Budget(frozenset({"click"}), (*BIG, *ROOMS), ours=215, others=185)
ASK_THE_MODEL = Budget(frozenset({"click", "psutil"}), (*BIG, *ROOMS), ours=238, others=195)
SERVE = Budget(
    packages=frozenset({
        "annotated_types", "anyio", "click", "httptools", "prometheus_client", "pydantic", "pydantic_core",
        "sniffio", "starlette", "typing_extensions", "typing_inspection", "uvicorn", "watchfiles",
    }),
    not_yet=(
        "sottovoce.guard.privacy.finding",
        "sottovoce.native",
        "sottovoce.sdk",
        "sottovoce.updates.trust",
    ),
    ours=545,
    others=400,
)  # fmt: skip
CHILD = Budget(frozenset({"orjson", "xllamacpp"}), (*BIG, "asyncio", "sqlite3", "ssl"), ours=2, others=60)


def loaded(tmp_path: Path, module: str, *arguments: str, engine: str = "echo", until: str = "") -> set[str]:
    """Return what a program has loaded when it ends by itself, or by a signal once it has said `until`."""
    to = tmp_path / "loaded.txt"
    program = subprocess.Popen(
        [sys.executable, "-c", PROBE, str(to), module, *arguments],
        env={**os.environ, "SOTTO_HOME": str(tmp_path / "home"), "SOTTO_ENGINE": engine},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert program.stdout is not None
    said = ""
    if until:
        while until not in said and (line := program.stdout.readline()):
            said += line
        program.send_signal(signal.SIGTERM)
    said += program.communicate(timeout=60)[0]
    assert program.returncode == 0, said
    return set(to.read_text("utf-8").split())


def excess(budget: Budget, modules: set[str]) -> list[str]:
    """Return in sentences what was loaded beyond a budget."""
    ours = {name for name in modules if name.partition(".")[0] == "sottovoce"}
    others = modules - ours
    known = sys.stdlib_module_names | budget.packages
    packages = {name.partition(".")[0] for name in others if not name.startswith("_")} - known
    early = [name for name in budget.not_yet if any(f"{one}.".startswith(f"{name}.") for one in modules)]
    found = [f"{name} is loaded." for name in [*sorted(packages), *early]]
    for whose, there, most in (("ours", ours, budget.ours), ("others'", others, budget.others)):
        if len(there) > most:
            found.append(
                f"{len(there)} of {whose} modules are loaded, {most} may be: {', '.join(sorted(there))}."
            )
    return found


def test_help_loads_no_command(tmp_path: Path) -> None:
    helped = loaded(tmp_path, "sottovoce", "--help")
    assert excess(HELP, helped) == [], NEXT
    edge = ["_given", "_help", "_show", "main"]
    assert sorted(name.rpartition(".")[2] for name in helped if name.startswith("sottovoce.cli.")) == edge


def test_an_answer_into_a_pipe(tmp_path: Path) -> None:
    assert excess(ASK, loaded(tmp_path, "sottovoce", "ask", "hello")) == [], NEXT


@pytest.mark.model
def test_an_answer_of_the_model(tmp_path: Path) -> None:
    asked = loaded(tmp_path, "sottovoce", "ask", "--max-tokens", "1", "hello", engine="")
    assert excess(ASK_THE_MODEL, asked) == [], NEXT


@pytest.mark.e2e
def test_the_server_once_it_has_loaded_its_model(tmp_path: Path) -> None:
    served = loaded(tmp_path, "sottovoce", "serve", "--port", "0", until="The model is loaded.")
    assert excess(SERVE, served) == [], NEXT


def test_the_engines_process(tmp_path: Path) -> None:
    assert excess(CHILD, loaded(tmp_path, "sottovoce.engine.child")) == [], NEXT


def test_what_is_beyond_a_budget_is_told(tmp_path: Path) -> None:
    beyond = excess(HELP, loaded(tmp_path, "sottovoce", "ask", "hello"))
    assert {"asyncio is loaded.", "sqlite3 is loaded.", "sottovoce.chat is loaded."} <= set(beyond)
    assert any("of ours modules are loaded, 14 may be: sottovoce" in sentence for sentence in beyond)
    assert any("of others' modules are loaded" in sentence for sentence in beyond)
    assert excess(ASK, {"click.core", "numpy.core", "sottovoce.server.serve"}) == [
        "numpy is loaded.",
        "sottovoce.server is loaded.",
    ]
