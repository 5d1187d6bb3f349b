from __future__ import annotations

import socket

import pytest


def test_its_help_ends_with_examples(sotto):
    shown = sotto("serve", "--help")
    assert shown.code == 0
    assert "sotto serve --open" in shown.out
    assert "Ctrl-C" in shown.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--port", "65536"], "port takes"),
        (["--port", "-1"], "port takes"),
        (["--port", "http"], "not a valid integer"),
        (["--slots", "-1"], "slots takes"),
        (["--host", ""], "host cannot be empty"),
        (["--host", "box.lan"], "'box.lan' is none"),
        (["--host", "http://127.0.0.1"], "is none"),
        (["--host", "127.0.0.1:7886"], "is none"),
        (["somewhere"], "unexpected extra argument"),
    ],
)
def test_what_cannot_be_is_refused_with_a_next_step(sotto, arguments, said):
    wrong = sotto("serve", *arguments)
    assert (wrong.code, wrong.out) == (2, "")
    assert said in wrong.err
    assert "hint: " in wrong.err


def test_an_address_of_another_machine_is_refused(sotto, monkeypatch):
    def bind(self, address):
        raise OSError(99, "Cannot assign requested address")

    monkeypatch.setattr(socket, "socket", type("Elsewhere", (socket.socket,), {"bind": bind}))
    wrong = sotto("serve", "--host", "192.0.2.1")
    assert (wrong.code, wrong.out) == (2, "")
    assert "This machine has no address 192.0.2.1" in wrong.err
    assert "--host 0.0.0.0" in wrong.err


def test_the_settings_say_where_to_listen(sotto):
    assert sotto("settings", "get", "port").out == "7886\n"
    assert sotto("settings", "get", "host").out == "127.0.0.1\n"
    sotto("settings", "set", "host", "box.lan")
    assert "'box.lan' is none" in sotto("serve").err
    assert sotto("settings", "set", "origins", "*").code == 2
    assert sotto("settings", "set", "origins", "http://localhost:3000,app://obsidian.md").code == 0
    assert sotto("settings", "set", "hosts", "http://box.lan").code == 2
    assert sotto("settings", "set", "hosts", "box.lan, chat.example.org:443").code == 0
