"""A model elsewhere, as a process of its own: keeps every byte it is sent, and says the last question again.

`python recording.py FILE PORT HOST` prints its port; each request, its head too, is a line of FILE in
hexadecimal.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socketserver import TCPServer

CUT = 3
"""Characters of a piece: no placeholder comes whole."""


@dataclass(frozen=True, slots=True)
class Recorder:
    """Such a process: where it listens, and what it was sent."""

    port: int
    file: Path

    @property
    def received(self) -> list[bytes]:
        lines = self.file.read_text().split() if self.file.is_file() else []
        return [bytes.fromhex(line) for line in lines]

    def heard(self, planted: tuple[str, ...]) -> list[str]:
        """Return which of these are in the bytes that it was sent, however they are written there."""
        whole = b"\n".join(self.received)
        forms = f"{whole.decode('utf-8', 'replace')}\n{whole.decode('unicode_escape', 'replace')}".lower()
        return [one for one in planted if one.lower() in forms]


@contextmanager
def recording(file: Path, port: int = 0, host: str = "127.0.0.1") -> Iterator[Recorder]:
    """Run one for the block, at a port where one is given."""
    command = [sys.executable, __file__, str(file), str(port), host]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield Recorder(int(process.stdout.readline()), file)
    finally:
        process.kill()
        process.communicate()


class _Recording(BaseHTTPRequestHandler):
    file: Path

    def do_POST(self) -> None:
        """Keep what was sent, and stream an answer."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        with self.file.open("a") as kept:
            kept.write((bytes(self.headers) + body).hex() + "\n")
        text = json.loads(body)["messages"][-1]["content"]
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        for at in range(0, len(text), CUT):
            self._say({"delta": {"content": text[at : at + CUT]}, "finish_reason": None})
        self._say({"delta": {}, "finish_reason": "stop"})
        self.wfile.write(b"data: [DONE]\n\n")

    def _say(self, choice: dict[str, object]) -> None:
        event = {"id": "1", "object": "chat.completion.chunk", "model": "large-2026"}
        said = json.dumps({**event, "choices": [{"index": 0, **choice}]})
        self.wfile.write(f"data: {said}\n\n".encode())

    def log_message(self, *_: object) -> None:
        """Say nothing: the port is all that this process prints."""


class _Server(ThreadingHTTPServer):
    def server_bind(self) -> None:
        """Ask nobody for the name of the address, which would leave this machine."""
        TCPServer.server_bind(self)


if __name__ == "__main__":
    _Recording.file = Path(sys.argv[1])
    server = _Server((sys.argv[3], int(sys.argv[2])), _Recording)
    print(server.server_address[1], flush=True)
    server.serve_forever()
