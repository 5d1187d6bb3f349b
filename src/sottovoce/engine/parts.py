"""A model split over several files: where its parts lie, and their headers read as one."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from sottovoce.engine.header import Header, bad_model, shown

MAX_PARTS = 9_999
PART = re.compile(r"(?P<stem>.+)-(?P<number>[0-9]{5})-of-(?P<count>[0-9]{5})\.gguf")


def others(first: Header) -> list[Path]:
    """Return where the other parts of a split model lie."""
    count = first.metadata.get("split.count", 1)
    number = first.metadata.get("split.no", 0)
    if isinstance(count, bool) or not isinstance(count, int) or not 0 <= count <= MAX_PARTS:
        raise bad_model(first.path, "is damaged: it does not say in how many parts it is split (split.count)")
    if count <= 1:
        return []
    named = PART.fullmatch(first.path.name)
    if number != 0:
        raise bad_model(
            first.path,
            f"is not the first of {count} parts",
            hint=f"Name the part whose name ends in -00001-of-{count:05}.gguf",
        )
    if named is None or int(named["count"]) != count or int(named["number"]) != 1:
        raise bad_model(
            first.path,
            f"is the first of {count} parts, and was renamed",
            hint=f"Give it back its name, which ends in -00001-of-{count:05}.gguf",
        )
    return [first.path.with_name(f"{named['stem']}-{at:05}-of-{count:05}.gguf") for at in range(2, count + 1)]


def joined(parts: list[Header]) -> Header:
    """Return the parts of a split model as one header. Tensors keep the offsets in their own part."""
    first = parts[0]
    names: set[str] = set()
    for number, part in enumerate(parts):
        if part.metadata.get("split.no") != number:
            raise bad_model(part.path, f"is damaged: it is not part {number + 1} of {len(parts)}")
        for tensor in part.tensors:
            if tensor.name in names:
                raise bad_model(
                    part.path, f"is damaged: tensor {shown(tensor.name)} stands in another part too"
                )
            names.add(tensor.name)
    if first.metadata.get("split.tensors.count", len(names)) != len(names):
        raise bad_model(first.path, "is damaged: its parts do not hold the number of tensors it names")
    return replace(
        first,
        tensors=tuple(tensor for part in parts for tensor in part.tensors),
        file_size=sum(part.file_size for part in parts),
        parts=tuple(part.path for part in parts),
    )
