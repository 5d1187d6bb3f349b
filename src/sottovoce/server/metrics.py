"""Count what the server does, for Prometheus. Never whose it is, and never a word of it."""

from __future__ import annotations

import sys

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)

from sottovoce.core.errors import SottoError
from sottovoce.core.events import Usage
from sottovoce.engine.protocol import Queue

FIRST_TOKEN = (0.05, 0.1, 0.2, 0.4, 0.8, 1.5, 3.0, 6.0, 12.0, 30.0, 60.0)
"""Seconds; from a prefix that was computed before to a prompt that waited long."""

KIND = "text/plain; version=0.0.4; charset=utf-8"
"""The media type of what `text` returns."""


class Metrics:
    """Everything counted since the server started."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # they put a time beside every number
        self._registry = registry = CollectorRegistry()
        self._requests = Counter(
            "sotto_requests", "Requests answered or refused.", ("room", "status"), registry=registry
        )
        self._tokens = Counter("sotto_tokens", "Tokens, by what they were.", ("kind",), registry=registry)
        self._first = Histogram(
            "sotto_first_token_seconds",
            "From asking the engine to the first token.",
            registry=registry,
            buckets=FIRST_TOKEN,
        )
        self._errors = Counter("sotto_errors", "Problems told, by their code.", ("code",), registry=registry)
        self._left = Counter("sotto_left", "Answers that nobody stayed to read.", registry=registry)
        self._waiting = Gauge("sotto_queue_waiting", "Answers that wait their turn.", registry=registry)
        self._seconds = Gauge("sotto_queue_seconds", "When a newcomer would begin.", registry=registry)
        self._slots = Gauge("sotto_slots", "Answers that can be computed at once.", registry=registry)
        self._computing = Gauge(
            "sotto_slots_computing", "Answers that are being computed.", registry=registry
        )
        self._memory = Gauge(
            "sotto_memory_bytes", "Memory of the server, without its engine.", registry=registry
        )
        self._files = Gauge("sotto_open_files", "Files and connections of the server.", registry=registry)

    def answered(self, room: str, status: int) -> None:
        """Count one request. `room` is one of ours, never anything a client wrote."""
        self._requests.labels(room, str(status)).inc()

    def used(self, usage: Usage) -> None:
        for kind, count in (("prompt", usage.prompt), ("reused", usage.reused), ("answer", usage.answer)):
            self._tokens.labels(kind).inc(count)

    def first_token(self, seconds: float) -> None:
        self._first.observe(seconds)

    def failed(self, problem: Exception) -> None:
        """Count a problem under its code."""
        self._errors.labels(problem.code if isinstance(problem, SottoError) else "unforeseen").inc()

    def left(self) -> None:
        """Count a client that left before its answer was whole."""
        self._left.inc()

    def text(self, queue: Queue) -> bytes:
        """Return everything in Prometheus' own text form."""
        self._waiting.set(queue.waiting)
        self._seconds.set(queue.seconds)
        self._slots.set(queue.slots)
        self._computing.set(queue.computing)
        self._look_at_process()
        return generate_latest(self._registry)

    def _look_at_process(self) -> None:
        import psutil

        process = psutil.Process()
        self._memory.set(process.memory_info().rss)
        if sys.platform != "win32":
            self._files.set(process.num_fds())
