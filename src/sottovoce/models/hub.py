"""The hub where models lie, by its own protocol: what a repository holds, and where a file is to be had.

Speaks to huggingface.co or to a mirror of it. Knows nothing of downloads on this disk.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from sottovoce.core.errors import BadSettings, NetworkProblem, NotFound, Refused, SottoError
from sottovoce.engine.header import shown
from sottovoce.engine.parts import PART
from sottovoce.models import licences
from sottovoce.net.address import is_loopback, without_secrets
from sottovoce.net.answer import Declined
from sottovoce.net.bearer import Bearer, bearer, origin
from sottovoce.net.door import Door
from sottovoce.net.fetch import fetch
from sottovoce.net.policy import Purpose

HUB = "https://huggingface.co"
TOKEN = "SOTTO_HF_TOKEN"  # noqa: S105  (the variable's name)

STORES = ("*.huggingface.co", "*.hf.co")
"""Where the hub keeps the content of files; from its guide on downloading behind a firewall, which asks to
allow all below both names, since the hosts change (github.com/huggingface/hub-docs, models-downloading.md).
"""

MAX_ANSWER = 16 << 20
ENDPOINT = re.compile(
    r"(?P<scheme>https?)://(?P<host>\[[0-9a-fA-F:.]+\]|[A-Za-z0-9.-]+)(?::[0-9]{1,5})?(?:/[\w./-]*)?"
)
SHA256 = re.compile(r"[0-9a-f]{64}")
COMMIT = re.compile(r"[0-9a-f]{40}")
PACKING = re.compile(
    r"(?:^|[.\-_/])((?:I?Q[1-8]|TQ[12]|MXFP4|BF16|F16|F32)[A-Z0-9_]*)(?=[.\-/]|$)", re.IGNORECASE
)
"""How a file's name says what its weights are packed as: -Q4_K_M.gguf, .Q8_0.gguf, -mxfp4-00001-of-…"""

CHECK = "Check its spelling at the hub; sotto models suggest names models that are known to be there"


@dataclass(frozen=True, slots=True)
class Hub:
    """`endpoint` has no slash at its end. Printing it does not show a token."""

    door: Door
    endpoint: str = HUB
    bearer: Bearer | None = field(default=None, repr=False)

    @property
    def elsewhere(self) -> tuple[str, ...]:
        """Return the hosts it may send on to: its stores, and itself at another port."""
        found = ENDPOINT.fullmatch(self.endpoint)
        return (*STORES, found["host"].strip("[]")) if found else STORES


@dataclass(frozen=True, slots=True)
class HubFile:
    """`sha256` is None where the hub does not say it: for small files, which are none of models."""

    path: str
    size: int
    sha256: str | None

    @property
    def packing(self) -> str:
        """Return what the name says the weights are packed as, in capitals; empty: nothing."""
        found = PACKING.findall(self.path)
        return str(found[-1]).upper() if found else ""


@dataclass(frozen=True, slots=True)
class Repository:
    """What a repository holds at one commit. `licence` is as its publisher spells it; None: not said."""

    name: str
    commit: str
    files: tuple[HubFile, ...]
    licence: str | None
    gated: bool

    @property
    def models(self) -> tuple[HubFile, ...]:
        """Return the GGUF files; of one in several parts the first."""
        found = []
        for file in self.files:
            part = _part(file)
            if file.path.endswith(".gguf") and (part is None or int(part["number"]) == 1):
                found.append(file)
        return tuple(found)

    def parts(self, first: HubFile) -> tuple[HubFile, ...]:
        """Return all files of a model. Raises NotFound where a part is missing."""
        folder = first.path.rpartition("/")[0]
        part = _part(first)
        if part is None:
            return (first,)
        start = f"{folder}/" if folder else ""
        count = int(part["count"])
        paths = [f"{start}{part['stem']}-{number:05}-of-{count:05}.gguf" for number in range(1, count + 1)]
        here = {file.path: file for file in self.files}
        missing = [path for path in paths if path not in here]
        if missing:
            raise NotFound(
                f"{self.name} lacks a part of this model: {shown(missing[0])}.",
                hint="Choose another file of it, or another repository",
            )
        return tuple(here[path] for path in paths)

    def is_whole(self, first: HubFile) -> bool:
        """Tell whether all parts of a model are there."""
        try:
            return bool(self.parts(first))
        except NotFound:
            return False


def _part(file: HubFile) -> re.Match[str] | None:
    """Return what the name says of a part; None: it is whole, as one of no parts is too."""
    part = PART.fullmatch(file.path.rpartition("/")[2])
    return part if part is not None and int(part["count"]) else None


def open_hub(door: Door, endpoint: str, token: str | None) -> Hub:
    """Return the hub that the settings name, with a person's token tied to it. Raises BadSettings."""
    endpoint = check_endpoint(endpoint)
    return Hub(door, endpoint, bearer(endpoint, token, variable=TOKEN) if token else None)


def check_endpoint(endpoint: str) -> str:
    """Return the address of a hub as it is used. Raises BadSettings."""
    endpoint = endpoint.rstrip("/")
    found = ENDPOINT.fullmatch(endpoint)
    if found is None or (found["scheme"] == "http" and not is_loopback(found["host"])):
        raise BadSettings(
            f"{shown(without_secrets(endpoint))!r} is not the address of a hub.",
            hint=f"sotto settings set hub {HUB}",
        )
    return endpoint


def address(hub: Hub, repository: Repository, file: HubFile) -> str:
    """Return where a file is to be had, at the commit that was looked at."""
    return f"{hub.endpoint}/{repository.name}/resolve/{repository.commit}/{quote(file.path)}"


async def look(hub: Hub, repository: str, revision: str, *, explicit: bool = True) -> Repository:
    """Return what a repository holds. Raises NotFound, Refused for a closed one, and what the door raises."""
    url = f"{hub.endpoint}/api/models/{repository}/revision/{quote(revision, safe='')}?blobs=true"
    body = b""
    try:
        async for piece in fetch(
            hub.door,
            url,
            purpose=Purpose.DOWNLOAD,
            explicit=explicit,
            limit_bytes=MAX_ANSWER,
            limit_seconds=60,
            bearer=hub.bearer,
        ):
            body += piece
    except Declined as problem:
        raise told(hub, repository, problem) from problem
    try:
        return _parsed(repository, json.loads(body))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as problem:
        raise NetworkProblem(
            f"{hub.endpoint} answered something that is not a description of {repository}.",
            hint="Check the address of the hub: sotto settings list",
            detail=f"{type(problem).__name__}: {problem}",
        ) from problem


def told(hub: Hub, repository: str, problem: Declined) -> SottoError:
    """Say what the hub meant by not giving something."""
    if problem.origin != origin(hub.endpoint):  # one of its stores, which knows neither people nor gates
        return problem
    if problem.reason == "RevisionNotFound":
        return NotFound(f"{repository} has no such revision.", hint="Leave out what follows @")
    if problem.reason == "EntryNotFound":
        return NotFound(
            f"{repository} has no such file.", hint=f"See which there are at {page(hub, repository)}"
        )
    if problem.reason == "GatedRepo":
        return gated(hub, repository)
    if problem.status in (401, 403) and hub.bearer is not None:
        return _token_refused(repository, problem)
    if problem.status in (401, 404):
        return NotFound(f"The hub has no repository {repository}, or it is private.", hint=CHECK)
    return problem


def gated(hub: Hub, repository: str) -> Refused:
    """Return the error for a repository that this person may not take from, or not yet."""
    return Refused(
        f"{repository} is gated: its publisher wants to know who takes it.",
        hint=f"Ask for access at {page(hub, repository)}, make a token in your settings there, then: "
        f"export {TOKEN}=hf_…",
    )


def _token_refused(repository: str, problem: Declined) -> Refused:
    if problem.status == 401:
        return Refused(
            f"The hub does not know the token in {TOKEN}.",
            hint=f"Copy it again, or make another in your settings there, then: export {TOKEN}=hf_…",
        )
    return Refused(
        f"The token in {TOKEN} may not read {repository}.",
        hint="In your settings at the hub, let it read this repository, or make one that may read all",
    )


def page(hub: Hub, repository: str) -> str:
    """Return where a person can read about a repository."""
    return f"{hub.endpoint}/{repository}"


def _parsed(name: str, said: Any) -> Repository:
    commit = said["sha"]
    if not COMMIT.fullmatch(commit):
        raise ValueError("no commit")
    card = said.get("cardData") or {}
    files = tuple(_file(one) for one in said["siblings"] if isinstance(one.get("size"), int))
    return Repository(
        name, commit, files, _licence(card, said.get("tags") or []), said.get("gated") is not False
    )


def _file(said: Any) -> HubFile:
    sha256 = (said.get("lfs") or {}).get("sha256") or (said.get("lfs") or {}).get("oid")
    if sha256 is not None and not SHA256.fullmatch(sha256):
        raise ValueError("no digest")
    path = said["rfilename"]
    if not isinstance(path, str) or said["size"] < 0:
        raise ValueError("no file")
    return HubFile(path, said["size"], sha256)


def _licence(card: Any, tags: Any) -> str | None:
    """Return the licence's name; a publisher's own has it in a field beside `other`."""
    plain = card.get("license") or [tag[8:] for tag in tags if str(tag).startswith("license:")]
    if isinstance(plain, list):  # of several nobody says here which counts
        plain = licences.AND.join(map(str, plain)) or None
    if plain in (None, "other"):
        plain = card.get("license_name") or plain
    return None if plain is None else shown(str(plain))
