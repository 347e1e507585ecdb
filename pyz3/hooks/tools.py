"""What a project's commands need besides the project itself: compilers, headers, libraries."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

from pyz3.config import Settings
from pyz3.driver.run import FOLDER_MARKER
from pyz3.driver.runtime import runtime_folder
from pyz3.driver.setup import Setup
from pyz3.driver.sysroot import extra_include_args, extra_link_args
from pyz3.driver.tools import Tools, plain_folder, write_overlay, write_tools
from pyz3.engine.manifests import Manifests
from pyz3.engine.project_flags import driver_target
from pyz3.engine.pyodide import emscripten_for
from pyz3.engine.python_library import windows_library
from pyz3.environments import header_folders
from pyz3.hooks.requests import shown_folders

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pyz3.engine.toolchain import Toolchain
    from pyz3.environments import Environment
    from pyz3.hooks.requests import Place
    from pyz3.plan import Order


def tools_for(
    order: Order,
    place: Place,
    *,
    toolchain: Toolchain,
    include: Path,
    environment: Environment,
    environ: Mapping[str, str],
    with_prefix: bool,
) -> Tools:
    """Write the compilers that a project's own commands run for one wheel.

    Args:
        order: What was asked for.
        place: Where it is worked on.
        toolchain: Zig and the cache.
        include: The prepared headers of its Python.
        environment: The build environment: its packages have headers, and files for CMake.
        environ: The user's environment variables; ``SDKROOT`` is a macOS SDK.
        with_prefix: Libraries are looked for where the configuration's own commands put them.
    """
    prefix = (place.prefix,) if with_prefix else ()
    libraries: tuple[Path, ...] = ()
    stable: tuple[Path, ...] = ()
    if order.target.platform.traits.links_python:
        libraries = (windows_library(toolchain, include, order.target),)
        python = order.target.python
        if not python.free_threaded:
            stable = (windows_library(toolchain, include, order.target, stable_abi=python.base),)
    moved = header_folders(
        environment=environment,
        platform=order.target.platform,
        python=order.target.python,
        cache=toolchain.cache,
        environ=environ,
    )
    target = driver_target(order)
    setup = Setup(
        toolchain.driver_zig(tools_cache(place, toolchain)),
        target,
        include=(include, *(folder / "include" for folder in prefix)),
        overlay=write_overlay(target, toolchain.cache.driver, toolchain.zig_lib),
        prefix_maps=shown_folders(place, toolchain.cache),
        moved=((one.here, one.there, one.flags, one.trouble) for one in moved),
        library_dirs=(folder / "lib" for folder in prefix),
        libraries=libraries,
        runtime=runtime_folder(str(toolchain.global_cache)),
        sdkroot=sdkroot(order, environ),
        log=place.dropped,
        emscripten=emscripten_for(order.target, include, toolchain),
    )
    # What hooks did without a package is not remembered for when it can be fetched.
    lacking = [str(one.here) for one in moved if one.trouble]
    # Short: the first line of a script names it, and has no room for more.
    name = hashlib.sha256(" ".join((str(place.folder), *lacking)).encode()).hexdigest()[:12]
    return write_tools(
        plain_folder(toolchain.cache.tools) / name,
        setup,
        find_roots=(*prefix, environment.root, place.copy, place.work),
        cmake_variables=_cmake_variables(order, include=include, libraries=libraries, stable=stable),
        soabi=_soabi(order),
        python_config=_python_config(order, include),
        asked=place.asked,
    )


def tools_cache(place: Place, toolchain: Toolchain) -> Path:
    """Give where zig keeps what the compilers of one wheel's commands make; a folder for each they run in."""
    return toolchain.project_cache(place.folder.parent, place.folder.name)


def manifests_of(place: Place, toolchain: Toolchain, *, date: str) -> tuple[Manifests, ...]:
    """Give zig's lists of what the compilers of one wheel's commands read.

    Args:
        place: Where the wheel is worked on.
        toolchain: Zig and the cache.
        date: What compilers take for the date of the build.
    """
    found = []
    for marker in sorted(tools_cache(place, toolchain).glob(f"*/{FOLDER_MARKER}")):
        base = Path(os.fsdecode(marker.read_bytes()))
        own = toolchain.unchanging
        found.append(Manifests(cache=marker.parent, date=date, own=own, base=base, folders=(str(base),)))
    return tuple(found)


def _cmake_variables(
    order: Order, *, include: Path, libraries: Sequence[Path], stable: Sequence[Path]
) -> dict[str, str]:
    """Tell CMake's FindPython, pybind11 and nanobind of the target's Python: they would ask this machine's.

    The names are documented: FindPython's "Artifacts Specification", pybind11's ``PYTHON_MODULE_EXTENSION``,
    and ``SKBUILD_SOABI``, which scikit-build-core defines.
    """
    finders = ("Python", "Python3", "PYTHON")  # the last of pybind11's and CMake's older ones
    return {
        **{f"{name}_INCLUDE_DIR": str(include) for name in finders},
        **{f"{name}_LIBRARY": str(library) for name in finders for library in libraries},
        **{f"{name}_SABI_LIBRARY": str(library) for name in finders[:2] for library in stable},
        "SKBUILD_SOABI": _soabi(order),
        "PYTHON_MODULE_EXTENSION": order.target.extension_suffix,
    }


def _soabi(order: Order) -> str:
    return order.target.extension_suffix.removeprefix(".").rpartition(".")[0]


def _python_config(order: Order, include: Path) -> dict[str, str]:
    """Give what ``python3-config`` says there: options of the script that CPython installs."""
    flags = f"-I{include}"
    names = ("--includes", "--cflags")
    empty = (
        "--libs",
        "--ldflags",
    )  # on Windows cc adds the library
    return {
        **dict.fromkeys(names, flags),
        **dict.fromkeys(empty, ""),
        "--extension-suffix": order.target.extension_suffix,
        "--abiflags": "t" * order.target.python.free_threaded,
        "--version": order.target.python.base,
    }


def sysroot(order: Order, *, toolchain: Toolchain, environ: Mapping[str, str]) -> Settings:
    """Give the flags for headers and libraries that projects expect of a system and zig does not carry."""
    target = driver_target(order)
    sdk = sdkroot(order, environ)
    overlay = write_overlay(target, toolchain.cache.driver, toolchain.zig_lib)
    flags = extra_include_args(target, sdk=sdk, overlay=str(overlay))
    links = extra_link_args(target, sdk=sdk)
    # Python itself loads it: Apple's linker lets modules use it without a word.  Unused, it is dropped.
    if target.system == "macos":
        links += ("-framework", "CoreFoundation")
    return Settings(cflags=flags, cxxflags=flags, ldflags=links)


def sdkroot(order: Order, environ: Mapping[str, str]) -> str:
    """Give the user's macOS SDK; empty if there is none, or the wheel is for another system."""
    return environ.get("SDKROOT", "") if order.target.platform.family == "macos" else ""
