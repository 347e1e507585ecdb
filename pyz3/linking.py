"""What a component links: the project's own libraries, in the order that linkers want.  Pure.

A name in ``libraries`` is a library of the project if there is one of that name, else the system's.
Static libraries bring along what they need themselves; shared ones are linked on their own.
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import msgspec

from pyz3._schema import suggest
from pyz3.config import Settings
from pyz3.errors import ConfigError
from pyz3.targets import family_traits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyz3.config import Component, Library, Project


@dataclass(frozen=True, kw_only=True)
class Linkage:
    """How a component is compiled and linked on one family of platforms.

    Attributes:
        settings: Its own, and what its static libraries bring: folders of headers, the system's libraries.
        links: The project's libraries that it is linked with; users stand before what they use.
        rpaths: Where the loader is to look for the shared ones, seen from the component's folder.
    """

    settings: Settings
    links: tuple[str, ...] = ()
    rpaths: tuple[str, ...] = ()


Kind = Literal["module", "shared", "static"]


class Unit(msgspec.Struct, frozen=True, kw_only=True):
    """A file and how another build system compiles it: its flags as they would be on the command line.

    Attributes:
        source: The file, absolute.
        flags: Of any compiler's spelling, folders absolute; the engine translates them.
    """

    source: str
    flags: tuple[str, ...]


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """What is compiled and linked into one file: an extension module, or a library of the project.

    Attributes:
        name: ``hello._speed``, ``hello.core``; ``zfoo`` of a static library.
        file: Path below the wheel's root: ``hello/_speed.cpython-313-x86_64-linux-gnu.so``,
            ``hello/libcore.so``; empty of a static library.
        settings: What holds for this platform; sources are relative to the project.
        export_symbols: Names or globs of what it exports, of a module besides the init function; ``*`` is
            everything that is not hidden.
        links: The project's libraries that it is linked with; users stand before what they use.
        rpaths: Where the loader is to look for the shared ones.
        units: What it is compiled from in place of the settings' sources, as another build system does it.
        objects: Files for the linker as they are, absolute.
        cpp: It needs C++'s standard library, whatever its sources are called.
    """

    name: str
    file: str
    settings: Settings
    export_symbols: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    rpaths: tuple[str, ...] = ()
    units: tuple[Unit, ...] = ()
    objects: tuple[str, ...] = ()
    cpp: bool = False

    @property
    def kind(self) -> Kind:
        """What is made of it."""
        return "shared" if self.file else "static"


class LinkedLibrary(Part, frozen=True, kw_only=True):
    """A library of the project, for one wheel."""

    export_symbols: tuple[str, ...] = ("*",)


def shared_file(name: str, family: str) -> str:
    """Give the path in the wheel of the shared library ``name``: ``hello/libcore.so``."""
    folder, _, last = name.rpartition(".")
    return posixpath.join(folder.replace(".", "/"), family_traits(family).shared_file.format(last))


def link(project: Project, component: Component, family: str, *, extra: Settings | None = None) -> Linkage:
    """Find what ``component`` is linked with.

    Args:
        project: It has the libraries.
        component: An extension module or a library.
        family: The family of the platform.
        extra: Settings that hold besides the component's own.

    Raises:
        ConfigError: Libraries need each other in a ring, one has no sources for the platform, or
            there is none of that name.
    """
    known = {library.name: library for library in project.libraries}
    settings = component.settings(family)
    if extra is not None:
        settings = settings.plus(extra)
    used = _closure(component, settings, known, family)
    static = [library.settings(family) for library in used if library.static]
    public = tuple(folder for library in used for folder in library.public_include_dirs)
    own_public = getattr(component, "public_include_dirs", ())
    system = [name for one in (settings, *static) for name in one.libraries if name not in known]
    return Linkage(
        settings=msgspec.structs.replace(
            settings,
            include_dirs=_unique((*settings.include_dirs, *own_public, *public)),
            library_dirs=_unique([d for one in (settings, *static) for d in one.library_dirs]),
            ldflags=(*settings.ldflags, *(flag for one in static for flag in one.ldflags)),
            # The last place counts: what needs a library stands before it.
            libraries=_unique(system[::-1])[::-1],
        ),
        links=tuple(library.name for library in used),
        rpaths=_unique([_rpath(component, library, family) for library in used if not library.static])
        if family_traits(family).origin
        else (),
    )


def make_libraries(project: Project, linked: Sequence[str], family: str) -> tuple[LinkedLibrary, ...]:
    """Give the libraries that a wheel needs: those that its modules link, and every shared one.

    Args:
        project: It has the libraries.
        linked: Names of what the modules link.
        family: The family of the platform.

    Returns:
        None of them stands before what it links.

    Raises:
        ConfigError: As for :func:`link`.
    """
    found = []
    for library in _in_order(project, linked, family):
        linkage = link(project, library, family)
        found.append(
            LinkedLibrary(
                name=library.name,
                file="" if library.static else shared_file(library.name, family),
                settings=linkage.settings,
                export_symbols=library.export_symbols or ("*",),
                links=linkage.links,
                rpaths=linkage.rpaths,
            )
        )
    return tuple(found)


def _in_order(project: Project, linked: Sequence[str], family: str) -> tuple[Library, ...]:
    known = {library.name: library for library in project.libraries}
    order: dict[str, Library] = {}

    def add(library: Library, path: tuple[str, ...] = ()) -> None:
        _refuse_ring(path, library.name)
        if library.name in order:
            return
        _require_sources(library, family, user="the wheel")
        for other in reversed(_closure(library, library.settings(family), known, family)):
            add(other, (*path, library.name))
        order[library.name] = library

    for name in (*linked, *(library.name for library in project.libraries if not library.static)):
        add(known[name])
    return tuple(order.values())


def _closure(
    component: Component, settings: Settings, known: dict[str, Library], family: str
) -> tuple[Library, ...]:
    """Give the libraries that a component is linked with, users before what they use."""
    done: list[Library] = []

    def visit(one: Component, names: tuple[str, ...], path: tuple[str, ...]) -> None:
        for name in reversed(names):
            _refuse_ring(path, name)
            library = known.get(name)
            if library is None:
                _require_system(one, name, known)
                continue
            _require_sources(library, family, user=one.name)
            if library in done:
                continue
            if library.static:
                visit(library, library.settings(family).libraries, (*path, name))
            done.insert(0, library)

    visit(component, settings.libraries, (component.name,) if component.name in known else ())
    return tuple(done)


def _refuse_ring(path: tuple[str, ...], name: str) -> None:
    if name in path:
        ring = " → ".join((*path[path.index(name) :], name))
        raise ConfigError(
            f"pyproject.toml: tool.pyz3.libraries need each other in a ring: {ring}",
            tip="move what they share into a library of its own",
        )


def _require_sources(library: Library, family: str, *, user: str) -> None:
    if not library.settings(family).sources:
        raise ConfigError(
            f"pyproject.toml: {user} needs {library.name}, which has no sources for {family}",
            tip=f"add them to its {family} table, or name it in the other platforms' tables only",
        )


def _require_system(component: Component, name: str, known: dict[str, Library]) -> None:
    """A name that can only be meant for a library of the project must be one."""
    if "." in name and all(part.isidentifier() for part in name.split(".")):
        raise ConfigError(
            f"pyproject.toml: libraries of {component.name}: {name!r} is no [[tool.pyz3.libraries]]",
            tip=suggest(name, list(known)) or "describe it there, or write the system's name for it",
        )


def _rpath(component: Component, library: Library, family: str) -> str:
    here, there = (one.name.rpartition(".")[0].replace(".", "/") for one in (component, library))
    relative = posixpath.relpath(there or ".", here or ".")
    origin = family_traits(family).origin
    return origin if relative == "." else f"{origin}/{relative}"


def _unique(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
