"""The page's build: when it happens, that it never leaves half a page, and what is said when it fails."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from packing import npm, page

ROOT = Path(__file__).parents[2]
SOURCES = {
    "package.json": "{}",
    "package-lock.json": "{}",
    ".npmrc": "omit-lockfile-registry-resolved=true",
    "page/main.tsx": "start();",
    "strings/en.json": "{}",
    "tests/main.test.ts": "test();",
    "node_modules/react/index.js": "react",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return the root of a checkout in which the page was never built."""
    for name, text in SOURCES.items():
        write(tmp_path / "web" / name, text)
    write(tmp_path / page.BUILT.with_name("__init__.py"), "")
    return tmp_path


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


class Builder:
    """Takes npm's place: builds a page that says `shows`, and ends with what it was told to."""

    def __init__(self, shows: str = "one", **ends: int) -> None:
        self.shows, self.ends = shows, ends
        self.calls: list[tuple[str, ...]] = []
        self.seen: set[str] = set()
        self.places: list[Path] = []

    def __call__(self, place: Path, *arguments: str) -> int:
        self.calls.append(arguments)
        self.places.append(place)
        self.seen = {path.relative_to(place).as_posix() for path in place.rglob("*") if path.is_file()}
        if arguments[0] == "run" and "nothing" not in self.ends:
            write(place.parent / page.BUILT / "index.html", self.shows)
            write(place.parent / page.BUILT / "assets" / "main.js", self.shows)
        return self.ends.get(arguments[0], 0)


def shown(root: Path) -> str:
    return (root / page.BUILT / "index.html").read_text()


def beside(root: Path) -> set[str]:
    return {path.name for path in (root / page.BUILT).parent.iterdir()}


def test_a_page_that_is_not_there_is_built_and_then_left_alone(root):
    builder = Builder()
    assert page.is_due(root)
    page.put(root, builder)
    assert builder.calls == [("ci",), ("run", "build")]
    assert shown(root) == "one"
    assert not page.is_due(root)
    page.put(root, builder)
    assert len(builder.calls) == 2


def test_it_is_built_from_a_copy_of_the_sources_of_which_nothing_is_left(root):
    builder = Builder()
    page.put(root, builder)
    assert builder.seen == {"package.json", "package-lock.json", ".npmrc", "page/main.tsx", "strings/en.json"}
    assert builder.places[0] != root / "web"
    assert not builder.places[0].exists()
    assert beside(root) == {"__init__.py", "built"}


@pytest.mark.parametrize("name", ["page/main.tsx", "page/new.tsx", "package-lock.json", "strings/en.json"])
def test_it_is_built_again_when_its_sources_change(root, name):
    page.put(root, Builder())
    write(root / "web" / name, "changed")
    assert page.is_due(root)
    page.put(root, Builder("two"))
    assert shown(root) == "two"


def test_it_is_built_again_when_a_source_is_renamed_or_gone(root):
    page.put(root, Builder())
    (root / "web/page/main.tsx").rename(root / "web/page/begin.tsx")
    assert page.is_due(root)
    page.put(root, Builder())
    (root / "web/strings/en.json").unlink()
    assert page.is_due(root)


@pytest.mark.parametrize(
    "name", ["tests/main.test.ts", "node_modules/react/index.js", ".cache", "page/.swp", "openapi.json"]
)
def test_it_is_not_built_again_for_what_it_is_not_built_from(root, name):
    page.put(root, Builder())
    write(root / "web" / name, "changed")
    assert not page.is_due(root)


def test_it_is_left_out_where_somebody_wishes_so(root, monkeypatch):
    monkeypatch.setenv("SOTTO_SKIP_WEB", "1")
    builder = Builder()
    page.put(root, builder)
    assert builder.calls == []
    assert not (root / page.BUILT).exists()


@pytest.mark.parametrize("value", ["", "0"])
def test_it_is_built_where_nobody_does(root, monkeypatch, value):
    monkeypatch.setenv("SOTTO_SKIP_WEB", value)
    assert page.is_due(root)


@pytest.mark.parametrize(
    ("ends", "said"),
    [({"ci": 1}, "Connect to the network"), ({"run": 1}, "Mend it"), ({"nothing": 1}, "Mend it")],
)
def test_a_build_that_fails_says_what_to_do_and_leaves_the_old_page(root, ends, said):
    page.put(root, Builder("one"))
    write(root / "web/page/main.tsx", "changed")
    with pytest.raises(SystemExit, match=f"{said}.*SOTTO_SKIP_WEB=1"):
        page.put(root, Builder("two", **ends))
    assert shown(root) == "one"
    assert page.is_due(root)


def test_an_interrupted_build_leaves_the_old_page(root):
    page.put(root, Builder("one"))
    write(root / "web/page/main.tsx", "changed")

    def interrupted(place: Path, *arguments: str) -> int:
        Builder("half")(place, *arguments)
        if arguments[0] == "run":
            raise KeyboardInterrupt
        return 0

    with pytest.raises(KeyboardInterrupt):
        page.put(root, interrupted)
    assert shown(root) == "one"
    assert page.is_due(root)
    assert beside(root) == {"__init__.py", "built"}


def test_what_was_left_beside_is_cleared_away_even_where_nothing_is_built(root, monkeypatch):
    page.put(root, Builder())
    write(root / page.BUILT.with_name("built.part") / "index.html", "half")
    write(root / page.BUILT.with_name("built.old") / "index.html", "old")
    monkeypatch.setenv("SOTTO_SKIP_WEB", "1")
    page.put(root, Builder())
    assert beside(root) == {"__init__.py", "built"}


def test_where_node_is_not_installed_it_is_said_what_to_install(root, monkeypatch):
    monkeypatch.setattr(npm, "find_spec", lambda name: None)
    with pytest.raises(SystemExit, match=re.escape(f"pip install {npm.NODE}")):
        npm.run(root, "--version")


def test_npm_runs_with_the_wheels_node_whatever_the_machine_has(root, monkeypatch, capfd):
    liar = root / "bin"
    for name in ("node", "npm"):
        write(liar / name, "#!/bin/sh\necho liar\n")
        (liar / name).chmod(0o755)
    monkeypatch.setenv("PATH", os.pathsep.join([str(liar), os.environ["PATH"]]))
    monkeypatch.setenv("NODE_ENV", "production")
    monkeypatch.setenv("npm_config_fetch_timeout", "300000")
    scripts = '{"scripts": {"tell": "node --version", "preinstall": "echo ran"}}'
    write(root / "web/package.json", scripts)
    assert npm.run(root / "web", "run", "--silent", "tell") == 0
    assert capfd.readouterr().out == f"v{npm.NODE.rpartition('=')[2]}\n"
    assert npm.run(root / "web", "config", "get", "fetch-timeout", "ignore-scripts", "include") == 0
    told = capfd.readouterr().out
    assert "fetch-timeout=30000" in told
    assert "ignore-scripts=true" in told
    assert "include=dev" in told


def test_the_tests_and_the_build_use_the_same_node():
    name, version = npm.NODE.split("==")
    assert f"\n{name}=={version} " in (ROOT / "requirements-test.lock").read_text()


def test_the_pages_packages_are_locked_with_hashes_and_without_hosts():
    text = (ROOT / "web" / "package-lock.json").read_text("utf-8")
    assert '"integrity": "sha512-' in text
    assert '"resolved"' not in text


def test_the_lock_has_the_builders_binaries_for_every_platform():
    text = (ROOT / "web" / "package-lock.json").read_text("utf-8")
    for platform in ("linux-x64-gnu", "linux-arm64-gnu", "darwin-arm64", "darwin-x64", "win32-x64-msvc"):
        assert re.search(rf'"node_modules/@rolldown/binding-{platform}"', text), platform
