"""What was given before the command's name: the home, the model, how much to say. Opens the home."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from sottovoce.cli._show import Show

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from sottovoce.app import App
    from sottovoce.chat.marks.pen import Pen
    from sottovoce.core.paths import Home
    from sottovoce.core.settings import Settings, Value
    from sottovoce.store.db import Database


@dataclass(slots=True)
class Given:
    """The options of `sotto` itself, for every command below it."""

    home: Path | None = None
    model: str | None = None
    debug: bool = False
    show: Show = field(default_factory=Show)

    def root(self) -> Path:
        """Return where the home is, without making it."""
        from sottovoce.core.environment import read_environment
        from sottovoce.store.place import find_home

        return self.home or find_home(read_environment())

    def learn_language(self) -> None:
        """Have the program speak the language that SOTTO_LANG, config.toml or the locale says."""
        from sottovoce.core.environment import read_environment, read_locale
        from sottovoce.core.language import choose

        environment = read_environment().get("lang", "")
        self.show.language = choose(environment, "" if environment else self._wished(), read_locale())

    def _wished(self) -> str:
        """Return the language that config.toml names. Read without its other settings: help comes at once."""
        try:
            text = (self.root() / "config.toml").read_text("utf-8")
            if "lang" not in text:
                return ""
            import tomllib

            return str(tomllib.loads(text).get("lang", ""))
        except (OSError, ValueError):
            return ""  # whoever reads the settings tells what is wrong with them

    def open_home(self) -> Home:
        """Make the home, unless it is there, and keep the log in it."""
        from sottovoce.cli._log import keep_log
        from sottovoce.core.paths import open_home
        from sottovoce.updates.settling import settle

        home = open_home(self.root())
        keep_log(home, debug=self.debug)
        if settle(home):
            self.show.note("An update was cut short; everything here is as it was before it.")
        return home

    def settings(self) -> Settings:
        """Return what config.toml and the environment say. Raises BadSettings."""
        from sottovoce.core.settings import load, read_environment

        return load(self.open_home(), read_environment(), {})

    def use(self) -> str:
        """Return what the settings say that models are used for."""
        return self.settings().use

    def open_database(self) -> Database:
        """Open the store alone, for commands that need no engine."""
        from sottovoce.store.db import open_database
        from sottovoce.updates.settling import stay_out

        database = open_database(self.open_home())
        stay_out(database)
        return database

    def pen(self, home: Home, labels: str | None = None) -> Pen:
        """Return what puts marks on what leaves this home; a change of its key is told once."""
        from sottovoce.app import pen_of

        pen, told = pen_of(home, labels or self.settings().labels)
        if told is not None:
            self.show.note(told)
        return pen

    @asynccontextmanager
    async def open_app(self, **given: Value | None) -> AsyncIterator[App]:
        """Join the whole program: settings, store, engine. The engine starts when first needed.

        Where an engine that was built here was set aside, that is told, at the end at the latest.
        """
        from sottovoce.app import open_app
        from sottovoce.fit import built

        home = self.open_home()
        built.tell(home, self.show.note)
        try:
            async with open_app(home=home, given={"model": self.model, **given}) as app:
                yield app
        finally:
            built.tell(home, self.show.note)
