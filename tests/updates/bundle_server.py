"""Serves a folder with parts of files, as a plain web server does; a fault is put in front of its answers.

Run as a program: a folder and a file; the file gets the address, and then each path that was asked for.
"""

from __future__ import annotations

import re
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

Fault = Callable[["Handler", bytes], bool]
"""Answers in place of the server, and says whether it did."""


@dataclass
class Served:
    """`asked` holds path and Range header of each request, in order."""

    folder: Path
    fault: Fault = lambda handler, data: False
    asked: list[tuple[str, str]] = field(default_factory=list)
    url: str = ""
    told: Callable[[str], None] = lambda path: None

    def paths(self) -> list[str]:
        return [path for path, _ in self.asked]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    served: Served

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass

    def do_GET(self) -> None:
        self.close_connection = True
        self.served.asked.append((self.path, self.headers.get("range", "")))
        self.served.told(self.path)
        path = self.served.folder / self.path.lstrip("/")
        data = path.read_bytes() if path.is_file() else b""
        with suppress(ConnectionError):
            if self.served.fault(self, data):
                return
            if path.is_file():
                self.serve(data)
            else:
                self.send(404, b"nothing here")

    def serve(self, data: bytes) -> None:
        found = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("range", ""))
        if found is None:
            self.send(200, data)
            return
        start, end = int(found[1]), min(int(found[2] or len(data)) + 1, len(data))
        self.send(206, data[start:end], {"Content-Range": f"bytes {start}-{end - 1}/{len(data)}"})

    def send(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.begin(status, {"Content-Length": str(len(body)), **(headers or {})})
        self.wfile.write(body)

    def begin(self, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that left is what these tests are about."""


def opened(served: Served) -> Server:
    server = Server(("127.0.0.1", 0), type("Of", (Handler,), {"served": served}))
    served.url = f"http://127.0.0.1:{server.server_port}"
    return server


@contextmanager
def serving(folder: Path, fault: Fault | None = None) -> Iterator[Served]:
    served = Served(folder) if fault is None else Served(folder, fault)
    server = opened(served)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()


def main(folder: str, log: str) -> None:
    with Path(log).open("a", buffering=1) as file:
        served = Served(Path(folder), told=lambda path: print(path, file=file))
        server = opened(served)
        print(served.url, file=file)
        server.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
