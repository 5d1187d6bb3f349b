"""Who holds a connection when more want one than there are places."""

from __future__ import annotations

import pytest

from sottovoce.core.errors import Crowded
from sottovoce.server.crowd import HERE, KEPT_HERE, MOST, MOST_OF_ONE, Held, giving_way, whose

BUSY = None


def held(*groups: tuple[str, int, float | None]) -> dict[str, Held]:
    """Return `count` connections of each holder, idle since that hour and each later one a little later."""
    return {
        f"{holder}#{at}": Held(holder, since if since is None else since + at / 1000)
        for holder, count, since in groups
        for at in range(count)
    }


def test_while_there_are_places_nobody_gives_way():
    assert giving_way("a", {}) is None
    assert giving_way("a", held(("a", MOST_OF_ONE - 1, 1.0), ("b", MOST_OF_ONE, 0.0))) is None
    assert giving_way(HERE, held((HERE, MOST - 1, 0.0))) is None


def test_who_was_idle_longest_gives_way():
    full = held((HERE, MOST - 2, BUSY), ("a", 1, 9.0), ("b", 1, 8.0))
    assert giving_way(HERE, full) == "b#0"
    assert giving_way("c", full) == "b#0"


def test_whoever_is_answered_keeps_the_place():
    with pytest.raises(Crowded):
        giving_way(HERE, held((HERE, MOST, BUSY)))


def test_one_peer_has_a_share_and_gives_way_to_itself():
    own = held(("a", MOST_OF_ONE, 5.0), ("b", 1, 0.0))
    assert giving_way("a", own) == "a#0"
    with pytest.raises(Crowded):
        giving_way("a", held(("a", MOST_OF_ONE, BUSY), ("b", 1, 0.0)))
    assert giving_way("b", own) is None


def test_this_machine_s_own_programs_have_no_share_but_all():
    assert giving_way(HERE, held((HERE, MOST_OF_ONE + 1, BUSY))) is None


def test_some_places_are_kept_for_this_machine():
    strangers = held(*((f"p{at}", 1, BUSY) for at in range(MOST - KEPT_HERE)))
    with pytest.raises(Crowded):
        giving_way("another", strangers)
    assert giving_way(HERE, strangers) is None
    # A stranger does not take them by sending away one of this machine's either.
    with pytest.raises(Crowded):
        giving_way("another", strangers | held((HERE, KEPT_HERE, 0.0)))


@pytest.mark.parametrize(
    ("host", "holder"),
    [
        ("127.0.0.1", HERE),
        ("127.9.9.9", HERE),
        ("::1", HERE),
        ("::ffff:127.0.0.1", HERE),
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
    ],
)
def test_a_peer_is_an_address_or_the_network_that_one_machine_can_have(host, holder):
    assert whose(host) == holder
