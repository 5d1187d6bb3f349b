"""What came here by bundles: by kind and name, with its content as it came. One file, part of each update."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from sottovoce.core.errors import StoreDamaged
from sottovoce.core.paths import Home
from sottovoce.updates.known import folder

NAME = "installed.json"


@dataclass(frozen=True, slots=True)
class Installed:
    """`digest` as contents.Item has it. `mark` of a shelf: what was on it; empty otherwise."""

    digest: str
    mark: str = ""


def path_of(home: Home) -> Path:
    return folder(home) / NAME


def load(home: Home) -> dict[tuple[str, str], Installed]:
    """Return what came, by kind and name in small letters. Raises StoreDamaged."""
    try:
        said = json.loads(path_of(home).read_text("utf-8"))
        return {(kind, name): Installed(**facts) for kind, name, facts in said["items"]}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as problem:
        raise StoreDamaged(
            f"The list of what came by updates cannot be read: {path_of(home)}",
            hint="Remove that file: what is here is then taken for your own, and stays as it is",
            detail=str(problem),
        ) from problem


def written(items: Mapping[tuple[str, str], Installed]) -> bytes:
    """Return the file of these."""
    said = [[kind, name, asdict(one)] for (kind, name), one in sorted(items.items())]
    return json.dumps({"items": said}, ensure_ascii=False).encode()
