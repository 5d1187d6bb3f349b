"""The process edge: which command, and how anything that goes wrong is told."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from importlib import import_module
from pathlib import Path

import click
import pytest

from sottovoce.cli import main as edge
from sottovoce.core import errors


def program(home: Path, *arguments: str, **how: object) -> subprocess.Popen[bytes]:
    env = {**os.environ, "SOTTO_HOME": str(home), "SOTTO_ENGINE": "echo"}
    return subprocess.Popen(
        [sys.executable, "-m", "sottovoce", *arguments],
        env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        bufsize=0,  # what a first read takes beyond its bytes, communicate() would not see
    )  # fmt: skip


@pytest.mark.parametrize("name", edge.COMMANDS)
def test_every_command_in_the_table_is_there(sotto, name):
    module, _, function = edge.COMMANDS[name][0].partition(":")
    assert isinstance(getattr(import_module(module), function), click.Command)
    helped = sotto(name, "--help")
    assert helped.code == 0
    assert helped.out.startswith(f"Usage: sotto {name}")


def test_help_and_version_can_be_asked_for_in_short(sotto):
    assert sotto("-h").out == sotto("--help").out
    assert sotto("--version").out.startswith("sotto, version ")


def test_an_unknown_command_suggests_the_near_one(sotto):
    wrong = sotto("aks")
    assert (wrong.code, wrong.out) == (2, "")
    assert wrong.err == "There is no command 'aks'.\n\nhint: Did you mean: sotto ask\n"


def test_a_question_in_the_place_of_a_command_is_told_where_it_goes(sotto):
    assert 'sotto ask "…"' in sotto("why is the sky blue?").err


@pytest.mark.parametrize(
    "arguments",
    [["--nope"], ["ask", "--nope"], ["ask", "--top-k", "many", "x"], ["chats", "show"], ["settings", "set"]],
)
def test_wrong_usage_exits_with_2_and_says_where_help_is(sotto, arguments):
    wrong = sotto(*arguments)
    assert (wrong.code, wrong.out) == (2, "")
    assert "\n\nhint: sotto " in wrong.err
    assert wrong.err.endswith("--help\n")


def test_with_no_terminal_the_question_is_read_from_standard_input(sotto):
    assert sotto(stdin=b"one two\n").out == "one two\n"


@pytest.mark.parametrize(
    ("error", "code"),
    [(errors.NotFound, 2), (errors.Offline, 3), (errors.EngineFailed, 1), (errors.DiskFull, 1)],
)
def test_an_error_is_a_sentence_a_hint_and_its_exit_code(sotto, monkeypatch, error, code):
    def failing(*_, **__):
        raise error("It went wrong.", hint="Try this", detail="inner words")

    monkeypatch.setattr("sottovoce.app.open_app", failing)
    told = sotto("ask", "hello")
    assert (told.code, told.out, told.err) == (code, "", "It went wrong.\n\nhint: Try this\n")
    loud = sotto("--debug", "ask", "hello")
    assert "Traceback" in loud.err
    assert loud.err.endswith("It went wrong.\n\nhint: Try this\n\ninner words\n")


def test_the_log_of_a_crash_runs_no_other_program(sotto, monkeypatch):
    def failing(*_, **__):
        raise RuntimeError

    def run(*_, **__):
        raise AssertionError("another program was given our environment")

    monkeypatch.setattr("sottovoce.app.open_app", failing)
    monkeypatch.setattr("platform._uname_cache", None)
    monkeypatch.setattr("subprocess.Popen", run)
    assert "logs/crash-" in sotto("ask", "hi").err


def test_an_unexpected_error_is_logged_without_what_was_said(sotto, monkeypatch, tmp_path):
    def failing(*_, **__):
        raise RuntimeError("my secret question")

    monkeypatch.setattr("sottovoce.app.open_app", failing)
    told = sotto("ask", "my secret question")
    assert told.code == 1
    assert "RuntimeError" in told.err
    assert "Traceback" not in told.err
    assert "secret" not in told.err
    (log,) = (tmp_path / "home" / "logs").glob("crash-*.txt")
    assert str(log) in told.err
    text = log.read_text()
    assert "builtins.RuntimeError" in text
    assert "in failing" in text
    assert "my secret question" not in text.replace('raise RuntimeError("my secret question")', "")


def test_an_unexpected_error_is_told_even_where_no_log_can_be_written(sotto, monkeypatch):
    def failing(*_, **__):
        raise RuntimeError

    monkeypatch.setattr("sottovoce.cli._given.Given.open_home", failing)
    told = sotto("chats", "list")
    assert told.code == 1
    assert "sotto --debug" in told.err


def test_a_reader_that_leaves_early_is_no_error(tmp_path):
    sotto = program(tmp_path, "ask", "/slow 20")
    assert sotto.stdout is not None
    assert sotto.stdout.read(5) == b"word0"
    sotto.stdout.close()
    _, err = sotto.communicate(timeout=20)
    assert err == b""
    assert sotto.returncode == 1


SHELL = pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs Linux's full device")
FULL = "The output could not be written: No space left on device."


def shell(home: Path, command: str) -> tuple[int, str]:
    """Return the exit code and standard error of `sotto …` as a shell runs it."""
    env = {**os.environ, "SOTTO_HOME": str(home), "SOTTO_ENGINE": "echo"}
    line = ["sh", "-c", f'"{sys.executable}" -m sottovoce {command}']
    done = subprocess.run(line, env=env, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=60)
    return done.returncode, done.stderr.decode()


@SHELL
@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("ask --json hi >/dev/full", FULL),
        ("ask hi >/dev/full", FULL),
        ("ask /slow 20 >/dev/full", FULL),
        ("chats list --json >/dev/full", FULL),
        ("chats list >/dev/full", FULL),
        ("--help >/dev/full", FULL),
        ("ask --help >/dev/full", FULL),
        ("ask hi >&-", "The output could not be written: Bad file descriptor."),
        ("--help >&-", "The output could not be written: Bad file descriptor."),
    ],
)
def test_an_output_that_takes_nothing_is_told_in_a_sentence(tmp_path, command, told):
    assert shell(tmp_path, "ask before >/dev/null") == (0, "")
    code, err = shell(tmp_path, command)
    assert code == 1
    assert err.startswith(f"{told}\n\nhint: ")
    assert len(err.splitlines()) == 3
    assert not list(tmp_path.rglob("crash-*"))


@SHELL
def test_what_is_longer_than_any_buffer_is_no_crash_either(tmp_path):
    long = tmp_path / "long.txt"
    long.write_text("".join(str(at) for at in range(40_000)))
    code, err = shell(tmp_path, f"ask --json <{long} >/dev/full")
    assert (code, err.partition("\n")[0]) == (1, FULL)


@SHELL
def test_the_hint_opens_the_chat_that_keeps_what_could_not_be_written(tmp_path):
    _, err = shell(tmp_path, "ask --json Wellington >/dev/full")
    assert "hint: What was said is kept: sotto chats show " in err
    chat = err.split()[-1]
    shown = program(tmp_path, "chats", "show", chat).communicate(timeout=20)[0].decode()
    assert shown.count("Wellington") == 3  # a capital letter, which no id has


@pytest.mark.skipif(os.name == "nt", reason="a shell of another kind")
def test_a_closed_error_stream_does_not_spill_into_the_data(tmp_path):
    line = ["sh", "-c", f'"{sys.executable}" -m sottovoce chats list 2>&-']
    env = {**os.environ, "SOTTO_HOME": str(tmp_path)}
    assert subprocess.run(line, env=env, stdout=subprocess.PIPE, timeout=60).stdout == b""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no signals between programs")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_stops_the_answer_and_keeps_what_was_written(tmp_path, number, code):
    sotto = program(tmp_path, "ask", "/slow 20")
    assert sotto.stdout is not None
    assert sotto.stdout.read(5) == b"word0"
    time.sleep(0.1)
    sotto.send_signal(number)
    out, err = sotto.communicate(timeout=20)
    assert sotto.returncode == code
    assert err.strip() in (b"", b"[stopped]")
    shown = program(tmp_path, "chats", "search", "word0", "--json").communicate(timeout=20)[0].decode()
    assert json.loads(shown)[0]["excerpt"].startswith("word0" + out.decode().rstrip())


LOADING = """
import runpy, sys

class Now:
    def find_spec(self, name, *_):
        if name == "click":
            raise KeyboardInterrupt

sys.meta_path.insert(0, Now())
runpy.run_module("sottovoce", run_name="__main__")
"""


def test_ctrl_c_while_the_program_is_loaded_says_nothing():
    run = subprocess.run([sys.executable, "-c", LOADING], capture_output=True, text=True, timeout=60)
    assert (run.returncode, run.stdout, run.stderr) == (130, "", "")


def test_the_home_can_be_chosen_before_the_command(sotto, tmp_path):
    assert sotto("--home", tmp_path / "elsewhere", "ask", "hello").code == 0
    assert (tmp_path / "elsewhere" / "sotto.db").exists()
    assert not (tmp_path / "home").exists()


CRASHED = """
import os, resource, sys
_, hard = resource.getrlimit(resource.RLIMIT_CORE)
resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))
from sottovoce.cli.main import main
if sys.argv[1] == "sotto":
    try:
        main(["--version"])
    except SystemExit:
        pass
sys.stdout.flush()
os.execvp("sh", ["sh", "-c", "ulimit -c"])
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no core files")
def test_a_crash_of_the_program_or_of_a_child_writes_no_core_file():
    def limit(of: str) -> str:
        run = subprocess.run([sys.executable, "-c", CRASHED, of], capture_output=True, text=True, check=True)
        return run.stdout.split()[-1]

    assert limit("python") != "0", "this system allows none anyway"
    assert limit("sotto") == "0"
