"""A home with a hub on loopback to take models from, and where things are on the models screen."""

from __future__ import annotations

import re
from collections.abc import Callable

from getting import small_model
from mirror import Mirror
from playwright.sync_api import Locator, expect
from serving import Server
from window import Window

from sottovoce.core.paths import Home
from sottovoce.fit import known
from sottovoce.fit.estimate import Program
from sottovoce.fit.machine import look
from sottovoce.fit.pace import Pace

REF = "hf:org/m-GGUF"
NAME = "m-Q4_0"
STARTER = "SmolLM2-135M-Instruct"
SLOW = 1.5e5
"""Bytes a second: the small model takes some eight seconds, in which it can be stopped."""


class Place:
    """A home, a server with it, and a hub that it takes models from."""

    def __init__(self, home: Home, mirror: Mirror, start: Callable[[], Server]) -> None:
        self.home, self.mirror = home, mirror
        self.settings(network="ask", hub=mirror.hub)
        self._start = start
        self.server: Server | None = None

    def settings(self, **said: str) -> None:
        self.home.config.write_text("".join(f'{name} = "{value}"\n' for name, value in said.items()))

    def start(self) -> Server:
        self.server = self._start()
        return self.server

    def put(self, *names: str) -> None:
        for name in names:
            (self.home.models / f"{name}.gguf").write_bytes(small_model())

    def measure(self) -> None:
        """Note this machine as measured: quick enough for every model."""
        kinds, whats = ("Q4_K", "Q8_0", "Q4_1"), ("once", "few", "each")
        costs = {f"{what} {kind}": 2e-12 for kind in kinds for what in whats}
        known.keep(self.home, known.Measured(known.key_of(look()), Pace(costs), Program()))


def plan_of(window: Window) -> Locator:
    return window.page.get_by_role("dialog", name="Get a model")


def row_of(window: Window, name: str = NAME) -> Locator:
    return window.page.get_by_test_id(f"download-{name}")


def model_of(window: Window, name: str) -> Locator:
    return window.page.get_by_test_id(f"model-{name}")


def look_up(window: Window, ref: str = REF) -> Locator:
    """Ask for a model by its name, and say that its hub may be asked."""
    field = window.page.get_by_label("Get another by its name or address")
    field.fill(ref)
    field.press("Enter")
    plan = plan_of(window)
    plan.get_by_role("button", name=re.compile("^Ask ")).click()
    return plan


def begin(window: Window, ref: str = REF) -> None:
    """Ask for a model, accept its licence, and have it downloaded."""
    plan = look_up(window, ref)
    plan.get_by_label("I accept this licence").check()
    plan.get_by_role("button", name="Download").click()
    expect(plan).to_have_count(0)


def act_on(window: Window, name: str, act: str) -> None:
    model_of(window, name).get_by_role("button", name=f"More for {name}").click()
    window.page.get_by_role("menuitem", name=act).click()
