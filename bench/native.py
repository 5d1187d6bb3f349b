"""llama.cpp's own programs, built for this processor from the source inside llama-cpp-python's sdist.

The first time takes about fifteen minutes on two cores, and needs a C++ compiler. Everything lies in a folder
of its own beside this file; remove the folder to build anew.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import psutil

from bench.served import Served, free_port, theirs
from sottovoce.native import tiles

RELEASE = "llama-cpp-python==0.3.36"
FOLDER = Path(__file__).parent / ".peer-native"
PROGRAMS = ("llama-server", "llama-bench", "llama-perplexity")
FLAGS = (
    "-DCMAKE_BUILD_TYPE=Release",
    "-DGGML_NATIVE=ON",
    "-DLLAMA_BUILD_TESTS=OFF",
    "-DLLAMA_BUILD_EXAMPLES=OFF",
    "-DLLAMA_BUILD_APP=OFF",
    "-DLLAMA_OPENSSL=OFF",
    "-DLLAMA_USE_PREBUILT_UI=OFF",
)


def program(name: str) -> Path:
    """Return one of PROGRAMS, building all of them the first time."""
    made = FOLDER / "build" / "bin"
    if not all((made / one).is_file() for one in PROGRAMS):
        print("  building llama.cpp's programs (about fifteen minutes, once) ...", flush=True)
        _build()
    return made / name


def _build() -> None:
    tools = FOLDER / "tools"
    subprocess.run([sys.executable, "-m", "venv", "--clear", tools], check=True)
    pip = [str(tools / "bin" / "python"), "-m", "pip"]
    subprocess.run([*pip, "install", "-q", "cmake", "ninja"], check=True)
    fetch = [*pip, "download", "-q", "--no-deps", "--no-binary", ":all:", "-d", str(FOLDER), RELEASE]
    subprocess.run(fetch, check=True)
    (packed,) = FOLDER.glob("llama_cpp_python-*.tar.gz")
    with tarfile.open(packed) as archive:
        archive.extractall(FOLDER / "source", filter="data")
    (source,) = FOLDER.glob("source/*/vendor/llama.cpp")
    environment = {**os.environ, "PATH": f"{tools / 'bin'}:{os.environ['PATH']}"}
    build = str(FOLDER / "build")
    make = ["cmake", "-S", str(source), "-B", build, "-G", "Ninja", *FLAGS, *mended()]
    with (FOLDER / "build.log").open("w") as log:
        for command in (make, ["cmake", "--build", build, "--target", *PROGRAMS]):
            done = subprocess.run(command, env=environment, stdout=log, stderr=log, check=False)
            if done.returncode:
                raise RuntimeError(f"llama.cpp cannot be built: {log.name} says why")


def mended() -> list[str]:
    """Return what keeps a known mistake of compilers out of the build, which would die of it."""
    told = " ".join(tiles.flags("c++"))
    return [f"-DCMAKE_{language}_FLAGS={told}" for language in ("C", "CXX")] if told else []


def server(model: Path, *, slots: int, window: int, keys: int = 1) -> AbstractAsyncContextManager[Served]:
    """Run llama-server with as many threads as this machine has; `window` is each slot's, in tokens."""
    port = free_port()
    run = [program("llama-server"), "-m", model, "--port", port, "-c", window * slots, "-np", slots]
    run += ["-t", psutil.cpu_count(), "-tb", psutil.cpu_count(), "-fa", "on", "--jinja", "--no-webui"]
    return theirs(run, port, "/health", keys)


def writing(model: Path, tokens: int, threads: int) -> float:
    """Return the tokens a second that llama-bench writes with this model."""
    run = [program("llama-bench"), "-m", model, "-t", threads, "-fa", "1", "-p", 0, "-n", tokens]
    run += ["-r", 1, "-o", "json"]
    done = subprocess.run([str(part) for part in run], capture_output=True, text=True, check=True)
    (said,) = json.loads(done.stdout)
    return float(said["avg_ts"])


def perplexity(model: Path, text: Path, window: int) -> float:
    """Return what llama-perplexity finds of a text, read in pieces of so many tokens."""
    run = [program("llama-perplexity"), "-m", model, "-f", text, "-c", window, "-t", psutil.cpu_count()]
    done = subprocess.run(
        [str(part) for part in run], capture_output=True, text=True, check=True, errors="replace"
    )
    return float((done.stdout + done.stderr).partition("Final estimate: PPL = ")[2].split()[0])
