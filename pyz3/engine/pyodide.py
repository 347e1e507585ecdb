"""Artifacts for Pyodide: other flags, another linker, no libraries.  Pure."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from pyz3.capi.emscripten import (
    ZIG_CPU,
    ZIG_ROOT,
    c_flags,
    cxx_flags,
    emscripten_abi_for,
    link_flags,
    macros,
    system_include_dirs,
)
from pyz3.config import CXX_SUFFIXES
from pyz3.engine.plan_file import Emscripten
from pyz3.errors import ConfigError

if TYPE_CHECKING:
    from pyz3.engine.plan_file import Artifact, Source
    from pyz3.linking import Part
    from pyz3.plan import Recipe

# Emscripten's C library is one piece, and it is in Pyodide's main module.
_IN_THE_MAIN_MODULE = frozenset({"c", "m", "dl", "rt", "pthread", "util"})


def for_pyodide(artifact: Artifact, recipe: Recipe, module: Part, *, zig_lib: Path) -> Artifact:
    """Give ``artifact`` as Pyodide needs it.

    Raises:
        ConfigError: It links a library: Pyodide has none to offer, and its loader looks in no package.
    """
    zig_lib = zig_lib.resolve()
    files = {library.name: library.file for library in recipe.libraries}
    shared = [name for name in module.links if files[name]]
    if shared:
        raise ConfigError(
            f"pyproject.toml: libraries of {module.name}: Pyodide finds no shared ones: {', '.join(shared)}",
            tip="link it statically there, or load it with ctypes",
        )
    libraries = [name for name in artifact.libraries if name not in _IN_THE_MAIN_MODULE]
    if libraries:
        raise ConfigError(
            f"pyproject.toml: libraries of {module.name}: Pyodide has no {', '.join(libraries)}",
            tip="name them in the tables of the other platforms, or add the library's sources",
        )
    abi = emscripten_abi_for(recipe.target.python)

    # clang hides everything for this target.  Where globs say what is exported, all is made visible.
    globs = artifact.kind != "static" and any(set(name) & {"*", "?"} for name in module.export_symbols)
    visible = ("-fvisibility=default",) if globs else ()

    def flagged(source: Source) -> Source:
        flags = cxx_flags if Path(source.path).suffix in CXX_SUFFIXES else c_flags
        own = flags(abi, zig_lib, recipe.optimize)
        return msgspec.structs.replace(source, flags=(*own, *visible, *source.flags))

    return msgspec.structs.replace(
        artifact,
        cpu=ZIG_CPU,
        c_sources=tuple(flagged(source) for source in artifact.c_sources),
        libraries=(),
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
