"""What tags promise, where loaders look, what users see."""

from __future__ import annotations

import pytest
from packaging.tags import sys_tags

from pyz3.audit import Facts
from pyz3.audit.report import Finding
from pyz3.doctor.libraries import LoadedFile, find_libraries, looked_in
from pyz3.doctor.symptoms import symptom
from pyz3.doctor.tags import misfit, read_promise
from pyz3.targets import Platform, read_platform


@pytest.mark.parametrize(
    ("tag", "platform", "floor"),
    [
        ("manylinux_2_28_aarch64", "linux-aarch64", "2.28"),
        ("manylinux2014_x86_64", "linux-x86_64", "2.17"),
        ("manylinux1_i686", "linux-i686", "2.5"),
        ("musllinux_1_1_x86_64", "musllinux-x86_64", "1.1"),
        ("macosx_10_13_x86_64", "macos-x86_64", "10.13"),
        ("macosx_10_9_universal2", "macos-universal2", "10.9"),
        ("win_amd64", "windows-x64", ""),
        ("win32", "windows-x86", ""),
        ("any", None, ""),
        ("freebsd_14_x86_64", None, ""),
    ],
)
def test_platforms(tag: str, platform: str | None, floor: str) -> None:
    found = read_platform(tag)
    assert (found[0] and str(found[0]), found[1]) == (platform, floor)


@pytest.mark.parametrize(
    ("tags", "python", "stable", "floor"),
    [
        (["cp313-cp313-win_amd64"], "3.13", "", ""),
        (["cp313-cp313t-win_amd64"], "3.13t", "", ""),
        (["cp39-abi3-manylinux_2_17_x86_64.manylinux2014_x86_64"], "3.9", "3.9", "2.17"),
        (["cp311-cp311-manylinux_2_28_x86_64", "cp311-cp311-manylinux_2_17_x86_64"], "3.11", "", "2.17"),
    ],
)
def test_promises(tags: list[str], python: str, stable: str, floor: str) -> None:
    promise = read_promise(tags)
    assert promise is not None
    assert (str(promise.target.python), promise.stable_abi, promise.floor) == (python, stable, floor)
    assert not promise.any_python


def test_promises_for_all_pythons() -> None:
    promise = read_promise(["py3-none-win_arm64"])
    assert promise is not None
    assert (promise.target.platform, promise.any_python) == (Platform.WINDOWS_ARM64, True)
    assert read_promise(["py3-none-any"]) is None


def test_misfit_names_what_differs() -> None:
    own = next(iter(sys_tags()))
    this = f"; this is {own.interpreter}-{own.abi} on "
    assert misfit([str(own)]) == misfit(["py3-none-any"]) == ""
    platform = misfit([f"{own.interpreter}-{own.abi}-palmos_68k"])
    assert platform.startswith(f"it is for palmos_68k{this}")
    python = misfit([f"cp27-{own.abi}-{own.platform}"])
    assert python.startswith(f"it is for cp27{this}")
    abi = misfit([f"{own.interpreter}-cp27mu-{own.platform}"])
    assert abi.startswith(f"it is for the ABI cp27mu{this}")
    assert misfit(["cp27-cp27mu-palmos_68k"]).startswith("it is for cp27, and it is for palmos_68k; ")


def place(platform: str, file: str, needed: str, *siblings: str, rpaths: tuple[str, ...] = ()) -> LoadedFile:
    forms = {"windows": "pe", "macos": "macho"}
    family = Platform(platform).family
    facts = Facts(format=forms.get(family, "elf"), machine="x86_64", needed=(needed,), rpaths=rpaths)  # type: ignore[arg-type]
    return LoadedFile(
        file=file, facts=facts, siblings=dict.fromkeys(siblings, (facts,)), platform=Platform(platform)
    )


@pytest.mark.parametrize(
    ("where", "status", "reached"),
    [
        (place("windows-x64", "p/_m.pyd", "KERNEL32.dll"), "system", True),
        (place("windows-x64", "p/_m.pyd", "python313.dll"), "python", True),
        (place("windows-x64", "p/_m.pyd", "core.dll"), "missing", True),
        (place("windows-x64", "p/_m.pyd", "CORE.dll", "p/core.dll"), "wheel", True),
        (place("windows-x64", "p/_m.pyd", "core.dll", "p/lib/core.dll"), "wheel", False),
        (place("windows-x64", "p/_m.pyd", "core.dll", "p.libs/core.dll"), "wheel", True),
        (place("linux-x86_64", "p/_m.so", "libfoo.so.1"), "missing", True),
        (place("linux-x86_64", "p/_m.so", "libz.so.1"), "system", True),
        (place("linux-x86_64", "p/_m.so", "libcore.so", "p/libcore.so", rpaths=("$ORIGIN",)), "wheel", True),
        (place("linux-x86_64", "p/_m.so", "libcore.so", "p/libcore.so"), "wheel", False),
        (place("linux-x86_64", "p/s/_m.so", "a.so", "p/l/a.so", rpaths=("$ORIGIN/../l",)), "wheel", True),
        (place("linux-x86_64", "_m.so", "a.so", "a.so", rpaths=("${ORIGIN}",)), "wheel", True),
        (
            place("macos-x86_64", "p/_m.so", "@rpath/a.dylib", "p/a.dylib", rpaths=("@loader_path",)),
            "wheel",
            True,
        ),
        (place("macos-x86_64", "p/_m.so", "@rpath/a.dylib", "p/a.dylib"), "wheel", False),
        (
            place("macos-x86_64", "p/_m.so", "@loader_path/.dylibs/a.dylib", "p/.dylibs/a.dylib"),
            "wheel",
            True,
        ),
        (place("macos-x86_64", "p/_m.so", "/opt/a.dylib", "p/a.dylib"), "wheel", False),
    ],
)
def test_where_loaders_look(where: LoadedFile, status: str, reached: bool) -> None:
    (library,), problems = find_libraries(where)
    assert library.status == status
    assert [problem.rule for problem in problems] == ([] if reached else ["reach"])


def test_what_to_do_about_a_library_out_of_reach() -> None:
    _, (problem,) = find_libraries(place("linux-x86_64", "p/s/_m.so", "libcore.so", "p/libcore.so"))
    assert (
        problem.message
        == "p/s/_m.so needs libcore.so; the wheel has p/libcore.so, where the loader does not look"
    )
    assert problem.tip == "link with -Wl,-rpath,$ORIGIN/.."
    _, (problem,) = find_libraries(place("windows-x64", "p/_m.pyd", "core.dll", "p/lib/core.dll"))
    assert "os.add_dll_directory()" in problem.tip


def test_path_is_not_searched_on_windows() -> None:
    assert looked_in(place("windows-x64", "p/_m.pyd", "core.dll")) == (
        "p",
        "the folders of os.add_dll_directory()",
        "the folder of python.exe",
        "System32",
    )


def test_symptoms_are_the_messages_of_python_and_the_loaders() -> None:
    pe, elf = Facts(format="pe", machine="amd64"), Facts(format="elf", machine="x86_64")

    def finding(rule: str, symbol: str = "", version: str = "") -> Finding:
        return Finding(file="p/_m.so", rule=rule, message="", symbol=symbol, version=version)

    assert symptom(finding("library", "core.dll"), pe, "p._m") == (
        "ImportError: DLL load failed while importing _m: The specified module could not be found."
    )
    assert symptom(finding("symbol", "frob"), elf, "p._m") == "ImportError: p/_m.so: undefined symbol: frob"
    assert symptom(finding("floor", "x", "GLIBC_2.38"), elf, "p._m") == (
        "ImportError: libc.so.6: version `GLIBC_2.38' not found (required by p/_m.so)"
    )
    assert symptom(finding("init", "PyInit__m"), elf, "p._m") == (
        "ImportError: dynamic module does not define module export function (PyInit__m)"
    )
    assert symptom(finding("loadable"), elf, "p._m") == ""
