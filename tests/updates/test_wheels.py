from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from packaging.tags import Tag

from sottovoce.core.errors import BadBundle, BadValue
from sottovoce.updates import wheel_folder, wheels
from sottovoce.updates.wheels import Machine, Wheel, chosen

LINUX = Machine(
    (
        Tag("cp311", "cp311", "manylinux_2_28_x86_64"),
        Tag("cp311", "abi3", "linux_x86_64"),
        Tag("py3", "none", "any"),
    ),
    {"python_full_version": "3.11.2", "python_version": "3.11", "sys_platform": "linux", "extra": ""},
)
PIP = Wheel("pip-26.0-py3-none-any.whl", 1, ())


def own(*requires: str, python: str = "") -> Wheel:
    return Wheel("sottovoce-0.2.0-py3-none-any.whl", 1, requires, python)


def names(*there: Wheel, root: str = "sottovoce") -> tuple[list[str], tuple[str, ...]]:
    choice = chosen((PIP, *there), root, LINUX)
    return [one.name for one in choice.wheels if one != PIP], choice.missing


def test_of_each_project_the_wheel_that_fits_best_is_taken() -> None:
    fits = Wheel("numpy-2.4-cp311-cp311-manylinux_2_28_x86_64.whl", 1, ())
    others = [
        Wheel(f"numpy-2.4-{tag}.whl", 1, ())
        for tag in ("cp312-cp312-manylinux_2_28_x86_64", "cp311-cp311-win_amd64", "py3-none-any")
    ]
    program = own("numpy>=2")
    assert names(*others, fits, program) == ([fits.name, program.name], ())


@pytest.mark.parametrize(
    ("requires", "there", "missing"),
    [
        ("numpy>=2", [], ("numpy>=2",)),
        ("numpy>=2", ["numpy-1.9-py3-none-any.whl"], ("numpy>=2",)),
        ("numpy>=2", ["numpy-2.4-cp311-cp311-win_amd64.whl"], ("numpy>=2",)),
        ("colorama; sys_platform == 'win32'", [], ()),
        ("kreuzberg; extra == 'docs'", [], ()),
    ],
)
def test_what_is_missing_is_said_and_what_is_for_others_is_not_missed(
    requires: str, there: list[str], missing: tuple[str, ...]
) -> None:
    assert names(own(requires), *(Wheel(name, 1, ()) for name in there))[1] == missing


def test_what_a_requirement_requires_comes_too_with_its_extras() -> None:
    http = Wheel("http-1-py3-none-any.whl", 1, ("h2; extra == 'two'", "h11"))
    rest = [Wheel(f"{name}-1-py3-none-any.whl", 1, ("http",)) for name in ("h2", "h11")]
    unused = Wheel("unused-1-py3-none-any.whl", 1, ())
    found, missing = names(own("http[two]"), http, *rest, unused)
    assert (len(found), unused.name in found, missing) == (4, False, ())


def test_a_program_for_a_later_python_does_not_fit() -> None:
    assert names(own(python=">=3.12"))[1] == ("sottovoce",)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"a-1-py3-none-any.whl": {}}', "[" * 100_000])
def test_what_a_bundle_says_of_its_wheels_is_read_strictly(text: str) -> None:
    with pytest.raises(BadBundle):
        wheels.heard(text, ["a-1-py3-none-any.whl"])
    there = (own("numpy>=2", python=">=3.11"),)
    assert wheels.heard(wheels.said(there), [there[0].name]) == there


def wheel(folder: Path, name: str, requires: str = "") -> None:
    project, version = name.split("-")[:2]
    with zipfile.ZipFile(folder / name, "w") as archive:
        said = f"Name: {project}\nVersion: {version}\n{requires and f'Requires-Dist: {requires}'}\n"
        archive.writestr(f"{project}-{version}.dist-info/METADATA", said)


def test_a_folder_of_wheels_says_what_is_missing_for_machines_like_this(tmp_path: Path) -> None:
    wheel(tmp_path, "sottovoce-0.2.0-py3-none-any.whl", "numpy>=2")
    with pytest.raises(BadValue, match="no wheel of pip"):
        wheel_folder.read(tmp_path)
    wheel(tmp_path, "pip-26.0-py3-none-any.whl")
    assert "numpy>=2" in wheel_folder.notes(wheel_folder.read(tmp_path))[0]
    wheel(tmp_path, "numpy-2.4-py3-none-any.whl")
    assert "complete" in wheel_folder.notes(wheel_folder.read(tmp_path))[0]
    wheel(tmp_path, "numpy-2.5-py3-none-any.whl")
    with pytest.raises(BadValue, match=r"several versions of numpy: 2\.4, 2\.5"):
        wheel_folder.read(tmp_path)


def test_a_file_that_is_no_wheel_is_refused(tmp_path: Path) -> None:
    (tmp_path / "sottovoce-0.2.0-py3-none-any.whl").write_bytes(b"no archive")
    with pytest.raises(BadValue, match="no wheel that can be used"):
        wheel_folder.read(tmp_path)
