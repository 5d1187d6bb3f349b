"""A hub on loopback that speaks the Hugging Face protocol: an API, addresses that redirect, and a CDN.

The hub and its CDN are two servers on two ports, as they are two hosts in the world. What a test wants
them to do wrong is a function put in front of the CDN's ordinary answer.
"""

from __future__ import annotations

import hashlib
import json
import re
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socketserver import TCPServer
from urllib.parse import parse_qs, urlsplit

COMMIT = "0123456789abcdef0123456789abcdef01234567"
CHUNK = 64 << 10


@dataclass
class Blob:
    """A file's content, and what is said of it."""

    data: bytes
    etag: str | None = None
    lfs: bool = True

    def __post_init__(self) -> None:
        self.sha256 = hashlib.sha256(self.data).hexdigest()
        self.etag = self.etag or f'"{self.sha256}"'


@dataclass
class Repo:
    files: dict[str, Blob]
    licence: str | None = "apache-2.0"
    gated: str | bool = False
    commit: str = COMMIT
    private: bool = False


@dataclass(frozen=True)
class Ask:
    """One request to the CDN. `number` counts from 1."""

    number: int
    start: int | None
    end: int | None
    if_range: str | None


Fault = Callable[["Handler", Blob, Ask], None]


@dataclass
class Mirror:
    """What is served, and what was asked: `seen` holds (server, path, headers) of every request."""

    repos: dict[str, Repo] = field(default_factory=dict)
    token: str = "hf_right"
    fault: Fault | None = None
    speed: float | None = None
    """Bytes a second of each CDN answer."""
    seen: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    hub: str = ""
    cdn: str = ""
    asked: int = 0

    def put(self, repository: str, *files: Path | tuple[str, bytes], **facts: object) -> Repo:
        blobs = {
            (one.name if isinstance(one, Path) else one[0]): Blob(
                one.read_bytes() if isinstance(one, Path) else one[1]
            )
            for one in files
        }
        self.repos[repository] = Repo(blobs, **facts)  # type: ignore[arg-type]
        return self.repos[repository]

    def blob(self, sha256: str) -> Blob | None:
        return next(
            (b for repo in self.repos.values() for b in repo.files.values() if b.sha256 == sha256), None
        )

    def url(self, repository: str, name: str) -> str:
        return f"{self.hub}/{repository}/resolve/{COMMIT}/{name}"

    def paths(self, server: str) -> list[str]:
        return [path for where, path, _ in self.seen if where == server]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    mirror: Mirror
    where: str

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass

    def do_GET(self) -> None:
        self.close_connection = True
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.mirror.seen.append((self.where, self.path, headers))
        with suppress(ConnectionError):
            self.answer_hub(headers) if self.where == "hub" else self.answer_cdn(headers)

    def answer_hub(self, headers: dict[str, str]) -> None:
        parts = urlsplit(self.path)
        api = re.fullmatch(r"/api/models/([^/]+/[^/]+?)(?:/revision/(.+))?", parts.path)
        if api:
            self.describe(api[1], api[2] or "main", "blobs" in parse_qs(parts.query), headers)
            return
        found = re.fullmatch(r"/([^/]+/[^/]+)/resolve/([^/]+)/(.+)", parts.path)
        repo = self.mirror.repos.get(found[1]) if found else None
        blob = repo.files.get(found[3]) if repo and found else None
        if repo is None or (repo.private and not self.known(headers)):
            self.refuse(401, "RepoNotFound")
        elif blob is None:
            self.refuse(404, "EntryNotFound")
        elif repo.gated and not self.known(headers):
            self.refuse(401, "GatedRepo")
        elif not blob.lfs:
            self.send(200, blob.data, {"ETag": blob.etag or ""})
        else:
            location = f"{self.mirror.cdn}/blobs/{blob.sha256}?Signature=secret"
            linked = {"X-Linked-Etag": f'"{blob.sha256}"', "X-Linked-Size": str(len(blob.data))}
            self.send(302, b"", {"Location": location, "X-Repo-Commit": repo.commit, **linked})

    def describe(self, name: str, revision: str, blobs: bool, headers: dict[str, str]) -> None:
        repo = self.mirror.repos.get(name)
        if repo is None or (repo.private and not self.known(headers)):
            self.refuse(401, "RepoNotFound")
            return
        if revision not in ("main", repo.commit):
            self.refuse(404, "RevisionNotFound")
            return
        siblings = []
        for path, blob in repo.files.items():
            one: dict[str, object] = {"rfilename": path}
            if blobs:
                one |= {"size": len(blob.data), "blobId": "0" * 40}
                one |= {"lfs": {"sha256": blob.sha256, "size": len(blob.data)}} if blob.lfs else {}
            siblings.append(one)
        said = {
            "id": name,
            "sha": repo.commit,
            "gated": repo.gated,
            "siblings": siblings,
            "tags": ["gguf", *([f"license:{repo.licence}"] if repo.licence else [])],
            "cardData": {"license": repo.licence} if repo.licence else {},
        }
        self.send(200, json.dumps(said).encode(), {"Content-Type": "application/json"})

    def answer_cdn(self, headers: dict[str, str]) -> None:
        self.mirror.asked += 1
        blob = self.mirror.blob(urlsplit(self.path).path.rpartition("/")[2])
        if blob is None:
            self.refuse(404, "")
            return
        found = re.fullmatch(r"bytes=(\d+)-(\d*)", headers.get("range", ""))
        start = int(found[1]) if found else None
        end = int(found[2]) + 1 if found and found[2] else None
        ask = Ask(self.mirror.asked, start, end, headers.get("if-range"))
        (self.mirror.fault or Handler.serve)(self, blob, ask)

    def serve(self, blob: Blob, ask: Ask) -> None:
        """Answer as a good server does."""
        self.send_head(blob, ask)
        self.send_body(self.body(blob, ask))

    def body(self, blob: Blob, ask: Ask) -> bytes:
        return blob.data[ask.start : ask.end] if self.is_part(blob, ask) else blob.data

    def is_part(self, blob: Blob, ask: Ask) -> bool:
        return ask.start is not None and ask.if_range in (None, blob.etag)

    def send_head(self, blob: Blob, ask: Ask, **changes: str | None) -> None:
        """Send the status and headers of a good answer; `changes` replace, or with None leave out, some."""
        size, start = len(blob.data), ask.start or 0
        if self.is_part(blob, ask) and start >= size:
            self.send(416, b"", {"Content-Range": f"bytes */{size}"})
            return
        headers: dict[str, str | None] = {"ETag": blob.etag, "Content-Length": str(len(self.body(blob, ask)))}
        if self.is_part(blob, ask):
            headers["Content-Range"] = f"bytes {start}-{min(ask.end or size, size) - 1}/{size}"
        headers |= {name.replace("_", "-"): value for name, value in changes.items()}
        self.send_response(206 if self.is_part(blob, ask) else 200)
        for name, value in headers.items():
            if value is not None:
                self.send_header(name, value)
        self.end_headers()

    def send_body(self, data: bytes) -> None:
        for at in range(0, len(data), CHUNK):
            self.wfile.write(data[at : at + CHUNK])
            if self.mirror.speed:
                time.sleep(CHUNK / self.mirror.speed)

    def known(self, headers: dict[str, str]) -> bool:
        return headers.get("authorization") == f"Bearer {self.mirror.token}"

    def refuse(self, status: int, code: str) -> None:
        self.send(status, b"", {"X-Error-Code": code} if code else {})

    def send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def server_bind(self) -> None:
        """Ask nobody for the name of the address, which would leave this machine."""
        TCPServer.server_bind(self)
        self.server_port = self.server_address[1]

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that left is what these tests are about."""


@contextmanager
def serving(mirror: Mirror, host: str = "127.0.0.1", shows: ssl.SSLContext | None = None) -> Iterator[Mirror]:
    """Run both servers for the block, with TLS where there is what they show."""
    scheme, servers = "https" if shows else "http", []
    for where in ("hub", "cdn"):
        handler = type("Of", (Handler,), {"mirror": mirror, "where": where})
        server = Server((host, 0), handler)
        if shows:
            server.socket = shows.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        servers.append(server)
        setattr(mirror, where, f"{scheme}://{host}:{server.server_port}")
    try:
        yield mirror
    finally:
        for server in servers:
            server.shutdown()
            server.server_close()
