"""Situations of public bug reports: what the compiler and the linker are told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import lief
import situations

if TYPE_CHECKING:
    from pathlib import Path

RUNTIMES = ("host-3.13", "win_amd64-3.13")


def _exports(content: bytes) -> set[str]:
    """The names of the situation's own that a module for macOS exports."""
    binary = lief.MachO.parse(list(content)).at(0)
    names = (symbol.name for symbol in binary.exported_symbols)
    return {str(name) for name in names if "linker_flags" in str(name)}


def test_flags_of_the_linker_are_obeyed_or_told_of(pyz3_cache: Path, tmp_path: Path) -> None:
    built = situations.build(
        situations.PROJECTS / "linker_flags",
        cache=pyz3_cache,
        tmp_path=tmp_path,
        platforms=("linux-x86_64", "windows-x64", "macos-arm64"),
    )
    assert built.done.returncode == 0, built.done.stderr
    code = (
        "import ctypes, linker_flags as m; d = ctypes.PyDLL(m.__file__);"
        "names = 'nine listed hidden more parts';"
        "print(m.values(), [name for name in names.split() if hasattr(d, f'linker_flags_{name}')])"
    )
    assert built.prints(code, RUNTIMES) == {
        "host-3.13": "(2, 9, 2) ['nine', 'listed']",
        "win_amd64-3.13": "(2, 9, 2) ['nine', 'listed', 'more']",
    }
    (module,) = built.files("macosx").values()
    assert _exports(module) == {"_PyInit_linker_flags", "_linker_flags_listed", "_linker_flags_nine"}
    told = {line for line in (built.done.stdout + built.done.stderr).splitlines() if " is left out: " in line}
    assert told == {
        "note: -Wl,--exclude-libs,ALL is left out: libraries that are linked in stay visible",
        "note: /DELAYLOAD:shell32.dll is left out: the library is loaded with the module, and must be there",
    }


def test_code_for_microsofts_compiler_and_its_resources(pyz3_cache: Path, tmp_path: Path) -> None:
    built = situations.build(
        situations.PROJECTS / "windows_code", cache=pyz3_cache, tmp_path=tmp_path, platforms=("windows-x64",)
    )
    assert built.done.returncode == 0, built.done.stderr
    code = """
import ctypes, windows_code, windows_data

kernel, user = ctypes.windll.kernel32, ctypes.windll.user32
find, size, load = kernel.FindResourceW, kernel.SizeofResource, kernel.LoadResource
find.restype = load.restype = ctypes.c_void_p
find.argtypes = [ctypes.c_void_p] * 3
size.argtypes = load.argtypes = [ctypes.c_void_p] * 2
user.LoadStringW.argtypes = [ctypes.c_void_p, ctypes.c_uint, ctypes.c_wchar_p, ctypes.c_int]

def data(module, number):
    found = find(module, number, 10)
    return found and ctypes.string_at(load(module, found), size(module, found))

code, more = (ctypes.CDLL(one.__file__)._handle for one in (windows_code, windows_data))
text = ctypes.create_unicode_buffer(20)
user.LoadStringW(code, 7, text, 20)
print(windows_code.values(), windows_data.faults(), windows_data.answer(), ascii(text.value))
print([data(one, at) for one in (code, more) for at in (1, 2, 3)])
"""
    values, text = (
        "('ab', 3, 4, 5, 10, 0, 1) (0, 1, 1, 2635249153387078803, 0)",
        "'Gr\\xf6\\xdfe \\u65e5\\u672c'",
    )
    resources = [b"data of a file", None, None, b"data of a file", b"\x02\0", b"\x03\0"]
    assert built.prints(code, ("win_amd64-3.13",)) == {"win_amd64-3.13": f"{values} 9 {text}\n{resources}"}
    told = built.done.stdout + built.done.stderr
    assert "note: catching what the block of __try does itself (windows_code.cpp:22) is left out: " in told
    assert "windows_data" not in "".join(line for line in told.splitlines() if line.startswith("note: "))
    for name, number in (("windows_code", 7), ("windows_data", 8)):
        module = built.files("win_amd64")[f"{name}.cp313-win_amd64.pyd"]
        binary = lief.PE.parse(list(module))
        (version,) = binary.resources_manager.version
        fixed = version.file_info
        assert (fixed.file_version_ms, fixed.file_version_ls) == (4 << 16 | 3, 2 << 16 | number)
        assert "code for Windows".encode("utf-16-le") in module


def test_what_gcc_only_warns_of(pyz3_cache: Path, tmp_path: Path) -> None:
    built = situations.build(
        situations.PROJECTS / "gcc_warnings", cache=pyz3_cache, tmp_path=tmp_path, platforms=("linux-x86_64",)
    )
    assert built.done.returncode == 0, built.done.stderr
    code = "import gcc_warnings; print(gcc_warnings.text())"
    assert built.prints(code, ("host-3.13",)) == {"host-3.13": "<2>"}


def test_what_g_plus_plus_has_in_its_library(pyz3_cache: Path, tmp_path: Path) -> None:
    built = situations.build(
        situations.PROJECTS / "libstdcxx",
        cache=pyz3_cache,
        tmp_path=tmp_path,
        platforms=("linux-x86_64", "windows-x64"),
    )
    assert built.done.returncode == 0, built.done.stderr
    code = "import libstdcxx; print(libstdcxx.values())"
    right = "(4, False, 3, 2, 3, 32, 10593, 10593, 10593, False)"
    assert built.prints(code, RUNTIMES) == dict.fromkeys(RUNTIMES, right)


def test_what_a_header_makes_inline_for_c_and_c_plus_plus(pyz3_cache: Path, tmp_path: Path) -> None:
    project = situations.PROJECTS / "inline_for_both"
    platforms = ("linux-x86_64", "windows-x64")
    built = situations.build(project, cache=pyz3_cache, tmp_path=tmp_path, platforms=platforms)
    assert built.done.returncode == 0, built.done.stderr
    code = "import inline_for_both as m; print(m.values())"
    assert built.prints(code, RUNTIMES) == dict.fromkeys(RUNTIMES, "(2, 3)")
