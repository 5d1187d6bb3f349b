"""What this machine is, as far as it says so."""

from __future__ import annotations

from sottovoce.fit.machine import look, read_cpuinfo

X86 = "processor\t: 0\nmodel name\t: AMD Ryzen 7\nflags\t: fpu avx2 avx512f\n\nmodel name\t: other\n"
ARM = "processor\t: 0\nFeatures\t: fp asimd asimddp\n"


def test_the_first_processor_speaks_for_all() -> None:
    assert read_cpuinfo(X86) == ("AMD Ryzen 7", frozenset(("fpu", "avx2", "avx512f")))


def test_arm_names_its_instructions_otherwise_and_itself_not_at_all() -> None:
    assert read_cpuinfo(ARM) == ("", frozenset(("fp", "asimd", "asimddp")))


def test_this_machine_has_cores_and_memory() -> None:
    machine = look()
    assert machine.cores >= 1
    assert 0 < machine.free <= machine.memory
    assert machine.processor
