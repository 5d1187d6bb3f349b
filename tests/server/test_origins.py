from __future__ import annotations

import pytest

from sottovoce.core.errors import BadSettings, WrongDoor
from sottovoce.core.settings import load
from sottovoce.server.gate.origins import Origins, origins_of

OURS = b"http://127.0.0.1:7886"
LISTED = b"http://localhost:3000"
METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "ODD")


def headers(**said: bytes) -> dict[bytes, list[bytes]]:
    return {name.replace("_", "-").encode(): [value] for name, value in said.items()}


def lets_in(method: str, given: dict[bytes, list[bytes]], origins: Origins = Origins()) -> bool:  # noqa: B008
    try:
        origins.check(method, {OURS}, given)
    except WrongDoor:
        return False
    return True


@pytest.mark.parametrize("method", METHODS)
def test_programs_say_nothing_of_pages_and_come_in(method):
    assert lets_in(method, {})


@pytest.mark.parametrize("method", METHODS)
def test_our_own_page_comes_in(method):
    assert lets_in(method, headers(origin=OURS, sec_fetch_site=b"same-origin"))
    assert lets_in(method, headers(sec_fetch_site=b"same-origin"))


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    "origin",
    [
        b"http://evil.example",
        b"null",
        b"",
        b"https://127.0.0.1:7886",
        b"http://127.0.0.1",
        b"http://127.0.0.1:7887",
        b"http://localhost:7886",
        b"http://127.0.0.1:7886.evil.example",
        b"http://127.0.0.1:7886/",
        b"http://127.0.0.1:7886 http://evil.example",
    ],
)
def test_no_other_page_comes_in_whatever_it_asks(method, origin):
    assert not lets_in(method, headers(origin=origin))
    assert not lets_in(method, headers(origin=origin, sec_fetch_site=b"same-origin"))


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("site", [b"cross-site", b"same-site", b"SAME-ORIGIN", b"odd"])
def test_a_page_that_hides_its_origin_does_not_come_in(method, site):
    assert not lets_in(method, headers(sec_fetch_site=site))
    assert not lets_in(
        method, headers(sec_fetch_site=site, sec_fetch_mode=b"no-cors", sec_fetch_dest=b"image")
    )


def test_a_link_may_lead_here_but_not_a_form_and_not_into_a_frame():
    link = headers(sec_fetch_site=b"cross-site", sec_fetch_mode=b"navigate", sec_fetch_dest=b"document")
    frame = {**link, b"sec-fetch-dest": [b"iframe"]}
    assert lets_in("GET", link)
    assert not lets_in("POST", link)
    assert not lets_in("GET", frame)


def test_a_person_may_type_our_address():
    assert lets_in("GET", headers(sec_fetch_site=b"none", sec_fetch_mode=b"navigate"))


def test_saying_it_twice_is_refused():
    assert not lets_in("GET", {b"origin": [OURS, OURS]})
    assert not lets_in("GET", {b"sec-fetch-site": [b"none", b"none"]})


def test_a_listed_page_comes_in_and_may_read_the_answer():
    origins = origins_of("http://localhost:3000, https://chat.example.org:443")
    given = headers(origin=LISTED, sec_fetch_site=b"cross-site")
    assert lets_in("POST", given, origins)
    assert lets_in("POST", headers(origin=b"https://chat.example.org"), origins)
    assert (b"access-control-allow-origin", LISTED) in origins.allowed(given)
    assert (b"vary", b"Origin") in origins.allowed(given)


def test_others_are_told_nothing_and_credentials_are_never_allowed():
    origins = origins_of("http://localhost:3000")
    assert origins.allowed(headers(origin=b"http://evil.example")) == [(b"vary", b"Origin")]
    assert origins.allowed({}) == [(b"vary", b"Origin")]
    assert Origins().allowed(headers(origin=OURS)) == []
    said = [
        *origins.allowed(headers(origin=LISTED)),
        *(origins.granted("OPTIONS", headers(origin=LISTED, access_control_request_method=b"POST")) or ()),
    ]
    assert b"access-control-allow-credentials" not in dict(said)
    assert all(value != b"*" for _, value in said)


def test_only_a_listed_page_may_ask_whether_it_may_ask():
    origins = origins_of("http://localhost:3000")
    asks = headers(
        origin=LISTED,
        access_control_request_method=b"POST",
        access_control_request_headers=b"authorization,content-type,x-stainless-lang",
        access_control_request_private_network=b"true",
    )
    grant = dict(origins.granted("OPTIONS", asks) or ())
    assert b"POST" in grant[b"access-control-allow-methods"]
    assert grant[b"access-control-allow-headers"] == b"authorization,content-type,x-stainless-lang"
    assert grant[b"access-control-allow-private-network"] == b"true"
    assert origins.granted("POST", asks) is None
    assert origins.granted("OPTIONS", {**asks, b"origin": [b"http://evil.example"]}) is None
    assert origins.granted("OPTIONS", headers(origin=LISTED)) is None
    endless = {**asks, b"access-control-request-headers": [b"x" * 3000]}
    assert b"access-control-allow-headers" not in dict(origins.granted("OPTIONS", endless) or ())


@pytest.mark.parametrize(
    "wrong", ["*", "null", "localhost:3000", "http://a/b", "http://a,*", "http://*.a", "http://"]
)
def test_a_setting_that_is_no_list_of_origins_is_refused(wrong, home):
    with pytest.raises(BadSettings):
        load(home, {"origins": wrong}, {})


def test_the_origins_of_programs_that_are_pages_can_be_listed(home):
    wanted = "http://localhost:3000, chrome-extension://abcdef, app://obsidian.md, https://[fd00::1]:8443"
    settings = load(home, {"origins": wanted}, {})
    assert origins_of(settings.origins).lists(b"app://obsidian.md")
