"""CMake as projects call it where Visual Studio builds: what its other generators do not take is left out.

For example ``cmake -A x64 ..`` and ``cmake --build . -- /m``: pybind11's example does so on Windows.
The options are cmake(1)'s, the variables cmake-env-variables(7)'s, those behind ``--`` MSBuild's.
"""

# ruff: noqa: PTH119, PTH123 - commands are texts

from __future__ import annotations

import functools
import json
import os
import re
import subprocess
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

_PROGRAM = re.compile(r"cmake3?(\.exe)?", re.IGNORECASE)
# Those of this machine's own generators that compile with what they find, and not with what they are told.
_GENERATORS = ("Visual Studio", "Xcode")
# Others than Windows have no such generators.
_OF_WINDOWS = ("NMake Makefiles", "MinGW Makefiles", "MSYS Makefiles")
_FOREIGN = _GENERATORS if os.name == "nt" else (*_GENERATORS, *_OF_WINDOWS)
_VARIABLES = ("CMAKE_GENERATOR_PLATFORM", "CMAKE_GENERATOR_TOOLSET", "CMAKE_GENERATOR_INSTANCE")
_WITH_VALUE = ("-G", "-A", "-T", "-D", "-U", "-C", "-S", "-B")
# Ways to call it that neither configure nor build.
_OTHERWISE = ("-E", "--install", "--open", "--workflow", "--find-package")
_MSBUILD = re.compile(
    r"/(m|maxcpucount|p|property|v|verbosity|nologo|nr|nodereuse|t|target|clp|consoleloggerparameters)(:.*)?",
    re.IGNORECASE,
)
_BUILD_TYPE = "CMAKE_BUILD_TYPE"
_LEFT_OUT = "cmake: {} is left out: what CMake writes here is for Ninja or make"
_ADDED = (
    f"cmake: -D{_BUILD_TYPE}=Release is added: Ninja and make are told the kind of build when CMake "
    "configures it, Visual Studio when it is built"
)


class CMake:
    """Has this process start CMake with what it takes.

    Args:
        file: Takes what the user is to be told, for this process and those that it starts; absolute.
    """

    def __init__(self, file: str) -> None:
        self._file = file

    def install(self) -> None:
        """Look at the processes that this one starts, from now on."""
        subprocess.Popen.__init__ = self._starting(subprocess.Popen.__init__)  # type: ignore[method-assign]

    def told(self) -> list[str]:
        """Give what the user is to be told, each once."""
        try:
            with open(self._file, encoding="utf-8") as lines:
                return [*dict.fromkeys(map(json.loads, lines))]
        except FileNotFoundError:
            return []

    def _starting(self, own: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(own)
        def init(process: Any, args: Any, *rest: Any, **options: Any) -> None:
            start = _start_of(args)
            if start:
                given = options.get("env")
                environment = dict(os.environ if given is None else given)
                if without_foreign(environment) != environment:
                    options["env"] = without_foreign(environment)
                words, told = translated([*map(os.fsdecode, args[start:])], environment)
                args = [*args[:start], *words]
                self._tell(told)
            own(process, args, *rest, **options)

        return init

    def _tell(self, told: Sequence[str]) -> None:
        if told:
            with open(self._file, "a", encoding="utf-8") as lines:
                lines.write("".join(f"{json.dumps(one)}\n" for one in told))


def _start_of(args: Any) -> int:
    """Give where CMake's own arguments begin: ``cmake …``, ``python -m cmake …``; 0: it is something else."""
    if not isinstance(args, (list, tuple)) or not args:
        return 0
    if [*args[1:3]] == ["-m", "cmake"]:
        return 3
    return int(_PROGRAM.fullmatch(os.path.basename(os.fsdecode(args[0]))) is not None)


def without_foreign(environment: Mapping[str, str]) -> dict[str, str]:
    """Give environment variables without those that are for Visual Studio alone.

    Args:
        environment: Name → value.
    """
    return {name: value for name, value in environment.items() if not _is_foreign(name, value)}


def translated(words: Sequence[str], environment: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """Give CMake's arguments as Ninja's and make's generators take them, and what the user is to be told.

    Args:
        words: What stands behind ``cmake``.
        environment: Its environment variables, with those that :func:`without_foreign` takes out.
    """
    if not words or words[0] in _OTHERWISE or "-P" in words:
        return [*words], []
    if words[0] == "--build":
        place = words.index("--") if "--" in words else len(words)
        lost = [word for word in words[place:] if _MSBUILD.fullmatch(word)]
        return [word for word in words if word not in lost], [*map(_LEFT_OUT.format, lost)]
    kept: list[str] = []
    lost = [f"{name}={value}" for name, value in environment.items() if _is_foreign(name, value)]
    for unit in _units(words):
        if _is_lost(unit):
            lost.append(" ".join(unit))
        else:
            kept += unit
    told = [*map(_LEFT_OUT.format, lost)]
    typed = _BUILD_TYPE in environment or any(_BUILD_TYPE in word or "Multi-Config" in word for word in kept)
    if lost and not typed:
        kept.insert(0, f"-D{_BUILD_TYPE}=Release")
        told.append(_ADDED)
    return kept, told


def _units(words: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Give options with their values."""
    rest = iter(words)
    for word in rest:
        yield (word, next(rest, "")) if word in _WITH_VALUE else (word,)


def _is_lost(unit: tuple[str, ...]) -> bool:
    option = unit[0][:2]
    value = unit[1] if len(unit) > 1 else unit[0][2:]
    if option == "-D":
        name, _, value = value.partition("=")
        return _is_foreign(name.partition(":")[0], value)
    return option in {"-A", "-T"} or (option == "-G" and _is_foreign("CMAKE_GENERATOR", value))


def _is_foreign(name: str, value: str) -> bool:
    return name in _VARIABLES or (name == "CMAKE_GENERATOR" and value.startswith(_FOREIGN))
