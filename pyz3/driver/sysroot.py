"""Headers that projects expect of a system and zig does not carry: our own, in ``sysroot/``.  Pure.

They state facts (names, numbers, layouts) in as few lines as real projects need:

* ``libc++``: what g++ compiles and libc++ does not unless it is asked; before libc++'s own (``cxx_flags``).
* ``libc++-macos``: what its headers may ask of macOS' own libc++, likewise.
* ``windows``: where Microsoft's headers differ from mingw's, before those: ``winternl.h`` declares less,
  ``math.h`` gives its constants at a second include, too; and what sources include that know of no other
  compiler for Windows than Microsoft's.
* ``macos/include``: headers of BSD and Mach; after zig's own.
* ``macos/Frameworks``: a part of each of ``FRAMEWORKS``, with the ``.tbd`` that tells the linker what its
  library exports, so that no SDK is needed; of ``LINKED_FRAMEWORKS`` only that there is such a library.  A
  user's SDK takes their place.
* ``macos/lib``: the same for libraries of ``/usr/lib``; zig carries headers of most.
* ``musl/sys``: what glibc and the BSDs have there.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False  # see target.py
if TYPE_CHECKING:
    from collections.abc import Iterable

    from pyz3.driver.target import DriverTarget

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "sysroot")  # noqa: PTH100, PTH118, PTH120 - see __init__.py
# What stands for Apple's SDK.
SDK = os.path.join(FOLDER, "macos")  # noqa: PTH118 - pathlib is slow to import
# Of these there is but the name to link with: many projects name them and use nothing of them.
LINKED_FRAMEWORKS = ("AppKit", "Carbon", "Cocoa", "Foundation", "Security")
FRAMEWORKS = (
    "ApplicationServices", "CoreFoundation", "CoreGraphics", "CoreServices", "IOKit", "SystemConfiguration",
)  # fmt: skip
LIBRARIES = ("iconv", "resolv", "z")


def _folder(*names: str) -> str:
    return os.path.join(FOLDER, *names)  # noqa: PTH118 - pathlib is slow to import


def extra_include_args(target: DriverTarget, *, sdk: str = "", overlay: str = "") -> tuple[str, ...]:
    """Give what a compile for ``target`` is told after the project's own folders.

    Args:
        target: What is compiled for.
        sdk: Folder of a macOS SDK (the user's ``SDKROOT``): its frameworks and headers are used, not ours.
        overlay: A file with :func:`case_overlay`'s text, for Windows.
    """
    if first := headers_first(target):
        return (*first, *(("-ivfsoverlay", overlay) if overlay else ()))
    if target.system == "macos":
        headers, frameworks, _ = _macos(sdk)
        return ("-idirafter", headers, "-iframework", frameworks)
    if "-musl" in target.zig:
        return ("-idirafter", _folder("musl"))
    return ()


def headers_first(target: DriverTarget) -> tuple[str, ...]:
    """Give the flag for headers of ours that come before zig's own; nothing if there are none."""
    # -I and not -isystem, which zig puts behind its own.
    return (f"-I{_folder('windows')}",) if target.system == "windows" else ()


def extra_link_args(target: DriverTarget, *, sdk: str = "") -> tuple[str, ...]:
    """Give what a link for ``target`` is told after the project's own folders: where frameworks are."""
    if target.system != "macos":
        return ()
    _, frameworks, libraries = _macos(sdk)
    return (f"-F{frameworks}", f"-L{libraries}")


def _macos(sdk: str) -> tuple[str, str, str]:
    """Folders of headers, frameworks and libraries."""
    if sdk:
        parts = (("usr", "include"), ("System", "Library", "Frameworks"), ("usr", "lib"))
        headers, frameworks, libraries = (os.path.join(sdk, *names) for names in parts)  # noqa: PTH118 - see above
        return headers, frameworks, libraries
    return _folder("macos", "include"), _folder("macos", "Frameworks"), _folder("macos", "lib")


def case_overlay(folder: str, headers: Iterable[str]) -> str:
    """Give a clang file system overlay in which names of headers are found however they are spelled.

    On Windows ``<Windows.h>``, ``<windows.h>`` and ``<WINDOWS.H>`` are one file.  Zig carries it as
    ``windows.h``, which other hosts' file systems find by no other name.

    Args:
        folder: Where the headers are: zig's ``lib/libc/include/any-windows-any``.
        headers: The names of the files in it.

    Returns:
        Text of the file for ``-ivfsoverlay`` (YAML, of which JSON is a part; LLVM's VirtualFileSystem.h
        describes it).  It names ``folder``: put the text's hash into the file's name.
    """
    import json  # noqa: PLC0415 - the tools that only read the overlay need not wait for it

    files = [
        {"type": "file", "name": name, "external-contents": f"{folder}/{name}"} for name in sorted(headers)
    ]
    root = {"type": "directory", "name": folder, "contents": files}
    return json.dumps({"version": 0, "case-sensitive": "false", "roots": [root]}, indent=0)
