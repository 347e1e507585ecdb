"""What the compilers read of a project: sources, the files that they include, libraries, scripts."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from pyz3.config import HEADER_SUFFIXES, SOURCE_SUFFIXES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pyz3.archive.exclusion import FileRules
    from pyz3.config import Project, Settings

# What a compiler reads: besides sources what those include, and Zig's packages.
INPUT_SUFFIXES = frozenset((*SOURCE_SUFFIXES, ".s", ".zon", *HEADER_SUFFIXES))
_LIBRARY_SUFFIXES = frozenset((".a", ".lib", ".so", ".dylib", ".tbd", ".dll"))
_ZIG_SCRIPTS = ("build.zig", "build.zig.zon")

# #include "x", <x>; #embed is C23's.  The file of a computed include is found beside the sources, or not.
_C_INCLUDE = re.compile(r'^[ \t]*#[ \t]*(?:include|import|embed)[ \t]*["<]([^">\n]+)[">]', re.MULTILINE)
_ZIG_IMPORT = re.compile(r'@(?:import|embedFile|cInclude)\(\s*"([^"\n]+)"\s*\)')
_VERSION_SCRIPT = re.compile(r"-Wl,--version-script[,=](.+)")


def named_inputs(project: Project) -> tuple[Path, ...]:
    """Give the files that configuration and sources name, sorted: without them nothing can be built.

    What lies outside of the project is not given: it is the user's machine's.
    """
    root = project.root
    found: set[Path] = set()
    for settings in _all_settings(project):
        includes = tuple(_absolute(root, folder) for folder in settings.include_dirs)
        scripts = (match[1] for flag in settings.ldflags if (match := _VERSION_SCRIPT.fullmatch(flag)))
        _follow([_absolute(root, name) for name in settings.sources], includes, found)
        found.update(_absolute(root, script) for script in scripts)
    if project.tool.build_zig:
        found.update(root / name for name in _ZIG_SCRIPTS)
    return tuple(sorted(path for path in found if path.is_relative_to(root) and path.is_file()))


def found_inputs(project: Project, rules: FileRules) -> tuple[Path, ...]:
    """Give the files that compilers may read although nothing names them, sorted.

    That is headers beside sources and in ``include-dirs``, libraries in ``library-dirs``; with a
    ``build.zig`` of the project's every source and header, as only it knows which it compiles.
    """
    root = project.root
    found: set[Path] = set()
    if project.tool.build_zig:
        found.update(path for path in rules.walk(root, hidden=False) if path.suffix in INPUT_SUFFIXES)
    for settings in _all_settings(project):
        for folder in {_absolute(root, name).parent for name in settings.sources}:
            found.update(
                path for path in folder.iterdir() if path.suffix in HEADER_SUFFIXES and path.is_file()
            )
        for folders, suffixes in (
            (settings.include_dirs, HEADER_SUFFIXES),
            (settings.library_dirs, _LIBRARY_SUFFIXES),
        ):
            for folder in {_absolute(root, name) for name in folders}:
                if folder.is_relative_to(root):
                    found.update(p for p in rules.walk(folder, hidden=False) if p.suffix in suffixes)
    return tuple(sorted(path for path in found if path.is_relative_to(root) and not rules.leaves_out(path)))


def _all_settings(project: Project) -> Iterator[Settings]:
    public = tuple(folder for library in project.libraries for folder in library.public_include_dirs)
    settings = [override.settings for override in project.tool.overrides]
    for component in (*project.extensions, *project.libraries):
        # Each family with what is common: an include is looked for in the folders of both.
        settings += [component.common, *(component.settings(family) for family in component.families)]
    for one in settings:
        yield msgspec.structs.replace(one, include_dirs=one.include_dirs + public)


def _follow(sources: Sequence[Path], includes: Sequence[Path], found: set[Path]) -> None:
    """Add ``sources`` and, in turn, every file that they include."""
    seen: set[Path] = set()
    waiting = list(sources)
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        try:
            text = path.read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue
        pattern = _ZIG_IMPORT if path.suffix == ".zig" else _C_INCLUDE
        for name in pattern.findall(text):
            places = (_absolute(folder, name) for folder in (path.parent, *includes))
            waiting += [place for place in places if place.is_file()][:1]
    found |= seen


def _absolute(folder: Path, name: str) -> Path:
    """Join, without ``..``; links stay as they are."""
    return Path(os.path.normpath(folder / name))
