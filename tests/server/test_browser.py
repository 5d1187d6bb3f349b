"""A browser is opened at a link that nobody else of this machine can read."""

from __future__ import annotations

import json
import stat
import sys
import time
from pathlib import Path

import pytest

from sottovoce.core.paths import Home
from sottovoce.server import browser

LINK = "http://127.0.0.1:7886/enter#the-code-of-a-link"
STANDS_FOR_ONE = """#!{python}
import json, os, sys
from pathlib import Path
noted = Path(__file__).with_name("noted")
noted.with_suffix(".part").write_text(json.dumps([sys.argv[1:], dict(os.environ)]))
noted.with_suffix(".part").rename(noted)
"""


@pytest.fixture
def noted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the file into which what stands for a browser writes what it was started with."""
    script = tmp_path / "browser"
    script.write_text(STANDS_FOR_ONE.format(python=sys.executable))
    script.chmod(0o700)
    monkeypatch.setenv("BROWSER", str(script))
    monkeypatch.setenv("SOTTO_HF_TOKEN", "hf_nobody_elses")
    return tmp_path / "noted"


def started_with(noted: Path) -> tuple[list[str], dict[str, str]]:
    ends = time.monotonic() + 20
    while not noted.exists() and time.monotonic() < ends:
        time.sleep(0.01)
    words, around = json.loads(noted.read_text())
    return words, around


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="They open a browser in ways of their own")
def test_it_is_told_a_private_file_and_no_secret(home: Home, noted: Path) -> None:
    browser.open_at(home, LINK)
    (address,), around = started_with(noted)
    path = home.root / browser.FILE
    assert address == path.as_uri()
    assert f'url={LINK}"' in path.read_text("utf-8")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert around["BROWSER"]
    assert not [name for name in around if name.startswith("SOTTO_")]
    assert "the-code-of-a-link" not in json.dumps([address, around])


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="They open a browser in ways of their own")
@pytest.mark.parametrize(("default", "is_given_the_link"), [("firefox_firefox", True), ("chromium", False)])
def test_one_that_reads_no_hidden_files_is_given_the_link(
    home: Home,
    noted: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    default: str,
    is_given_the_link: bool,
) -> None:
    snaps = tmp_path / "snaps"
    snaps.mkdir()
    (snaps / "firefox_firefox.desktop").touch()
    monkeypatch.setattr(browser, "SNAPS", snaps)
    monkeypatch.setattr(browser, "DEFAULT", ("echo", f"{default}.desktop"))
    browser.open_at(home, LINK)
    (address,), _ = started_with(noted)
    assert (address == LINK) == is_given_the_link


def test_the_file_goes_with_the_server(home: Home) -> None:
    (home.root / browser.FILE).write_text("x")
    browser.forget(home)
    browser.forget(home)
    assert not (home.root / browser.FILE).exists()


def test_a_home_that_cannot_be_written_opens_none(tmp_path: Path, noted: Path) -> None:
    browser.open_at(Home(tmp_path / "no" / "home"), LINK)
    assert not noted.exists()
