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
