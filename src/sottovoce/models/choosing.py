"""Which of a repository's files to take, where a person named none. Pure.

A packing is chosen by size against memory; how well it will run is told by a better judge, in fit.
"""

from __future__ import annotations

from sottovoce.core.amounts import amount
from sottovoce.core.errors import NotEnoughMemory, NotFound
from sottovoce.engine.header import shown
from sottovoce.models.hub import HubFile, Repository

USUAL = (
    "Q4_K_M", "Q4_K_XL", "MXFP4", "MXFP4_MOE", "Q4_K_S", "Q4_0", "Q4_1", "IQ4_NL", "IQ4_XS", "Q5_K_M",
    "Q5_K_S", "Q6_K", "Q8_0",
)  # fmt: skip
"""About four bits a weight lose little and are twice as fast as eight: the usual choice, best first."""

SMALL = 2 << 30
"""A model this small in eight bits is fast enough in them, and small ones lose more by four."""

WINDOW_SHARE = 1.1
BESIDE = 512 << 20
"""A model takes a tenth more than its file for its window, and half a gigabyte for the rest."""

COMPANIONS = ("mmproj", "imatrix", "mtp-", "lora")
"""How files beside a model begin their names."""


def choose(repository: Repository, wanted: str, room: int) -> HubFile:
    """Return the file that was named, or the best one for this many bytes of memory.

    Raises NotFound for a name that is not there, NotEnoughMemory where all are larger than the memory.
    """
    for file in repository.models:
        if wanted in (file.path, file.path.rpartition("/")[2]):
            return file
    models = [file for file in repository.models if not _is_companion(file)]
    if not models:
        raise _no_model(repository)
    if wanted:
        return _packed(repository, models, wanted)
    models = [file for file in models if repository.is_whole(file)] or models[:1]
    fitting = [file for file in models if needed(_size(repository, file)) <= room]
    if fitting:
        return min(fitting, key=lambda file: _rank(repository, file))
    smallest = min(models, key=lambda file: _size(repository, file))
    if _size(repository, smallest) > room:
        raise NotEnoughMemory(
            f"The smallest file of {repository.name} has {amount(_size(repository, smallest))}; "
            f"{amount(room)} of memory are free.",
            hint=f"To take it all the same: sotto models pull hf:{repository.name}:{smallest.path}",
        )
    return smallest  # by its size alone it might fit: fit judges by its header


def needed(size: int) -> int:
    """Return about how many bytes of memory a file of this size takes, with room to spare."""
    return int(size * WINDOW_SHARE) + BESIDE


def packings(repository: Repository) -> list[str]:
    """Return what a person may name, in order of size."""
    whole = (file for file in repository.models if repository.is_whole(file))
    models = sorted(whole, key=lambda file: _size(repository, file))
    return list(dict.fromkeys(file.packing or file.path for file in models if not _is_companion(file)))


def _no_model(repository: Repository) -> NotFound:
    if repository.models:
        beside = shown(repository.models[0].path)
        return NotFound(
            f"{repository.name} has no model, only what goes beside one: {beside}.",
            hint=f"To take that: sotto models pull hf:{repository.name}:{beside}",
        )
    return NotFound(
        f"{repository.name} has no GGUF file.",
        hint="Many models have a second repository for such files, whose name ends in -GGUF",
    )


def _packed(repository: Repository, models: list[HubFile], wanted: str) -> HubFile:
    found = [file for file in models if file.packing == wanted.upper()]
    found = [file for file in found if repository.is_whole(file)] or found
    if found:
        return min(found, key=lambda file: (len(file.path), file.path))
    there = [shown(packing) for packing in packings(repository)[:20]] or [shown(models[0].path)]
    raise NotFound(
        f"{repository.name} has no {shown(wanted)}. It has: {', '.join(there)}.",
        hint=f"For example: sotto models pull hf:{repository.name}:{there[0]}",
    )


def _rank(repository: Repository, file: HubFile) -> tuple[int, int, str]:
    size = _size(repository, file)
    if file.packing == "Q8_0" and size <= SMALL:
        return (-1, size, file.path)
    if file.packing in USUAL:
        return (USUAL.index(file.packing), size, file.path)
    # Unusual ones last: the largest that fits, since it loses least.
    return (len(USUAL), -size, file.path)


def _size(repository: Repository, first: HubFile) -> int:
    return sum(file.size for file in repository.parts(first))


def _is_companion(file: HubFile) -> bool:
    return file.path.rpartition("/")[2].lower().startswith(COMPANIONS)
