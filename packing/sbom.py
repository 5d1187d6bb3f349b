"""List everything that the program is made of, with licences: `python -m packing.sbom --to sbom.json`.

CycloneDX 1.6 (https://cyclonedx.org/docs/1.6/json/). Taken from the locks alone, so the same locks give the
same bytes: no date, no number. Which files of a package are meant, requirements.lock says by their hashes.
Licences are as the installed packages state them. Knows no network.
"""

from __future__ import annotations

import argparse
import base64
import json
import re
import sys
import tomllib
from collections.abc import Iterable, Mapping
from importlib import metadata
from pathlib import Path
from typing import Any
from urllib.parse import quote

from packing import starter

ROOT = Path(__file__).parents[1]
LOCKED = re.compile(r"^([A-Za-z0-9][\w.-]*)==([^\s;\\]+)", re.MULTILINE)
NAME = re.compile(r"[A-Za-z0-9][\w.-]*")
EXPRESSION = re.compile(r"\(?[\w.+-]+(?: (?:AND|OR|WITH) [\w.+-]+)*\)?")
"""A licence as SPDX writes it."""

NOT_HERE = {"httpx2-jsfetch": "BSD-3-Clause"}
"""Packages that are locked for Python inside browsers alone, and what they state."""

SPDX = {"MIT License": "MIT"}
"""What older packages say, where it means one licence: "BSD License" could be two."""

Component = dict[str, Any]


def made(root: Path = ROOT) -> dict[str, Any]:
    """Return the list. Raises SystemExit, naming a package that states no licence."""
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    python = [
        _component(_plain(name), version, "pypi", _stated(name))
        for name, version in LOCKED.findall((root / "requirements.lock").read_text("utf-8"))
    ]
    packages = json.loads((root / "web/package-lock.json").read_text("utf-8"))["packages"]
    named = packages.pop("")["dependencies"]
    page = {path: _of_the_page(path, one) for path, one in packages.items()}
    model = _model()
    whole = _component(project["name"], project["version"], "pypi", project["license"])
    below = [
        *_refs(map(_name, project["dependencies"]), python),
        *(page[f"node_modules/{name}"]["bom-ref"] for name in named),
        model["bom-ref"],
    ]
    edges = {whole["bom-ref"]: below}
    edges |= {one["bom-ref"]: _refs(_required(one["name"]), python) for one in python}
    for path, one in page.items():
        edges.setdefault(one["bom-ref"], []).extend(_beside(path, packages[path], page))
    # The page's lock has some packages in several folders.
    every = {one["bom-ref"]: one for one in (*python, *page.values(), model)}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {**whole, "type": "application"}},
        "components": list(every.values()),
        "dependencies": [{"ref": ref, "dependsOn": sorted({*to})} for ref, to in edges.items()],
    }


def _component(name: str, version: str, kind: str, licence: str) -> Component:
    purl = f"pkg:{kind}/{quote(name, safe='/')}@{version}"
    text = SPDX.get(licence, licence)
    said = {"expression": text} if EXPRESSION.fullmatch(text) else {"license": {"name": text}}
    return {
        "type": "library",
        "bom-ref": purl,
        "name": name,
        "version": version,
        "purl": purl,
        "licenses": [said],
    }


def _of_the_page(path: str, one: Mapping[str, Any]) -> Component:
    """Return a package whose code the page has or, as excluded, one that builds or tests it."""
    digest = base64.b64decode(one["integrity"].removeprefix("sha512-")).hex()
    about = _component(path.rpartition("node_modules/")[2], one["version"], "npm", one["license"])
    scope = "excluded" if one.get("dev") else "required"
    return {**about, "hashes": [{"alg": "SHA-512", "content": digest}], "scope": scope}


def _model() -> Component:
    name, _, version = starter.WHEEL.partition("==")
    about = _component(name, version, "pypi", "Apache-2.0")
    hashes = [{"alg": "SHA-256", "content": starter.MODEL_SHA256}]
    return {**about, "type": "machine-learning-model", "name": starter.MODEL, "hashes": hashes}


def _stated(name: str) -> str:
    """Return the licence that a package states; the newest way of stating it counts first."""
    try:
        said = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        if name in NOT_HERE:
            return NOT_HERE[name]
        raise SystemExit(f"{name} is locked and not installed. Next: make test") from None
    kinds = [one.rpartition(" :: ")[2] for one in said.get_all("Classifier", []) if one.startswith("License")]
    stated = _said(said, "License-Expression") or _said(said, "License") or " AND ".join(kinds)
    if not stated:
        raise SystemExit(f"{name} states no licence. Next: look at its sources, and write it into NOT_HERE")
    return " ".join(stated.split())


def _said(about: metadata.PackageMetadata, name: str) -> str:
    return "".join(about.get_all(name, []))


def _required(name: str) -> list[str]:
    """Return the names of what a package needs, on whatever system; extras aside."""
    if name in NOT_HERE:
        return []
    return [_name(one) for one in metadata.requires(name) or [] if "extra ==" not in one]


def _refs(names: Iterable[str], components: list[Component]) -> list[str]:
    wanted = {_plain(name) for name in names}
    return [one["bom-ref"] for one in components if one["name"] in wanted]


def _beside(path: str, one: Mapping[str, Any], page: Mapping[str, Component]) -> list[str]:
    """Return what a package of the page needs, found as Node does: in its own folder, or farther up."""
    found = []
    for name in one.get("dependencies", {}):
        folder = path
        while (at := f"{folder}/node_modules/{name}".removeprefix("/")) not in page and folder:
            folder = folder.rpartition("node_modules/")[0].removesuffix("/")
        if at in page:  # else it is for another system
            found.append(page[at]["bom-ref"])
    return found


def _name(requirement: str) -> str:
    found = NAME.match(requirement)
    assert found is not None, requirement
    return found[0]


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--to", type=Path, required=True)
    given = parser.parse_args()
    listed = made()
    given.to.parent.mkdir(parents=True, exist_ok=True)
    given.to.write_text(json.dumps(listed, ensure_ascii=False, indent=1) + "\n", "utf-8")
    sys.stderr.write(f"{len(listed['components'])} components are in {given.to}\n")


if __name__ == "__main__":
    main()
