"""The whole program on a machine without a network, with a stick that can only be read."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from update_homes import Maker, Receiver, state

from sottovoce.core.paths import open_home
from sottovoce.updates.roots import first_contact
from sottovoce.updates.signer import signer_of

pytestmark = pytest.mark.e2e

SOTTO = [sys.executable, "-P", "-m", "sottovoce"]
MOUNT = 'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && shift && exec "$@"'


@pytest.fixture
def apart(tmp_path: Path) -> list[str]:
    """The command that runs another without a network, where the stick is read-only; the stick comes next."""
    program = shutil.which("unshare")
    if program is None:
        pytest.skip("unshare (util-linux) is not installed")
    command = [program, "--user", "--map-root-user", "--net", "--mount", "sh", "-c", MOUNT, "sh"]
    tried = subprocess.run([*command, tmp_path, "true"], capture_output=True, text=True)
    if tried.returncode != 0:
        pytest.skip(f"this system forbids namespaces: {tried.stderr.strip()}")
    return command


def test_a_bundle_is_taken_without_a_network_from_a_stick_that_can_only_be_read(
    tmp_path: Path, apart: list[str]
) -> None:
    maker = Maker(tmp_path)
    maker.bring(maker.put_everything(1))
    home = open_home(tmp_path / "home")
    environment = {**os.environ, "SOTTO_HOME": str(home.root), "SOTTO_ENGINE": "echo"}

    def run(*command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*apart, str(maker.path), *SOTTO, *command], capture_output=True, text=True, env=environment
        )

    fingerprint = signer_of(first_contact(maker.stick.read).root).fingerprint
    update = ("update", "--from", str(maker.path), "--yes", "--accept-licences", "--trust", fingerprint)
    taken = run(*update)
    assert (taken.returncode, "The update is in place" in taken.stdout) == (0, True), taken.stderr
    other = Receiver(tmp_path / "other")
    other.apply(maker.stick)
    assert state(home) == state(other.home)
    found = run("kb", "search", "handbook", "leave")
    assert "Leave is 21 days." in found.stdout
    assert not home.ledger.exists(), "nobody was asked"
