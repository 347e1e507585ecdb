"""The scope of a project: what its builds have asked for above its folder, as far as it may be copied."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from pyz3.sources.scope import ALONE, asked_above, is_around, name_above, note_asked, present, scope_with
from pyz3.sources.tree import fits, walk_tree

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from pyz3.sources.scope import Scope
    from pyz3.store import Cache

# Texts that name files for programs that nobody watches: compilers, Cython, make, CMake.
_SOURCES = frozenset((
    *("c", "cc", "cpp", "cxx", "c++", "m", "mm", "s", "asm", "rc"),
    *("h", "hh", "hpp", "hxx", "h++", "inc", "inl", "ipp", "tpp", "def", "i"),
    *("pyx", "pxd", "pxi", "cmake", "mk", "ac", "am"),
))  # fmt: skip
_NAMED = frozenset(("cmakelists.txt", "makefile", "gnumakefile", "makefile.in", "meson.build"))
_UPWARD = re.compile(rb"(?:[\w.+-]+/)*\.\./[\w.+/-]*[\w+-]")
_MOST_ROUNDS = 5


def scope_of(root: Path, *, cache: Cache) -> Scope:
    """Give what belongs to a project besides its folder; what is too much to copy is left out."""
    asked = asked_above(root, cache=cache)
    if not asked:
        return ALONE
    top = os.path.realpath(root)
    names: tuple[str, ...] = ()
    found = present(top, asked)
    if fits(root, scope_with(top, found)):
        return scope_with(top, found)
    for name in found:
        if fits(root, scope_with(top, (*names, name))):
            names += (name,)
    return scope_with(top, names)


def widen_scope(root: Path, names: Iterable[str], *, cache: Cache) -> Scope:
    """Remember what a build asked for above a project's folder; give what belongs to it now.

    What the project's own texts name there (``#include "../../core/core.h"``), and the texts that they name,
    was asked for as well.
    """
    note_asked(root, names, cache=cache)
    scope = scope_of(root, cache=cache)
    for _ in range(_MOST_ROUNDS):
        note_asked(root, _named_above(root, scope), cache=cache)
        before, scope = scope, scope_of(root, cache=cache)
        if scope == before:
            break
    return scope


def _named_above(root: Path, scope: Scope) -> set[str]:
    """Give the names of files above a project that its texts name, and that are there."""
    top = os.path.realpath(root)
    found = set()
    for entry in walk_tree(root, scope):
        last = entry.name.rpartition("/")[2].lower()
        if entry.link is not None or (last.rpartition(".")[2] not in _SOURCES and last not in _NAMED):
            continue
        try:
            with open(entry.path, "rb") as file:  # noqa: PTH123 - fast
                content = file.read()
        except OSError:  # whoever copies it tells
            continue
        if b"../" not in content:
            continue
        place = os.path.normpath(os.path.join(top, os.path.dirname(entry.name)))  # noqa: PTH118, PTH120 - text
        for text in {*_UPWARD.findall(content)}:
            for folder in {place, top}:
                path = os.path.normpath(os.path.join(folder, os.fsdecode(text)))  # noqa: PTH118 - text
                name = name_above(path, top)
                if name and not is_around(name) and os.path.exists(path):  # noqa: PTH110 - fast
                    found.add(name)
    return found
