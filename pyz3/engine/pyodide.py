"""Artifacts for Pyodide: other flags, another linker, no libraries; and the same for the driver."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from pyz3._files import write_atomically
from pyz3.capi import python_symbols
from pyz3.capi.emscripten import (
    ZIG_CPU,
    ZIG_ROOT,
    c_flags,
    cxx_flags,
    emscripten_abi_for,
    exported_names,
    link_flags,
    macros,
    system_include_dirs,
)
from pyz3.driver import setup
from pyz3.driver.flag_table import CXX
from pyz3.engine.plan_file import Emscripten
from pyz3.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyz3.engine.plan_file import Artifact, Source
    from pyz3.engine.toolchain import Toolchain
    from pyz3.linking import Part
    from pyz3.plan import Recipe
    from pyz3.targets import Target

# Emscripten's C library is one piece, and it is in Pyodide's main module; so are C++'s, and these two.
_IN_THE_MAIN_MODULE = frozenset(
    {"c", "m", "dl", "rt", "pthread", "util", "c++", "c++abi", "stdc++", "z", "bz2"}
)


def for_pyodide(
    artifact: Artifact, recipe: Recipe, module: Part, *, zig_lib: Path, is_file: Callable[[Path], bool]
) -> Artifact:
    """Give ``artifact`` as Pyodide needs it.

    Args:
        artifact: As for other platforms.
        recipe: The wheel.
        module: What it is of.
        zig_lib: Zig's ``lib`` folder.
        is_file: Tells whether there is a file: a static library in a folder of the module's.

    Raises:
        ConfigError: It links another library: Pyodide has none to offer, and its loader looks in no package.
    """
    zig_lib = zig_lib.resolve()
    archives = _archives(artifact, recipe, module, is_file=is_file)
    abi = emscripten_abi_for(recipe.target.python)

    # clang hides everything for this target.  Where globs say what is exported, all is made visible.
    globs = artifact.kind != "static" and any(set(name) & {"*", "?"} for name in module.export_symbols)
    visible = ("-fvisibility=default",) if globs else ()

    def flagged(source: Source) -> Source:
        flags = cxx_flags if source.path.endswith(CXX) else c_flags
        own = flags(abi, zig_lib, recipe.optimize)
        return msgspec.structs.replace(source, flags=(*own, *visible, *source.flags))

    return msgspec.structs.replace(
        artifact,
        cpu=ZIG_CPU,
        c_sources=tuple(flagged(source) for source in artifact.c_sources),
        libraries=(),
        objects=(*artifact.objects, *archives),
        link_cpp=False,
        version_script=None,
        emscripten=Emscripten(
            root=str(ZIG_ROOT),
            include_dirs=tuple(str(path) for path in system_include_dirs(zig_lib)),
            define=macros(abi),
            link_flags=link_flags(
                module.name, library=artifact.kind != "module", export_symbols=module.export_symbols
            ),
        ),
    )


def _archives(
    artifact: Artifact, recipe: Recipe, module: Part, *, is_file: Callable[[Path], bool]
) -> tuple[str, ...]:
    """Give the static libraries that are linked, as files."""
    files = {library.name: library.file for library in recipe.libraries}
    shared = [name for name in module.links if files[name]]
    where = f"libraries of {module.name}" if module.units else f"pyproject.toml: libraries of {module.name}"
    if shared:
        raise ConfigError(
            f"{where}: Pyodide finds no shared ones: {', '.join(shared)}",
            tip="link it statically there, or load it with ctypes",
        )
    names = [name for name in artifact.libraries if name not in _IN_THE_MAIN_MODULE]
    places = {name: [Path(folder, f"lib{name}.a") for folder in artifact.library_dirs] for name in names}
    found = {name: next(filter(is_file, places[name]), None) for name in names}
    missing = [name for name, file in found.items() if file is None]
    if missing:
        raise ConfigError(
            f"{where}: Pyodide has no {', '.join(missing)}",
            tip="before-build can put a static library for Pyodide into PYZ3_PREFIX"
            if module.units
            else "name them in the tables of the other platforms, or add the library's sources",
        )
    return tuple(map(str, found.values()))


def emscripten_for(target: Target, include: Path, toolchain: Toolchain) -> setup.Emscripten | None:
    """Give how the driver compiles and links for the target's Pyodide; None: the target is none.

    Args:
        target: Platform and Python.
        include: The prepared headers of its Python.
        toolchain: Zig, and the cache that takes a list of names.
    """
    if target.platform.family != "pyodide":
        return None
    abi = emscripten_abi_for(target.python)
    zig_lib = toolchain.zig_lib.resolve()
    names = python_symbols(include, version=target.python, system="posix").names | exported_names(abi)
    text = "".join(f"{name}\n" for name in sorted(names)).encode()
    known = toolchain.cache.driver / f"pyodide-{hashlib.sha256(text).hexdigest()[:16]}.txt"
    if not known.exists():
        write_atomically(known, text)
    return setup.Emscripten(
        version=abi.emscripten,
        c=c_flags(abi, zig_lib, None),
        cxx=cxx_flags(abi, zig_lib, None),
        link=link_flags("", library=True),
        known=known,
    )
