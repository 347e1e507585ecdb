"""Which binary needs which library: as the report has it, and as ``pyz3 check --tree`` shows it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from audited import ELF, MACHO, PE
from packaging.utils import parse_wheel_filename

from pyz3.check import Need
from pyz3.check.checking import _needs
from pyz3.check.judging import Judge
from pyz3.check.subject import Binary, Subject, WheelName
from pyz3.cli.tree import library_tree
from pyz3.doctor import read_name

if TYPE_CHECKING:
    from pyz3.audit import Facts

SO = "hello/_speed.cpython-313-x86_64-linux-gnu.so"
LINUX = "cp313-cp313-manylinux_2_17_x86_64"
change = msgspec.structs.replace


def needs(tag: str, **binaries: tuple[Facts, ...]) -> dict[str, list[tuple[str, str, str]]]:
    """What is needed, by file: name, who has it, where."""
    name, version, _, tags = parse_wheel_filename(f"hello-1.0-{tag}.whl")
    subject = Subject(
        path=Path(f"hello-1.0-{tag}.whl"),
        named=WheelName(name=name, version=str(version), build="", tags=frozenset(tags)),
        binaries={file: Binary(facts=facts, said=read_name(file, facts)) for file, facts in binaries.items()},
    )
    found = _needs(Judge(environ={}).judge(subject))
    return {file: [(one.name, one.status, one.where) for one in several] for file, several in found.items()}


def test_who_has_what_is_needed() -> None:
    foo = "hello.libs/libfoo-1.so.2"
    module = change(ELF, needed=("libc.so.6", "libz.so.1", "libfoo-1.so.2", "libother.so", "libssl.so.3"))
    library = change(ELF, needed=("libm.so.6",), exported=("foo",), name="libfoo-1.so.2")
    other = change(library, needed=(), name="libother.so")
    assert needs(LINUX, **{SO: (module,), foo: (library,), "hello.libs/odd.so": (other,)}) == {
        SO: [
            ("libc.so.6", "system", ""),
            ("libz.so.1", "system", ""),
            ("libfoo-1.so.2", "wheel", foo),
            ("libother.so", "wheel", "hello.libs/odd.so"),
            ("libssl.so.3", "missing", ""),
        ],
        foo: [("libm.so.6", "system", "")],
        "hello.libs/odd.so": [],
    }


def test_what_windows_may_lack() -> None:
    module = change(
        PE, needed=("python313.dll", "KERNEL32.dll", "d3d12.dll", "MSVCP140.dll", "python312.dll")
    )
    assert needs("cp313-cp313-win_amd64", **{"m.pyd": (module,), "launcher.so": (ELF,)}) == {
        "m.pyd": [
            ("python313.dll", "python", ""),
            ("KERNEL32.dll", "system", ""),
            ("d3d12.dll", "unlisted", ""),
            ("MSVCP140.dll", "missing", ""),
            ("python312.dll", "missing", ""),
        ],
    }


def test_both_halves_of_a_fat_file() -> None:
    intel = change(MACHO, machine="x86_64", floor="10.13", needed=("/opt/lib/liba.dylib",))
    arm = change(MACHO, needed=("/usr/lib/libSystem.B.dylib",))
    assert needs("cp313-cp313-macosx_11_0_universal2", m=(intel, arm)) == {
        "m": [("/opt/lib/liba.dylib", "missing", ""), ("/usr/lib/libSystem.B.dylib", "system", "")]
    }


def test_pypys_own_library() -> None:
    module = change(ELF, needed=("libpypy3.11-c.so",))
    assert needs("pp311-pypy311_pp73-manylinux_2_17_x86_64", m=(module,)) == {
        "m": [("libpypy3.11-c.so", "python", "")]
    }


def lines(**several: tuple[Need, ...]) -> list[str]:
    return [line.plain for line in library_tree(several)]


def carried(where: str) -> Need:
    return Need(name=where.rpartition("/")[2], status="wheel", where=where)


LIBC = Need(name="libc.so.6", status="system")


def test_the_lines() -> None:
    found = {
        "x.libs/liba.so": (LIBC, carried("x.libs/libb.so")),
        "x/_m.so": (
            carried("x.libs/liba.so"),
            LIBC,
            Need(name="libm.so.6", status="system"),
            Need(name="@rpath/c.dylib", status="wheel", where="x.libs/libb.so"),
            Need(name="libssl.so.3", status="missing"),
        ),
        "x.libs/libb.so": (Need(name="libd.so", status="wheel", where="libd.so"),),
        "libd.so": (),
        "x/_n.so": (carried("x.libs/liba.so"), Need(name="d3d12.dll", status="unlisted")),
        "x/_o.so": (),
    }
    assert lines(**found) == [
        "x/_m.so",
        "├── liba.so  in the wheel: x.libs/",
        "│   ├── libb.so  in the wheel: x.libs/",
        "│   │   └── libd.so  in the wheel",
        "│   └── part of the system: libc.so.6",
        "├── @rpath/c.dylib  in the wheel: x.libs/libb.so, see above",
        "├── libssl.so.3  missing",
        "└── part of the system: libc.so.6, libm.so.6",
        "x/_n.so",
        "├── liba.so  in the wheel: x.libs/, see above",
        "└── d3d12.dll  not on every such system",
        "x/_o.so",
    ]


def test_libraries_that_need_each_other() -> None:
    assert lines(**{"a.so": (carried("b.so"),), "b.so": (carried("a.so"), carried("b.so"))}) == [
        "a.so",
        "└── b.so  in the wheel",
        "    ├── a.so  in the wheel, see above",
        "    └── b.so  in the wheel, see above",
    ]


def test_a_chain_without_end() -> None:
    chain = {f"{n}.so": (carried(f"{n + 1}.so"),) for n in range(3000)} | {"3000.so": (LIBC,)}
    found = lines(**chain)
    assert found[21] == f"{' ' * 80}└── 21.so  in the wheel, and what it needs: --format json"
    assert found[22] == "21.so"  # it goes on
    assert len(found) == 1001
    assert found[-1] == "and 2144 more lines: --format json has all"
