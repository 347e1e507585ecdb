"""What a hook wrote down → the modules and libraries of a wheel.  Pure."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from pyz3.config import Settings
from pyz3.hooks.base import oldest_python
from pyz3.linking import LinkedLibrary
from pyz3.plan import LeftOut, Module, Unit
from pyz3.sources import name_above

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pyz3.hooks.protocol import RecordedLink, RecordedObject, Result
    from pyz3.hooks.requests import Place

# A file above, as a command or its error message names it.
_UPWARD = re.compile(r"(?<![\w./])(?:\.\./)+[\w.+/-]*[\w+-]")
# What to do about a module that a project can do without.
GOES_ON = "the project goes on without it; what it needs is in the message"


def modules_of(result: Result, *, python_abi: str, extra: Settings) -> tuple[Module, ...]:
    """Give the extension modules that the engine is to build.

    Args:
        result: What the hook says.
        python_abi: Of the backend's wheel: ``cp39-abi3`` of one for the stable ABI since 3.9.
        extra: What the configuration adds to each of them; folders are absolute.
    """
    optional = {one.file for one in result.extensions if one.optional}
    return tuple(
        _module(link, extra, optional=link.file in optional, python_abi=python_abi) for link in result.links
    )


def libraries_of(result: Result, *, extra: Settings) -> tuple[LinkedLibrary, ...]:
    """Give the static libraries that the engine is to build."""
    used = {name for link in result.links for name in link.archives}
    return tuple(
        LinkedLibrary(
            name=archive.name,
            file="",
            settings=Settings(),
            units=_units(archive.objects, extra),
        )
        for archive in result.archives
        if archive.name in used
    )


def left_out_of(result: Result, *, identifier: str, present: Iterable[str]) -> tuple[LeftOut, ...]:
    """Give the modules that the project declares and could do without.

    Args:
        result: What the hook says.
        identifier: The wheel.
        present: The paths of the binaries that the wheel has or will have.
    """
    there = set(present)
    return tuple(
        LeftOut(
            module=one.name,
            identifier=identifier,
            why="it failed to compile" if one.state == "failed" else "the project did not build it here",
            detail=one.why,
            tip=GOES_ON,
            instead="",
        )
        for one in result.extensions
        if one.file not in there
    )


def asked_above(result: Result, printed: str, place: Place) -> set[str]:
    """Give what a build asked for above the project's folder, with or without success: ``../core``.

    Args:
        result: What the hook says.
        printed: What the project's commands printed, of which nothing else is known.
        place: Where it ran.
    """
    # An absolute name may be part of a flag; a relative one is taken for one from the project's folder.
    here = re.compile(rf"{re.escape(str(place.folder))}[/\\\\][^\s'\":;,)]*")
    texts = [*_named_in(result), printed]
    paths = [found for text in texts for found in here.findall(text)]
    paths += [f"{place.source}/{found}" for text in texts for found in _UPWARD.findall(text)]
    own = tuple(f"{folder}{os.sep}" for folder in (place.source, place.work, place.prefix))
    kept = [path for path in map(os.path.normpath, paths) if not f"{path}{os.sep}".startswith(own)]
    names = {name_above(path, str(place.source)) for path in kept} - {""}
    return names.union(result.reads.above if result.reads is not None else ())


def _named_in(result: Result) -> Iterator[str]:
    """Give files, folders and flags of everything that was written down."""
    for link in result.links:
        yield from (*link.extra_objects, *link.library_dirs, *link.flags)
    objects = [one for link in result.links for one in link.objects]
    for one in (*objects, *(one for archive in result.archives for one in archive.objects)):
        yield from (one.source, *one.flags)


def _module(link: RecordedLink, extra: Settings, *, optional: bool, python_abi: str) -> Module:
    return Module(
        name=link.module,
        file=link.file,
        settings=Settings(
            libraries=(*link.libraries, *extra.libraries),
            library_dirs=(*link.library_dirs, *extra.library_dirs),
            ldflags=(*link.flags, *_run_paths(link.runtime_library_dirs), *extra.ldflags),
        ),
        limited_api=_limited_api(link, python_abi),
        export_symbols=link.export_symbols,
        optional=optional,
        links=link.archives,
        units=_units(link.objects, extra),
        objects=link.extra_objects,
        cpp=link.language == "c++" or any(one.language == "c++" for one in link.objects),
    )


def _run_paths(folders: Iterable[str]) -> tuple[str, ...]:
    """Give flags for the folders: what comes of a run path is the linker's table's to say."""
    return tuple(f"-Wl,-rpath,{folder}" for folder in folders)


def _units(objects: Iterable[RecordedObject], extra: Settings) -> tuple[Unit, ...]:
    return tuple(
        Unit(source=one.source, flags=(*one.flags, *compiler_flags(extra, cpp=one.language == "c++")))
        for one in objects
    )


def compiler_flags(settings: Settings, *, cpp: bool) -> tuple[str, ...]:
    """Give what settings mean on a compiler's command line."""
    macros = ((name, "1" if value is True else str(value)) for name, value in settings.define.items())
    defined = (f"-D{name}={value}" for name, value in macros)
    folders = (f"-I{folder}" for folder in settings.include_dirs)
    return (*folders, *defined, *(settings.cxxflags if cpp else settings.cflags))


def _limited_api(link: RecordedLink, python_abi: str) -> str:
    """Give the Limited API that a module keeps to; empty if it may use all of the C API.

    Its file is named for the stable ABI: ``x.abi3.so``, ``x.pyd`` with no more between (PEP 384, bpo-25698).
    setuptools names it so for ``py_limited_api=True`` alone, which neither compiler nor wheel is told of.
    """
    last = link.file.rpartition("/")[2]
    if ".abi3." not in last and not (last.endswith(".pyd") and last.count(".") == 1):
        return ""
    asked = _asked([flag for one in link.objects for flag in one.flags])
    return asked or (oldest_python(python_abi) if python_abi.endswith("-abi3") else "")


def _asked(flags: list[str]) -> str:
    """Give the version in ``-DPy_LIMITED_API=0x030A0000``: ``3.10``; empty if there is none.

    Values without a version mean 3.2 (PEP 384); pyz3's oldest is 3.9.
    """
    for flag in reversed(flags):
        name, _, value = flag.removeprefix("-D").partition("=")
        if flag.startswith("-D") and name == "Py_LIMITED_API":
            try:
                number = int(value, 16) >> 16
            except ValueError:
                number = 0
            return f"3.{max(number & 0xFF, 9)}" if number >> 8 == 3 else "3.9"  # noqa: PLR2004 - Python 3
    return ""
