"""What other backends than setuptools are told of the target: Meson's files, variables that CMake reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyz3.driver.tools import write_cross_file, write_meson_python, write_native_file
from pyz3.engine.project_flags import driver_target
from pyz3.hooks.compiler_facts import long_double_format
from pyz3.hooks.emulators import VARIABLE as EMULATOR
from pyz3.hooks.views import host_platform

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from pyz3.config import Backend
    from pyz3.driver.tools import Tools
    from pyz3.environments import Environment
    from pyz3.hooks.requests import Place
    from pyz3.plan import Order

# Programs of the build environment that Meson looks for by what its cross file calls them.
_PROGRAMS = ("cython", "pythran", "swig", "cmake", "pkg-config", "ninja")
_CONFIG_TOOLS = "*-config"

Settings = dict[str, str | list[str]]


def backend_settings(
    backend: Backend,
    told: Settings,
    *,
    order: Order,
    place: Place,
    tools: Tools,
    environment: Environment,
    jobs: int,
    ask: Callable[[], Mapping[str, str]],
    emulator: Sequence[str] = (),
) -> Settings:
    """Give the ``config_settings`` that a backend's hook is called with (PEP 517).

    meson-python's are in its "Reference": ``build-dir``, ``setup-args``, ``compile-args``.

    Args:
        backend: The backend.
        told: What the configuration says; it counts more where both say something.
        order: What was asked for.
        place: Where it is worked on.
        tools: The target's compilers.
        environment: The build environment.
        jobs: Compilers at a time.
        ask: Gives the macros that the target's compiler defines.
        emulator: The words before a program for the target that run it here; none: nothing does.

    Raises:
        OSError: Meson's files cannot be written beside the tools.
    """
    if backend.kind != "meson-python":
        return told
    cross, native = _meson_files(order, place, tools, environment, emulator=emulator, macros=ask())
    files = [f"--cross-file={cross}", f"--native-file={native}"]
    return {
        "build-dir": str(place.work / "build"),
        "compile-args": [f"-j{jobs}"],
        **told,
        "setup-args": [*files, *_words(told.get("setup-args", []))],
    }


def backend_variables(
    backend: Backend, place: Place, *, suffix: str, jobs: int, emulator: Sequence[str] = ()
) -> dict[str, str]:
    """Give the environment variables by which CMake, and backends around it, learn what they ask nobody.

    ``SKBUILD_BUILD_DIR`` is scikit-build-core's ("Configuration"); ``SETUPTOOLS_EXT_SUFFIX`` is asked by it
    and by setuptools; the rest is in cmake-env-variables(7).

    Args:
        backend: The backend; setuptools needs none of them.
        place: Where the wheel is worked on.
        suffix: Of extension modules: ``.cp313-win_amd64.pyd``.
        jobs: Compilers at a time.
        emulator: As in :func:`backend_settings`.
    """
    if backend.is_recorded:
        return {}
    return {
        "CMAKE_GENERATOR": "Ninja",
        "CMAKE_BUILD_PARALLEL_LEVEL": str(jobs),
        "SKBUILD_BUILD_DIR": str(place.work / "build"),
        "SETUPTOOLS_EXT_SUFFIX": suffix,
        # What Wine tells of itself would stand in the answers.
        **({EMULATOR: ";".join(emulator), "WINEDEBUG": "-all"} if emulator else {}),
    }


def _meson_files(
    order: Order,
    place: Place,
    tools: Tools,
    environment: Environment,
    *,
    emulator: Sequence[str],
    macros: Mapping[str, str],
) -> tuple[Path, Path]:
    target = order.target
    programs = environment.python.parent
    python = write_meson_python(
        tools,
        environment.python,
        {
            "version": target.python.base,
            "platform": host_platform(order),
            "limited_api_suffix": target.stable_abi_suffix(""),
            "link_libpython": False,
        },
    )
    found = {name: programs / name for name in _PROGRAMS if (programs / name).exists()}
    found |= {path.name: path for path in sorted(programs.glob(_CONFIG_TOOLS))}
    cross = write_cross_file(
        tools,
        driver_target(order),
        binaries={**found, "python": python},
        emulator=emulator,
        properties={
            "longdouble_format": long_double_format(macros),
            "pkg_config_libdir": str(place.prefix / "lib" / "pkgconfig") if place.prefix.is_dir() else "",
        },
    )
    return cross, write_native_file(tools)


def _words(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value
