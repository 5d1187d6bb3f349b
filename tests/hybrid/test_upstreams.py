"""A model elsewhere is one private file that is passed on, and its key another that is not."""

from __future__ import annotations

import errno
import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from sottovoce.core.errors import BadUpstream, BadValue, NotFound, ReadOnly, Refused
from sottovoce.core.paths import Home
from sottovoce.hybrid import keys, upstreams
from sottovoce.hybrid.upstream import Budget, Kind, Limit, Price, Upstream, checked
from sottovoce.net.address import Where

FULL = Upstream(
    "far",
    "https://api.example.com/v1",
    'the "large" one \\ \x7f',
    Where.OUTSIDE,
    Kind.ANTHROPIC,
    by="Beispiel GmbH, 示例公司",
    price=Price(Decimal("0.25"), Decimal("2.00"), "EUR"),
    terms="https://example.com/terms",
    retention="30 days,\nnot used for training",
    stated=date(2026, 11, 27),
    window=128_000,
    longest=4096,
    authority="/etc/house.pem",
    budget=Budget(Limit(Decimal("0.10"), None, 10**6), Limit(Decimal(5), 10**6)),
)
PLAIN = Upstream("cellar", "http://192.168.1.5:7886", "starter", Where.INSIDE)


@pytest.mark.parametrize("upstream", [FULL, PLAIN])
def test_what_is_written_is_read_again(home: Home, upstream: Upstream) -> None:
    path = upstreams.add(home, upstream)
    assert upstreams.get(upstream.name, home) == upstream
    assert upstreams.listed(home) == [upstream]
    assert upstreams.renamed(path, "other") == replace(upstream, name="other")
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_one_that_is_removed_is_gone(home: Home) -> None:
    upstreams.add(home, PLAIN)
    upstreams.remove(home, "cellar")
    assert upstreams.listed(home) == []
    for act in (upstreams.get, lambda name, home: upstreams.remove(home, name)):
        with pytest.raises(NotFound, match="There is no model elsewhere named 'cellar'"):
            act("cellar", home)


def test_where_nothing_can_be_removed_it_is_said(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    upstreams.add(home, PLAIN)
    keys.keep(home, PLAIN, "sk-1")

    def refuse(self: Path, missing_ok: bool = False) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(Path, "unlink", refuse)
    for act in (upstreams.remove, keys.forget):
        with pytest.raises(ReadOnly, match="cannot be written"):
            act(home, "cellar")


def test_a_name_is_taken_once(home: Home) -> None:
    upstreams.add(home, PLAIN)
    with pytest.raises(BadValue, match="already"):
        upstreams.add(home, replace(PLAIN, model="other"))
    assert upstreams.get("cellar", home) == PLAIN


@pytest.mark.parametrize("name", ["../x", "a/b", "", ".", "A", "x" * 61, "a\0", "ä", "C:x", "-a"])
def test_a_name_never_becomes_a_path(home: Home, name: str) -> None:
    with pytest.raises(NotFound):
        upstreams.get(name, home)
    with pytest.raises(BadValue, match="small letters"):
        upstreams.add(home, replace(PLAIN, name=name))


WRONG: dict[str, tuple[dict[str, object], str]] = {
    "no address": ({"url": ""}, "cannot be fetched"),
    "no encryption outside": ({"where": Where.OUTSIDE}, "https://"),
    "a password in the address": ({"url": "https://me:pass@example.org/"}, "name or password"),
    "a key in the address": ({"url": "http://box/v1?key=1"}, "ends with its path"),
    "a fragment": ({"url": "http://box/v1#x"}, "ends with its path"),
    "nowhere in particular": ({"where": Where.ANYWHERE}, "where is inside"),
    "no model": ({"model": " "}, "which model"),
    "a model of control characters": ({"model": "a\x1b[2J"}, "plain text"),
    "a long story": ({"terms": "x" * 2001}, "2,000 characters"),
    "no window": ({"window": 0}, "window takes"),
    "no answer": ({"longest": 0}, "longest takes"),
    "no room for a question": ({"window": 1024, "longest": 1024}, "leaves no room"),
    "a price below nothing": ({"price": Price(Decimal(-1), Decimal(0), "EUR")}, "price.input"),
    "a currency that is none": ({"price": Price(Decimal(1), Decimal(0), "eur")}, "three capital letters"),
    "money without a price": ({"budget": Budget(day=Limit(Decimal(1)))}, "needs a price"),
    "a limit below nothing": ({"budget": Budget(day=Limit(tokens=-1))}, "a limit takes"),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_none_may_say_is_refused(home: Home, what: str) -> None:
    changes, sentence = WRONG[what]
    with pytest.raises(BadValue, match=sentence):
        upstreams.add(home, replace(PLAIN, **changes))  # type: ignore[arg-type]
    assert not list(home.root.glob("upstreams/*"))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("url = 1", "url takes text"),
        ("colour = 'blue'", "colour is not part of a model elsewhere"),
        ("where = 'somewhere'", "where is one of inside, outside"),
        ("where = 'anywhere'", "where is inside"),
        ("kind = 'smoke'", "kind is one of openai, anthropic"),
        ("window = '8k'", "window takes a whole number"),
        ("stated = 'today'", "stated takes a day"),
        ("stated = 2026-11-27T10:00:00", "stated takes a day"),
        ("price = 3", "price takes a table"),
        ("[price]\ninput = 'much'", "input takes a number"),
        ("[price]\ninput = inf\noutput = 1", "input takes a number"),
        ("[price]\nkilo = 1", "kilo is not part of a price"),
        ("[budget.week]\ntokens = 1", "week is not part of a budget"),
        ("[budget.day]\nmoney = nan", "money takes a number"),
        ("[budget.day]\ntokens = 1.5", "tokens takes a whole number"),
        ("[", "is not TOML"),
        ("x = '" + "y" * 100_001 + "'", "larger than"),
    ],
)
def test_a_file_that_is_wrong_names_itself_and_the_others_stay(home: Home, text: str, sentence: str) -> None:
    upstreams.add(home, PLAIN)
    path = upstreams.folder(home) / "bad.toml"
    lines = [line for line in upstreams.written(PLAIN).splitlines() if line.split()[0] != text.split()[0]]
    path.write_text("\n".join([*lines, text]))
    with pytest.raises(BadUpstream, match=sentence) as raised:
        upstreams.get("bad", home)
    assert str(path) in raised.value.sentence
    bad, good = upstreams.listed(home)
    assert (bad.name, bad.problem, good) == ("bad", raised.value.sentence, PLAIN)
    upstreams.remove(home, "bad")


def test_bytes_that_are_no_text_are_no_file(home: Home) -> None:
    upstreams.add(home, PLAIN)
    (upstreams.folder(home) / "bad.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(BadUpstream, match="is not TOML"):
        upstreams.get("bad", home)


# ── keys ──────────────────────────────────────────────────────────────────────────────────────────


def test_a_key_is_private_and_no_part_of_what_is_passed_on(home: Home) -> None:
    path = upstreams.add(home, FULL)
    keys.keep(home, FULL, "sk-canary")
    kept = upstreams.folder(home) / "far.key"
    assert kept.stat().st_mode & 0o777 == 0o600
    assert "canary" not in path.read_text() + upstreams.written(FULL) + repr(upstreams.get("far", home))
    bearer = keys.of(home, FULL)
    assert bearer is not None
    assert bearer.headers(("https", "api.example.com", 443)) == {"x-api-key": "sk-canary"}
    assert bearer.headers(("https", "api.example.com", 8443)) == {}
    assert "canary" not in repr(bearer)
    other = keys.of(home, replace(FULL, kind=Kind.OPENAI))
    assert other is not None
    assert other.headers(FULL.origin) == {"Authorization": "Bearer sk-canary"}


@pytest.mark.parametrize(
    "url",
    ["https://evil.example/v1", "https://api.example.com:8443/v1", "https://api.example.com.evil.example/"],
)
def test_a_key_does_not_follow_to_another_address(home: Home, url: str) -> None:
    upstreams.add(home, FULL)
    keys.keep(home, FULL, "sk-canary")
    with pytest.raises(Refused, match=r"was given for api\.example\.com") as raised:
        keys.of(home, replace(FULL, url=url))
    assert "canary" not in f"{raised.value.sentence}{raised.value.hint}"
    assert keys.of(home, replace(FULL, url="https://api.example.com/other")) is not None


def test_a_key_that_others_may_read_is_made_private(home: Home) -> None:
    keys.keep(home, FULL, "sk-canary")
    kept = upstreams.folder(home) / "far.key"
    kept.chmod(0o644)
    assert keys.of(home, FULL) is not None
    assert kept.stat().st_mode & 0o777 == 0o600


def test_without_a_key_there_is_none_and_a_forgotten_one_is_gone(home: Home) -> None:
    assert keys.of(home, FULL) is None
    keys.forget(home, "far")
    keys.keep(home, FULL, "sk-canary")
    assert keys.place_of(home, "far") == "files"
    keys.forget(home, "far")
    assert not [path for path in home.root.rglob("*") if path.is_file() and "canary" in path.read_text()]


@pytest.mark.parametrize("key", ["", "two words", "a\nb", "clé", "x" * 4097, "a\r\nHost: evil"])
def test_what_is_no_key_is_not_kept_and_not_said(home: Home, key: str) -> None:
    with pytest.raises(BadValue, match="This is no key") as raised:
        keys.keep(home, FULL, key)
    assert not key or key not in f"{raised.value.sentence}{raised.value.hint}{raised.value.detail}"
    assert keys.place_of(home, "far") == ""


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"origin": 1, "key": "x"}', '{"origin": ["a"], "key": "x"}']
)
def test_a_damaged_key_is_a_sentence(home: Home, text: str) -> None:
    keys.keep(home, FULL, "sk-canary")
    (upstreams.folder(home) / "far.key").write_text(text)
    with pytest.raises(BadUpstream, match="The key of far cannot be read"):
        keys.of(home, FULL)


def test_the_file_of_a_key_names_its_origin(home: Home, tmp_path: Path) -> None:
    keys.keep(home, checked(PLAIN), "sk-canary")
    kept = json.loads((upstreams.folder(home) / "cellar.key").read_text())
    assert kept == {"origin": ["http", "192.168.1.5", 7886], "key": "sk-canary"}
