from __future__ import annotations

import pytest

from sottovoce.core.errors import BadInput, BadValue, NotFound, TooLarge, WrongKind
from sottovoce.server.gate.frame import MOST_TARGET, check_head, check_target
from sottovoce.server.gate.headers import ALWAYS, POLICY, dress


def said(pairs: list[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    names = [name for name, _ in pairs]
    assert len(set(names)) == len(names)
    return dict(pairs)


def test_every_answer_may_load_nothing_and_be_framed_by_nobody():
    headers = said(dress([(b"content-type", b"text/html")]))
    assert headers[b"content-type"] == b"text/html"
    assert headers[b"content-security-policy"] == POLICY.encode()
    assert "default-src 'none'" in POLICY
    assert "frame-ancestors 'none'" in POLICY
    assert "unsafe" not in POLICY
    assert "*" not in POLICY
    assert headers[b"x-content-type-options"] == b"nosniff"
    assert headers[b"referrer-policy"] == b"no-referrer"
    assert headers[b"cross-origin-opener-policy"] == b"same-origin"
    assert headers[b"cross-origin-resource-policy"] == b"same-origin"
    assert headers[b"cache-control"] == b"no-store"


def test_an_answer_may_say_how_long_it_keeps_but_not_loosen_the_rest():
    loose = [(name.title(), b"loose") for name, _ in ALWAYS]
    headers = said(dress([*loose, (b"Cache-Control", b"max-age=60"), (b"Server", b"sotto/1.2.3")]))
    assert b"loose" not in headers.values()
    assert headers[b"Cache-Control"] == b"max-age=60"
    assert b"Server" not in headers
    assert b"cache-control" not in headers


PLACES = [
    b"/",
    b"/v1/models",
    b"/v1/models/",
    b"/v1/models/a:b@c,d;e=f",
    b"/a/%E4%BD%A0",
    b"/a%20b",
    b"/...",
    b"/a.",
]


@pytest.mark.parametrize("path", PLACES)
def test_a_path_with_one_reading_passes(path):
    check_target(path, b"a=b&c=%2F..%2f")


@pytest.mark.parametrize(
    "path",
    [
        b"",
        b"*",
        b"v1/models",
        b"//v1/models",
        b"/v1//models",
        b"/v1/models//",
        b"/v1/./models",
        b"/v1/../v1/models",
        b"/..",
        b"/.",
        b"/v1/%2e%2e/models",
        b"/v1/%2E/models",
        b"/v1%2fmodels",
        b"/v1%2Fmodels",
        b"/v1%5cmodels",
        b"/v1\\models",
        b"/v1/models%00",
        b"/v1/models%0d%0aX:%20y",
        b"/v1/models%7f",
        b"/v1/%252e%252e",
        b"/v1/models%",
        b"/v1/models%zz",
        b"/v1/models%2",
        b"/v1/%ff",
        b"/v1/%c0%ae",
        b"/v1/mo dels",
        b"/v1/models|x",
        b'/v1/models"x',
        b"/v1/models<x>",
        b"/v1/models#x",
        b"/v1/models?x",
        b"/v1/\xe4\xbd\xa0",
        b"http://evil.example/v1/models",
    ],
)
def test_a_path_with_two_readings_leads_nowhere(path):
    with pytest.raises(NotFound):
        check_target(path, b"")


def test_an_endless_address_is_refused():
    check_target(b"/" + b"a" * (MOST_TARGET - 1), b"q" * MOST_TARGET)
    with pytest.raises(TooLarge):
        check_target(b"/" + b"a" * MOST_TARGET, b"")
    with pytest.raises(TooLarge):
        check_target(b"/", b"q" * (MOST_TARGET + 1))


def head(method: str = "POST", count: int = 3, **given: list[bytes] | bytes) -> None:
    headers = {
        name.replace("_", "-").encode(): [value] if isinstance(value, bytes) else value
        for name, value in given.items()
    }
    check_head(method, count, headers)


@pytest.mark.parametrize(
    "kind",
    [
        b"text/plain",
        b"TEXT/PLAIN;charset=utf-8",
        b"text/html",
        b"multipart/form-data; boundary=x",
        b"*/*",
        b"",
        b"application/x-www-form-urlencoded",
        b" application/x-www-form-urlencoded",
        b"application/octet-stream",
    ],
)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "ODD"])
def test_what_a_page_can_send_unasked_is_refused_where_it_could_change_something(kind, method):
    with pytest.raises(WrongKind):
        head(method, content_type=kind)
    head("GET", content_type=kind)


def test_json_and_no_body_pass():
    head(content_type=b"application/json; charset=utf-8")
    head("DELETE")


@pytest.mark.parametrize("name", ["content_length", "content_type", "authorization", "x_api_key", "cookie"])
def test_what_is_said_twice_is_refused(name):
    with pytest.raises(BadValue):
        head(**{name: [b"1", b"1"]})


@pytest.mark.parametrize("length", [b"-1", b"1x", b"", b"0x10", b"1, 1", "²".encode(), b"9" * 21])
def test_a_length_that_is_none_is_refused(length):
    with pytest.raises(BadInput):
        head(content_length=length)


def test_a_body_of_two_lengths_and_a_huge_one_are_refused():
    with pytest.raises(BadValue):
        head(content_length=b"3", transfer_encoding=b"chunked")
    with pytest.raises(TooLarge):
        head(content_length=b"16777217")
    head(content_length=b"16777216")


def test_a_hundred_headers_are_enough():
    head(count=100)
    with pytest.raises(BadValue):
        head(count=101)
