from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from sottovoce.doctor.alone import Outcome
from sottovoce.doctor.offline import judge
from sottovoce.net.watch import CONTROL, Attempt, Reach

FRONT, ENGINE = 10, 11
OUTCOME = Outcome(FRONT, "SmolLM2", ["It scatters."], [], "Network is unreachable")


def control(process: int) -> Attempt:
    return Attempt(process, "socket.connect", f"{CONTROL[0]}:{CONTROL[1]}", Reach.OUT)


USUAL = [
    control(FRONT),
    Attempt(FRONT, "socket.connect", "/tmp/e.sock", Reach.WITHIN),
    control(ENGINE),
    control(FRONT),
]
LEAK = Attempt(FRONT, "socket.getaddrinfo", "telemetry.example", Reach.OUT)
LOOP = Attempt(FRONT, "socket.connect", "127.0.0.1:80", Reach.LOOPBACK)


def test_a_quiet_chat_behind_the_wall_is_proven() -> None:
    proof = judge(OUTCOME, USUAL, wall=True, processes=2)
    assert proof.holds
    assert proof.verdict == (
        "0 connections tried during the chat; the control attempt was seen and went nowhere."
    )
    assert (proof.processes, proof.tried, proof.control_stopped) == (2, [], True)


def test_without_a_wall_the_proof_says_less() -> None:
    proof = judge(replace(OUTCOME, control=None), USUAL, wall=False, processes=2)
    assert proof.holds
    assert proof.verdict == "0 connections tried during the chat; the control attempt was seen."
    assert proof.control_stopped is None


def test_loopback_is_not_leaving() -> None:
    assert judge(OUTCOME, [*USUAL, LOOP], wall=True, processes=2).holds


REFUTED: dict[str, tuple[Callable[[], tuple[Outcome, list[Attempt], bool]], str]] = {
    "a leak": (lambda: (OUTCOME, [*USUAL, LEAK], True), "1 connection tried during the chat: socket.getaddr"),
    "a leak, no wall": (lambda: (OUTCOME, [*USUAL, LEAK], False), "1 connection tried"),
    "two leaks": (lambda: (OUTCOME, [*USUAL, LEAK, LEAK], True), "2 connections tried"),
    "no watch at all": (lambda: (OUTCOME, [], True), "worthless"),
    "an unwatched engine": (lambda: (OUTCOME, [control(FRONT)], True), "worthless"),
    "an unwatched program": (lambda: (OUTCOME, [control(ENGINE), control(12)], True), "worthless"),
    "an unwatched program that leaks": (lambda: (OUTCOME, [control(ENGINE), LEAK], True), "worthless"),
    "a control that got out": (lambda: (replace(OUTCOME, control=None), USUAL, True), "found a way"),
    "a route behind the wall": (lambda: (replace(OUTCOME, routes=["eth0"]), USUAL, True), "found a way"),
}


@pytest.mark.parametrize("case", REFUTED)
def test_the_proof_can_fail(case: str) -> None:
    make, said = REFUTED[case]
    outcome, seen, wall = make()
    proof = judge(outcome, seen, wall=wall, processes=2)
    assert not proof.holds
    assert said in proof.verdict
