from __future__ import annotations

import json
import time
from contextlib import closing

import pytest

from sottovoce.cli.keys import read_end, read_rate, read_scopes
from sottovoce.core.errors import BadValue
from sottovoce.core.paths import open_home
from sottovoce.store import backup, keys
from sottovoce.store.db import open_database

DAY = 86_400.0


def added(sotto, *arguments):
    """Make a key and return what --json says of it."""
    done = sotto("keys", "add", *arguments, "--json")
    assert done.code == 0, done.err
    return json.loads(done.out)


def listed(sotto):
    return json.loads(sotto("keys", "list", "--json").out)


def test_a_key_is_printed_alone_and_what_to_do_with_it_beside(sotto):
    done = sotto("keys", "add", "laptop")
    assert done.code == 0
    (secret,) = done.out.splitlines()
    assert secret.startswith("sk-sotto-")
    assert secret not in done.err  # so that KEY=$(sotto keys add …) shows it to nobody
    assert "never shown again" in done.err
    assert "export OPENAI_API_KEY=" in done.err
    assert "chat, models, embeddings" in done.err


def test_what_was_agreed_is_kept_and_listed(sotto):
    before = time.time()
    key = added(
        sotto, "ci", "--scope", "chat,admin", "--limit", "60/min", "--tokens", "20000/min",
        "--at-once", "4", "--expires", "30d",
    )  # fmt: skip
    assert set(key) == {
        "key", "id", "name", "hint", "scopes", "requests_per_minute", "tokens_per_minute", "at_once",
        "created", "expires", "used", "shelves",
    }  # fmt: skip
    assert (key["scopes"], key["at_once"]) == (["chat", "admin"], 4)
    assert (key["requests_per_minute"], key["tokens_per_minute"]) == (60, 20_000)
    assert key["expires"] - 30 * DAY == pytest.approx(before, abs=30)
    secret = key.pop("key")
    assert listed(sotto) == [key]
    line = sotto("keys", "list").out.splitlines()[1]
    for part in ("ci", f"…{secret[-4:]}", "60/min, 20000 tokens/min, 4 at once", "chat, admin", "never"):
        assert part in line


def test_a_key_may_be_given_shelves_of_its_makers(sotto, tmp_path):
    (tmp_path / "a.txt").write_text("an anchor")
    sotto("kb", "add", "boats", tmp_path / "a.txt")
    (shelf,) = json.loads(sotto("kb", "list", "--json").out)
    assert added(sotto, "ship", "--shelf", "Boats", "--shelf", "boats")["shelves"] == [
        {"id": shelf["id"], "name": "boats"}
    ]
    assert "the shelf boats" in sotto("keys", "add", "crew", "--shelf", "boats").err
    refused = sotto("keys", "add", "port", "--shelf", "harbour")
    assert (refused.code, "There is no shelf named 'harbour'" in refused.err) == (2, True)
    assert [(key["name"], key["shelves"][0]["name"]) for key in listed(sotto)] == [
        ("ship", "boats"),
        ("crew", "boats"),
    ]
    assert "chat, models, embeddings, the shelf boats" in sotto("keys", "list").out.splitlines()[1]


def test_a_shelf_that_was_removed_is_opened_by_no_key(sotto, tmp_path):
    (tmp_path / "a.txt").write_text("an anchor")
    sotto("kb", "add", "boats", tmp_path / "a.txt")
    added(sotto, "ship", "--shelf", "boats")
    assert sotto("kb", "remove", "boats", "--yes").code == 0
    assert [key["shelves"] for key in listed(sotto)] == [[]]
    assert "the shelf" not in sotto("keys", "list").out


def test_without_options_a_key_infers_without_limit_or_end(sotto):
    key = added(sotto, "laptop")
    assert key["scopes"] == ["chat", "models", "embeddings"]
    assert (key["requests_per_minute"], key["tokens_per_minute"], key["at_once"]) == (None, None, None)
    assert (key["expires"], key["used"]) == (None, None)


def test_no_keys_is_said_beside_the_data(sotto):
    empty = sotto("keys", "list")
    assert (empty.code, empty.out) == (0, "")
    assert "sotto keys add" in empty.err
    assert listed(sotto) == []


def test_a_key_that_is_over_says_so(sotto, tmp_path):
    home = open_home(tmp_path / "home")
    with closing(open_database(home)) as database:
        terms = keys.Terms("old", ("chat",), expires=1000.0)
        database.call(lambda conn: keys.add(conn, terms, 900.0))
    assert "expired" in sotto("keys", "list").out


def test_removing_asks_first_and_is_for_good(sotto):
    added(sotto, "laptop")
    added(sotto, "other")
    asked = sotto("keys", "remove", "laptop")
    assert (asked.code, len(listed(sotto))) == (3, 2)
    assert "--yes" in asked.err
    done = sotto("keys", "remove", "laptop", "--yes")
    assert (done.code, done.out, done.err) == (0, "", "The key 'laptop' is removed.\n")
    assert [key["name"] for key in listed(sotto)] == ["other"]
    again = sotto("keys", "remove", "laptop", "--yes")
    assert (again.code, again.out) == (2, "")
    assert "hint: sotto keys list" in again.err


def test_removing_says_what_went_with_the_key_and_leaves_no_byte_of_it(sotto, tmp_path):
    key = added(sotto, "laptop")
    home = open_home(tmp_path / "home")
    with closing(open_database(home)) as database:
        database.call(
            lambda conn: conn.execute(
                "INSERT INTO responses (id, owner, created, model, input, output)"
                " VALUES ('r', ?, 1.0, 'm', '[\"zqcanary\"]', '[]')",
                (f"key-{key['id']}",),
            )
        )
        backup.make(home)
    done = sotto("keys", "remove", "laptop", "--yes")
    assert done.err == "The key 'laptop' is removed, with 1 stored response.\n"
    files = [path for path in home.root.rglob("*") if path.is_file()]
    assert home.database in files
    assert [path.name for path in files if b"zqcanary" in path.read_bytes()] == []


def test_a_name_is_given_once(sotto):
    added(sotto, "laptop")
    again = sotto("keys", "add", "laptop")
    assert (again.code, again.out) == (2, "")
    assert "already" in again.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--expires", "3w"], "no length of time"),
        (["--expires", "tomorrow"], "--expires 30d"),
        (["--expires", "0d"], "no length of time"),
        (["--expires", "-1d"], "no length of time"),
        (["--expires", "9999999d"], "3650 days"),
        (["--limit", "0/min"], "--limit 60/min"),
        (["--limit", "many"], "is no limit"),
        (["--limit", "60/hour"], "is no limit"),
        (["--limit", "1.5"], "is no limit"),
        (["--limit", "٦٠"], "is no limit"),
        (["--tokens", "9" * 30], "--tokens 60/min"),
        (["--at-once", "0"], "--at-once"),
        (["--scope", "page"], "no scope 'page'"),
        (["--scope", "chat,root"], "chat, models, embeddings, admin"),
        (["--scope", " , "], "opens nothing"),
    ],
)
def test_what_cannot_be_agreed_is_one_sentence_and_makes_no_key(sotto, arguments, said):
    wrong = sotto("keys", "add", "laptop", *arguments)
    assert (wrong.code, wrong.out) == (2, "")
    assert said in wrong.err
    assert listed(sotto) == []


@pytest.mark.parametrize("name", ["", " ", "a\nb", "x" * 65])
def test_a_name_that_is_none_is_one_sentence(sotto, name):
    wrong = sotto("keys", "add", name)
    assert (wrong.code, wrong.out) == (2, "")
    assert "name" in wrong.err


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90m", 5400), ("12h", 43_200), ("30d", 30 * DAY), ("1D", DAY), ("3650d", 3650 * DAY), (" 1m ", 60)],
)
def test_times_are_read(text, seconds):
    assert read_end(text, 1000.0) == 1000.0 + seconds


def test_never_has_no_end():
    assert read_end("never", 1000.0) is None
    assert read_end("Never", 1000.0) is None


def test_rates_are_read():
    assert [read_rate("--limit", text, 100) for text in ("60/min", "1", " 100/min ")] == [60, 1, 100]
    assert read_rate("--limit", None, 100) is None
    with pytest.raises(BadValue):
        read_rate("--limit", "101", 100)


def test_scopes_are_read_each_once_and_in_one_order():
    assert read_scopes("models, CHAT,chat,,") == ("chat", "models")


def test_a_key_is_made_and_removed_while_another_program_has_the_home_open(sotto, tmp_path):
    with closing(open_database(open_home(tmp_path / "home"))) as running:
        secret = added(sotto, "laptop")["key"]
        assert running.look(lambda conn: keys.find(conn, secret, time.time()))
        assert sotto("keys", "remove", "laptop", "--yes").code == 0
        assert running.look(lambda conn: keys.find(conn, secret, time.time())) is None


def test_the_key_stands_nowhere_in_the_home_nor_in_its_log(sotto, tmp_path):
    secret = added(sotto, "laptop")["key"]
    sotto("keys", "list")
    files = [path for path in (tmp_path / "home").rglob("*") if path.is_file()]
    assert any(path.name == "sotto.db" for path in files)
    assert [path.name for path in files if secret[9:].encode() in path.read_bytes()] == []
