"""The list of what the program is made of: nothing that is locked is left out, everything has a licence."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from packing import sbom, starter

ROOT = Path(__file__).parents[2]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a copy of what the list is made from."""
    (tmp_path / "web").mkdir()
    for name in ("pyproject.toml", "requirements.lock", "web/package-lock.json"):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def test_every_locked_package_is_named_with_a_licence(root: Path) -> None:
    listed = {one["purl"]: one for one in sbom.made(root)["components"]}
    locked = re.findall(r"^(\S+)==(\S+)", (root / "requirements.lock").read_text(), re.MULTILINE)
    assert len(locked) > 40
    assert {f"pkg:pypi/{name}@{version}" for name, version in locked} <= {*listed}
    packages = json.loads((root / "web/package-lock.json").read_text())["packages"]
    ours = {(path.rpartition("node_modules/")[2], one["version"]) for path, one in packages.items() if path}
    assert {
        (one["name"], one["version"]) for one in listed.values() if one["purl"].startswith("pkg:npm")
    } == ours
    for one in listed.values():
        assert one["licenses"] != [{"expression": ""}], one["name"]
    assert listed["pkg:pypi/tuf@7.0.1"]["licenses"] == [{"expression": "Apache-2.0 OR MIT"}]
    assert starter.MODEL in {one["name"] for one in listed.values()}


def test_one_that_is_locked_later_is_named_or_the_list_is_not_made(root: Path) -> None:
    with (root / "requirements.lock").open("a") as lock:
        lock.write("pytest==1.0 \\\n    --hash=sha256:00\n")
    assert "pkg:pypi/pytest@1.0" in {one["purl"] for one in sbom.made(root)["components"]}
    with (root / "requirements.lock").open("a") as lock:
        lock.write("nobody-has-this==1.0 \\\n    --hash=sha256:00\n")
    with pytest.raises(SystemExit, match="nobody-has-this is locked and not installed"):
        sbom.made(root)


def test_what_needs_what_leads_to_everything_that_is_delivered(root: Path) -> None:
    listed = sbom.made(root)
    needs = {one["ref"]: one["dependsOn"] for one in listed["dependencies"]}
    reached, left = set[str](), [listed["metadata"]["component"]["bom-ref"]]
    while left:
        reached.add(here := left.pop())
        left += [ref for ref in needs.get(here, []) if ref not in reached]
    delivered = {one["bom-ref"] for one in listed["components"] if one.get("scope") != "excluded"}
    assert delivered <= reached
    built_with = {one["name"] for one in listed["components"] if one.get("scope") == "excluded"}
    assert "vite" in built_with
    assert "react" not in built_with


def test_the_same_locks_give_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("one", "other"):
        monkeypatch.setattr("sys.argv", ["sbom", "--to", str(tmp_path / name)])
        sbom.main()
    assert (tmp_path / "one").read_bytes() == (tmp_path / "other").read_bytes()
