from __future__ import annotations

from sottovoce.store.db import Database
from sottovoce.store.spending import NOTHING, Spent, reserve, settle, total

MOST = Spent(1000, 500, 90_000)


def test_what_is_under_way_counts_as_the_most_and_then_as_what_it_was(database: Database) -> None:
    made = database.call(lambda conn: reserve(conn, "far", MOST, "EUR", 100.0))
    assert database.look(lambda conn: total(conn, "far", "EUR", 0, 200)) == MOST
    database.call(lambda conn: settle(conn, made, Spent(7, 14, 300)))
    assert database.look(lambda conn: total(conn, "far", "EUR", 0, 200)) == Spent(7, 14, 300)


def test_what_used_nothing_leaves_nothing(database: Database) -> None:
    made = database.call(lambda conn: reserve(conn, "far", MOST, "EUR", 100.0))
    database.call(lambda conn: settle(conn, made, NOTHING))
    assert database.look(lambda conn: conn.execute("SELECT count(*) FROM spending").fetchone()) == (0,)


def test_a_sum_is_of_one_model_one_time_and_one_currency_and_of_everybody(database: Database) -> None:
    def spend(name: str, currency: str, at: float, owner: str = "me") -> None:
        database.call(lambda conn: reserve(conn, name, Spent(1, 10, 100), currency, at, owner))

    for at in (99.9, 100.0, 199.9, 200.0):
        spend("far", "EUR", at)
    spend("far", "USD", 150.0)
    spend("far", "EUR", 150.0, "key:1")
    spend("near", "EUR", 150.0)
    assert database.look(lambda conn: total(conn, "far", "EUR", 100, 200)) == Spent(3, 40, 400)
    assert database.look(lambda conn: total(conn, "none", "", 0, 1e12)) == NOTHING
