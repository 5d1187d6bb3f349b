"""What getting a model would bring: which files, how large, under which licence. Nothing of them comes yet.

Reads a repository's list and the model's header, where they are. Knows nothing of this disk.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sottovoce.core.errors import BadValue, NotFound
from sottovoce.engine.header import Header
from sottovoce.engine.parts import PART
from sottovoce.models import far, licences
from sottovoce.models.choosing import choose
from sottovoce.models.far import FarFile
from sottovoce.models.hub import Hub, address, gated, look, page, told
from sottovoce.models.names import HubRef, UrlRef, last_name
from sottovoce.models.partial import Wanted
from sottovoce.models.way import Way
from sottovoce.net.answer import Declined
from sottovoce.net.door import Door

MOST_PARTS = 200


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be fetched. `name` is what the model will be called here; `size` is that of all files.

    `licence` is as its publisher spells it, None: not said; `dispute` tells who says otherwise. `page` is
    where its publisher tells of it. `header` is that of the whole model, read there.
    """

    ref: str
    name: str
    files: tuple[Wanted, ...]
    size: int
    licence: str | None
    gated: bool
    repository: str
    page: str
    header: Header
    way: Way
    hub: Hub | None = None
    dispute: str = ""

    @property
    def sha256(self) -> str | None:
        """Return the content's digest as far as it is known beforehand: that of the first file."""
        return self.files[0].sha256


async def plan_hub(hub: Hub, ref: HubRef, room: int) -> Plan:
    """Return what a reference to a repository would bring, choosing a packing for `room` bytes of memory.

    Raises NotFound, Refused for a gated repository without a token, and what the door raises.
    """
    repository = await look(hub, ref.repository, ref.revision)
    first = choose(repository, ref.wanted, room)
    if repository.gated and hub.bearer is None:
        raise gated(hub, repository.name)
    way = Way(hub.door, explicit=True, elsewhere=hub.elsewhere, bearer=hub.bearer)
    files = tuple(
        Wanted(
            address(hub, repository, file),
            last_name(file.path),
            f"hf:{repository.name}@{repository.commit}/{file.path}",
            file.size,
            file.sha256,
        )
        for file in repository.parts(first)
    )
    header = await _header(hub, repository.name, way, files)
    ruling = licences.ruled(repository.licence or "", licences.in_header(header))
    return Plan(
        ref=str(replace(ref, wanted=first.path)),
        name=_name(files[0].name),
        files=files,
        size=sum(file.size or 0 for file in files),
        licence=ruling.spelt or None,
        gated=repository.gated,
        repository=repository.name,
        page=page(hub, repository.name),
        header=header,
        way=way,
        hub=hub,
        dispute=ruling.dispute,
    )


async def plan_url(door: Door, ref: UrlRef) -> Plan:
    """Return what an address would bring. What it must be is known only once it is here."""
    way = Way(door, explicit=True)
    # By the address without its query, which may hold a key that changes; a validator tells files apart.
    files = [Wanted(url, name, f"url:{UrlRef(url, name)}") for url, name in _parts(ref)]
    try:
        found = await far.read_header(way, [FarFile(file.url, file.name) for file in files])
    except Declined as problem:
        if problem.status != 404 or len(files) == 1:
            raise
        raise NotFound(
            f"Not all {len(files)} parts of {_name(ref.name)} are at that address.",
            hint="They must lie beside the first; look there, or take it from elsewhere",
            detail=problem.sentence,
        ) from problem
    header = found.header
    sized = tuple(replace(file, size=size) for file, size in zip(files, found.sizes, strict=True))
    return Plan(
        ref=str(ref),
        name=_name(ref.name),
        files=sized,
        size=header.file_size,
        licence=licences.in_header(header) or None,
        gated=False,
        repository="",
        page=str(ref),
        header=header,
        way=way,
    )


async def _header(hub: Hub, repository: str, way: Way, files: Sequence[Wanted]) -> Header:
    try:
        far_files = [FarFile(file.url, file.name, file.size, file.sha256) for file in files]
        return (await far.read_header(way, far_files)).header
    except Declined as problem:
        raise told(hub, repository, problem) from problem


def _parts(ref: UrlRef) -> list[tuple[str, str]]:
    """Return address and name of each part of a model at an address."""
    part = PART.fullmatch(ref.name)
    if part is None:
        return [(ref.url, ref.name)]
    count = int(part["count"])
    if int(part["number"]) != 1 or not 1 <= count <= MOST_PARTS:
        raise BadValue(
            f"{ref.name} is one of several parts, and not the first.",
            hint=f"Give the address that ends in -00001-of-{count:05}.gguf",
        )
    numbers = [f"-{number:05}-of-{count:05}.gguf" for number in range(1, count + 1)]
    first = re.compile(re.escape(numbers[0]) + r"(?=$|[?#])")
    return [(first.sub(number, ref.url), ref.name.replace(numbers[0], number)) for number in numbers]


def _name(file: str) -> str:
    """Return what a model is called by its first file's name."""
    part = PART.fullmatch(file)
    return Path(file).stem if part is None else part["stem"]
