"""``pyz3 cc``, ``c++``, ``ar`` and so on: a compiler for another platform, for any build system."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pyz3.cli.settings import SETTINGS, complete_platforms, complete_pythons
from pyz3.driver.run import run_tool
from pyz3.driver.runtime import runtime_folder
from pyz3.driver.setup import Setup
from pyz3.driver.target import DriverTarget
from pyz3.engine.toolchain import find_toolchain
from pyz3.errors import ConfigError
from pyz3.store import in_use
from pyz3.targets import Platform, PythonVersion, Target, glibc_floor, select_platforms

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyz3.driver.command import Tool
    from pyz3.driver.setup import Emscripten
    from pyz3.engine.toolchain import Toolchain

# What each does, and an example of it.
_HELP: dict[Tool, tuple[str, str]] = {
    "cc": ("Run a C compiler for another platform", "--target linux-aarch64 -c x.c -o x.o"),
    "c++": ("Run a C++ compiler for another platform", "--target windows-x64 -c x.cpp -o x.o"),
    "ar": ("Run the archiver for another platform", "--target macos-arm64 rcs libx.a x.o"),
    "ranlib": ("Give an archive for another platform its index", "--target macos-arm64 libx.a"),
    "strip": (
        "Stand in for strip; zig has stripped what it links",
        "--target linux-aarch64 x.so",
    ),
    "nm": ("List the symbols of files for another platform", "--target macos-arm64 x.o"),
    "objcopy": ("Copy a file for another Linux", "--target linux-aarch64 -O binary x.o x.bin"),
    "ld": ("Run the linker of another Linux", "--target linux-aarch64 -r a.o b.o -o c.o"),
    "dlltool": ("Make an import library for Windows", "--target windows-x64 -d x.def -l x.lib"),
    "windres": ("Compile resources for Windows", "--target windows-x64 x.rc x.o"),
}


_STRIPPED = "what pyz3 links has no symbols but those that are needed"
# Options of these commands, which stand before the tool's own words: with a value, and without.
_WITH_VALUE = ("--target", "--python", "--log")
_ALONE = frozenset({"-v", "--verbose", "-h", "--help"})


# Of all commands about a platform's compilers.
TARGET = click.option(
    "--target",
    required=True,
    metavar="PLATFORM",
    shell_complete=complete_platforms,
    help="A platform: linux-aarch64, manylinux_2_28_x86_64, …",
)
PYTHON = click.option(
    "--python",
    metavar="X.Y",
    shell_complete=complete_pythons,
    help="Add this Python's headers and, on Windows, its import library.",
)


class _ToolCommand(click.Command):
    """A command whose own options end where the tool's words begin: no ``--`` need stand between them."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the command line."""
        start = _tools_words(args)
        between = [] if args[start : start + 1] == ["--"] else ["--"]
        return super().parse_args(ctx, [*args[:start], *between, *args[start:]])


def _tools_words(args: Sequence[str]) -> int:
    """Give where the tool's words begin."""
    place = 0
    while place < len(args):
        if args[place] in _WITH_VALUE:
            place += 2
        elif args[place] in _ALONE or args[place].startswith(tuple(f"{name}=" for name in _WITH_VALUE)):
            place += 1
        else:
            break
    return min(place, len(args))


def _make(tool: Tool) -> click.Command:
    what, example = _HELP[tool]

    @click.command(
        tool,
        cls=_ToolCommand,
        context_settings=SETTINGS,
        short_help=f"{what}.",
        help=f"{what}: pyz3 {tool} {example}\n\nARGS are the tool's own; what stands before them is pyz3's.",
    )
    @TARGET
    @PYTHON
    @click.option("--log", type=click.Path(path_type=Path), help="A file that takes a line per dropped flag.")
    @click.option("-v", "--verbose", is_flag=True, help="Print zig's command lines.")
    @click.argument("args", nargs=-1, type=click.UNPROCESSED)
    def command(
        *, target: str, python: str | None, log: Path | None, verbose: bool, args: tuple[str, ...]
    ) -> int:
        toolchain = find_toolchain(os.environ)
        # A build system that runs it decides itself what is made anew; zig's memory may deceive it.
        with in_use(toolchain.cache.lock), toolchain.cache.scratch() as cache:
            status = run_tool(
                tool,
                args,
                setup_for(target, python, log, toolchain=toolchain, local_cache=cache),
                environ=os.environ,
                say=lambda text: click.echo(text) if text else None,
                complain=lambda text: click.echo(text, err=True),
                verbose=verbose,
            )
        if tool == "strip" and not status:
            click.echo(f"pyz3 strip: left as it is: {_STRIPPED}", err=True)
        return status if status >= 0 else 128 - status  # of a process that a signal ended, as shells have it

    return command


def setup_for(
    name: str, python: str | None, log: Path | None, *, toolchain: Toolchain, local_cache: str
) -> Setup:
    """Give what tools for a platform are made of.

    Args:
        name: Of the platform, with its floor.
        python: The Python whose headers are added, if any.
        log: A file that takes a line per dropped flag.
        toolchain: Zig and the cache.
        local_cache: What zig makes of sources.

    Raises:
        ConfigError: It is no platform, or several; or there are no such headers.
    """
    from pyz3.driver.tools import write_overlay  # noqa: PLC0415 - what else is there takes long to import

    version = _version(python) if python is not None else None
    platform, target = _target(name, version)
    include, libraries = _python(version, platform, toolchain) if version is not None else ((), ())
    toolchain.identity()  # makes the folders
    return Setup(
        toolchain.driver_zig(Path(local_cache)),
        target,
        include=include,
        overlay=write_overlay(target, toolchain.cache.driver, toolchain.zig_lib),
        define=("Py_GIL_DISABLED=1",) if version is not None and version.free_threaded else (),
        library_dirs=(library.parent for library in libraries),
        libraries=libraries,
        runtime=runtime_folder(str(toolchain.global_cache)),
        sdkroot=os.environ.get("SDKROOT", "") if target.system == "macos" else "",
        log=log or "",
        emscripten=_emscripten(platform, version, include, toolchain),
    )


def _emscripten(
    platform: Platform, python: PythonVersion | None, include: tuple[Path, ...], toolchain: Toolchain
) -> Emscripten | None:
    if platform.family != "pyodide" or python is None:
        return None
    from pyz3.engine.pyodide import emscripten_for  # noqa: PLC0415 - most calls are for other platforms

    return emscripten_for(Target(platform=platform, python=python), include[0], toolchain)


def _version(text: str) -> PythonVersion:
    try:
        return PythonVersion.parse(text)
    except ValueError as error:
        raise ConfigError(f"--python: {error}", tip="name one version: 3.13 or 3.13t") from error


def _target(name: str, python: PythonVersion | None) -> tuple[Platform, DriverTarget]:
    platforms = select_platforms([name], source="--target")
    if len(platforms) != 1 or platforms[0].spec.slices:
        parts = [part for platform in platforms for part in platform.slices]
        raise ConfigError(
            f"--target: {name!r} is more than one: {', '.join(str(part) for part in parts)}",
            tip="name one of them",
        )
    platform = platforms[0]
    if platform.family == "pyodide" and python is None:
        raise ConfigError(
            f"--target: each Python's {platform} has a C library of its own", tip="name one: --python 3.13"
        )
    floor = glibc_floor([name], source="--target")
    if platform.family == "macos":
        floor = os.environ.get("MACOSX_DEPLOYMENT_TARGET", "")
    if not floor and python is not None:
        floor = platform.floor(python)
    return platform, DriverTarget.of(platform, floor=floor)


def _python(
    version: PythonVersion, platform: Platform, toolchain: Toolchain
) -> tuple[tuple[Path, ...], tuple[Path, ...]]:
    """Give folders of headers and libraries, for what is compiled and linked against a Python."""
    from pyz3 import capi  # noqa: PLC0415 - most calls of a compiler are not about Python
    from pyz3.engine.python_library import windows_library  # noqa: PLC0415

    tree = capi.best_headers(capi.find_headers(environ=os.environ)).get(version.base)
    if tree is None:
        raise ConfigError(
            f"there are no headers of Python {version.base} here", tip=capi.how_to_get(version.base)
        )
    include = capi.prepare_include(tree, toolchain.cache)
    libraries: tuple[Path, ...] = ()
    if platform.traits.links_python:
        libraries = (windows_library(toolchain, include, Target(platform=platform, python=version)),)
    return (include,), libraries


cc = _make("cc")
cxx = _make("c++")
ar = _make("ar")
ranlib = _make("ranlib")
strip = _make("strip")
nm = _make("nm")
objcopy = _make("objcopy")
ld = _make("ld")
dlltool = _make("dlltool")
windres = _make("windres")
