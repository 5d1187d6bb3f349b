"""How a list marks the models that may not be used as the settings say."""

from __future__ import annotations

from collections.abc import Iterator

REFUSED = "(refused)"


class Marks:
    """For one list; `use` is the setting."""

    def __init__(self, use: str) -> None:
        self._use = use
        self._marked = False

    def licence(self, name: str) -> str:
        """Return the licence as the list shows it."""
        from sottovoce.models.suggest import is_allowed

        if is_allowed(name, self._use):
            return name
        self._marked = True
        return f"{name} {REFUSED}"

    def explained(self) -> Iterator[str]:
        """Say what the mark means, where it stands."""
        if self._marked:
            yield (
                f"{REFUSED}: the setting use is {self._use}, and the licence forbids that or leaves it "
                "unclear. What it says: sotto models show NAME"
            )
