"""What would leave, seen by a program first; and only that leaves."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from sottovoce import Sotto
from sottovoce.core.errors import BadValue, EngineFailed, NotFound, Offline, Refused
from sottovoce.core.paths import open_home
from sottovoce.hybrid import upstreams
from sottovoce.hybrid.upstream import Price, Upstream
from sottovoce.net.address import Where

sys.path.append(str(Path(__file__).parents[1] / "processes"))

from recording import Recorder, recording

TEXT = "I am Anna Berger, write to anna.berger@example.org: is the rent of Nordlicht too high?"
PLANTED = ("Anna", "Berger", "example.org", "Nordlicht")


@pytest.fixture
def cellar(tmp_path: Path, loopback: None) -> Iterator[Recorder]:
    with recording(tmp_path / "received") as running:
        yield running


@pytest.fixture
def sotto(tmp_path: Path, cellar: Recorder, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sotto]:
    monkeypatch.setenv("SOTTO_ENGINE", "echo")
    price = Price(Decimal(1), Decimal(2), "EUR")
    url = f"http://127.0.0.1:{cellar.port}/v1"
    upstreams.add(open_home(tmp_path / "home"), Upstream("cellar", url, "large", Where.INSIDE, price=price))
    with Sotto(tmp_path / "home", network="ask") as opened:
        yield opened


def test_it_is_seen_changed_and_sent_and_the_originals_come_back(sotto: Sotto, cellar: Recorder) -> None:
    seen = sotto.preview("cellar", TEXT)
    assert list(seen.hidden.values()) == ["Anna Berger", "anna.berger@example.org"]
    more = seen.hide("Nordlicht")
    assert [planted for planted in PLANTED if planted in more.texts[-1]] == []
    name = next(iter(more.hidden))
    assert "Anna Berger" in more.show(name).texts[-1]
    assert (more.bytes > 0, more.tokens > 0, (more.most or 0) > 0) == (True, True, True)
    assert cellar.received == []
    done = more.send()
    assert (done.text, done.model) == (TEXT, "large-2026")
    assert len(cellar.received) == 1
    assert cellar.heard(PLANTED) == []
    assert [one.text for one in sotto.messages(done.chat)] == [TEXT, TEXT]


def test_a_question_of_a_chat_gets_an_answer_beside_its_own(sotto: Sotto, cellar: Recorder) -> None:
    here = sotto.answer(TEXT)
    pieces = list(sotto.preview("cellar", chat=here.chat).hide("Nordlicht").stream())
    assert len(pieces) > 1
    assert "".join(pieces) == TEXT
    question = sotto.messages(here.chat)[0].id
    anew = sotto.preview("cellar", chat=here.chat, question_id=question).write("And in spring?")
    assert anew.texts == ("And in spring?",)
    there = anew.send()
    assert len(sotto.branches(there.answer)) == 3
    assert cellar.heard(PLANTED) == []


def test_what_is_not_any_more_what_was_seen_does_not_leave(
    sotto: Sotto, cellar: Recorder, tmp_path: Path
) -> None:
    seen = sotto.preview("cellar", TEXT)
    (tmp_path / "home" / "private.txt").write_text("Nordlicht\n")
    with pytest.raises(Refused, match="changed since you saw it"):
        seen.send()
    assert cellar.received == []


def test_what_cannot_be_asked_is_said(sotto: Sotto, cellar: Recorder, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="attic"):
        sotto.preview("attic", TEXT)
    with pytest.raises(BadValue, match="nothing to be asked"):
        sotto.preview("cellar")
    with pytest.raises(BadValue, match="no shelf"):
        sotto.preview("cellar", TEXT, knowledge=["handbook"])
    with pytest.raises(BadValue, match="stands for nothing"):
        sotto.preview("cellar", TEXT).show("NAME_9")
    seen = sotto.preview("cellar", TEXT)
    pieces = sotto.ask("one two three")
    next(pieces)
    with pytest.raises(EngineFailed, match="not finished"):
        seen.send()
    pieces.close()
    with Sotto(tmp_path / "home", network="off") as offline, pytest.raises(Offline):
        offline.preview("cellar", TEXT)
    assert cellar.received == []
