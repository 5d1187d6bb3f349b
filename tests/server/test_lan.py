from __future__ import annotations

import pytest

from sottovoce.core.errors import BadValue, NetworkProblem, Refused
from sottovoce.server.lan import Place, choose, main_interface, ranked, reaches

HEAD = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n"
WIFI = "wlan0\t00000000\t0102A8C0\t0003\t0\t0\t600\t00000000\t0\t0\t0\n"
CABLE = "eth0\t00000000\t0100000A\t0003\t0\t0\t100\t00000000\t0\t0\t0\n"
DOWN = "eth1\t00000000\t0100000A\t0002\t0\t0\t1\t00000000\t0\t0\t0\n"
NEAR = "docker0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0\n"


@pytest.mark.parametrize(
    ("routes", "main"),
    [
        ("", None),
        (HEAD, None),
        (HEAD + NEAR, None),
        (HEAD + NEAR + WIFI, "wlan0"),
        (HEAD + WIFI + CABLE, "eth0"),
        (HEAD + DOWN + WIFI, "wlan0"),
        (HEAD + "half a li", None),
    ],
)
def test_the_main_interface_is_that_of_the_cheapest_default_route(routes, main):
    assert main_interface(routes) == main


def addresses(found, main=None):
    return [place.address for place in ranked(found, main)]


def test_the_address_of_the_default_route_comes_first():
    found = [("wlan0", "192.168.1.5"), ("eth0", "10.0.0.7")]
    assert addresses(found, "wlan0") == ["192.168.1.5", "10.0.0.7"]
    assert addresses(found, "eth0") == ["10.0.0.7", "192.168.1.5"]
    assert addresses(found) == ["10.0.0.7", "192.168.1.5"]


def test_a_phone_is_in_no_container_and_no_tunnel_even_where_all_else_goes_through_one():
    found = [
        ("docker0", "172.17.0.1"),
        ("tun0", "10.8.0.2"),
        ("wlp3s0", "192.168.1.5"),
        ("br-12ab", "172.18.0.1"),
    ]
    assert addresses(found, "tun0")[0] == "192.168.1.5"
    assert addresses(found[:1]) == ["172.17.0.1"]


@pytest.mark.parametrize(
    "text", ["127.0.0.1", "::1", "0.0.0.0", "::", "fe80::1", "fe80::1%eth0", "ff02::1", "224.0.0.1", "", "x"]
)
def test_what_no_phone_can_open_is_left_out(text):
    assert addresses([("eth0", text)], "eth0") == []


def test_ipv4_comes_before_ipv6_and_what_only_a_cable_gave_after_both():
    found = [("eth0", "fd00::2"), ("eth0", "169.254.3.4"), ("eth0", "192.168.1.5"), ("eth0", "fe80::1%eth0")]
    assert addresses(found, "eth0") == ["192.168.1.5", "fd00::2", "169.254.3.4"]


def test_a_public_address_is_never_chosen_unasked():
    found = ranked([("eth0", "8.8.8.8"), ("wlan1", "10.42.0.1"), ("eth0", "2a00::1")], "eth0")
    assert [place.address for place in found] == ["10.42.0.1", "8.8.8.8", "2a00::1"]
    assert choose(found, None).address == "10.42.0.1"
    with pytest.raises(Refused, match="whole internet") as caught:
        choose(found[1:], None)
    assert "sotto share --host 8.8.8.8" in (caught.value.hint or "")
    assert choose(found, "8.8.8.8").is_public


def test_without_a_network_there_is_a_next_step():
    with pytest.raises(NetworkProblem, match="in no network") as caught:
        choose([], None)
    assert "Wi-Fi" in (caught.value.hint or "")


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ("192.168.1.6", "has no address 192.168.1.6"),
        ("127.0.0.1", "has no address 127.0.0.1"),
        ("0.0.0.0", "has no address 0.0.0.0"),
        ("fe80::1%eth0", "No browser opens fe80::1%eth0"),
        ("box.lan", "'box.lan' is no address"),
        ("", "'' is no address"),
    ],
)
def test_an_address_that_is_none_of_ours_is_refused_with_those_that_are(wanted, said):
    with pytest.raises(BadValue, match=said) as caught:
        choose([Place("192.168.1.5", "wlan0"), Place("fd00::2", "wlan0")], wanted)
    assert caught.value.hint == "It has: sotto share --host 192.168.1.5; sotto share --host fd00::2"


def test_an_address_is_known_however_it_is_written():
    assert choose([Place("fd00::2", "eth0")], "FD00:0::2").address == "fd00::2"


@pytest.mark.parametrize(
    ("listening", "four", "six"),
    [
        ("0.0.0.0", True, False),
        ("::", True, True),
        ("192.168.1.5", True, False),
        ("fd00::2", False, True),
        ("127.0.0.1", False, False),
    ],
)
def test_a_server_is_met_where_it_listens(listening, four, six):
    assert reaches(Place("192.168.1.5", "eth0"), listening) == four
    assert reaches(Place("fd00::2", "eth0"), listening) == six
