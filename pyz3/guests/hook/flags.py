"""Flags of compilers as this process hands them on: no folder of the host's, no path relative to a folder."""

# ruff: noqa: PTH100, PTH110, PTH113, PTH117 - distutils speaks in strings, which must stay as they are

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from .backslashes import with_slashes

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .protocol import TargetRequest

# Flags whose value is a folder or a file, joined to the flag or after it.
_FOLDERS = ("-I", "-L", "-isystem", "-iquote", "-idirafter", "-F")
_FILES = ("-include", "-imacros")
_SCRIPTS = tuple(f"-Wl,{dashes}version-script{sign}" for dashes in ("-", "--") for sign in "=,")
# Where a system keeps headers and libraries of its own; the target's are not among them.
_SYSTEM = ("/usr", "/lib", "/lib64", "/opt/homebrew", "/opt/local", "/Library/Frameworks", "/System")


class Flags:
    """Knows the folders that no target has anything to do with.

    Args:
        target: Of the request.
        source: The project's folder, absolute.
    """

    def __init__(self, target: TargetRequest, source: str) -> None:
        own = (source, target["work"], target["include"], sys.prefix)
        self._own = tuple(_below(folder) for folder in {*own, *map(os.path.realpath, own)})
        host = (*_SYSTEM, sys.base_prefix, sys.base_exec_prefix)
        self._host = tuple(_below(folder) for folder in {*host, *map(os.path.realpath, host)})
        # What the user names in the environment is meant.
        self._named = "\n".join(target["environment"].get(name, "") for name in _FLAG_VARIABLES)

    def folders(self, folders: Sequence[str] | None) -> list[str]:
        """Give the folders without those of the host."""
        return [folder for folder in folders or () if not self._of_the_host(folder)]

    def of_the_target(self, flags: Iterable[str]) -> list[str]:
        """Give the flags without those that name a folder of the host."""
        kept: list[str] = []
        pending = ""
        for flag in flags:
            if pending:
                kept += [] if self._of_the_host(flag) else [pending, flag]
                pending = ""
            elif flag in _FOLDERS:
                pending = flag
            else:
                name = next((name for name in _FOLDERS if flag.startswith(name)), "")
                if not name or not self._of_the_host(flag[len(name) :]):
                    kept.append(flag)
        return [*kept, pending] if pending else kept

    def _of_the_host(self, folder: str) -> bool:
        path = _below(os.path.abspath(folder))
        if path.startswith(self._own) or (folder in self._named and os.path.isabs(folder)):
            return False
        return path.startswith(self._host)


_FLAG_VARIABLES = ("CFLAGS", "CXXFLAGS", "CPPFLAGS", "LDFLAGS", "CPATH", "LIBRARY_PATH", "SDKROOT")


def absolute(flags: Iterable[str]) -> list[str]:
    """Give the flags with absolute folders and files: they are used from another folder."""
    done: list[str] = []
    for flag in flags:
        before = done[-1] if done else ""
        if before in _FOLDERS or (before in _FILES and os.path.exists(flag)):
            done.append(os.path.abspath(with_slashes(flag)))
            continue
        script = next((name for name in _SCRIPTS if flag.startswith(name)), "")
        if script:
            done.append(script + os.path.abspath(flag[len(script) :]))
            continue
        name = next((name for name in _FOLDERS if flag.startswith(name) and flag != name), "")
        done.append(f"{name}{os.path.abspath(with_slashes(flag[len(name) :]))}" if name else flag)
    return done


def unix_name(library: str, folders: Sequence[str]) -> str:
    """Give the name by which a Unix linker finds a library that a project calls as MSVC does.

    ``libsodium`` is ``libsodium.lib`` there; ``configure`` makes ``libsodium.a``, which is ``-lsodium``.

    Args:
        library: As the project names it.
        folders: Where it may be.
    """
    if library.startswith("lib") and any(os.path.isfile(f"{folder}/{library}.a") for folder in folders):
        return library[3:]
    return library


def _below(folder: str) -> str:
    return os.path.normcase(folder).rstrip(os.sep) + os.sep
