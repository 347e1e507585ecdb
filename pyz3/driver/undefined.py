"""Which of Windows' libraries has what a link did not find."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

# lld: what it says of functions, imported or not, with their parameters in C++.
_UNDEFINED = re.compile(r"lld-link: undefined symbol: (?:__declspec\(dllimport\) )?(.+)")
_OF_MSVC = {
    "__mingw_uuidof<": "__uuidof of a type of your own: mingw wants __CRT_UUID_DECL(type, 0x…, …) behind it",
    "_set_se_translator": "_set_se_translator: C++ catches no structured exceptions; a C file can (__try)",
}
_WELL_KNOWN = frozenset(
    "advapi32 comctl32 gdi32 kernel32 ole32 oleaut32 psapi shell32 user32 ws2_32".split()  # noqa: SIM905 - names
)
_INSIDE = ("api-ms-", "ext-ms-", "crtdll", "msvc", "ucrt", "nt", "vcruntime", "win32u")


def undefined_advice(output: str, definitions: Path) -> tuple[str, ...]:
    """Say what to do about what the linker for Windows does not find.

    Args:
        output: What it printed.
        definitions: Folder with lists of what Windows' libraries export: zig's ``libc/mingw/lib-common``.
    """
    names = tuple(dict.fromkeys(_UNDEFINED.findall(output)))
    told = [advice for name, advice in _OF_MSVC.items() if any(name in one for one in names)]
    wanted = {one for one in names if one.isidentifier()}
    if not wanted or not definitions.is_dir():
        return tuple(told)
    found: dict[str, list[str]] = {}
    for file in sorted(definitions.glob("*.def*"), key=_by_use):
        for name in sorted(wanted.intersection(_words(file))):
            found.setdefault(file.name.partition(".def")[0], []).append(name)
            wanted.remove(name)
    told += [f"{', '.join(of)}: name {library} in libraries" for library, of in found.items()]
    return tuple(told)


def _by_use(file: Path) -> tuple[bool, bool, str]:
    """Let what programs are linked with stand before what takes its place inside of Windows."""
    name = file.name.partition(".def")[0]
    return name.startswith(_INSIDE), name not in _WELL_KNOWN, name


def _words(file: Path) -> set[str]:
    return set(re.split(r"[\s@=]+", file.read_text(encoding="utf-8", errors="replace")))
