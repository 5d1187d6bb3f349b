"""A model elsewhere in a process of its own: `python coming_and_going.py PORT FILE`.

It writes down by which name each question came, and answers in pieces. `come` and `go`, a line each on
standard input, have it listen and not; each is answered with the same word once that is so.
"""

from __future__ import annotations

import json
import re
import socket
import sys
import threading
import time
from pathlib import Path

PIECES = [f"piece {number}. " for number in range(8)]
BETWEEN = 0.005
"""Seconds between two pieces, for a kill to fall in."""


def event(delta: dict[str, str], finish: str | None = None) -> bytes:
    said = {"model": "large", "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}
    return f"data: {json.dumps(said)}\n\n".encode()


def asked(connection: socket.socket) -> str:
    """Read a whole question; return by which name it came, "" where it did not come whole."""
    data = b""
    while True:
        head, _, body = data.partition(b"\r\n\r\n")
        length = re.search(rb"(?i)^content-length: ([0-9]+)", head, re.MULTILINE)
        name = re.search(rb"(?i)^idempotency-key: (\S+)", head, re.MULTILINE)
        if length and name and len(body) >= int(length[1]):
            return name[1].decode()
        piece = connection.recv(65_536)
        if not piece:
            return ""
        data += piece


def answer(connection: socket.socket, record: Path) -> None:
    with connection:
        try:
            name = asked(connection)
            if not name:
                return
            with record.open("a") as file:
                file.write(f"{name}\n")
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n")
            for piece in PIECES:
                connection.sendall(event({"content": piece}))
                time.sleep(BETWEEN)
            connection.sendall(event({}, "stop") + b"data: [DONE]\n\n")
        except OSError:
            return  # who asked was killed


def listen(port: int, record: Path) -> socket.socket:
    listener = socket.create_server(("127.0.0.1", port))

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return  # it was closed
            threading.Thread(target=answer, args=(connection, record), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    return listener


def main() -> None:
    port, record = int(sys.argv[1]), Path(sys.argv[2])
    listener: socket.socket | None = None
    for line in sys.stdin:
        if line == "come\n" and listener is None:
            listener = listen(port, record)
        elif line == "go\n" and listener is not None:
            listener.shutdown(socket.SHUT_RDWR)
            listener.close()
            listener = None
        print(line, end="", flush=True)


if __name__ == "__main__":
    main()
