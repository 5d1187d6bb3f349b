"""What a person may call a model to get, and which names of files from afar are let onto this disk.

Pure: text in, nouns out. Knows no network and looks at no disk.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from sottovoce.core.errors import BadValue
from sottovoce.engine.header import shown
from sottovoce.engine.parts import PART
from sottovoce.net.address import without_secrets

SUFFIX = ".gguf"
STARTER = "starter"
DEFAULT = "default"
"""Means, in the APIs, the model that answers here, or makes the vectors, whichever that is."""

MAIN = "main"
MAX_NAME = 200
"""A name has at most 255 bytes on common disks; a part of a split model and its lock need some of them."""

SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+=@~-]*")
DEVICES = tuple(f"{device}{number}" for device in ("com", "lpt") for number in range(10))
RESERVED = frozenset(("con", "prn", "aux", "nul", "conin$", "conout$", *DEVICES))
"""What Windows takes for a device, with any ending."""

_PART = r"[A-Za-z0-9][A-Za-z0-9._-]{0,95}"
REPOSITORY = re.compile(
    r"(?P<owner>[A-Za-z0-9][A-Za-z0-9._-]{0,95})/(?P<name>[A-Za-z0-9][A-Za-z0-9._-]{0,95})"
)
HUB_HOSTS = ("huggingface.co", "www.huggingface.co", "hf.co")
AT_HUB = re.compile(
    rf"/(?P<repository>{_PART}/{_PART})/(?:resolve|blob)/(?P<revision>refs/pr/[0-9]+|{_PART})/(?P<file>.+)"
)
"""An address of a file at the hub, as its pages show and copy it."""

ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")
REVISION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,99}")
OLLAMA = re.compile(r"[a-z0-9][a-z0-9._/-]{0,127}")
TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")
HANDLE = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")

HINT = "For example: sotto models pull hf:Qwen/Qwen3-4B-GGUF:Q4_K_M"
SAFE_HINT = "Download it yourself and give it a plain name"


@dataclass(frozen=True, slots=True)
class HubRef:
    """A repository of the hub. `wanted` is a file or a packing, such as Q4_K_M; empty: to be chosen."""

    repository: str
    wanted: str = ""
    revision: str = MAIN

    def __str__(self) -> str:
        wanted = f":{self.wanted}" if self.wanted else ""
        return f"hf:{self.repository}{wanted}{'' if self.revision == MAIN else f'@{self.revision}'}"


@dataclass(frozen=True, slots=True)
class UrlRef:
    """`name` is what its file will be called here."""

    url: str
    name: str

    def __str__(self) -> str:
        return without_secrets(self.url)


@dataclass(frozen=True, slots=True)
class FileRef:
    path: Path

    def __str__(self) -> str:
        return str(self.path)


@dataclass(frozen=True, slots=True)
class OllamaRef:
    name: str
    tag: str = "latest"

    def __str__(self) -> str:
        return f"ollama:{self.name}:{self.tag}"


@dataclass(frozen=True, slots=True)
class CatalogueRef:
    handle: str

    def __str__(self) -> str:
        return self.handle


Ref = HubRef | UrlRef | FileRef | OllamaRef | CatalogueRef


def parse(text: str) -> Ref:
    """Return what a reference means. Raises BadValue for one that means nothing here."""
    scheme, _, rest = text.partition(":")
    if re.match(r"[\\/]{2}", text):
        # Only to look at it would reach out past every permission, and on Windows send one's password along.
        raise BadValue(
            "This is a file of another machine, behind two slashes.",
            hint="Copy it to this one, then: sotto models add FILE",
        )
    if scheme.lower() in ("http", "https") and rest.startswith("//"):
        return _url(text)
    if ADDRESS.match(text):
        raise BadValue(
            f"Nothing is fetched over {shown(scheme)}.", hint="Give an address that begins with https://"
        )
    if scheme == "hf":
        return _hub(rest)
    if scheme == "ollama":
        return _ollama(rest)
    if text.endswith(SUFFIX) or text.startswith((".", "/", "~", "\\")) or re.match(r"[A-Za-z]:[\\/]", text):
        return FileRef(Path(text))
    if HANDLE.fullmatch(text):
        return CatalogueRef(text)
    if REPOSITORY.fullmatch(text.partition(":")[0]):
        raise BadValue(
            f"{shown(text)!r} does not say where from.", hint=f"sotto models pull hf:{shown(text)}"
        )
    raise BadValue(f"{shown(without_secrets(text))!r} is not the name of a model.", hint=HINT)


def file_name(text: str) -> str:
    """Return the name under which a file from afar may lie on any system's disk, as it came.

    Raises BadValue for every other: a path, a device, hidden, with letters that look like others.
    """
    if not SAFE.fullmatch(text) or not text.endswith(SUFFIX):
        raise _unsafe(text, "holds more than the letters a to z, digits and . _ + = @ ~ -")
    if len(text) > MAX_NAME:
        raise _unsafe(text, f"is longer than {MAX_NAME} letters")
    if text.split(".", 1)[0].lower() in RESERVED:
        raise _unsafe(text, "is the name of a device on some systems")
    part = PART.fullmatch(text)
    if (part["stem"] if part else text.removesuffix(SUFFIX)).lower() == STARTER:
        raise _unsafe(text, "is what the model that came with the program is called")
    if not text.removesuffix(SUFFIX).strip("."):
        raise _unsafe(text, "has nothing before its ending")
    return text


def last_name(path: str) -> str:
    """Return the safe name at the end of a path in a repository, whose folders are held to the rule too."""
    *folders, name = path.split("/")
    for folder in folders:
        if not SAFE.fullmatch(folder) or len(folder) > MAX_NAME:
            raise _unsafe(path, "lies in a folder with a name that is not plain")
    return file_name(name)


def _unsafe(text: str, reason: str) -> BadValue:
    if not text.lower().endswith(SUFFIX):
        return BadValue(
            f"{shown(text)!r} is not the name of a GGUF file: it does not end in .gguf.", hint=HINT
        )
    return BadValue(f"{shown(text)!r} is no name for a file here: it {reason}.", hint=SAFE_HINT)


def _url(text: str) -> UrlRef | HubRef:
    try:
        parts = urlsplit(text)
    except ValueError as problem:
        raise BadValue(f"{shown(without_secrets(text))!r} is not an address.", hint=HINT) from problem
    path = parts.path
    at_hub = AT_HUB.fullmatch(unquote(path)) if parts.netloc.lower() in HUB_HOSTS else None
    if at_hub is not None:  # it sends on to its stores, and knows digest and licence
        last_name(at_hub["file"])
        return HubRef(at_hub["repository"], at_hub["file"], at_hub["revision"])
    return UrlRef(text, file_name(unquote(path.rpartition("/")[2])))


def _hub(rest: str) -> HubRef:
    rest, at, revision = rest.partition("@")
    repository, colon, wanted = rest.partition(":")
    if not REPOSITORY.fullmatch(repository) or ".." in repository:
        raise BadValue(f"{shown(repository)!r} is not a repository: it is written ORG/NAME.", hint=HINT)
    if at and (not REVISION.fullmatch(revision) or ".." in revision):
        raise BadValue(f"{shown(revision)!r} is not a revision.", hint=f"{HINT}@main")
    if colon and wanted.endswith(SUFFIX):
        last_name(wanted)
    elif colon and not TAG.fullmatch(wanted):
        raise BadValue(f"{shown(wanted)!r} is neither a file nor a packing.", hint=HINT)
    return HubRef(repository, wanted, revision or MAIN)


def _ollama(rest: str) -> OllamaRef:
    name, colon, tag = rest.partition(":")
    if not OLLAMA.fullmatch(name) or ".." in name or "//" in name or (colon and not TAG.fullmatch(tag)):
        raise BadValue(
            f"{shown(rest)!r} is not a model of Ollama's.",
            hint="For example: sotto models pull ollama:llama3.2:1b",
        )
    return OllamaRef(name, tag or "latest")
