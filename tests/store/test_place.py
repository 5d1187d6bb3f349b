from __future__ import annotations

from pathlib import Path

import platformdirs
import pytest

from sottovoce.store.place import find_home


@pytest.mark.parametrize("data", [None, "", "  ", "/srv/data", "/srv/my data"])
def test_the_home_is_where_a_programs_data_belongs(data: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    if data is not None:
        monkeypatch.setenv("XDG_DATA_HOME", data)
    assert find_home({}) == Path(platformdirs.user_data_dir("sottovoce", appauthor=False))


def test_another_home_can_be_named(tmp_path: Path) -> None:
    assert find_home({"home": str(tmp_path)}) == tmp_path
    assert find_home({"home": "~/elsewhere"}) == Path("~/elsewhere").expanduser()
