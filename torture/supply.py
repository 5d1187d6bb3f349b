"""What is delivered is what stands in the sources and the locks: wheel and packages. No pickle is opened.

The wheel is built twice in folders of its own; the long form builds the page anew each time. Every package
in the lock has hashes, a licence, and nothing that Python runs by itself. Then the commands of story.py run
where opening a pickle, which can run programs, raises.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packing import page, sbom, starter

from torture import staged
from torture.result import Figures, Result, Row
from torture.story import STEPS
from torture.told import Told

ENOUGH = 3
"""Faults of a control, after which it has shown what it should."""

OF_THE_TREE = (
    "pyproject.toml",
    "hatch_build.py",
    "README.md",
    "LICENSE",
    ".gitignore",
    "packing",
    "web",
    "src",
)
LEFT_OUT = shutil.ignore_patterns("node_modules", "__pycache__", "*.part", "*.old")
PACKAGE = "sottovoce"
ABOUT = ("METADATA", "WHEEL", "RECORD", "entry_points.txt", "licenses/LICENSE")
BUILT = ("sottovoce/server/page/built/", "sottovoce/tables/", "sottovoce/models/starter/")
"""What is in no commit: built from it, or, of the starter, fetched by its hash."""
WHOLE = "the wheel itself"
AGAIN = "it is another one when it is built again"
RUNS_BY_ITSELF = (".pth", ".pkl", ".pickle", ".pt", ".joblib")
"""Files that run programs as Python starts, or as they are opened."""

NO_PICKLE = """
import sys
if any("sottovoce" in word for word in sys.orig_argv):
    import _pickle, pickle

    def refused(*given, **named):
        with open({note!r}, "a") as note:
            print(sys.orig_argv, file=note)
        raise RuntimeError("a pickle was opened")

    class Refused(pickle._Unpickler):
        __init__ = refused

    for module in (pickle, _pickle):
        module.load = module.loads = refused
        module.Unpickler = Refused
    pickle._load = pickle._loads = refused
    pickle._Unpickler = Refused
    {more}
"""
OPENS_ONE = "import atexit; atexit.register(lambda: pickle.loads(pickle.dumps([])))"


def run(folder: Path, figures: Figures, told: Told) -> Result:
    return Result(
        "What is delivered is what stands in the sources and in the locks",
        (_wheel(folder, figures, told), _locked(told), _pickles(folder, told)),
        "The wheel's files are those of the commit, and what is built from it: the page, the tables, and\n"
        "the starter, which has its hash in packing/starter.py. Both wheels are the same, byte for byte.",
    )


def _wheel(folder: Path, figures: Figures, told: Told) -> Row:
    what = "each file of a wheel that was built twice, against the sources"
    one, other = (_built(folder / name, anew=figures.long) for name in ("one", "other"))
    sources = _sources()
    tried = told.each(what, _names(one, *sources), partial(_unlike, one, other, sources))
    found = told.each(
        f"{what}, unsafe",
        _names(bad := _tampered(one)),
        partial(_unlike, bad, other, sources),
        enough=ENOUGH,
    )
    return Row(what, tried, "the build as it is: a .pth, a pickle and a changed file are planted", found)


def _built(tree: Path, *, anew: bool) -> Path:
    """Build a wheel from a copy of the sources, the page as well where it is to be `anew`."""
    tree.mkdir(parents=True)
    for name in OF_THE_TREE:
        if (staged.ROOT / name).is_dir():
            shutil.copytree(staged.ROOT / name, tree / name, ignore=LEFT_OUT)
        else:
            shutil.copy(staged.ROOT / name, tree)
    shutil.rmtree(tree / "src" / PACKAGE / "tables", ignore_errors=True)
    if anew:
        shutil.rmtree(tree / page.BUILT, ignore_errors=True)
    wheels = tree.with_name(f"of-{tree.name}")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir"]
    done = subprocess.run(
        [*command, wheels, tree], capture_output=True, text=True, cwd=tree.parent, check=False
    )
    if done.returncode:
        raise SystemExit(f"The wheel could not be built: {done.stderr[-2000:]}")
    (wheel,) = wheels.glob("*.whl")
    return wheel


def _tampered(wheel: Path) -> Path:
    """Return a copy of a wheel into which three files were planted."""
    bad = wheel.with_name(f"bad-{wheel.name}")
    with zipfile.ZipFile(wheel) as source, zipfile.ZipFile(bad, "w") as target:
        target.writestr("sottovoce-start.pth", "import sottovoce\n")
        target.writestr(f"{PACKAGE}/words/cache.pkl", b"\x80\x04N.")
        for name in source.namelist():
            changed = b"# changed\n" if name == f"{PACKAGE}/app.py" else b""
            if not name.startswith(BUILT[2]):  # large, and not what is shown here
                target.writestr(name, source.read(name) + changed)
    return bad


def _names(wheel: Path, *more: str) -> list[str]:
    with zipfile.ZipFile(wheel) as archive:
        return [WHOLE, *dict.fromkeys((*archive.namelist(), *more))]


def _sources() -> dict[str, Path]:
    """Return the package's files that are in git, by their names in a wheel."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "src"], cwd=staged.ROOT, capture_output=True, text=True, check=True
    )
    return {name.removeprefix("src/"): staged.ROOT / name for name in listed.stdout.split("\0") if name}


def _unlike(wheel: Path, other: Path, sources: dict[str, Path], name: str) -> str | None:
    """Say what is wrong with a file of a wheel."""
    if name == WHOLE:
        return None if wheel.read_bytes() == other.read_bytes() else AGAIN
    if name.endswith(RUNS_BY_ITSELF):
        return "it is a file that runs programs by itself"
    data = _member(wheel, name)
    if data is None:
        return "it is in the sources and not in the wheel"
    if _member(other, name) != data:
        return AGAIN
    if name in sources:
        return None if sources[name].read_bytes() == data else "it is not the file of the sources"
    if name == f"{BUILT[2]}{starter.MODEL}":
        same = hashlib.sha256(data).hexdigest() == starter.MODEL_SHA256
        return None if same else "it is not the starter model"
    if name.startswith(BUILT) or re.fullmatch(rf"{PACKAGE}-[^/]+\.dist-info/({'|'.join(ABOUT)})", name):
        return None
    return "nothing in the sources or in what is built has this name"


def _member(wheel: Path, name: str) -> bytes | None:
    with zipfile.ZipFile(wheel) as archive, suppress(KeyError):
        return archive.read(name)
    return None


def _locked(told: Told) -> Row:
    what = "each locked package"
    lock = (staged.ROOT / "requirements.lock").read_text("utf-8")
    listed = {one["name"]: one["licenses"] for one in sbom.made()["components"]}
    required = tomllib.loads((staged.ROOT / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
    names = sorted(
        {name for name, _ in sbom.LOCKED.findall(lock)} | {Requirement(one).name for one in required}
    )

    def attempt(lock: str) -> Callable[[str], str | None]:
        entries = {_plain(entry.partition("==")[0]): entry for entry in re.split(r"\n(?=\S)", lock)}

        def tried(name: str) -> str | None:
            entry = entries.get(_plain(name), "")
            if not re.search(r"--hash=sha256:[0-9a-f]{64}", entry):
                return "it is not locked with hashes"
            if not listed.get(_plain(name)):
                return "it has no licence in the list of what the program is made of"
            return _installed(name, required)

        return tried

    tried = told.each(what, names, attempt(lock))
    without = re.sub(r" \\\n +--hash=\S+", "", lock)
    found = told.each(f"{what}, unsafe", names, attempt(without), enough=ENOUGH)
    return Row(what, tried, "the hashes of the lock", found)


def _installed(name: str, required: list[str]) -> str | None:
    """Say what is wrong with a package as it is installed here."""
    try:
        found = metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return None if name in sbom.NOT_HERE else "it is locked and not installed"
    own = [str(path) for path in found.files or () if str(path).endswith(".pth")]
    if own:
        return f"it brings {own[0]}"
    wanted = [one for one in map(Requirement, required) if _plain(one.name) == _plain(name)]
    if any(found.version not in one.specifier for one in wanted):
        return f"{found.version} is not what pyproject.toml asks for"
    return None


def _pickles(folder: Path, told: Told) -> Row:
    what = "each command where opening a pickle raises"

    def attempt(more: str) -> Callable[[str], str | None]:
        def tried(step: str) -> str | None:
            at = staged.stage(folder / ("unsafe" if more else "safe"), f"pickle-{step}")
            note = at / "opened"
            (at / "sitecustomize.py").write_text(NO_PICKLE.format(note=str(note), more=more or "pass"))
            wrong = staged.wrong(staged.step(step, at, "127.0.0.1"), at)
            return f"a pickle was opened by {note.read_text()[:200]}" if note.exists() else wrong

        return tried

    tried = told.each(what, [*STEPS], attempt(""))
    found = told.each(f"{what}, unsafe", [*STEPS], attempt(OPENS_ONE), enough=ENOUGH)
    return Row(what, tried, "a program that opens none", found)


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
