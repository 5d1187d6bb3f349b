"""The server's numbers, as Prometheus reads them: no text, no names, no keys."""

from __future__ import annotations

import pytest
from prometheus_client.parser import text_string_to_metric_families

from sottovoce.core.errors import Busy, EngineFailed
from sottovoce.core.events import Usage
from sottovoce.engine.protocol import Queue
from sottovoce.server.metrics import Metrics

NOBODY = Queue(slots=4, computing=0, waiting=0, seconds=0.0)


def read(metrics: Metrics, queue: Queue = NOBODY) -> dict[str, float]:
    """Return every sample under its name with its labels."""
    found = {}
    for family in text_string_to_metric_families(metrics.text(queue).decode()):
        for one in family.samples:
            labels = ",".join(f"{key}={value}" for key, value in sorted(one.labels.items()))
            found[f"{one.name}{{{labels}}}" if labels else one.name] = one.value
    return found


def test_everything_that_happens_is_counted() -> None:
    metrics = Metrics()
    metrics.answered("openai_api", 200)
    metrics.answered("openai_api", 200)
    metrics.answered("app_api", 404)
    metrics.used(Usage(prompt=10, reused=7, answer=3))
    metrics.used(Usage(prompt=1, reused=0, answer=2))
    metrics.failed(Busy("No.", hint="Wait"))
    metrics.failed(EngineFailed("No.", hint="Wait"))
    metrics.failed(KeyError("secret"))
    metrics.left()
    metrics.first_token(0.3)
    found = read(metrics, Queue(slots=4, computing=3, waiting=9, seconds=12.5))
    for name, value in {
        "sotto_requests_total{room=openai_api,status=200}": 2,
        "sotto_requests_total{room=app_api,status=404}": 1,
        "sotto_tokens_total{kind=prompt}": 11,
        "sotto_tokens_total{kind=reused}": 7,
        "sotto_tokens_total{kind=answer}": 5,
        "sotto_errors_total{code=busy}": 1,
        "sotto_errors_total{code=engine_failed}": 1,
        "sotto_errors_total{code=unforeseen}": 1,
        "sotto_left_total": 1,
        "sotto_first_token_seconds_count": 1,
        "sotto_first_token_seconds_sum": 0.3,
        "sotto_first_token_seconds_bucket{le=0.2}": 0,
        "sotto_first_token_seconds_bucket{le=0.4}": 1,
        "sotto_queue_waiting": 9,
        "sotto_queue_seconds": 12.5,
        "sotto_slots": 4,
        "sotto_slots_computing": 3,
    }.items():
        assert found[name] == pytest.approx(value), name
    assert found["sotto_memory_bytes"] > 1 << 20
    assert found["sotto_open_files"] > 2
    assert not [name for name in found if "_created" in name]
    assert "secret" not in metrics.text(NOBODY).decode()


def test_two_servers_in_one_process_count_apart() -> None:
    one, other = Metrics(), Metrics()
    one.left()
    assert read(one)["sotto_left_total"] == 1
    assert read(other)["sotto_left_total"] == 0
