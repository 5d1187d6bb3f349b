"""`/there` and `/here`: what is shown before anything leaves, and what becomes of it.."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from prompt_toolkit.completion import DummyCompleter
from prompt_toolkit.input.base import PipeInput
from repeating import asked, die, repeat
from speaking import Speaker

from sottovoce.app import open_app
from sottovoce.chat.elsewhere.finishing import Outcome
from sottovoce.cli._show import Show
from sottovoce.cli.chat.about_elsewhere import here, there, waits
from sottovoce.cli.chat.news import News
from sottovoce.cli.chat.prompt import Prompt
from sottovoce.cli.chat.talk import Place, Talk
from sottovoce.core import settings
from sottovoce.core.errors import BadValue, NotFound, Offline
from sottovoce.core.messages import Role
from sottovoce.core.paths import open_home
from sottovoce.engine.echo import EchoEngine
from sottovoce.hybrid import upstreams
from sottovoce.hybrid.upstream import Upstream
from sottovoce.net.address import Where
from sottovoce.store import waiting

QUESTION = "I am Anna Berger, mail anna.berger@example.org"
PLANTED = (b"Anna", b"Berger", b"example.org")


async def answers(talk: Talk) -> list[str]:
    return [one.text for one in await talk.branch() if one.role is Role.ASSISTANT]


async def test_what_leaves_is_seen_and_sent_once_the_person_says_so(
    talk: Talk, cellar: Speaker, keys: PipeInput, capsys: pytest.CaptureFixture[str]
) -> None:
    repeat(cellar)
    await talk.send(QUESTION)
    capsys.readouterr()
    keys.send_text("s\r")
    await there(talk, "")
    shown = capsys.readouterr().out
    assert "This would go to cellar (127.0.0.1, inside, run by the house), to large:" in shown
    assert "I am NAME_1QX, mail EMAIL_2QX" in shown
    assert "1  NAME_1QX   Anna Berger" in shown
    assert "no price is known" in shown
    assert "[large answered, elsewhere]" in shown
    assert "[2 of 2; /branch shows the others]" in shown
    assert await answers(talk) == [QUESTION]
    assert len(cellar.bodies) == 1
    assert not any(planted in cellar.bodies[0] for planted in PLANTED)


@pytest.mark.parametrize("typed", ["k\r", "\x04", "\x03"])
async def test_what_is_kept_here_leaves_in_no_byte(
    talk: Talk, cellar: Speaker, keys: PipeInput, capsys: pytest.CaptureFixture[str], typed: str
) -> None:
    await talk.send(QUESTION)
    keys.send_text(typed)
    await there(talk, "cellar")
    assert "Nothing was sent." in capsys.readouterr().out
    assert cellar.connections == 0
    assert talk.app.ledger.summary().empty


async def test_what_is_hidden_and_what_is_asked_can_be_changed(
    talk: Talk, cellar: Speaker, keys: PipeInput
) -> None:
    repeat(cellar)
    await talk.send("I am Anna Berger of Windrad")
    keys.send_text("e\r1\re\rWindrad\rx\re\r\r\x15Who is Windrad?\rs\r")
    await there(talk, "cellar")
    assert asked(cellar) == ["Who is WORD_1QX?"] or asked(cellar)[-1].startswith("Who is WORD_")
    assert (await answers(talk))[-1] == "Who is Windrad?"


async def test_always_asks_no_more_hides_alike_and_ends(
    talk: Talk, cellar: Speaker, keys: PipeInput, capsys: pytest.CaptureFixture[str]
) -> None:
    repeat(cellar)
    await talk.send(QUESTION)
    keys.send_text("a\r")
    await there(talk, "cellar")
    await talk.send("Is Anna Berger a common name?")
    assert asked(cellar)[-1] == "Is NAME_1QX a common name?"
    assert "Sent to cellar, things hidden: 2. /here ends that." in capsys.readouterr().out
    assert (await answers(talk))[-1] == "Is Anna Berger a common name?"
    assert not any(planted in body for planted in PLANTED for body in cellar.bodies)
    await here(talk, "")
    await talk.send("And here?")
    assert len(cellar.bodies) == 2
    talk.begin()
    await talk.send("Another chat")
    assert len(cellar.bodies) == 2


async def test_where_none_comes_from_there_the_model_here_is_offered(
    talk: Talk, cellar: Speaker, keys: PipeInput, capsys: pytest.CaptureFixture[str]
) -> None:
    die(cellar, "So far")
    await talk.send(QUESTION)
    keys.send_text("a\r")
    await there(talk, "cellar")
    said = capsys.readouterr().out
    assert "broke off" in said
    assert "/retry has the model here answer." in said
    assert (await answers(talk))[-1] == "So far"


async def test_a_place_that_cannot_be_reached_gets_a_draft_and_is_told_of_later(
    talk: Talk, cellar: Speaker, keys: PipeInput, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    upstreams.add(talk.app.home, Upstream("attic", f"http://127.0.0.1:{port}", "large", Where.INSIDE))
    await talk.send(QUESTION)
    keys.send_text("s\r")
    await there(talk, "attic")
    said = capsys.readouterr()
    assert "A draft: attic could not be reached." in said.out + said.err
    assert "/later shows what waits." in said.out
    assert "[2 of 2; /branch shows the others]" in said.out
    await waits(talk, "")
    assert capsys.readouterr().out.startswith("attic  I am Anna Berger")
    (one,) = await talk.read(lambda conn: waiting.listed(conn, talk.app.owner))
    prompt = Prompt(lambda width: "", DummyCompleter(), [])
    news = News(talk.show, talk.app.owner)
    news.take(prompt, Outcome(one, reason="attic took too long."))
    news.take(prompt, Outcome(one, answer="a"))
    news.take(prompt, Outcome(one, is_given_up=True))
    news.tell()
    news.tell()
    told = capsys.readouterr().out.splitlines()
    assert told == [
        f"attic has answered what waited, beside the draft: /open {one.chat}",
        "attic gave no answer, and is not asked again: sotto later list",
    ]


async def test_where_nothing_may_leave_nothing_is_written(
    talk: Talk, cellar: Speaker, keys: PipeInput
) -> None:
    repeat(cellar)
    await talk.send(QUESTION)
    keys.send_text("a\r")
    await there(talk, "cellar")
    before = len(await talk.branch())
    settings.store(talk.app.home, "network", "off")
    for act in (there(talk, "cellar"), talk.send("And now?")):
        with pytest.raises(Offline, match="nothing leaves this machine"):
            await act
    assert len(await talk.branch()) == before
    assert len(cellar.bodies) == 1


async def test_it_has_to_be_clear_what_is_asked_where(talk: Talk, app_of_nobody: Talk) -> None:
    with pytest.raises(BadValue, match="Nothing has been asked"):
        await there(talk, "cellar")
    await talk.send("Hello?")
    with pytest.raises(NotFound):
        await there(talk, "attic")
    upstreams.add(talk.app.home, Upstream("attic", "http://127.0.0.1:1", "m", Where.INSIDE))
    with pytest.raises(BadValue, match="Known are attic, cellar"):
        await there(talk, "")
    await app_of_nobody.send("Hello?")
    with pytest.raises(NotFound, match="No model elsewhere is known"):
        await there(app_of_nobody, "")


@pytest.fixture
async def app_of_nobody(tmp_path: Path) -> AsyncIterator[Talk]:
    home = open_home(tmp_path / "nobody")
    async with open_app(home=home, environment={}, engine=EchoEngine()) as app:
        yield Talk(app, Show(), Place())
