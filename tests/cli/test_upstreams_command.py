from __future__ import annotations

import json
import os

import pytest
from rings import ring

from sottovoce.hybrid import keyring

CELLAR = (
    "upstreams",
    "add",
    "cellar",
    "--url",
    "http://192.168.1.5:7886",
    "--model",
    "large",
    "--where",
    "inside",
)
FAR = ("upstreams", "add", "far", "--url", "https://far.example/v1", "--model", "large", "--where", "outside")


@pytest.fixture
def key(tmp_path):
    file = tmp_path / "key.txt"
    file.write_text("sk-canary-4711\n")
    return file


def test_a_model_elsewhere_is_listed_shown_and_removed(sotto, key):
    priced = ("--price", "0.25/2.00", "--currency", "eur", "--limit", "5/month", "--limit", "20MB/day")
    stated = ("--terms", "theirs", "--retention", "30 days", "--stated", "2026-11-27", "--by", "Far Ltd")
    made = sotto(*FAR, *priced, *stated, "--window", 32000, "--longest", 2000, "--key-file", key)
    assert (made.code, made.err) == (0, "")
    (listed,) = json.loads(sotto("upstreams", "list", "--json").out)
    assert listed == {
        "name": "far",
        "url": "https://far.example/v1",
        "kind": "openai",
        "model": "large",
        "where": "outside",
        "by": "Far Ltd",
        "price": {"input": "0.25", "output": "2.00", "currency": "EUR"},
        "terms": "theirs",
        "retention": "30 days",
        "stated": "2026-11-27",
        "window": 32000,
        "longest": 2000,
        "authority": None,
        "budget": {
            "day": {"money": None, "tokens": None, "bytes": 20_000_000},
            "month": {"money": "5.0", "tokens": None, "bytes": None},
        },
        "key": True,
        "key_in": "files",
        "problem": None,
    }
    nothing = {"money": "0", "tokens": 0, "bytes": 0}
    shown = json.loads(sotto("upstreams", "show", "far", "--json").out)
    assert shown == listed | {"used": {"day": nothing, "month": nothing}}
    assert "Far Ltd" in sotto("upstreams", "list").out
    assert "Used today, in UTC: 0 EUR, 0 tokens" in sotto("upstreams", "show", "far").err
    assert sotto("upstreams", "remove", "far").out.strip() == "Removed: far"
    assert json.loads(sotto("upstreams", "list", "--json").out) == []
    assert "No model elsewhere is known" in sotto("upstreams", "list").err


def test_a_key_is_printed_nowhere_and_gone_with_its_model(sotto, key, tmp_path):
    printed = [sotto(*CELLAR, "--key-file", key)]
    printed += [sotto("upstreams", *words) for words in (("list",), ("list", "--json"), ("show", "cellar"))]
    printed += [
        sotto("upstreams", "show", "cellar", "--json"),
        sotto("--debug", "upstreams", "test", "cellar"),
    ]
    assert "canary" not in "".join(one.out + one.err for one in printed)
    kept = [
        path for path in (tmp_path / "home").rglob("*") if path.is_file() and b"canary" in path.read_bytes()
    ]
    assert [path.name for path in kept] == ["cellar.key"]
    sotto("upstreams", "remove", "cellar")
    assert not kept[0].exists()


def test_an_address_that_is_none_is_told_with_one_that_fits(sotto):
    bad = sotto("upstreams", "add", "cellar", "--url", "ftp://x", "--model", "large", "--where", "inside")
    assert bad.code == 2
    assert "it must begin with https:// or http:// and name a host" in bad.err
    assert "--url http://192.168.1.5:7886" in bad.err
    assert ".gguf" not in bad.err


def test_a_key_may_come_from_standard_input(sotto, tmp_path):
    assert sotto(*CELLAR, "--key-file", "-", stdin=b"sk-canary\n").code == 0
    assert "sk-canary" in (tmp_path / "home/upstreams/cellar.key").read_text()


@pytest.mark.parametrize("text", [b"", b"two words", b"\xff\xfe", b"x" * 20_000])
def test_a_file_that_holds_no_key_leaves_nothing_behind(sotto, tmp_path, text):
    file = tmp_path / "key.txt"
    file.write_bytes(text)
    failed = sotto(*CELLAR, "--key-file", file)
    assert failed.code == 2
    assert "This is no key" in failed.err
    assert not list((tmp_path / "home/upstreams").glob("*"))


def test_what_is_shown_can_be_passed_on_without_its_key(sotto, key, tmp_path):
    sotto(*CELLAR, "--by", "我们", "--key-file", key)
    file = tmp_path / "cellar.toml"
    file.write_text(sotto("upstreams", "show", "cellar").out)
    assert sotto("upstreams", "add", "other", "--file", file).code == 0
    one, other = json.loads(sotto("upstreams", "list", "--json").out)
    assert {**one, "name": "", "key": False, "key_in": None} == {**other, "name": ""}
    assert sotto("upstreams", "add", "third", "--file", file, "--model", "x").code == 2


def test_what_goes_unencrypted_and_without_limit_is_told(sotto, key):
    told = sotto(*CELLAR, "--key-file", key).err
    assert "The key and all that is asked will go to 192.168.1.5 unencrypted" in told
    told = sotto(*FAR).err
    assert "It has no limit" in told
    assert "what is kept there" in told
    here = ("upstreams", "add", "here", "--url", "http://127.0.0.1:1", "--model", "m", "--where", "inside")
    assert sotto(*here).err == ""


def test_an_authority_of_ones_own_is_a_file_with_certificates(sotto, tmp_path):
    file = tmp_path / "authority.pem"
    file.write_text("no certificate")
    failed = sotto(*FAR, "--authority", file)
    assert failed.code == 2
    assert f"The certificates of far cannot be read: {file}." in failed.err
    assert sotto(*FAR, "--authority", tmp_path / "missing.pem").code == 2
    assert not list((tmp_path / "home").glob("upstreams/*"))


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--url", ""), "where the model is"),
        (("--url", "http://far.example"), "must begin with https://"),
        (("--url", "https://me:canary@far.example"), "must not hold a name or password"),
        (("--model", ""), "which model"),
        (("--price", "much"), "A price is that of a million tokens"),
        (("--price", "1/2"), "A price is that of a million tokens"),
        (("--currency", "EUR"), "A price is that of a million tokens"),
        (("--limit", "5/week"), "'5/week' is no limit"),
        (("--limit", "1.5tokens/day"), "is no limit"),
        (("--limit", "5/day"), "A limit of money needs a price"),
        (("--longest", "9000"), "leaves no room"),
        (("--window", "1"), "window takes"),
    ],
)
def test_what_cannot_be_is_refused_and_leaves_nothing(sotto, tmp_path, words, sentence):
    failed = sotto(*FAR, *words)
    assert (failed.code, failed.out) == (2, "")
    assert sentence in failed.err
    assert "canary" not in failed.err
    assert not list((tmp_path / "home").glob("upstreams/*"))


@pytest.fixture
def theirs(monkeypatch):
    """The only keyring of this system."""
    only = ring()
    monkeypatch.setattr(keyring, "kinds", lambda: {"Secret Service": only})
    return only


def test_a_key_stands_in_the_keyring_where_its_owner_says_so(sotto, key, tmp_path, theirs):
    sotto(*CELLAR, "--key-file", key)
    assert sotto("settings", "set", "keys_in", "keyring").code == 0
    assert "Its key is kept in a private file." in sotto("upstreams", "show", "cellar").err
    assert not theirs.held
    assert sotto("upstreams", "key", "cellar", "--key-file", key).out == (
        "Its key is kept in the system's keyring.\n"
    )
    assert list(theirs.held.values()) == ["sk-canary-4711"]
    printed = [sotto("upstreams", *words) for words in (("list",), ("list", "--json"), ("show", "cellar"))]
    printed += [sotto("--debug", "doctor", "--json")]
    assert "keyring" in printed[0].out
    assert json.loads(printed[1].out)[0]["key_in"] == "keyring"
    assert "Its key is kept in the system's keyring." in printed[2].err
    files = [path for path in (tmp_path / "home").rglob("*") if path.is_file()]
    assert "canary" not in "".join(one.out + one.err for one in printed)
    assert not [path for path in files if b"canary" in path.read_bytes()]
    assert sotto("upstreams", "remove", "cellar").code == 0
    assert not theirs.held


def test_without_a_keyring_nothing_is_described_and_no_file_gets_the_key(sotto, key, tmp_path, monkeypatch):
    monkeypatch.setenv("SOTTO_KEYS_IN", "keyring")
    monkeypatch.setattr(keyring, "kinds", dict)
    failed = sotto(*CELLAR, "--key-file", key)
    assert (failed.code, failed.out) == (2, "")
    assert "There is no keyring of the system here." in failed.err
    assert not list((tmp_path / "home/upstreams").glob("*"))
    assert sotto(*CELLAR).code == 0


def test_what_is_in_a_keyring_that_does_not_open_is_removed_when_it_does(sotto, key, monkeypatch, theirs):
    monkeypatch.setenv("SOTTO_KEYS_IN", "keyring")
    sotto(*CELLAR, "--key-file", key)
    with monkeypatch.context() as without:
        without.setattr(keyring, "kinds", dict)
        failed = sotto("upstreams", "remove", "cellar")
        assert failed.code == 2
        assert "Do the same again once it opens" in failed.err
    assert sotto("upstreams", "remove", "cellar").code == 0
    assert not theirs.held


def test_another_key_is_given_to_what_is_described_alone(sotto, key, tmp_path):
    missing = sotto("upstreams", "key", "cellar", "--key-file", key)
    assert (missing.code, missing.out) == (2, "")
    assert "There is no model elsewhere named 'cellar'." in missing.err
    sotto(*CELLAR, "--key-file", key)
    assert sotto("upstreams", "key", "cellar").code == 2
    given = sotto("upstreams", "key", "cellar", "--key-file", "-", stdin=b"sk-another\n")
    assert given.out == "Its key is kept in a private file.\n"
    assert "sk-another" in (tmp_path / "home/upstreams/cellar.key").read_text()
    assert sotto("upstreams", "key", "../cellar", "--key-file", key).code == 2


def test_a_file_that_cannot_be_read_is_listed_with_why(sotto, tmp_path):
    sotto(*CELLAR)
    (tmp_path / "home/upstreams/cellar.toml").write_text("colour = 'blue'")
    assert "colour is not part of a model elsewhere" in sotto("upstreams", "list").out
    (listed,) = json.loads(sotto("upstreams", "list", "--json").out)
    assert "colour" in listed["problem"]
    assert sotto("upstreams", "show", "cellar").code == 2
    assert sotto("upstreams", "remove", "cellar").code == 0


def test_nothing_is_sent_before_somebody_says_yes(sotto, tmp_path):
    sotto(*CELLAR)
    refused = sotto("upstreams", "test", "cellar")
    assert (refused.code, refused.out) == (3, "")
    assert "Nothing was sent to 192.168.1.5: nobody has said yes." in refused.err
    assert not (tmp_path / "home/ledger.jsonl").exists()


def test_a_yes_does_not_open_a_network_that_is_off(sotto, tmp_path):
    sotto(*CELLAR)
    refused = sotto("upstreams", "test", "cellar", "--yes")
    assert refused.code == 3
    assert "nothing leaves this machine unless you allow it" in refused.err
    assert not (tmp_path / "home/ledger.jsonl").exists()


def test_one_that_is_not_there_is_a_sentence(sotto):
    for words in (("show", "x"), ("remove", "x"), ("test", "x", "--yes")):
        missing = sotto("upstreams", *words)
        assert missing.code == 2
        assert "There is no model elsewhere named 'x'." in missing.err


def test_the_program_speaks_chinese_of_it(sotto, monkeypatch):
    monkeypatch.setenv("SOTTO_LANG", "zh")
    sotto(*CELLAR)
    assert "内部" in sotto("upstreams", "list").out
    assert "没有向 192.168.1.5 发送任何内容" in sotto("upstreams", "test", "cellar").err
    assert "不是有效的限额" in sotto(*FAR, "--limit", "5/week").err


@pytest.mark.skipif(os.name == "nt", reason="Windows has other rights")
def test_the_files_are_private(sotto, key, tmp_path):
    sotto(*CELLAR, "--key-file", key)
    folder = tmp_path / "home/upstreams"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
