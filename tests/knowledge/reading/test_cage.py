"""What a reader's process cannot do, whatever runs in it: tried by native calls, past Python's own guards."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from sottovoce.core.settings import child_environment
from sottovoce.knowledge.reading import seccomp

TRIES = """
import ctypes, errno, json, os, socket, sys
from sottovoce.knowledge.reading import cage, families
from sottovoce.knowledge.reading.wire import Limits

library = ctypes.CDLL(None, use_errno=True)
families.load("-")
here = sys.argv[1].encode()
if sys.argv[2] == "python":
    from sottovoce.knowledge.reading import seccomp
    seccomp.close = lambda: False
held = cage.close(Limits())

def native(call, *args):
    ctypes.set_errno(0)
    got = getattr(library, call)(*args)
    if got == 0 and call in ("fork", "vfork"):
        os._exit(0)
    return errno.errorcode.get(ctypes.get_errno(), "done") if got == -1 else "done"

def python(call, *args):
    try:
        call(*args)
    except Exception as problem:
        return type(problem).__name__
    return "done"

said = {
    "held": held,
    "native": {} if not held else {
        "socket": native("socket", 2, 1, 0),
        "socketpair": native("socketpair", 1, 1, 0, ctypes.create_string_buffer(8)),
        "open": native("open", here, 0),
        "create": native("open", here + b".new", 0o101, 0o600),
        "fork": native("fork"),
        "execv": native("execv", b"/bin/true", (ctypes.c_char_p * 2)(b"true", None)),
        "kill": native("kill", os.getppid(), 0),
        "unlink": native("unlink", here),
        "rename": native("rename", here, here + b".new"),
        "mkdir": native("mkdir", here + b".new", 0o700),
        "symlink": native("symlink", here, here + b".new"),
        "truncate": native("truncate", here, ctypes.c_long(0)),
        "ptrace": native("ptrace", 0, 0, 0, 0),
    },
    "python": {
        "socket": python(socket.socket),
        "open": python(open, here),
        "fork": python(os.fork),
        "listdir": python(os.listdir, "/"),
        "import": python(__import__, "antigravity"),
    },
    "memory": python(bytearray, 600 << 20),
}
os.write(1, json.dumps(said).encode())
"""


def tried(folder: Path, how: str) -> dict[str, dict[str, str]]:
    here = folder / "file"
    here.write_text("something")
    done = subprocess.run(
        [sys.executable, "-P", "-c", TRIES, str(here), how],
        env=child_environment({}),
        capture_output=True,
        check=True,
    )
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, str]]:
    folder = tmp_path_factory.mktemp("cage")
    said = tried(folder, "kernel")
    assert [path.read_text() for path in folder.iterdir()] == ["something"]
    return said


linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the kernel's filter is Linux's")


@linux
def test_the_kernel_refuses_network_files_and_programs(said: dict[str, dict[str, str]]) -> None:
    assert said["held"] is True
    assert set(said["native"].values()) == {"EPERM"}, said["native"]


def test_where_the_kernel_does_not_python_refuses(tmp_path: Path) -> None:
    said = tried(tmp_path, "python")
    assert said["held"] is False
    assert said["python"] == {
        "socket": "PermissionError",
        "open": "PermissionError",
        "fork": "PermissionError",
        "listdir": "PermissionError",
        "import": "ModuleNotFoundError",
    }


@linux
def test_there_is_no_more_memory_than_the_limit(said: dict[str, dict[str, str]]) -> None:
    assert said["memory"] == "MemoryError"


@pytest.mark.parametrize("machine", seccomp.REFUSED)
def test_the_filter_refuses_another_architecture_and_passes_the_rest(machine: str) -> None:
    """Run the filter here, as the kernel would, for calls of either architecture."""
    import struct

    code = list(struct.iter_unpack("HBBI", seccomp.program(machine)))

    def verdict(number: int, first: int = 0, architecture: int = seccomp.ARCHITECTURES[machine]) -> int:
        call = struct.pack("=iIQ6Q", number, architecture, 0, first, 0, 0, 0, 0, 0)
        at = value = 0
        while True:
            what, yes, no, operand = code[at]
            at += 1
            match what:
                case seccomp.LOAD:
                    value = struct.unpack_from("=I", call, operand)[0]
                case seccomp.EQUAL:
                    at += yes if value == operand else no
                case seccomp.AT_LEAST:
                    at += yes if value >= operand else no
                case seccomp.ANY_BIT:
                    at += yes if value & operand else no
                case _:
                    return int(operand)

    assert verdict(1, architecture=0x40000003) == seccomp.KILL
    assert verdict(seccomp.CLONE[machine], first=17) == seccomp.FAIL | 1
    assert verdict(seccomp.CLONE[machine], first=seccomp.CLONE_THREAD) == seccomp.ALLOW
    assert verdict(seccomp.X32 + 1) == seccomp.FAIL | 1
    assert verdict(seccomp.CLONE3) == seccomp.FAIL | 38
    assert {verdict(number) for number in seccomp.REFUSED[machine].values()} == {seccomp.FAIL | 1}
    assert verdict(0) == verdict(500) == seccomp.ALLOW
    assert len(code) < 256 * 16


def test_the_side_that_is_not_shut_in_imports_no_parser() -> None:
    done = subprocess.run(
        [sys.executable, "-P", "-X", "importtime", "-c", "import sottovoce.knowledge.reading.read"],
        env=child_environment({}),
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert loaded.isdisjoint(
        {"pypdfium2", "selectolax", "kreuzberg", "zipfile", "xml.parsers.expat", "email"}
    )
