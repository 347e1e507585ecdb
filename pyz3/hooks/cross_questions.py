"""Where a project's files for CMake and Meson ask whether it is cross-compiled: for pyz3 it always is.

A project may leave something out then, and not say so.  Only files that CMake or Meson have read count, by
their own lists: a bundled library has files for build systems that nobody runs.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyz3.hooks.requests import Place

# In cmake-variables(7), and in Meson's "Reference manual"; comments begin with "#" in both.
_ASKS = re.compile(r"^[^#\n]*?(?:\bCMAKE_CROSSCOMPILING\b|\bmeson\s*\.\s*is_cross_build\b)", re.MULTILINE)
_LISTS = "CMakeLists.txt"
# What CMake read, in its build folder: each of its generators writes that down, to know when to run it again.
_CACHE = "CMakeCache.txt"
_OF_MAKE = Path("CMakeFiles", "Makefile.cmake")
_OF_NINJA = (Path("build.ninja"), Path("CMakeFiles", "common.ninja"))  # the other one of "Ninja Multi-Config"
_IN_MAKE = re.compile(r'^  "([^"\n]+)"$', re.MULTILINE)
_RERUN = re.compile(r"^build [^\n]*: RERUN_CMAKE \|([^\n]*)", re.MULTILINE)
_IN_NINJA = re.compile(r"(?:\$.|[^\s$])+")
# Meson's ("IDE integration" in its manual).
_MESON = "intro-buildsystem_files.json"


def asked_for_cross(place: Place) -> tuple[str, ...]:
    """Give the lines of a project that ask whether it is cross-compiled: ``CMakeLists.txt:68``.

    Args:
        place: Where it was built.
    """
    found = []
    for file in dict.fromkeys(_read_files(place)):
        if file.is_relative_to(place.copy):
            text = _text(file)
            lines = [text.count("\n", 0, match.end()) + 1 for match in _ASKS.finditer(text)]
            found += [f"{place.named(str(file))}:{line}" for line in lines]
    return tuple(found)


def _read_files(place: Place) -> Iterator[Path]:
    """Give the files that build systems have read, but for those that they made."""
    roots = (place.work, *([place.source] if (place.source / _LISTS).is_file() else []))
    for name, _, files in (found for root in roots for found in os.walk(root)):
        folder = Path(name)
        if _MESON in files:
            yield from map(Path, json.loads((folder / _MESON).read_text("utf-8")))
        if _CACHE in files:
            made = folder / "CMakeFiles" if _LISTS in files else folder  # it may be built where its source is
            read = (Path(os.path.normpath(folder / one)) for one in _of_cmake(folder))
            yield from (one for one in read if not one.is_relative_to(made))


def _of_cmake(folder: Path) -> list[str]:
    """Give what CMake read for a build folder; what lies below that may be relative to it."""
    found = _IN_MAKE.findall(_text(folder / _OF_MAKE))
    for file in _OF_NINJA:
        for words in _RERUN.findall(_text(folder / file)):
            found += [re.sub(r"\$(.)", r"\1", word) for word in _IN_NINJA.findall(words)]
    return found


def _text(file: Path) -> str:
    """Give what a file holds; nothing if there is none."""
    try:
        return file.read_text("utf-8", "replace")
    except OSError:
        return ""
