"""Put into the package, when it is built, what git does not keep: the starter model, the page, the tables."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

# A build begins with none of the project's folders on the path.
sys.path.insert(0, str(Path(__file__).parent))

from packing import npm, page, starter, tables


class Packing(BuildHookInterface[Any]):
    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Ask for Node only where there is something to build: it is a large download."""
        return [npm.NODE] if page.is_due(Path(self.root)) else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        root = Path(self.root)
        page.put(root)
        if self.target_name == "wheel":
            starter.put(root)
            tables.put(root)
