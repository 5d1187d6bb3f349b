"""Model files that other programs keep on this machine: Ollama, LM Studio, Hugging Face's.

Looks, and changes nothing. What those programs wrote is not trusted: a list that is no list, names that
lead elsewhere and folders without end do no harm. Knows nothing of what is in the files.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from sottovoce.engine.parts import PART
from sottovoce.models import shelf

OLLAMA, LM_STUDIO, HUGGING_FACE = "Ollama", "LM Studio", "Hugging Face"

NAMED = ("ollama:", "hf:")
"""How the names begin that are no paths."""

MOST_FILES = 10_000
"""Looked at in one folder; who has more sees the first of them."""

DEEPEST = 8
LARGEST_MANIFEST = 1 << 20
MODEL_LAYER = "application/vnd.ollama.image.model"
"""Which of the blobs in a manifest is the model (ollama's docs and server/images.go)."""

REGISTRY = "registry.ollama.ai"
LIBRARY = "library"

_DIGEST = re.compile(r"sha256[:-]([0-9a-f]{64})")
_BLOB = re.compile(r"[0-9a-f]{64}")
_WORD = re.compile(r"[\w.][\w.+-]{0,127}", re.ASCII)
_CACHED = re.compile(r"models--(?P<org>[\w.-]+?)--(?P<repo>[\w.-]+)", re.ASCII)


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A model's file, the first part where it is split. `name` is how to ask for it.

    `sha256` is what the other program believes of the content; nobody has checked it here.
    """

    program: str
    name: str
    path: Path
    size: int
    sha256: str | None = None

    @property
    def called(self) -> str:
        """Return what it may go by on the shelf."""
        if self.program == OLLAMA:
            return re.sub(r"[/:]", "-", self.name.partition(":")[2])
        return shelf.name_of(self.path)


@dataclass(frozen=True, slots=True)
class Places:
    """Folders in which other programs keep models. They need not be there."""

    ollama: tuple[Path, ...]
    lm_studio: tuple[Path, ...]
    hugging_face: tuple[Path, ...]


def places(user: Path, told: Mapping[str, str]) -> Places:
    """Return where to look, by a person's folder and what the environment told the other programs."""
    ollama = Path(told["OLLAMA_MODELS"]) if "OLLAMA_MODELS" in told else user / ".ollama" / "models"
    home = Path(told["HF_HOME"]) if "HF_HOME" in told else user / ".cache" / "huggingface"
    cache = Path(told["HF_HUB_CACHE"]) if "HF_HUB_CACHE" in told else home / "hub"
    return Places(
        # The second is where Ollama keeps them when it was installed as a service.
        ollama=(ollama, Path("/usr/share/ollama/.ollama/models")),
        lm_studio=(user / ".lmstudio" / "models", user / ".cache" / "lm-studio" / "models"),
        hugging_face=(cache,),
    )


def everything(where: Places) -> list[FoundFile]:
    """Return all that was found, each file once."""
    found = [file for folder in where.ollama for file in in_ollama(folder)]
    found += [file for folder in where.lm_studio for file in in_lm_studio(folder)]
    found += [file for folder in where.hugging_face for file in in_hugging_face(folder)]
    once: dict[tuple[str, Path], FoundFile] = {}
    for file in found:
        once.setdefault((file.name, file.path), file)
    return list(once.values())


def named(name: str, where: Places) -> FoundFile | None:
    """Return the file that goes by this name, with or without the tag `latest`."""
    wanted = {name, f"{name}:latest"}
    return next((file for file in everything(where) if file.name in wanted), None)


def in_ollama(folder: Path) -> Iterator[FoundFile]:
    """Yield the models that Ollama's manifests name, as `ollama:name:tag`."""
    manifests = folder / "manifests"
    for path in _files(manifests):
        words = path.relative_to(manifests).parts
        if len(words) != 4 or not all(map(_WORD.fullmatch, words)):
            continue
        digest = _model_of(path)
        if digest is None:
            continue
        blob = next(
            (blob for mark in "-:" if _is_file(blob := folder / "blobs" / f"sha256{mark}{digest}")),
            None,
        )
        if blob is not None:
            yield FoundFile(OLLAMA, _ollama_name(*words), blob, shelf.size(blob), digest)


def in_lm_studio(folder: Path) -> Iterator[FoundFile]:
    """Yield the models in LM Studio's folder, by their path."""
    for path in _files(folder):
        if _is_first_part(path):
            yield FoundFile(LM_STUDIO, str(path), path, shelf.size(path))


def in_hugging_face(folder: Path) -> Iterator[FoundFile]:
    """Yield the GGUF files in the cache of Hugging Face's programs, as `hf:org/repo:file`."""
    for repository in _folders(folder):
        named = _CACHED.fullmatch(repository.name)
        if named is None:
            continue
        snapshots = repository / "snapshots"
        for path in _files(snapshots):
            if not _is_first_part(path):
                continue
            within = "/".join(path.relative_to(snapshots).parts[1:])
            if not all(map(_WORD.fullmatch, within.split("/"))):
                continue
            blob = path.resolve().name  # a link to a blob, which is named by its content
            digest = blob if _BLOB.fullmatch(blob) else None
            name = f"hf:{named['org']}/{named['repo']}:{within}"
            yield FoundFile(HUGGING_FACE, name, path, shelf.size(path), digest)


def _model_of(path: Path) -> str | None:
    """Return the digest of the model that a manifest names, if it is a manifest and names one."""
    try:
        if path.stat().st_size > LARGEST_MANIFEST:
            return None
        said: Any = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
    layers = said.get("layers") if isinstance(said, dict) else None
    for layer in layers if isinstance(layers, list) else ():
        if isinstance(layer, dict) and layer.get("mediaType") == MODEL_LAYER:
            digest = layer.get("digest")
            found = _DIGEST.fullmatch(digest) if isinstance(digest, str) else None
            return None if found is None else found[1]
    return None


def _ollama_name(host: str, owner: str, model: str, tag: str) -> str:
    whose = "" if owner == LIBRARY else f"{owner}/"
    where = "" if host == REGISTRY else f"{host}/{owner}/"
    return f"ollama:{where or whose}{model}:{tag}"


def _files(folder: Path) -> Iterator[Path]:
    """Yield the ordinary files below a folder, also those that are linked, in order of name.

    Links to folders are not followed: they can lead in a circle.
    """

    def walk() -> Iterator[Path]:
        for at, folders, names in os.walk(folder):
            here = Path(at)
            folders.sort()
            if len(here.relative_to(folder).parts) >= DEEPEST:
                folders.clear()
            yield from (here / name for name in sorted(names))

    return (path for path in islice(walk(), MOST_FILES) if _is_file(path))


def _folders(folder: Path) -> list[Path]:
    try:
        return sorted(islice((path for path in folder.iterdir() if path.is_dir()), MOST_FILES))
    except OSError:
        return []


def _is_file(path: Path) -> bool:
    """Tell whether this is a file that can be read without waiting: no pipe, no device."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def _is_first_part(path: Path) -> bool:
    part = PART.fullmatch(path.name)
    first = part is None or int(part["number"]) == 1
    return first and path.suffix.lower() == ".gguf" and path.name.isprintable()
